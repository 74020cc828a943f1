//! PR1 to Procedure (UK Core).

use std::sync::LazyLock;

use fhir::Resource;
use hl7v2::Segment;

use crate::identity::resource_id;
use crate::read::{part, repetitions, text};
use crate::table::{Context, Table};

/// Which field becomes what.
pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../maps/procedure.csv")));

/// The procedure; nothing if neither a code (PR1-3) nor words (PR1-4) are said.
pub(crate) fn procedure(pr1: &Segment<'_>, context: &Context<'_>) -> Option<Resource> {
    let procedure = TABLE.resource("Procedure", std::slice::from_ref(pr1), context).ok()?;
    procedure.get("code")?;
    let key = match text(pr1, 19) {
        number if number.is_empty() => {
            let sent = repetitions(pr1, 3).into_iter().next();
            let code = sent.map_or_else(|| text(pr1, 4).to_uppercase(), |one| part(&one, 1));
            [context.visit.unwrap_or(""), &code, &text(pr1, 5)].join("|")
        }
        number => number,
    };
    Some(
        procedure
            .with_id(resource_id("Procedure", context.subject, &key))
            .with("subject", context.patient())
            .with("encounter", context.encounter()),
    )
}
