//! Details that come later may contradict a link that exists. A steward decides, and until then
//! whoever reads the record is warned; nothing is parted. Two things are asked:
//!
//! 1. Two verified numbers, or one number that does not fit: of any two records of a person.
//! 2. Somebody else: a record that agrees with no other of its person, and contradicts one of them in
//!    what a person keeps. Its number was used again at its source, or the wrong patient overwritten.
//!
//! What a steward has confirmed on these very details is not asked again.

use std::collections::BTreeSet;

use db::Tx;
use jiff::Timestamp;
use matching::{ForenameLevel, Model, Profile, ReviewKind, Veto, Weight, agreement};
use model::{LocalPatientId, PersonId};

use crate::review::{self, NewReview};
use crate::seen::Confirmed;
use crate::{LocalPatient, Result, local_patient};

/// Asks about the links of a record that has changed.
pub(crate) fn ask_about(
    tx: &mut Tx,
    model: &Model,
    patient: &LocalPatient,
    at: Timestamp,
) -> Result<()> {
    let members = local_patient::members(tx, patient.person)?;
    let Some(links) = Links::of(tx, model, &members)? else { return Ok(()) };
    let place = members.iter().position(|member| member.id == patient.id);
    let Some(place) = place else { return Ok(()) };
    for pair in links.pairs().filter(|(a, b)| *a == place || *b == place) {
        if links.confuses(pair)? {
            return review::file_anew(tx, &links.question(pair, ReviewKind::ConfusedNumber)?, at);
        }
    }
    match links.strangers(tx, Some(place))? {
        Some(pair) => review::file_anew(tx, &links.question(pair, ReviewKind::DoubtedLink)?, at),
        None => Ok(()),
    }
}

/// Asks about a merge that a source has just made, where the two plainly are two people.
pub(crate) fn ask_about_merge(
    tx: &mut Tx,
    model: &Model,
    merged: LocalPatientId,
    at: Timestamp,
) -> Result<()> {
    let person = local_patient::known(tx, merged)?.person;
    let members = local_patient::members(tx, person)?;
    let Some(links) = Links::of(tx, model, &members)? else { return Ok(()) };
    let place = members.iter().position(|member| member.id == merged);
    match links.strangers(tx, place)? {
        Some(pair) => {
            let question = links.question(pair, ReviewKind::DoubtedLink)?.doubted("source");
            review::file_anew(tx, &question, at)
        }
        None => Ok(()),
    }
}

/// Files the question about this person's links, if there is one that nobody has been asked.
pub(crate) fn ask(tx: &mut Tx, model: &Model, person: PersonId, at: Timestamp) -> Result<()> {
    let members = local_patient::members(tx, person)?;
    match question(tx, model, &members)? {
        Some(question) => review::file_anew(tx, &question, at),
        None => Ok(()),
    }
}

/// The question about these records of one person that nobody has been asked.
pub(crate) fn question(
    tx: &mut Tx,
    model: &Model,
    members: &[LocalPatient],
) -> Result<Option<NewReview>> {
    let Some(links) = Links::of(tx, model, members)? else { return Ok(None) };
    let asked = links.asked(tx)?;
    for pair in links.pairs() {
        let is_known =
            asked.iter().any(|(a, b)| [a, b].iter().any(|x| [pair.0, pair.1].contains(x)));
        if !is_known && links.confuses(pair)? {
            return links.question(pair, ReviewKind::ConfusedNumber).map(Some);
        }
    }
    let pair = links.strangers(tx, None)?;
    pair.map(|pair| links.question(pair, ReviewKind::DoubtedLink)).transpose()
}

/// Whether the link of these two records is still contradicted.
pub(crate) fn stands(
    tx: &mut Tx,
    model: &Model,
    a: LocalPatientId,
    b: LocalPatientId,
) -> Result<bool> {
    let person = local_patient::known(tx, a)?.person;
    let members = local_patient::members(tx, person)?;
    let place = |id| members.iter().position(|member| member.id == id);
    let (Some(a), Some(b)) = (place(a), place(b)) else { return Ok(false) };
    let Some(links) = Links::of(tx, model, &members)? else { return Ok(false) };
    if links.confuses((a.min(b), a.max(b)))? {
        return Ok(true);
    }
    let groups = links.groups()?;
    let group = |place: usize| groups.iter().find(|group| group.contains(&place));
    let (Some(one), Some(other)) = (group(a), group(b)) else { return Ok(false) };
    Ok(one != other && links.contradiction(one, other, None).is_some())
}

/// Two records by their places, the lower first.
type Pair = (usize, usize);

/// The records of one person, compared with each other.
struct Links<'a> {
    model: &'a Model,
    members: &'a [LocalPatient],
    profiles: Vec<Profile>,
    confirmed: Confirmed,
}

impl<'a> Links<'a> {
    /// `None` where there is nothing to compare.
    fn of(tx: &mut Tx, model: &'a Model, members: &'a [LocalPatient]) -> Result<Option<Self>> {
        if members.len() < 2 {
            return Ok(None);
        }
        let confirmed = Confirmed::about(tx, members)?;
        let profiles = local_patient::profiles(members);
        Ok(Some(Self { model, members, profiles, confirmed }))
    }

