//! The allergy line of the banner (NHS CUI PAB-0064 to 0072), over all sources.
//!
//! It is made of every allergy there is, never of a page of them.

use gateway::AllergyState;

use crate::section::{GpPart, emptiness};
use crate::{Emptiness, Line};

/// SNOMED CT "No known allergy" and its children for drugs, food and environment.
const NO_KNOWN_ALLERGY: [&str; 4] = ["716186003", "409137002", "429625007", "428607008"];

/// The same in words, as sources write it under codes of their own.
const NO_KNOWN_ALLERGY_WORDS: [&str; 14] = [
    "no known allergy",
    "no known allergies",
    "no known drug allergy",
    "no known drug allergies",
    "no allergies known",
    "no allergies",
    "nil known allergies",
    "nil known",
    "none known",
    "nka",
    "nkda",
    "nka - no known allergy",
    "nka - no known allergies",
    "nkda - no known drug allergies",
];

/// What the banner says about allergies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllergyBanner {
    /// There are allergies; more may come while the GP practice is asked.
    Known {
        /// Their names, each once.
        names: Vec<String>,
        /// Somebody's answer is still missing or could not be had.
        incomplete: bool,
    },
    /// "No known allergies" is recorded, and everybody answered.
    NoneKnown,
    /// Everybody answered, and nothing is recorded either way.
    NotRecorded,
    /// The GP practice is being asked, and no other source knows of an allergy.
    Asking,
    /// Somebody who may know could not be asked.
    Unavailable,
    /// This reader's role does not see allergies.
    NotShown,
}

/// Everything that feeds the banner, kept beside the sections that a page may cut short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allergies {
    /// Every stored allergy.
    pub(crate) lines: Vec<Line>,
    /// Who would have said something.
    pub(crate) stored_by: Vec<String>,
    /// Messages that are not in the record yet.
    pub(crate) not_in_record: u64,
}

/// The banner; `known` is `None` where the reader's role does not see allergies, and `answer` the
/// practice's own state and lines where it answered.
pub(crate) fn banner(
    known: Option<&Allergies>,
    part: &GpPart,
    answer: Option<(AllergyState, &[Line])>,
) -> AllergyBanner {
    let Some(known) = known else { return AllergyBanner::NotShown };
    let (state, fetched) = answer.map_or((None, &[][..]), |(state, lines)| (Some(state), lines));
    let current = || known.lines.iter().chain(fetched).filter(|line| !has_ended(line));
    let asking = matches!(part, GpPart::Asking);
    let unavailable = is_unavailable(known, part);
    let names = names(current());
    if !names.is_empty() {
        return AllergyBanner::Known { names, incomplete: asking || unavailable };
    }
    match state {
        _ if asking => AllergyBanner::Asking,
        _ if unavailable => AllergyBanner::Unavailable,
        Some(AllergyState::NoneKnown) => AllergyBanner::NoneKnown,
        _ if current().any(says_none_known) => AllergyBanner::NoneKnown,
        _ => AllergyBanner::NotRecorded,
    }
}

fn is_unavailable(known: &Allergies, part: &GpPart) -> bool {
    let incomplete = matches!(part, GpPart::Answered { state, .. } if !state.is_complete());
    let empty = emptiness(&known.stored_by, known.not_in_record, Some(part));
    incomplete || matches!(empty, Emptiness::Unknown { .. })
}

/// Over, or never true: neither an allergy nor word that there is none.
fn has_ended(line: &Line) -> bool {
    matches!(line.status.as_deref(), Some("ended" | "inactive" | "resolved" | "refuted"))
}

fn says_none_known(line: &Line) -> bool {
    let words = line.text.trim().trim_end_matches('.').to_lowercase();
    line.code.as_deref().is_some_and(|code| NO_KNOWN_ALLERGY.contains(&code))
        || NO_KNOWN_ALLERGY_WORDS.contains(&words.as_str())
}

/// Allergies by name, each once, in the order of the lines.
fn names<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in lines.filter(|line| !says_none_known(line)) {
        if !names.iter().any(|name| name.eq_ignore_ascii_case(&line.text)) {
            names.push(line.text.clone());
        }
    }
    names
}
