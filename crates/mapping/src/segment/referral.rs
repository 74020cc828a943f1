//! RF1 with its PRDs to ServiceRequest (UK Core): who refers whom to whom, and why.

use std::sync::LazyLock;

use fhir::{Element, Resource, datatype};
use hl7v2::Segment;
use serde_json::Value;

use super::{find, first_number};
use crate::datatype::xpn;
use crate::error::Error;
use crate::read::{part, repetitions, sub};
use crate::table::{Context, Table};

/// Which field becomes what.
pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../maps/referral.csv")));

/// The referral's number: the one it began with, else the other side's.
pub(crate) fn number(group: &[Segment<'_>]) -> Result<String, Error> {
    first_number(group, &[("RF1", 6), ("RF1", 11)]).ok_or(Error::Missing {
        path: "RF1-6",
        name: "originating referral identifier",
        consequence: "a change or cancellation could not be told from a new referral",
    })
}

/// The referral; `cancelled`: I14 takes it back.
pub(crate) fn referral(
    group: &[Segment<'_>],
    cancelled: bool,
    context: &Context<'_>,
) -> Result<Resource, Error> {
    if find(group, "RF1").is_none() {
        return Err(Error::Missing {
            path: "RF1",
            name: "referral information",
            consequence: "there is no referral",
        });
    }
    let mut referral = TABLE.resource("ServiceRequest", group, context)?;
    if cancelled && referral.text("status") != Some("entered-in-error") {
        referral.set("status", "revoked");
    }
    referral.set("requester", providers(group, "RP", context).into_iter().next());
    referral.set("performer", providers(group, "RT", context));
    Ok(referral.with("subject", context.patient()).with("encounter", context.encounter()))
}

/// PRD by role (table 0286): RP refers, RT is referred to.
fn providers(group: &[Segment<'_>], role: &str, context: &Context<'_>) -> Vec<Value> {
    let in_role = |prd: &&Segment<'_>| {
        repetitions(prd, 1).iter().any(|one| part(one, 1).eq_ignore_ascii_case(role))
    };
    group
        .iter()
        .filter(|one| one.is_named("PRD"))
        .filter(in_role)
        .map(|prd| provider(prd, context))
        .filter(|one| !one.is_null())
        .collect()
}

/// A provider by number (PRD-7) and name (PRD-2), else by where they are (PRD-4).
fn provider(prd: &Segment<'_>, context: &Context<'_>) -> Value {
    let name = repetitions(prd, 2).first().and_then(|one| xpn::human_name(one, ""));
    let text = |path: &str| -> Vec<String> {
        let found = name.as_ref().and_then(|name| name.get(path));
        let list = found.and_then(Value::as_array).cloned();
        let list = list.unwrap_or_else(|| found.cloned().into_iter().collect());
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let words = [text("prefix"), text("given"), text("family")].concat().join(" ");
    let place = repetitions(prd, 4).first().map(|one| {
        let words = [part(one, 9), sub(one, 4, 1), sub(one, 1, 1)];
        words.into_iter().find(|one| !one.is_empty()).unwrap_or_default()
    });
    let number = repetitions(prd, 7).first().map(|one| part(one, 1)).unwrap_or_default();
    let system = fhir::system::local_number("practitioner", &context.feed.authority);
    let identifier =
        if number.is_empty() { Value::Null } else { datatype::identifier(&system, &number) };
    if words.is_empty() && identifier.is_null() {
        let place = place.unwrap_or_default();
        return if place.is_empty() { Value::Null } else { datatype::organisation("", &place) };
    }
    Element::new()
        .with("type", "Practitioner")
        .with("identifier", identifier)
        .with("display", words)
        .build()
}
