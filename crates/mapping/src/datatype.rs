//! HL7 v2 datatypes to FHIR's, one file each.

pub(crate) mod cx;
pub(crate) mod given;
pub(crate) mod xpn;
pub(crate) mod xad;
pub(crate) mod xtn;
pub(crate) mod xcn;
pub(crate) mod cwe;
pub(crate) mod pl;
pub(crate) mod ed;
