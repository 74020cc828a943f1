//! The sum: every field that both sources filled, and what it says.

use model::{Demographics, Gender};

use crate::birth_date::{self, BirthDateLevel};
use crate::name::{self, FamilyLevel, ForenameLevel};
use crate::veto::{self, Findings, Rule, Veto};
use crate::weights::{self, Level};
use crate::{Profile, contact, number};

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// The sum of the parts: log2 of the odds that these two are one person.
    pub total: f64,
    /// What each field added, in the order of the table.
    pub parts: Vec<Part>,
    /// Safety rules that forbid a link, hardest first.
    pub vetoes: Vec<Veto>,
    /// The rule that links without a sum.
    pub rule: Option<Rule>,
}

/// One field's say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The field: `Surname`.
    pub field: &'static str,
    /// How it agreed: `same`. Never a value.
    pub level: &'static str,
    /// log2(m/u), after capping.
    pub weight: f64,
}

/// Compares what two sources say. Symmetric: the order of the two never matters.
pub fn compare(a: &Demographics, b: &Demographics) -> Weight {
    compare_profiles(&Profile::new(a), &Profile::new(b))
}

/// As [`compare`], for demographics prepared once and compared often.
pub fn compare_profiles(a: &Profile, b: &Profile) -> Weight {
    let (x, y) = (a.demographics(), b.demographics());
    let names = name::compare(a, b);
    let forename_speaks = names.forename.is_some_and(ForenameLevel::agrees);
    let gender = genders(x, y);
    let found = Findings {
        number: number::compare(x, y),
        family: names.family,
        forename: names.forename,
        birth_date: birth_date::compare(x.birth_date, y.birth_date),
        gender_differs: gender == Some(false),
        same_home: contact::same_home(a, b),
    };
    let mut sum = Sum::default();
    sum.add(weights::PRIOR);
    sum.add_some(found.number.map(number::NumberLevel::weight));
    names.levels.into_iter().for_each(|level| sum.add(level));
    let birth_level = found.birth_date.map(|level| level.weight(x.birth_date));
    sum.add_some(birth_level);
    sum.add_some(gender.map(gender_level));
    sum.add_capped(&contact::household(a, b, forename_speaks), weights::HOUSEHOLD_CAP);
    sum.add_capped(&contact::own(a, b, forename_speaks), weights::OWN_CONTACT_CAP);
    let twins = veto::is_twin_pattern(x, y, &found);
    sum.add_some(twins.then_some(weights::TWINS));
    sum.add_some(veto::is_generation(x, y, &found).then_some(weights::GENERATION));
    let total = sum.parts.iter().map(|part| part.weight).sum();
    Weight { total, parts: sum.parts, vetoes: veto::vetoes(a, b, &found), rule: veto::rule(&found) }
}

/// How names and birth dates agree, for a search that has nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// Surnames, former ones included.
    pub family: Option<FamilyLevel>,
    /// Forenames.
    pub forename: Option<ForenameLevel>,
    /// Birth dates.
    pub birth_date: Option<BirthDateLevel>,
}

/// Compares names and birth dates only.
pub fn agreement(a: &Profile, b: &Profile) -> Agreement {
    let names = name::compare(a, b);
    let (one, other) = (a.demographics().birth_date, b.demographics().birth_date);
    Agreement {
        family: names.family,
        forename: names.forename,
        birth_date: birth_date::compare(one, other),
    }
}

/// `None` unless both are male or female.
fn genders(a: &Demographics, b: &Demographics) -> Option<bool> {
    let stated = |gender: Gender| matches!(gender, Gender::Male | Gender::Female);
    let (one, other) = (a.gender.filter(|g| stated(*g))?, b.gender.filter(|g| stated(*g))?);
    Some(one == other)
}

fn gender_level(same: bool) -> Level {
    if same { weights::GENDER_SAME } else { weights::GENDER_DIFFERENT }
}

#[derive(Default)]
struct Sum {
    parts: Vec<Part>,
}

impl Sum {
    fn add(&mut self, level: Level) {
        self.parts.push(Part { field: level.field, level: level.name, weight: level.weight() });
    }

    fn add_some(&mut self, level: Option<Level>) {
        if let Some(level) = level {
            self.add(level);
        }
    }

    /// Adds correlated levels as one group: together no more than `cap`.
    fn add_capped(&mut self, levels: &[Level], cap: f64) {
        let mut room = cap;
        for level in levels {
            let weight = level.weight().min(room);
            room -= weight;
            self.parts.push(Part { field: level.field, level: level.name, weight });
        }
    }
}
