//! The safety rules: what no score may outweigh, and what needs no score.

use crate::birth_date::{BirthDateLevel, is_first_january, years_apart};
use crate::forename::{ForenameLevel, Forenames, Spelling};
use crate::name::FamilyLevel;
use crate::number::NumberLevel;
use crate::{Profile, ReviewKind};

/// A reason not to link by oneself, whatever the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Veto {
    /// Both numbers are verified and they differ.
    DifferentVerifiedNumbers,
    /// One number, but forenames that conflict, or a name and a birth date that do not agree: two
    /// people on one number.
    SameNumberOtherPerson,
    /// One of them is sensitive (S-flag) and no verified number says that they are one: an old and
    /// a new identity must not be joined, nor shown side by side.
    Sensitive,
    /// Born on one day under one surname, forenames not in full agreement.
    Twins,
    /// A placeholder for a newborn's name.
    Newborn,
    /// Two dates of death.
    ConflictingDeath,
    /// One name, and one home or telephone, of people born many years apart.
    Generation,
    /// A surname or birth date that stands in for one that is not known, and nothing of their own
    /// agrees.
    StandIn,
}

impl Veto {
    /// Every veto, the hardest first.
    pub const ALL: [Self; 8] = [
        Self::DifferentVerifiedNumbers,
        Self::SameNumberOtherPerson,
        Self::Sensitive,
        Self::Twins,
        Self::Newborn,
        Self::ConflictingDeath,
        Self::Generation,
        Self::StandIn,
    ];

    #[expect(clippy::as_conversions, reason = "the discriminant of a plain enum is its place")]
    fn bit(self) -> u8 {
        1 << (self as u8)
    }

    /// Even a verified NHS number elsewhere in the person does not lift it.
    pub fn is_hard(self) -> bool {
        matches!(self, Self::DifferentVerifiedNumbers | Self::SameNumberOtherPerson)
    }

    /// The queue for a steward.
    pub fn review(self) -> ReviewKind {
        match self {
            Self::DifferentVerifiedNumbers | Self::Sensitive | Self::Generation | Self::StandIn => {
                ReviewKind::PossibleDuplicate
            }
            Self::SameNumberOtherPerson => ReviewKind::ConfusedNumber,
            Self::Twins => ReviewKind::Twins,
            Self::Newborn => ReviewKind::Newborn,
            Self::ConflictingDeath => ReviewKind::ConflictingDeath,
        }
    }
}

/// A rule that links without a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// One verified number, and the birth date agrees.
    NumberAndBirthDate,
    /// One verified number, and the name agrees.
    NumberAndName,
    /// One number, not verified by both, and both birth date and name agree.
    NumberNameAndBirthDate,
}

impl Rule {
    /// The words kept with the link.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NumberAndBirthDate => "the same verified NHS number, and the birth date agrees",
            Self::NumberAndName => "the same verified NHS number, and the name agrees",
            Self::NumberNameAndBirthDate => "the same NHS number, and name and birth date agree",
        }
    }
}

/// How the fields agree, as far as the safety rules ask.
pub(crate) struct Findings {
    pub(crate) number: Option<NumberLevel>,
    pub(crate) family: Option<FamilyLevel>,
    pub(crate) forenames: Forenames,
    pub(crate) birth_date: Option<BirthDateLevel>,
    pub(crate) gender_differs: bool,
    pub(crate) same_home: bool,
    /// A mobile telephone or e-mail address is the same.
    pub(crate) same_contact: bool,
}

/// Vetoes as a set: comparing a million pairs allocates nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Vetoes(u8);

impl Vetoes {
    fn add(&mut self, veto: Veto) {
        self.0 |= veto.bit();
    }

    /// Those that no model may do without.
    pub(crate) fn hard(self) -> Self {
        self.iter().filter(|veto| veto.is_hard() || *veto == Veto::Sensitive).collect()
    }

    pub(crate) fn contains(self, veto: Veto) -> bool {
        self.0 & veto.bit() != 0
    }

    /// The hardest first.
    pub(crate) fn iter(self) -> impl Iterator<Item = Veto> {
        Veto::ALL.into_iter().filter(move |veto| self.contains(*veto))
    }
}

impl FromIterator<Veto> for Vetoes {
    fn from_iter<T: IntoIterator<Item = Veto>>(vetoes: T) -> Self {
        let mut set = Self::default();
        vetoes.into_iter().for_each(|veto| set.add(veto));
        set
    }
}

