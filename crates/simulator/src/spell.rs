//! A stay in hospital, from the first word to the discharge, or an attendance without a stay.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::dice::Dice;
use crate::illness::{Complaint, Reason};
use crate::organisation::{Hospital, Ward, ward};

/// One hospital visit under one visit number.
#[derive(Debug, Clone)]
pub(crate) struct Spell {
    /// Place of the patient index entry in [`crate::County`].
    pub(crate) entry: usize,
    /// Unique in the county.
    pub(crate) number: u64,
    pub(crate) cause: Cause,
    pub(crate) consultant: Consultant,
    pub(crate) started: Timestamp,
    /// Beds in order; never empty.
    pub(crate) beds: Vec<Bed>,
    pub(crate) expected: Option<Date>,
    pub(crate) ended: Option<Timestamp>,
}

/// Why somebody is in hospital.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cause {
    /// Admitted.
    Admission(&'static Reason),
    /// Seen in the emergency department.
    Attendance(&'static Complaint),
}

/// A bed with the moment the patient was put into it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bed {
    pub(crate) since: Timestamp,
    pub(crate) ward: &'static Ward,
    pub(crate) bay: i64,
    pub(crate) place: i64,
}

/// Who answers for the patient: a GMC-like number that is nobody's, and a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Consultant {
    pub(crate) number: &'static str,
    pub(crate) family: &'static str,
    pub(crate) given: &'static str,
}

const CONSULTANTS: [Consultant; 9] = [
    consultant("C9900011", "Fairweather", "Imogen"),
    consultant("C9900012", "Oduya", "Samuel"),
    consultant("C9900013", "Marwood", "Peter"),
    consultant("C9900014", "Chandrasekar", "Nila"),
    consultant("C9900015", "Brixey", "Caroline"),
    consultant("C9900016", "Lefèvre", "Antoine"),
    consultant("C9900017", "Sutherland", "Ewan"),
    consultant("C9900018", "Hussein", "Layla"),
    consultant("C9900019", "Penrose", "Judith"),
];

const fn consultant(number: &'static str, family: &'static str, given: &'static str) -> Consultant {
    Consultant { number, family, given }
}

/// A consultant of the hospital's.
pub(crate) fn any_consultant(dice: &mut Dice) -> Consultant {
    *dice.pick(&CONSULTANTS)
}

/// A bed on the ward of that kind.
pub(crate) fn any_bed(dice: &mut Dice, hospital: Hospital, kind: &str, since: Timestamp) -> Bed {
    let ward = ward(hospital, kind);
    Bed { since, ward, bay: dice.between(1, ward.bays), place: dice.between(1, 6) }
}

impl Cause {
    /// Text, ICD-10 and SNOMED CT codes of the diagnosis.
    pub(crate) fn diagnosis(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Admission(reason) => (reason.text, reason.icd10, reason.snomed),
            Self::Attendance(complaint) => (complaint.text, complaint.icd10, complaint.snomed),
        }
    }

    /// The reason's key, `""` for an attendance.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Admission(reason) => reason.key,
            Self::Attendance(_) => "",
        }
    }
}

impl Spell {
    /// The bed at a moment: the last one taken by then.
    pub(crate) fn bed_at(&self, at: Timestamp) -> Option<&Bed> {
        self.beds.iter().rev().find(|bed| bed.since <= at).or_else(|| self.beds.first())
    }

    /// Somebody admitted, not only seen.
    pub(crate) fn is_admission(&self) -> bool {
        matches!(self.cause, Cause::Admission(_))
    }
}
