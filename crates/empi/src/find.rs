//! Finds a person for someone who knows an NHS number, or a name and a birth date.

use db::Tx;
use jiff::civil::Date;
use matching::{Agreement, BirthDateLevel, FamilyLevel, ForenameLevel, Profile, blocking};
use model::{Demographics, NhsNumber, PersonId, PersonName};

use crate::blocking_index::Index;
use crate::{Error, LocalPatient, Result, local_patient, number, person};

/// As many people as a page shows; the NHS's own tracing service gives no more either.
const MOST_FOUND: usize = 50;

/// What is known about the person looked for.
#[derive(Clone, Default)]
pub struct Search {
    /// The NHS number; enough by itself.
    pub nhs_number: Option<NhsNumber>,
    /// Surname, present or former.
    pub family: String,
    /// Forename, in full or short.
    pub given: String,
    /// Date of birth.
    pub birth_date: Option<Date>,
}

/// People found, the best first.
#[derive(Debug, Clone, Default)]
pub struct FoundPeople {
    /// At most fifty.
    pub people: Vec<Found>,
    /// There are more than these: ask for a fuller name.
    pub more: bool,
}

/// A person found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The person.
    pub id: PersonId,
    /// The best of what the sources say.
    pub demographics: Demographics,
    /// How well it fits.
    pub exactness: Exactness,
}

/// How well a person fits a search, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exactness {
    /// By NHS number.
    NhsNumber,
    /// Name and birth date exactly.
    Exact,
    /// A former surname, a short forename, names or day and month in another order, or a slip.
    Similar,
}

impl Exactness {
    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::NhsNumber => "NHS number",
            Self::Exact => "Exact",
            Self::Similar => "Similar",
        }
    }
}

/// Finds people. Needs an NHS number, or a name and the date of birth: no one browses names here.
pub fn find(tx: &mut Tx, search: &Search) -> Result<FoundPeople> {
    if let Some(number) = &search.nhs_number {
        let found = by_number(tx, number)?;
        if !found.people.is_empty() || search.birth_date.is_none() {
            return Ok(found);
        }
    }
    by_name(tx, search)
}

fn by_number(tx: &mut Tx, number: &NhsNumber) -> Result<FoundPeople> {
    // Somebody may know a number that PDS has replaced since.
    let number = number::replaced_by(tx, Some(*number))?.unwrap_or(*number);
    let mut people = Vec::new();
    for members in people_sharing(tx, &[blocking::number_key(&number)])? {
        let Some(id) = members.first().map(|member| member.person) else { continue };
        let demographics = person::golden(&members);
        people.push(Found { id, demographics, exactness: Exactness::NhsNumber });
    }
    // The person whose own number it is comes before one with a record that carries it by mistake.
    people.sort_by_key(|found| found.demographics.nhs_number != Some(number));
    Ok(first_page(people))
}

fn by_name(tx: &mut Tx, search: &Search) -> Result<FoundPeople> {
    let names = possible_names(search);
    let (false, Some(birth_date)) = (names.is_empty(), search.birth_date) else {
        return Err(Error::TooLittle);
    };
    let wanted = Demographics { names, birth_date: Some(birth_date), ..Demographics::default() };
    let wanted = Profile::new(&wanted);
    let mut ranked = Vec::new();
    for members in people_sharing(tx, &blocking::keys(&wanted))? {
        let best = members.iter().filter_map(|member| fits(&wanted, member, &members)).min();
        let Some((rank, id)) = best.zip(members.first().map(|member| member.person)) else {
            continue;
        };
        let exactness = if rank == EXACT { Exactness::Exact } else { Exactness::Similar };
        let newest = person::last_changed(&members);
        let found = Found { id, demographics: person::golden(&members), exactness };
        ranked.push((rank, std::cmp::Reverse(newest), found));
    }
    ranked.sort_by_key(|(rank, newest, _)| (*rank, *newest));
    Ok(first_page(ranked.into_iter().map(|(_, _, found)| found).collect()))
}

fn first_page(mut people: Vec<Found>) -> FoundPeople {
    let more = people.len() > MOST_FOUND;
    people.truncate(MOST_FOUND);
    FoundPeople { people, more }
}

/// The name as typed, and with forename and surname in each other's place.
fn possible_names(search: &Search) -> Vec<PersonName> {
    let (family, given) = (search.family.trim(), search.given.trim());
    let name = |family: &str, given: &str| PersonName {
        family: family.to_owned(),
        given: given.split_whitespace().map(str::to_owned).collect(),
        prefix: None,
    };
    match (family.is_empty(), given.is_empty()) {
        (false, false) => vec![name(family, given), name(given, family)],
        (true, true) => Vec::new(),
        _ => whole_name(if family.is_empty() { given } else { family })
            .map_or_else(|| vec![name(family, given)], |(a, b)| vec![name(a, b), name(b, a)]),
    }
}

/// `Hardy, Thomasina` or `Thomasina Hardy` typed into one box.
fn whole_name(text: &str) -> Option<(&str, &str)> {
    let (first, second) = text.split_once(',').or_else(|| text.rsplit_once(char::is_whitespace))?;
    let (first, second) = (first.trim(), second.trim());
    (!first.is_empty() && !second.is_empty()).then_some((first, second))
}

type Rank = (BirthDateLevel, Option<FamilyLevel>, Option<ForenameLevel>);
const EXACT: Rank = (BirthDateLevel::Same, Some(FamilyLevel::Same), Some(ForenameLevel::Same));

/// How one record of a person fits, with every name that any of its records gives.
fn fits(wanted: &Profile, record: &LocalPatient, members: &[LocalPatient]) -> Option<Rank> {
    let others = members.iter().flat_map(|member| member.demographics.names.iter().cloned());
    let names = record.demographics.names.iter().cloned().chain(others).collect();
    let known = Demographics { names, ..record.demographics.clone() };
    let agreement = matching::agreement(wanted, &Profile::new(&known));
    is_wanted(agreement).then_some(())?;
    Some((agreement.birth_date?, agreement.family, agreement.forename))
}

/// A slip in the date is forgiven where the name is right, one in the name where the date is.
fn is_wanted(found: Agreement) -> bool {
    let family = found.family.is_none_or(FamilyLevel::agrees);
    let forename = found.forename.is_none_or(ForenameLevel::agrees);
    let full = found.forename.is_some_and(ForenameLevel::is_full)
        && matches!(found.family, Some(FamilyLevel::Same | FamilyLevel::Former));
    let named = found.family.is_some() || found.forename.is_some();
    named
        && match found.birth_date {
            Some(BirthDateLevel::Same | BirthDateLevel::Swapped) => family && forename,
            Some(BirthDateLevel::OneDigit) => full,
            _ => false,
        }
}

/// The records of every person of whom one shares a key.
fn people_sharing(tx: &mut Tx, keys: &[blocking::Key]) -> Result<Vec<Vec<LocalPatient>>> {
    let found = Index::direct().look(tx, keys)?;
    local_patient::people_of(tx, &found.patients)
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Search(…)")
    }
}
