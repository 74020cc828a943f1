//! From a practice's bundle to the state of every section.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use model::{Demographics, Section};
use serde_json::Value;

use crate::area::Area;
use crate::bundle::Bundle;
use crate::element::{each, extensions, notes, text, words};
use crate::identity::{self, Identity};
use crate::outcome::{self, Unsupported};
use crate::section;
use crate::{AllergyState, GpItem, RecordState, SectionState};

/// What a bundle says about the sections that were asked for.
pub(crate) struct Answer {
    pub(crate) state: RecordState,
    pub(crate) sections: BTreeMap<Section, SectionState>,
    pub(crate) items: Vec<GpItem>,
    pub(crate) allergies: AllergyState,
    pub(crate) warnings: Vec<String>,
    pub(crate) demographics_mismatch: Vec<String>,
}

impl Answer {
    /// An answer without lines: the same state for every section.
    pub(crate) fn without_lines(
        state: RecordState,
        section: SectionState,
        asked: &BTreeSet<Section>,
    ) -> Self {
        Self {
            state,
            sections: asked.iter().map(|name| (*name, section.clone())).collect(),
            items: Vec::new(),
            allergies: AllergyState::Unavailable,
            warnings: Vec::new(),
            demographics_mismatch: Vec::new(),
        }
    }
}

/// Reads a bundle. Only the sections asked for are answered: more could be mistaken for a wider
/// answer than it is (GP Connect hazard 99).
pub(crate) fn read(bundle: &Bundle, ours: &Demographics, asked: &BTreeSet<Section>) -> Answer {
    let demographics_mismatch = match identity::check(bundle, ours) {
        Identity::Same { mismatches } => mismatches,
        Identity::Doubtful { why } => {
            let section = SectionState::NotRetrievable { why: why.to_owned() };
            return Answer::without_lines(
                RecordState::NotShown { why: why.to_owned() },
                section,
                asked,
            );
        }
    };
    let unsupported = outcome::unsupported(bundle);
    let mut warnings: Vec<String> = unsupported.iter().map(|part| part.words.clone()).collect();
    let mut by_section: BTreeMap<Section, Vec<Read>> = BTreeMap::new();
    for area in Area::ALL.into_iter().filter(|area| asked.contains(&area.section())) {
        let read = read_area(bundle, area, &unsupported);
        warnings.extend(read.warnings.iter().cloned());
        by_section.entry(area.section()).or_default().push(read);
    }
    let nil_known = by_section
        .get(&Section::Allergies)
        .is_some_and(|reads| reads.iter().any(|read| read.nil_known));
    let (sections, items) = gather(by_section, asked);
    Answer {
        state: RecordState::Answered,
        allergies: section::allergy_state(sections.get(&Section::Allergies), &items, nil_known),
        sections,
        items,
        warnings: without_repeats(warnings),
        demographics_mismatch,
    }
}

/// One area as it was answered.
struct Read {
    area: Area,
    state: SectionState,
    groups: Vec<Vec<GpItem>>,
    warnings: Vec<String>,
    /// The list says "nil known" (FHIR list-empty-reason), which is a statement and not a gap.
    nil_known: bool,
}

fn read_area(bundle: &Bundle, area: Area, unsupported: &[Unsupported]) -> Read {
    let mut read = Read {
        area,
        state: SectionState::NothingRecorded,
        groups: Vec::new(),
        warnings: Vec::new(),
        nil_known: false,
    };
    let lists = bundle.lists(area);
    if lists.is_empty() {
        read.state = state_without_list(area, unsupported);
        return read;
    }
    let mut gaps = Vec::new();
    for list in lists {
        read_list(bundle, list, &mut read, &mut gaps);
    }
    let count = read.groups.iter().map(Vec::len).sum();
    read.state = if !gaps.is_empty() {
        SectionState::PartlyWithheld { banner: without_repeats(gaps).join(" ") }
    } else if count > 0 {
        SectionState::Items(count)
    } else {
        read.state
    };
    read
}

