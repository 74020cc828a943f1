//! One section of the record, and what its emptiness means.

use gateway::SectionState;
use jiff::Timestamp;

use crate::Line;

/// A section as this reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionView {
    /// The reader's role does not see this section; it may hold something.
    NotShown {
        /// One sentence for the page.
        why: String,
    },
    /// The section's lines.
    Shown {
        /// Newest first.
        lines: Vec<Line>,
        /// How many stored lines there are in all; more than are in `lines` on a summary.
        stored_total: u64,
        /// Lines of the GP practice that are older than the last stored line in `lines`, and so not
        /// in it while stored lines are missing: a list never skips from new to old in silence.
        beyond: u64,
        /// What the GP practice said of this section; `None` for a section no practice is asked for.
        gp: Option<GpPart>,
        /// What to say if there are no lines.
        emptiness: Emptiness,
    },
}

/// The GP practice's part of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GpPart {
    /// It is being asked.
    Asking,
    /// It answered, or could not.
    Answered {
        /// What became of the section.
        state: SectionState,
        /// When.
        at: Timestamp,
    },
}

/// What a section without lines says. Only one of these is "none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Emptiness {
    /// Everybody who could have said something answered, and recorded nothing.
    NoneRecorded {
        /// The names of those who answered.
        by: Vec<String>,
    },
    /// The GP practice has not answered yet.
    Asking,
    /// Somebody's answer is missing, so nothing can be concluded.
    Unknown {
        /// One sentence for the page.
        why: String,
    },
}

impl SectionView {
    /// The lines, where the section is shown.
    pub fn lines(&self) -> &[Line] {
        match self {
            Self::NotShown { .. } => &[],
            Self::Shown { lines, .. } => lines,
        }
    }
}

/// What the emptiness of a section means, from those who feed it and the practice's part.
pub(crate) fn emptiness(
    stored_by: &[String],
    not_in_record: u64,
    gp: Option<&GpPart>,
) -> Emptiness {
    if not_in_record > 0 {
        let why =
            "Messages about this person have arrived that are not in the record yet.".to_owned();
        return Emptiness::Unknown { why };
    }
    match gp {
        Some(GpPart::Asking) => Emptiness::Asking,
        Some(GpPart::Answered { state, .. }) if !state.is_complete() => {
            Emptiness::Unknown { why: state.sentence().to_owned() }
        }
        Some(GpPart::Answered { .. }) => {
            let mut by = vec!["the GP practice".to_owned()];
            by.extend_from_slice(stored_by);
            Emptiness::NoneRecorded { by }
        }
        None if stored_by.is_empty() => Emptiness::Unknown {
            why: "No organisation that feeds this section holds a record linked to this person."
                .to_owned(),
        },
        None => Emptiness::NoneRecorded { by: stored_by.to_vec() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(state: SectionState) -> GpPart {
        GpPart::Answered { state, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn only_complete_answers_make_none() {
        let poole = ["Poole Hospital".to_owned()];
        let none = |by: &[&str]| Emptiness::NoneRecorded {
            by: by.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(emptiness(&poole, 0, None), none(&["Poole Hospital"]));
        assert_eq!(
            emptiness(&poole, 0, Some(&answered(SectionState::NothingRecorded))),
            none(&["the GP practice", "Poole Hospital"])
        );
        assert_eq!(emptiness(&poole, 0, Some(&GpPart::Asking)), Emptiness::Asking);
        for unknown in [
            emptiness(&poole, 0, Some(&answered(SectionState::TimedOut))),
            emptiness(&poole, 0, Some(&answered(SectionState::NotSupported))),
            emptiness(
                &poole,
                0,
                Some(&answered(SectionState::PartlyWithheld { banner: "Items withheld".into() })),
            ),
            emptiness(&poole, 1, None),
            emptiness(&[], 0, None),
        ] {
            assert!(matches!(unknown, Emptiness::Unknown { .. }), "{unknown:?}");
        }
    }
}
