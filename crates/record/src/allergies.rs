//! The allergy line of the banner (NHS CUI PAB-0064 to 0072), over all sources.

use gateway::AllergyState;

use crate::section::{GpPart, SectionView};
use crate::{Emptiness, Line};

/// SNOMED CT "No known allergy" and its children for drugs, food and environment.
const NO_KNOWN_ALLERGY: [&str; 4] = ["716186003", "409137002", "429625007", "428607008"];

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

/// The banner from the allergies section; `gp` is the practice's own state where it answered.
pub(crate) fn banner(section: Option<&SectionView>, gp: Option<AllergyState>) -> AllergyBanner {
    let Some(SectionView::Shown { lines, gp: part, emptiness, .. }) = section else {
        return AllergyBanner::NotShown;
    };
    let asking = matches!(part, Some(GpPart::Asking));
    let unavailable = is_unavailable(part.as_ref(), emptiness);
    let names = names(lines);
    if !names.is_empty() {
        return AllergyBanner::Known { names, incomplete: asking || unavailable };
    }
    match gp {
        _ if asking => AllergyBanner::Asking,
        _ if unavailable => AllergyBanner::Unavailable,
        Some(AllergyState::NoneKnown) => AllergyBanner::NoneKnown,
        _ if lines.iter().any(says_none_known) => AllergyBanner::NoneKnown,
        _ => AllergyBanner::NotRecorded,
    }
}

fn is_unavailable(part: Option<&GpPart>, emptiness: &Emptiness) -> bool {
    let incomplete = matches!(part, Some(GpPart::Answered { state, .. }) if !state.is_complete());
    incomplete || matches!(emptiness, Emptiness::Unknown { .. })
}

fn says_none_known(line: &Line) -> bool {
    line.code.as_deref().is_some_and(|code| NO_KNOWN_ALLERGY.contains(&code))
}

/// Active allergies by name, each once, in the order of the lines.
fn names(lines: &[Line]) -> Vec<String> {
    let ended =
        |line: &&Line| matches!(line.status.as_deref(), Some("ended" | "inactive" | "resolved"));
    let mut names: Vec<String> = Vec::new();
    for line in lines.iter().filter(|line| !ended(line) && !says_none_known(line)) {
        if !names.iter().any(|name| name.eq_ignore_ascii_case(&line.text)) {
            names.push(line.text.clone());
        }
    }
    names
}
