//! Reading fields: trimmed, decoded text; what is empty or `""` reads as nothing.

use fhir::{When, datatype};
use hl7v2::{Presence, Repetition, Segment};
use serde_json::Value;

/// A component of a repetition, whole.
pub(crate) fn part(repetition: &Repetition<'_>, component: usize) -> String {
    clean(&repetition.component(component).text())
}

/// A sub-component of a repetition.
pub(crate) fn sub(repetition: &Repetition<'_>, component: usize, subcomponent: usize) -> String {
    clean(&repetition.component(component).subcomponent(subcomponent).text())
}

/// The first component of a field's first repetition.
pub(crate) fn text(segment: &Segment<'_>, field: usize) -> String {
    clean(&segment.component(field, 1).text())
}

/// The repetitions of a field that say anything.
pub(crate) fn repetitions<'a>(segment: &Segment<'a>, field: usize) -> Vec<Repetition<'a>> {
    let Some(field) = segment.field(field) else { return Vec::new() };
    field.repetitions().filter(|one| one.presence() == Presence::Value).collect()
}

/// The field is `""`: what is held is to be deleted. (A component may say it for the whole field.)
pub(crate) fn is_null(segment: &Segment<'_>, field: usize) -> bool {
    let field = segment.field(field);
    field.is_some_and(|field| {
        field.presence() == Presence::Null
            || (field.component(1).presence() == Presence::Null && only_nulls(field.raw()))
    })
}

/// `""^""` and the like: nothing but quotes and separators.
fn only_nulls(raw: &[u8]) -> bool {
    raw.iter().all(|byte| matches!(byte, b'"' | b'^' | b'&' | b'~'))
}

/// A date or time (TS.1, so `19760121+^D` as well).
pub(crate) fn when(segment: &Segment<'_>, field: usize) -> Option<When> {
    When::parse(&text(segment, field))
}

/// From when until when a name or an address is used: its effective and expiration dates, else the
/// validity range (DR) that older versions had instead.
pub(crate) fn period(one: &Repetition<'_>, dates: [usize; 2], range: usize) -> Value {
    let [from, until] = dates.map(|number| part(one, number));
    let ends = if from.is_empty() && until.is_empty() {
        [sub(one, range, 1), sub(one, range, 2)]
    } else {
        [from, until]
    };
    let [start, end] =
        ends.map(|text| When::parse_day(&text).map(When::fhir_date).unwrap_or_default());
    datatype::period(Some(&start), Some(&end))
}

fn clean(text: &str) -> String {
    let text = text.trim();
    if text == "\"\"" { String::new() } else { text.to_owned() }
}
