//! HL7 v2 datatypes to FHIR's, one file each.

pub(crate) mod cx;
pub(crate) mod xcn;
