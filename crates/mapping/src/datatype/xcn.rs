//! XCN, a professional with a number and a name, to a FHIR Reference.

use fhir::{datatype, system};
use hl7v2::Repetition;
use serde_json::Value;

use crate::feed::Feed;
use crate::read::{part, sub};
use crate::spell::Professional;

/// A reference that names a professional; nothing if nothing is known.
pub(crate) fn reference(professional: &Professional) -> Value {
    let identifier = if professional.number.is_empty() {
        Value::Null
    } else {
        datatype::identifier(&professional.system, &professional.number)
    };
    if identifier.is_null() && professional.name.is_empty() {
        return Value::Null;
    }
    datatype::logical_reference("Practitioner", identifier, &professional.name)
}

/// A professional as sent: the first repetition that says anything.
pub(crate) fn professional(person: &Repetition<'_>, feed: &Feed) -> Option<Professional> {
    let number = part(person, 1);
    let (family, given, prefix) = (sub(person, 2, 1), part(person, 3), part(person, 6));
    let name: Vec<&str> = [&prefix, &given, &family]
        .into_iter()
        .map(String::as_str)
        .filter(|one| !one.is_empty())
        .collect();
    let name = name.join(" ");
    if number.is_empty() && name.is_empty() {
        return None;
    }
    let system = number_system(&number, &sub(person, 9, 1), feed);
    Some(Professional { system, number, name })
}

/// GMC numbers are `C` and seven digits, practitioner codes `G` and seven digits; XCN.9 names others.
fn number_system(number: &str, authority: &str, feed: &Feed) -> String {
    let (first, rest) = number.split_at_checked(1).unwrap_or(("", ""));
    let seven_digits = rest.len() == 7 && rest.bytes().all(|byte| byte.is_ascii_digit());
    match (first, authority) {
        ("C" | "c", _) if seven_digits => system::GMC.to_owned(),
        ("G" | "g", _) if seven_digits => system::GMP.to_owned(),
        (_, "GMC") => system::GMC.to_owned(),
        (_, "NMC") => system::NMC.to_owned(),
        (_, "SDS" | "SDSUSER") => system::SDS_USER.to_owned(),
        (_, "") => system::local_number("practitioner", &feed.authority),
        (_, authority) => system::local_number("practitioner", authority),
    }
}
