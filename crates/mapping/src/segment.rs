//! HL7 v2 segments to FHIR, one file each.

pub(crate) mod pid;
pub(crate) mod pd1;
pub(crate) mod nk1;
pub(crate) mod pv1;
pub(crate) mod al1;
pub(crate) mod dg1;
pub(crate) mod obr;
pub(crate) mod obx;
pub(crate) mod txa;
pub(crate) mod sch;