impl Findings {
    pub(crate) fn same_number(&self) -> bool {
        matches!(self.number, Some(NumberLevel::SameVerified | NumberLevel::Same))
    }

    fn birth_date_agrees(&self) -> bool {
        self.birth_date.is_some_and(BirthDateLevel::agrees)
    }

    fn forenames_conflict(&self) -> bool {
        self.forenames.level.is_some_and(ForenameLevel::conflicts)
    }

    fn name_agrees(&self) -> bool {
        let forename = self.forenames.level.is_some_and(ForenameLevel::agrees);
        let family = self.family.is_none_or(FamilyLevel::agrees);
        forename && (family || self.forenames.level.is_some_and(ForenameLevel::is_full))
    }
}

/// Every veto that applies.
pub(crate) fn vetoes(a: &Profile, b: &Profile, found: &Findings) -> Vetoes {
    let mut vetoes = Vetoes::default();
    if found.number == Some(NumberLevel::DifferentVerified) {
        vetoes.add(Veto::DifferentVerifiedNumbers);
    }
    if found.same_number() && is_confusion(a, b, found) {
        vetoes.add(Veto::SameNumberOtherPerson);
    }
    if (a.sensitive || b.sensitive) && found.number != Some(NumberLevel::SameVerified) {
        vetoes.add(Veto::Sensitive);
    }
    if found.same_number() {
        return vetoes;
    }
    if is_twin_pattern(a, b, found) || is_twin_unless_told(a, b, found) {
        vetoes.add(Veto::Twins);
    }
    if a.is_newborn() || b.is_newborn() {
        vetoes.add(Veto::Newborn);
    }
    if deaths_conflict(a, b) {
        vetoes.add(Veto::ConflictingDeath);
    }
    if is_generation(a, b, found) {
        vetoes.add(Veto::Generation);
    }
    if is_stand_in(a, b, found) {
        vetoes.add(Veto::StandIn);
    }
    vetoes
}

/// The rule that links these two, unless a veto stands against it.
pub(crate) fn rule(found: &Findings) -> Option<Rule> {
    let (date, name) = (found.birth_date_agrees(), found.name_agrees());
    match found.number? {
        NumberLevel::SameVerified if date => Some(Rule::NumberAndBirthDate),
        NumberLevel::SameVerified if name => Some(Rule::NumberAndName),
        NumberLevel::Same if date && name => Some(Rule::NumberNameAndBirthDate),
        _ => None,
    }
}

/// Two people on one number. A number typed for the wrong person is verified all the same, so it
/// carries no link across:
///
/// 1. forenames that conflict, or further ones in full that do, whatever else agrees: twins share
///    surname, birth date and home, and strangers share a birthday; also two on no list that differ as
///    two names do, unless something of their own agrees;
/// 2. twins whose names do not say which is which, by their birth order;
/// 3. a changed surname without the same forename in full, where the birth date is one digit off:
///    one slip is believed of somebody whose name agrees, or two fields may belong to two people;
/// 4. a birth date that conflicts, where the name does not agree either;
/// 5. parent and child of one name, though their birth dates may be only a digit apart.
fn is_confusion(a: &Profile, b: &Profile, found: &Findings) -> bool {
    let full = found.forenames.level.is_some_and(ForenameLevel::is_full);
    let twins = birth_orders_differ(a, b) && !full;
    let surname_changed = found.family == Some(FamilyLevel::Different) && !full;
    let slip = found.birth_date == Some(BirthDateLevel::OneDigit);
    let date_conflicts = found.birth_date.is_some() && !found.birth_date_agrees();
    let name_known = found.forenames.level.is_some() || found.family.is_some();
    let both_conflict = date_conflicts && name_known && !found.name_agrees();
    let apart = years_apart(a.birth_date, b.birth_date) >= YOUNGEST_PARENT;
    let generation = (date_conflicts && apart)
        || (is_generation(a, b, found) && (date_conflicts || is_parent_of_one_digit(a, b, found)));
    let two_names = found.forenames_conflict() || found.forenames.further_conflict;
    let unlisted = found.forenames.spelling == Spelling::TwoNames
        && !is_their_own(found, found.forenames.middle_agrees);
    two_names || unlisted || twins || (surname_changed && slip) || both_conflict || generation
}

