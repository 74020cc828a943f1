//! The versioned FHIR store and its prepared rows.
