//! The sum: every field that both sources filled, and what it says.

use std::borrow::Cow;

use model::Gender;

use crate::birth_date::{self, BirthDateLevel};
use crate::extra::{self, ExtraLevel};
use crate::forename::{ForenameLevel, Forenames};
use crate::level::Level;
use crate::name::{self, FamilyLevel};
use crate::veto::{self, Findings, Rule, Veto, Vetoes};
use crate::{Model, Profile, contact, number};

/// The outcome of a comparison, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// The sum of the parts: log2 of the odds that these two are one person.
    pub total: f64,
    /// What each field added, in the order of the model's file.
    pub parts: Vec<Part>,
    /// Safety rules that forbid a link, hardest first.
    pub vetoes: Vec<Veto>,
    /// The rule that links without a sum.
    pub rule: Option<Rule>,
}

/// One field's say.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The field: `Surname`.
    pub field: Cow<'static, str>,
    /// How it agreed: `same`. Never a value.
    pub level: &'static str,
    /// log2(m/u), after capping.
    pub weight: f64,
}

/// The outcome of a comparison as the decision needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) total: f64,
    pub(crate) vetoes: Vetoes,
    pub(crate) rule: Option<Rule>,
    pub(crate) forenames: Forenames,
    pub(crate) family_agrees: bool,
    pub(crate) gender_differs: bool,
    pub(crate) birth_date: Option<BirthDateLevel>,
}

impl Comparison {
    pub(crate) fn born_same_day(&self) -> bool {
        self.birth_date == Some(BirthDateLevel::Same)
    }
}

/// Hears what each field adds.
pub(crate) trait Tally {
    fn say(&mut self, level: Level, weight: f64);
    fn say_extra(&mut self, place: usize, level: ExtraLevel, weight: f64);
}

impl Model {
    /// Compares two records and explains it. Symmetric: the order of the two never matters.
    pub fn compare(&self, a: &Profile, b: &Profile) -> Weight {
        let mut parts = Parts { model: self, parts: Vec::new() };
        let found = weigh(self, a, b, &mut parts);
        let parts = parts.parts;
        let total = parts.iter().map(|part| part.weight).sum();
        let vetoes = self.vetoes(a, b, &found).iter().collect();
        Weight { total, parts, vetoes, rule: veto::rule(&found) }
    }

    /// As [`Model::compare`], without the explanation.
    pub(crate) fn comparison(&self, a: &Profile, b: &Profile) -> Comparison {
        let mut sum = Sum(0.0);
        let found = weigh(self, a, b, &mut sum);
        Comparison {
            total: sum.0,
            vetoes: self.vetoes(a, b, &found),
            rule: veto::rule(&found),
            forenames: found.forenames,
            family_agrees: found.family.is_some_and(FamilyLevel::agrees),
            gender_differs: found.gender_differs,
            birth_date: found.birth_date,
        }
    }
}

impl Model {
    fn vetoes(&self, a: &Profile, b: &Profile, found: &Findings) -> Vetoes {
        let vetoes = veto::vetoes(a, b, found);
        if self.tells_relatives_apart { vetoes } else { vetoes.hard() }
    }
}

/// Tells the tally about every field that both have.
pub(crate) fn weigh(model: &Model, a: &Profile, b: &Profile, tally: &mut impl Tally) -> Findings {
    let mut tally = Erring { log2_errors: model.log2_errors(a.source, b.source), tally };
    tally.say(Level::Chance, model.weight(Level::Chance));
    let number = number::compare(a, b);
    if let Some(level) = number.map(number::NumberLevel::level) {
        tally.say(level, model.weight(level));
    }
    let names = name::compare(model, a, b, &mut tally);
    let birth_date = birth_date::compare(a.birth_date, b.birth_date);
    if let Some(level) = birth_date.map(|found| found.level(a.birth_date)) {
        tally.say(level, model.weight(level));
    }
    let gender = genders(a, b);
    if let Some(level) = gender {
        tally.say(level, model.weight(level));
    }
    if a.death_date.is_some() && a.death_date == b.death_date {
        tally.say(Level::DeathSame, model.weight(Level::DeathSame));
    }
    let found = Findings {
        number,
        family: names.family,
        forenames: names.forenames,
        birth_date,
        gender_differs: gender == Some(Level::GenderDifferent),
        same_home: contact::same_home(a, b),
        same_contact: contact::same_contact(a, b),
    };
    let forename_agrees = names.forenames.level.is_some_and(ForenameLevel::agrees);
    let birth_date_agrees = birth_date == Some(BirthDateLevel::Same);
    contact::household(model, a, b, (forename_agrees, birth_date_agrees), &mut tally);
    contact::own(model, a, b, forename_agrees, &mut tally);
    if let Some(level) = number::identifiers(a, b) {
        tally.say(level, model.weight(level));
    }
    for (place, level, weight) in extra::compare(model, a, b) {
        tally.say_extra(place, level, weight);
    }
    if let Some(level) = relatives(a, b, &found) {
        tally.say(level, model.weight(level));
    }
    found
}

/// What relatives have in common is no sign that they are one: fields that agree together count for
/// less than each alone.
fn relatives(a: &Profile, b: &Profile, found: &Findings) -> Option<Level> {
    if veto::is_twin_pattern(a, b, found) {
        let two_names = found.forenames.level == Some(ForenameLevel::Different);
        Some(if two_names { Level::TwinsTwoNames } else { Level::Twins })
    } else if veto::is_generation(a, b, found) {
        Some(Level::Generation)
    } else {
        (found.birth_date.is_none() && !found.same_number()).then_some(Level::Undated)
    }
}

/// `None` unless both are male or female.
fn genders(a: &Profile, b: &Profile) -> Option<Level> {
    let stated = |gender: &Gender| matches!(gender, Gender::Male | Gender::Female);
    let (one, other) = (a.gender.filter(stated)?, b.gender.filter(stated)?);
    Some(if one == other { Level::GenderSame } else { Level::GenderDifferent })
}

/// Errors mean less where the sources make many.
struct Erring<'a, T> {
    log2_errors: f64,
    tally: &'a mut T,
}

impl<T: Tally> Tally for Erring<'_, T> {
    fn say(&mut self, level: Level, weight: f64) {
        let more = if level.is_an_error() { self.log2_errors } else { 0.0 };
        self.tally.say(level, weight + more);
    }

    fn say_extra(&mut self, place: usize, level: ExtraLevel, weight: f64) {
        self.tally.say_extra(place, level, weight);
    }
}

struct Sum(f64);

impl Tally for Sum {
    fn say(&mut self, _: Level, weight: f64) {
        self.0 += weight;
    }

    fn say_extra(&mut self, _: usize, _: ExtraLevel, weight: f64) {
        self.0 += weight;
    }
}

struct Parts<'a> {
    model: &'a Model,
    parts: Vec<Part>,
}

impl Tally for Parts<'_> {
    fn say(&mut self, level: Level, weight: f64) {
        self.parts.push(Part { field: level.field().into(), level: level.words(), weight });
    }

    fn say_extra(&mut self, place: usize, level: ExtraLevel, weight: f64) {
        let name = self.model.extras.get(place).map(|extra| extra.name.clone());
        let field = name.unwrap_or_default().into();
        self.parts.push(Part { field, level: level.words(), weight });
    }
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
    let names = name::compare(Model::standard(), a, b, &mut Sum(0.0));
    Agreement {
        family: names.family,
        forename: names.forenames.level,
        birth_date: birth_date::compare(a.birth_date, b.birth_date),
    }
}
