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
pub(crate) mod request;
pub(crate) mod medicine;
pub(crate) mod vaccination;
pub(crate) mod problem;
pub(crate) mod referral;
pub(crate) mod pr1;
pub(crate) mod whole;

use hl7v2::Segment;

use crate::read::text;

/// The first segment of this name in a group.
pub(crate) fn find<'g, 'm>(group: &'g [Segment<'m>], name: &str) -> Option<&'g Segment<'m>> {
    group.iter().find(|one| one.is_named(name))
}

/// The first number said in these fields of a group.
fn first_number(group: &[Segment<'_>], fields: &[(&str, usize)]) -> Option<String> {
    fields
        .iter()
        .filter_map(|(name, field)| Some(text(find(group, name)?, *field)))
        .find(|number| !number.is_empty())
}