    fn pairs(&self) -> impl Iterator<Item = Pair> + use<> {
        let count = self.members.len();
        (0..count).flat_map(move |a| (a + 1..count).map(move |b| (a, b)))
    }

    fn records(&self, (a, b): Pair) -> Result<(&LocalPatient, &LocalPatient)> {
        let two = self.members.get(a).zip(self.members.get(b));
        two.ok_or(crate::Error::Unknown("pair of records"))
    }

    fn profiles(&self, (a, b): Pair) -> Result<(&Profile, &Profile)> {
        let two = self.profiles.get(a).zip(self.profiles.get(b));
        two.ok_or(crate::Error::Unknown("pair of records"))
    }

    fn weight(&self, pair: Pair) -> Result<Weight> {
        let (a, b) = self.profiles(pair)?;
        Ok(self.model.compare(a, b))
    }

    fn question(&self, pair: Pair, kind: ReviewKind) -> Result<NewReview> {
        let (a, b) = self.records(pair)?;
        Ok(NewReview::evidence(self.model, a.id, b.id, kind, &self.weight(pair)?))
    }

    /// Their numbers say that they are two people, and no steward has seen those.
    fn confuses(&self, pair: Pair) -> Result<bool> {
        let (a, b) = self.records(pair)?;
        let vetoes = self.weight(pair)?.vetoes;
        if vetoes.contains(&Veto::DifferentVerifiedNumbers) {
            return Ok(!self.confirmed.knows_numbers(a, b));
        }
        Ok(vetoes.contains(&Veto::SameNumberOtherPerson) && !self.confirmed.knows_pair(a, b)?)
    }

    /// One person's by what they say now, or by what a steward saw.
    fn agree(&self, pair: Pair) -> Result<bool> {
        let (a, b) = self.records(pair)?;
        let weight = self.weight(pair)?;
        let alike = weight.rule.is_some() || weight.total >= self.model.review_from();
        Ok(alike || self.confirmed.knows_numbers(a, b) || self.confirmed.knows_pair(a, b)?)
    }

    /// The records in groups, each of which agrees with another of its group.
    fn groups(&self) -> Result<Vec<BTreeSet<usize>>> {
        let mut groups: Vec<BTreeSet<usize>> = Vec::new();
        for place in 0..self.members.len() {
            let mut own = BTreeSet::from([place]);
            let mut others = Vec::new();
            for group in groups {
                let mut agrees = false;
                for other in &group {
                    agrees = agrees || self.agree((*other, place))?;
                }
                if agrees { own.extend(group) } else { others.push(group) }
            }
            others.push(own);
            groups = others;
        }
        Ok(groups)
    }

    /// Two records that plainly are two people's, of two groups that nobody has been asked about;
    /// one of them in the group of this record, and that record itself where it can be.
    fn strangers(&self, tx: &mut Tx, of: Option<usize>) -> Result<Option<Pair>> {
        let groups = self.groups()?;
        if groups.len() < 2 {
            return Ok(None);
        }
        let asked = self.asked(tx)?;
        for (at, one) in groups.iter().enumerate() {
            for other in groups.iter().skip(at + 1) {
                let concerns = of.is_none_or(|of| one.contains(&of) || other.contains(&of));
                let between = |(a, b): &Pair| {
                    (one.contains(a) && other.contains(b)) || (one.contains(b) && other.contains(a))
                };
                if !concerns || asked.iter().any(between) {
                    continue;
                }
                if let Some(pair) = self.contradiction(one, other, of) {
                    return Ok(Some(pair));
                }
            }
        }
        Ok(None)
    }

    fn contradiction(
        &self,
        one: &BTreeSet<usize>,
        other: &BTreeSet<usize>,
        of: Option<usize>,
    ) -> Option<Pair> {
        let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (*a.min(b), *a.max(b))));
        let mut found: Vec<Pair> = pairs
            .filter(|(a, b)| {
                let two = self.profiles.get(*a).zip(self.profiles.get(*b));
                two.is_some_and(|(a, b)| are_two_people(a, b))
            })
            .collect();
        found.sort_unstable_by_key(|(a, b)| (!(Some(*a) == of || Some(*b) == of), *a, *b));
        found.first().copied()
    }

    /// The pairs of these records about which a question waits.
    fn asked(&self, tx: &mut Tx) -> Result<Vec<Pair>> {
        let Some(person) = self.members.first().map(|member| member.person) else {
            return Ok(Vec::new());
        };
        let place = |id| self.members.iter().position(|member| member.id == id);
        let asked = review::asked_within(tx, person)?.into_iter();
        Ok(asked.filter_map(|(a, b)| place(a).zip(place(b))).collect())
    }
}

/// What a person keeps differs: the birth date and a name, or both names where a birth date is not
/// known. A surname alone is changed by marriage, a forename with the gender, and where somebody
/// lives says nothing.
fn are_two_people(a: &Profile, b: &Profile) -> bool {
    let found = agreement(a, b);
    let two_forenames =
        matches!(found.forename, Some(ForenameLevel::Similar | ForenameLevel::Different));
    let two_surnames = found.family.is_some_and(|level| !level.agrees());
    match found.birth_date {
        Some(date) => !date.agrees() && (two_forenames || two_surnames),
        None => two_forenames && two_surnames,
    }
}
