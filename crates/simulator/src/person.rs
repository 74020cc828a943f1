//! A person of the county, as they truly are. What hospitals believe is in `registration`.

use jiff::civil::Date;
use model::{Gender, NhsNumber};

use crate::illness::{Allergy, Illness};

/// A person's place in [`crate::County`].
pub(crate) type PersonIndex = usize;

/// A person as they truly are.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) nhs_number: NhsNumber,
    pub(crate) birth_date: Date,
    pub(crate) gender: Gender,
    pub(crate) given: &'static str,
    pub(crate) middle: Option<&'static str>,
    pub(crate) nickname: Option<&'static str>,
    pub(crate) family: &'static str,
    /// The surname until a wedding, and its day.
    pub(crate) former_family: Option<(&'static str, Date)>,
    pub(crate) married: bool,
    /// Place in the county's list of homes.
    pub(crate) home: usize,
    /// The home before, and the day of the move.
    pub(crate) former_home: Option<(usize, Date)>,
    pub(crate) practice: &'static str,
    pub(crate) ethnic_category: char,
    /// 1 or 2 for twins.
    pub(crate) birth_order: Option<u8>,
    pub(crate) mobile: Option<u32>,
    pub(crate) died: Option<Date>,
    pub(crate) illnesses: Vec<Diagnosed>,
    pub(crate) allergies: Vec<&'static Allergy>,
    /// Somebody of the same household or family to call, and how they are related (HL7 0063).
    pub(crate) kin: Option<(PersonIndex, &'static str)>,
    pub(crate) in_care_home: bool,
    /// The lead part this person plays in the demonstration.
    pub(crate) part: Option<Part>,
}

/// An illness with the day of its diagnosis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Diagnosed {
    pub(crate) illness: &'static Illness,
    pub(crate) since: Date,
}

/// The leads of the demonstration: people whose story is written, not thrown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// In Poole now with a broken hip; known to everybody.
    Inpatient,
    /// Twins of whom one hospital knows too little.
    Twin,
    /// Registered twice at Poole.
    Duplicate,
    /// Registered with a practice that does not answer.
    SilentPractice,
    /// Registered with a practice that answers late.
    SlowPractice,
    /// Father and son of one name at one address.
    Namesake,
}

impl Person {
    /// Whole years of age on a day.
    pub(crate) fn age_on(&self, day: Date) -> i64 {
        let had_birthday =
            (day.month(), day.day()) >= (self.birth_date.month(), self.birth_date.day());
        i64::from(day.year()) - i64::from(self.birth_date.year()) - i64::from(!had_birthday)
    }

    /// Has been diagnosed with the illness of that key by that day.
    pub(crate) fn has(&self, key: &str, day: Date) -> bool {
        self.illnesses.iter().any(|found| found.illness.key == key && found.since <= day)
    }

    /// The surname on a day.
    pub(crate) fn family_on(&self, day: Date) -> &'static str {
        match self.former_family {
            Some((former, wedding)) if day < wedding => former,
            _ => self.family,
        }
    }

    /// The home on a day.
    pub(crate) fn home_on(&self, day: Date) -> usize {
        match self.former_home {
            Some((former, moved)) if day < moved => former,
            _ => self.home,
        }
    }

    /// Alive on a day.
    pub(crate) fn lives_on(&self, day: Date) -> bool {
        self.birth_date <= day && self.died.is_none_or(|died| day < died)
    }

    /// `Mrs`.
    pub(crate) fn title(&self, day: Date) -> &'static str {
        match (self.gender, self.age_on(day) < 16, self.married) {
            (Gender::Male, true, _) => "Master",
            (Gender::Male, ..) => "Mr",
            (_, true, _) => "Miss",
            (_, _, true) => "Mrs",
            _ => "Ms",
        }
    }

    /// The mobile in the range 07700 9, kept by Ofcom for drama.
    pub(crate) fn mobile(&self) -> Option<String> {
        self.mobile.map(|digits| format!("07700 9{digits:05}"))
    }
}
