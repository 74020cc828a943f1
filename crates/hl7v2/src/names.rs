//! What HL7 calls segments, fields and their parts: for people who read a message.
//!
//! Version 2.5.1's names, and 2.7.1's for fields that were added later (`names/*.tsv`). They say nothing
//! about what a sender put there.

use std::collections::HashMap;
use std::sync::LazyLock;

static FIELDS: LazyLock<HashMap<(&str, usize), Named>> =
    LazyLock::new(|| read(include_str!("names/fields.tsv")));
static COMPONENTS: LazyLock<HashMap<(&str, usize), Named>> =
    LazyLock::new(|| read(include_str!("names/components.tsv")));

/// A name and what is under it.
#[derive(Debug, Clone, Copy)]
struct Named {
    datatype: &'static str,
    name: &'static str,
}

fn read(text: &'static str) -> HashMap<(&'static str, usize), Named> {
    let line = |line: &'static str| {
        let mut cells = line.split('\t');
        let (of, number) = (cells.next()?, cells.next()?.parse().ok()?);
        let (datatype, name) = (cells.next()?, cells.next()?);
        Some(((of, number), Named { datatype, name }))
    };
    text.lines().skip(1).filter_map(line).collect()
}

/// `PID` is `Patient Identification`; `None` for segments of senders' own.
pub fn segment(name: &str) -> Option<&'static str> {
    FIELDS.get(&(name, 0)).map(|named| named.name)
}

/// The names along a path, the field's first: `PID[2]-3[1].4.1` is `Patient Identifier List`, `Assigning
/// Authority`, `Namespace ID`. As many as are known. `value_type` is what OBX-2 says of OBX-5.
pub fn of_path(path: &str, value_type: Option<&str>) -> Vec<&'static str> {
    let Some((segment, rest)) = path.split_once('-') else { return Vec::new() };
    let segment = segment.split('[').next().unwrap_or_default();
    let mut numbers =
        rest.split('.').map(|part| part.split('[').next().unwrap_or_default().parse());
    let Some(Ok(field)) = numbers.next() else { return Vec::new() };
    let Some(known) = FIELDS.get(&(segment, field)) else { return Vec::new() };
    let mut names = vec![known.name];
    let mut datatype = match value_type {
        Some(value_type) if known.datatype == "VARIES" => value_type,
        _ => known.datatype,
    };
    for number in numbers.map_while(Result::ok) {
        let Some(part) = COMPONENTS.get(&(datatype, number)) else { break };
        names.push(part.name);
        datatype = part.datatype;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_as_far_as_hl7_names_it() {
        for (path, value_type, names) in [
            ("PID-5.1.1", None, vec!["Patient Name", "Family Name", "Surname"]),
            (
                "PID[2]-3[1].4.1",
                None,
                vec!["Patient Identifier List", "Assigning Authority", "Namespace ID"],
            ),
            ("PID-19", None, vec!["SSN Number - Patient"]),
            ("OBX[3]-5.1", Some("CE"), vec!["Observation Value", "Identifier"]),
            ("OBX-5", Some("NM"), vec!["Observation Value"]),
            ("PID-3.99", None, vec!["Patient Identifier List"]),
            ("ZU1-3.1", None, vec![]),
            ("PID", None, vec![]),
            ("PID-x", None, vec![]),
        ] {
            assert_eq!(of_path(path, value_type), names, "{path}");
        }
        assert_eq!(segment("PV1"), Some("Patient Visit"));
        assert_eq!(segment("ZU1"), None);
    }
}
