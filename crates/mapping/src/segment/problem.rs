//! PRB with its notes to Condition (UK Core): a problem on a list.

use std::sync::LazyLock;

use fhir::{Resource, system};
use hl7v2::Segment;
use serde_json::Value;

use super::find;
use crate::error::Error;
use crate::read::{part, repetitions, text};
use crate::table::{Context, Table};

/// Which field becomes what.
pub(crate) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../maps/problem.csv")));

/// The number of this instance of the problem; without one, a patient has a problem once.
pub(crate) fn number(group: &[Segment<'_>]) -> Option<String> {
    let prb = find(group, "PRB")?;
    let instance = text(prb, 4);
    let sent = repetitions(prb, 3).into_iter().next()?;
    let code = [part(&sent, 3), part(&sent, 1), part(&sent, 2)].join("|");
    Some(if instance.is_empty() {
        format!("problem {code}")
    } else {
        format!("problem {instance}")
    })
}

/// The problem.
pub(crate) fn condition(group: &[Segment<'_>], context: &Context<'_>) -> Result<Resource, Error> {
    let mut condition = TABLE.resource("Condition", group, context)?;
    if condition.get("code").is_none() {
        return Err(Error::Missing {
            path: "PRB-3",
            name: "the problem",
            consequence: "it cannot be told what is wrong",
        });
    }
    for (element, uri) in [
        ("clinicalStatus", system::CONDITION_CLINICAL),
        ("verificationStatus", system::CONDITION_VERIFICATION),
    ] {
        with_system(&mut condition, element, uri);
    }
    let category = fhir::datatype::codeable_concept(
        system::CONDITION_CATEGORY,
        "problem-list-item",
        "Problem List Item",
        "",
    );
    condition.set("category", vec![category]);
    Ok(condition.with("subject", context.patient()).with("encounter", context.encounter()))
}

/// The system of a status that a table gave by its code.
fn with_system(condition: &mut Resource, element: &str, uri: &str) {
    let Some(mut status) = condition.remove(element) else { return };
    if let Some(Value::Object(coding)) = status.pointer_mut("/coding/0") {
        coding.insert("system".to_owned(), uri.into());
    }
    condition.set(element, status);
}
