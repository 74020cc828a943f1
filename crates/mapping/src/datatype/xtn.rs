//! XTN, a telephone number or e-mail address, to ContactPoint.

use fhir::Element;
use hl7v2::Repetition;
use serde_json::Value;

use crate::read::part;

/// A way to reach somebody; nothing for placeholders such as `(000)000-0000`. `otherwise` is the
/// use of one whose own (XTN.2) is not said.
pub(crate) fn contact_point(telecom: &Repetition<'_>, otherwise: &str) -> Option<Value> {
    let (first, email) = (part(telecom, 1), part(telecom, 4));
    let (usage, equipment) = (part(telecom, 2).to_uppercase(), part(telecom, 3).to_uppercase());
    let spelt_out = [part(telecom, 5), part(telecom, 6), part(telecom, 7)].join(" ");
    let value = [first, email, spelt_out.trim().to_owned(), part(telecom, 12)]
        .into_iter()
        .find(|text| !text.is_empty())?;
    let system = match equipment.as_str() {
        _ if value.contains('@') => "email",
        "FX" => "fax",
        "BP" => "pager",
        _ => "phone",
    };
    if system != "email" && is_placeholder(&value) {
        return None;
    }
    let usage = match (usage.as_str(), equipment.as_str()) {
        ("PRS", _) | (_, "CP") => "mobile",
        ("PRN" | "VHN" | "NET", _) => "home",
        ("ORN", _) => "temp",
        ("WPN", _) => "work",
        _ => otherwise,
    };
    Some(Element::new().with("system", system).with("value", value).with("use", usage).build())
}

/// Fewer than five digits, or one digit over and over.
fn is_placeholder(number: &str) -> bool {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    digits.len() < 5 || digits.iter().all(|digit| Some(digit) == digits.first())
}