/// A parent is at least so many years older.
const YOUNGEST_PARENT: u16 = 16;

/// Father and son, or two cousins, of one name in one house or with one telephone: birth dates ten years apart, or two
/// years and without anything in common.
pub(crate) fn is_generation(a: &Profile, b: &Profile, found: &Findings) -> bool {
    (found.same_home || found.same_contact)
        && found.name_agrees()
        && found.birth_date.is_some_and(|level| level != BirthDateLevel::Same)
        && match years_apart(a.birth_date, b.birth_date) {
            0 | 1 => false,
            2..=10 => found.birth_date == Some(BirthDateLevel::Different),
            _ => true,
        }
}

/// Same birth date and surname without full agreement of the forename, or a multiple birth. An initial
/// that fits is doubtful unless a telephone, e-mail address or middle name of their own agrees.
pub(crate) fn is_twin_pattern(a: &Profile, b: &Profile, found: &Findings) -> bool {
    let same_birth = found.birth_date_agrees() && found.family.is_some_and(FamilyLevel::agrees);
    let full = found.forenames.level.is_some_and(ForenameLevel::is_full);
    let weak = found.forenames.level == Some(ForenameLevel::Initial) || found.forenames.may_be_two;
    let may_be_twin = weak || found.forenames.level.is_some_and(ForenameLevel::may_be_twin);
    let is_their_own = is_their_own(found, found.forenames.middle_agrees);
    let doubtful = may_be_twin && !(weak && is_their_own)
        || (found.gender_differs && found.forenames.level != Some(ForenameLevel::Same))
        || birth_orders_differ(a, b);
    let flagged = a.birth_order.is_some() || b.birth_order.is_some();
    same_birth && (doubtful || (flagged && !full))
}

/// A digit apart in the birth date is a slip on one number, but 20, 30 or 40 years are also a parent and
/// a child; a telephone, e-mail address or middle name of their own tells them from one person.
fn is_parent_of_one_digit(a: &Profile, b: &Profile, found: &Findings) -> bool {
    matches!(years_apart(a.birth_date, b.birth_date), 20 | 30 | 40)
        && !is_their_own(found, found.forenames.middle_agrees)
}

/// Born on one day under one surname, and the forenames do not say in full that they are one: one is
/// like the other, or a middle name, or missing, or further names in full differ, or only these tell two
/// called Mohammed apart. That both are no
/// names of a list says nothing: none has them all. A plain slip in a listed name, or a telephone, e-mail
/// address or middle name of their own, says that they are one all the same.
fn is_twin_unless_told(a: &Profile, b: &Profile, found: &Findings) -> bool {
    let Forenames { level, middle_agrees, spelling, further_conflict, called_alike, .. } =
        found.forenames;
    let same_birth = found.birth_date == Some(BirthDateLevel::Same)
        && found.family.is_some_and(FamilyLevel::agrees);
    let full = level.is_some_and(ForenameLevel::is_full);
    let unnamed = level.is_none() && (a.is_newborn() || b.is_newborn());
    same_birth
        && !unnamed
        && (further_conflict
            || (called_alike && !found.same_contact)
            || (!full && spelling != Spelling::Slip && !is_their_own(found, middle_agrees)))
}

fn is_their_own(found: &Findings, middle_agrees: Option<bool>) -> bool {
    middle_agrees == Some(true) || (found.same_contact && middle_agrees.is_none())
}

/// Nobody knew who one of them was, or both were born on 1 January, which is often a stand-in: many
/// who share such a date share a common name, and a hostel. Asked unless something of their own agrees.
fn is_stand_in(a: &Profile, b: &Profile, found: &Findings) -> bool {
    let date = found.birth_date == Some(BirthDateLevel::Same)
        && a.birth_date.is_some_and(is_first_january);
    let own = is_their_own(found, found.forenames.middle_agrees);
    a.is_unidentified() || b.is_unidentified() || (date && !own)
}

pub(crate) fn birth_orders_differ(a: &Profile, b: &Profile) -> bool {
    matches!((a.birth_order, b.birth_order), (Some(one), Some(other)) if one != other)
}

/// Two different dates of death. Sources learn of a death at different times: that one does not
/// know of it yet is no conflict, and what it knows is never carried over by likeness.
fn deaths_conflict(a: &Profile, b: &Profile) -> bool {
    matches!((a.death_date, b.death_date), (Some(one), Some(other)) if one != other)
}
