//! What can be wrong with JSON that should have been FHIR. Values are never repeated.

use thiserror::Error;

/// Why some bytes are not the FHIR they should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The bytes are not JSON.
    #[error("not JSON: line {line}, column {column}")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON, but not a FHIR resource.
    #[error("not a FHIR resource: resourceType is missing")]
    NotAResource,
    /// A FHIR resource, but not a Bundle.
    #[error("not a FHIR Bundle: resourceType is {0}")]
    NotABundle(String),
    /// A Bundle that is wrong outside its entries.
    #[error("in the Bundle, {path}: {problem}")]
    Bundle {
        /// Where: `type`, `entry`.
        path: String,
        /// What is wrong, as the end of a sentence.
        problem: String,
    },
    /// One entry of a Bundle is wrong.
    #[error("entry {number} of the Bundle, {path}: {problem}")]
    Entry {
        /// Which entry, from 1.
        number: usize,
        /// Where in the entry: `resource.subject`.
        path: String,
        /// What is wrong, as the end of a sentence.
        problem: String,
    },
}