fn state_without_list(area: Area, unsupported: &[Unsupported]) -> SectionState {
    if unsupported.iter().any(|part| part.parameter == area.parameter()) {
        return SectionState::NotSupported;
    }
    // A practice without ended allergies need not send that list.
    if area == Area::EndedAllergies {
        return SectionState::NothingRecorded;
    }
    SectionState::NotRetrievable { why: "The GP practice's answer left this out.".to_owned() }
}

fn read_list(bundle: &Bundle, list: &Value, read: &mut Read, gaps: &mut Vec<String>) {
    let mut unresolved = 0_usize;
    for entry in each(list, "entry") {
        match bundle.entry(list, entry) {
            Some(resource) => read.groups.push(section::lines(bundle, read.area, resource)),
            None => unresolved += 1,
        }
    }
    if unresolved > 0 {
        gaps.push(format!(
            "{}: the GP practice listed {unresolved} more that it did not send.",
            read.area.label()
        ));
    }
    let codes: Vec<String> = extensions(list, "ListWarningCode").filter_map(warning_code).collect();
    let said: Vec<String> = notes(list).collect();
    let empty_reason =
        list.get("emptyReason").map(|reason| text(reason, "/coding/0/code").unwrap_or("other"));
    if !codes.is_empty() {
        let standard = codes.iter().map(|code| standard_words(code).to_owned());
        gaps.extend(if said.is_empty() { standard.collect() } else { said.clone() });
    }
    match empty_reason {
        // "unavailable", "withheld", "notasked" …: there may be something (FHIR list-empty-reason).
        Some(reason)
            if !matches!(reason, "no-content-recorded" | "nilknown") && codes.is_empty() =>
        {
            let why = said.first().cloned().or_else(|| words(list, "/emptyReason"));
            read.state = SectionState::NotRetrievable {
                why: why.unwrap_or_else(|| "Not retrievable from the GP practice.".into()),
            };
        }
        reason => read.nil_known |= reason == Some("nilknown"),
    }
    // The specification's words for "nothing recorded" warn of nothing.
    let only_says_empty = |note: &String| {
        empty_reason.is_some()
            && codes.is_empty()
            && note.trim_end_matches('.') == "Information not available"
    };
    let worth_reading = if said.is_empty() { gaps.clone() } else { said };
    read.warnings.extend(worth_reading.into_iter().filter(|note| !only_says_empty(note)));
}

/// `confidential-items`, as a code or as a coded concept.
fn warning_code(extension: &Value) -> Option<String> {
    text(extension, "/valueCode")
        .or_else(|| text(extension, "/valueCodeableConcept/coding/0/code"))
        .map(str::to_owned)
}

/// The specification's words for a warning code, where the practice left the note out.
fn standard_words(code: &str) -> &'static str {
    match code {
        "confidential-items" => "Items excluded due to confidentiality and/or patient preferences.",
        "data-in-transit" => {
            "Patient record transfer from previous GP practice not yet complete; older information may be missing."
        }
        "data-awaiting-filing" => {
            "Patient data may be incomplete as there is data supplied by a third party awaiting review before becoming available."
        }
        _ => "The GP practice warns that this list may be incomplete.",
    }
}

/// Brings the areas of each section together: one state, and the lines newest group first.
fn gather(
    by_section: BTreeMap<Section, Vec<Read>>,
    asked: &BTreeSet<Section>,
) -> (BTreeMap<Section, SectionState>, Vec<GpItem>) {
    let mut states: BTreeMap<Section, SectionState> =
        asked.iter().map(|section| (*section, SectionState::NotSupported)).collect();
    let mut items = Vec::new();
    for (section, reads) in by_section {
        states.insert(section, together(&reads));
        let mut groups: Vec<Vec<GpItem>> = reads.into_iter().flat_map(|read| read.groups).collect();
        groups.sort_by_key(|group| Reverse(group.first().and_then(|line| line.at)));
        items.extend(groups.into_iter().flatten());
    }
    (states, items)
}

