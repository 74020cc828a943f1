//! Which people a system may mean: by what their records say, never by browsing.

use std::collections::BTreeSet;

use db::{Tx, Value, params};
use jiff::civil::Date;
use model::PersonId;

use crate::search_key::{Kind, day, fold, telephone_digits};
use crate::{Result, local_patient, person};

/// More alternatives than this in one clue are too many to look up.
const MOST_ALTERNATIVES: usize = 20;

/// Something that the records of a person say; alternatives count as "or".
#[derive(Clone)]
pub struct Clue {
    kind: Kind,
    ranges: Vec<(String, String)>,
}

impl Clue {
    /// Born in one of these spans of days, both ends included.
    pub fn born(spans: &[(Date, Date)]) -> Self {
        let key = |date: Date| Kind::BirthDate.key(&day(date));
        let ranges = spans.iter().map(|(from, to)| (key(*from), key(*to))).collect();
        Self { kind: Kind::BirthDate, ranges }
    }

    /// A surname, present or former, that begins like one of these.
    pub fn family<'a>(beginnings: impl IntoIterator<Item = &'a str>) -> Self {
        Self::beginning(Kind::Family, beginnings.into_iter().map(fold))
    }

    /// A forename that begins like one of these.
    pub fn given<'a>(beginnings: impl IntoIterator<Item = &'a str>) -> Self {
        Self::beginning(Kind::Given, beginnings.into_iter().map(fold))
    }

    /// A postcode that begins like one of these.
    pub fn postcode<'a>(beginnings: impl IntoIterator<Item = &'a str>) -> Self {
        Self::beginning(Kind::Postcode, beginnings.into_iter().map(fold))
    }

    /// One of these telephone numbers, whole.
    pub fn telephone<'a>(numbers: impl IntoIterator<Item = &'a str>) -> Self {
        let keys = numbers.into_iter().map(telephone_digits);
        let keys = keys.map(|digits| Kind::Telephone.key(&digits));
        Self { kind: Kind::Telephone, ranges: keys.map(|key| (key.clone(), key)).collect() }
    }

    /// One of these e-mail addresses, whole.
    pub fn email<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let keys = addresses.into_iter().map(|address| Kind::Email.key(&fold(address)));
        Self { kind: Kind::Email, ranges: keys.map(|key| (key.clone(), key)).collect() }
    }

    /// This or the other: a telephone number or an e-mail address.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.ranges.extend(other.ranges);
        self
    }

    fn beginning(kind: Kind, beginnings: impl Iterator<Item = String>) -> Self {
        let range = |text: String| {
            let from = kind.key(&text);
            // No letter comes after z, so all that begins like `from` stands before this.
            let to = format!("{from}{}", "z".repeat(40));
            (from, to)
        };
        Self { kind, ranges: beginnings.filter(|text| !text.is_empty()).map(range).collect() }
    }

    fn is_place(&self) -> bool {
        matches!(self.kind, Kind::Telephone | Kind::Email | Kind::Postcode)
    }

    /// Fewer people share a telephone than a birth date, and a birth date than a forename.
    fn selectivity(&self) -> u8 {
        match self.kind {
            Kind::Telephone | Kind::Email => 0,
            Kind::BirthDate => 1,
            Kind::Postcode => 2,
            Kind::Family => 3,
            Kind::Given => 4,
        }
    }
}

impl std::fmt::Debug for Clue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clue({:?}, {} alternatives)", self.kind, self.ranges.len())
    }
}

/// The people that fit every clue's index entries, in a stable order, or `None` if more than `most`
/// do: then the question is too broad. The one or two clues that say most are looked up; the caller
/// compares the people with everything that was asked. Nobody sensitive is found by place or contact.
pub fn people_like(tx: &mut Tx, clues: &[Clue], most: usize) -> Result<Option<Vec<PersonId>>> {
    let mut clues: Vec<&Clue> = clues.iter().collect();
    clues.sort_by_key(|clue| clue.selectivity());
    let Some((first, rest)) = clues.split_first() else { return Ok(None) };
    let second = rest.iter().find(|clue| clue.kind != first.kind);
    let too_many = |clue: &Clue| clue.ranges.len() > MOST_ALTERNATIVES;
    if too_many(first) || second.is_some_and(|clue| too_many(clue)) {
        return Ok(None);
    }
    let mut people = BTreeSet::new();
    for range in &first.ranges {
        let mut found = by_one(tx, range, most)?;
        if let (true, Some(second)) = (found.len() > most, second) {
            found = by_two(tx, range, &second.ranges, most)?;
        }
        people.extend(found);
        if people.len() > most {
            return Ok(None);
        }
    }
    if clues.iter().any(|clue| clue.is_place()) {
        return without_sensitive(tx, people).map(Some);
    }
    Ok(Some(people.into_iter().collect()))
}

/// What one organisation protects (PDS S-flag), another one's record must not give away.
fn without_sensitive(tx: &mut Tx, people: BTreeSet<PersonId>) -> Result<Vec<PersonId>> {
    let mut shown = Vec::new();
    for person in people {
        let members = local_patient::members(tx, person)?;
        if !members.iter().any(|member| member.demographics.sensitive) {
            shown.push(person);
        }
    }
    Ok(shown)
}

type Range = (String, String);

fn by_one(tx: &mut Tx, (from, to): &Range, most: usize) -> Result<Vec<PersonId>> {
    people(
        tx,
        "select distinct p.person from search_key k
         join local_patient p on p.seq = k.patient
         where k.key >= ?1 and k.key <= ?2 limit ?3",
        params![from, to, limit(most)],
    )
}

/// One record of a person may give the birth date and another the surname.
fn by_two(tx: &mut Tx, first: &Range, others: &[Range], most: usize) -> Result<Vec<PersonId>> {
    let mut found = Vec::new();
    for other in others {
        found.extend(people(
            tx,
            "select distinct p.person from search_key k
             join local_patient p on p.seq = k.patient
             where k.key >= ?1 and k.key <= ?2 and p.person in (
                 select q.person from search_key l
                 join local_patient q on q.seq = l.patient
                 where l.key >= ?3 and l.key <= ?4)
             limit ?5",
            params![&first.0, &first.1, &other.0, &other.1, limit(most)],
        )?);
    }
    Ok(found)
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
}

fn people(tx: &mut Tx, sql: &'static str, values: &[Value]) -> Result<Vec<PersonId>> {
    let found: Vec<PersonId> = tx.query(sql, values, |row| row.get(0).map(PersonId::from_uuid))?;
    let current = found.into_iter().map(|id| Ok(person::resolve(tx, id)?.unwrap_or(id)));
    current.collect()
}
