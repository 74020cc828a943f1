//! ORC with OBR, its timing and specimen to ServiceRequest: what was asked for.

use std::sync::LazyLock;

use fhir::Resource;
use hl7v2::Segment;

use crate::error::Error;
use crate::read::{part, repetitions};
use crate::segment::find;
use crate::table::{Context, Table};

/// Which field becomes what.
pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../maps/service_request.csv")));

/// The request's number with what was asked for: laboratories and requesters give several tests one
/// number.
pub(crate) fn number(group: &[Segment<'_>]) -> Option<String> {
    let fields = [("ORC", 2), ("OBR", 2), ("ORC", 3), ("OBR", 3)];
    let number = super::first_number(group, &fields)?;
    let asked = find(group, "OBR").and_then(|obr| repetitions(obr, 4).into_iter().next());
    let code = asked.map_or_else(String::new, |one| {
        let code = part(&one, 1);
        if code.is_empty() { part(&one, 2) } else { code }
    });
    Some(format!("{number}|{code}"))
}

/// The request.
pub(crate) fn service_request(
    group: &[Segment<'_>],
    context: &Context<'_>,
) -> Result<Resource, Error> {
    let request = TABLE.resource("ServiceRequest", group, context)?;
    if request.get("code").is_none() {
        return Err(Error::Missing {
            path: "OBR-4",
            name: "what is asked for",
            consequence: "there is no order, nor one that could be cancelled",
        });
    }
    Ok(request.with("subject", context.patient()).with("encounter", context.encounter()))
}