/// One state for a section of several areas; it is complete only if each of them is.
fn together(reads: &[Read]) -> SectionState {
    let count: usize = reads.iter().flat_map(|read| &read.groups).map(Vec::len).sum();
    let gaps: Vec<&Read> = reads.iter().filter(|read| !read.state.is_complete()).collect();
    match gaps.as_slice() {
        [] if count > 0 => SectionState::Items(count),
        [] => SectionState::NothingRecorded,
        [first, ..]
            if gaps.len() == reads.len()
                && count == 0
                && gaps.iter().all(|gap| gap.state == first.state) =>
        {
            first.state.clone()
        }
        // Ended allergies share their parameter, so they alone decide nothing.
        [only]
            if count == 0
                && reads
                    .iter()
                    .all(|read| read.area == only.area || read.area == Area::EndedAllergies) =>
        {
            only.state.clone()
        }
        gaps => {
            let told = gaps.iter().map(|gap| match &gap.state {
                SectionState::PartlyWithheld { banner } => banner.clone(),
                state => format!("{}: {}", gap.area.label(), state.sentence()),
            });
            SectionState::PartlyWithheld { banner: without_repeats(told.collect()).join(" ") }
        }
    }
}

fn without_repeats(texts: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

#[cfg(test)]
mod tests {
    use model::{Gender, NhsNumber, PersonName};
    use proptest::prelude::*;

    use super::*;

    /// One invented patient with something in every area.
    const HARDY: &str = include_str!("../tests/hardy.json");

    fn hardy() -> Demographics {
        Demographics {
            nhs_number: NhsNumber::parse("9990000018").ok(),
            names: vec![PersonName {
                family: "Hardy".into(),
                given: vec!["Thomasina".into()],
                prefix: None,
            }],
            birth_date: Some(jiff::civil::date(1940, 6, 2)),
            gender: Some(Gender::Female),
            ..Demographics::default()
        }
    }

    fn answer(bundle: &Value) -> Option<Answer> {
        let bundle = Bundle::parse(bundle.to_string().as_bytes()).ok()?;
        Some(read(&bundle, &hardy(), &crate::SECTIONS.into()))
    }

    /// Everything an answer says.
    fn told(answer: &Answer) -> String {
        let items = serde_json::to_string(&answer.items).unwrap();
        let sections = serde_json::to_string(&answer.sections).unwrap();
        format!("{sections} {items} {:?} {:?}", answer.allergies, answer.warnings)
    }

    /// Every place in a document, as JSON pointers.
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), value)).collect()
            }
            Value::Array(members) => members
                .iter()
                .enumerate()
                .map(|(index, value)| (index.to_string(), value))
                .collect(),
            _ => Vec::new(),
        };
        for (name, value) in inner {
            let place = format!("{at}/{name}");
            places(value, &place, found);
            found.push(place);
        }
    }

    #[test]
    fn any_element_may_be_missing_or_misshapen() {
        let whole: Value = serde_json::from_str(HARDY).unwrap();
        let mut all = Vec::new();
        places(&whole, "", &mut all);
        assert!(all.len() > 500);
        let odd = [Value::Null, "x".into(), 7.into(), Value::Array(vec![]), serde_json::json!({})];
        for (place, odd) in all.into_iter().zip(odd.iter().cycle()) {
            let mut changed = whole.clone();
            *changed.pointer_mut(&place).unwrap() = odd.clone();
            let sections = answer(&changed).map(|answer| answer.sections.len());
            assert!(sections.is_none_or(|asked| asked == crate::SECTIONS.len()), "{place}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_order_of_a_bundle_means_nothing(
            entries in Just(serde_json::from_str::<Value>(HARDY).unwrap()["entry"].as_array().unwrap().clone()).prop_shuffle()
        ) {
            let whole = serde_json::from_str(HARDY).unwrap();
            let mut shuffled: Value = serde_json::from_str(HARDY).unwrap();
            shuffled["entry"] = Value::Array(entries);
            prop_assert_eq!(told(&answer(&shuffled).unwrap()), told(&answer(&whole).unwrap()));
        }
    }
}
