//! Questions for stewards: pairs of records that may be one person's, or may not.
//!
//! Statements about one record or person say `state not in ('decided', 'resolved')` for what is
//! unsettled: SQLite has no index for that, so it goes by the record. For the states by name it would
//! read the whole queue, each time that a message comes.

use db::{Row, Tx, params};
use jiff::Timestamp;
use matching::{Model, Outcome, ReviewKind, Weight};
use model::{Actor, LocalPatientId, OdsCode, PersonId};

use crate::history::{Evidence, actor_text, read_waterfall, write_waterfall};
use crate::state::Standing;
use crate::{
    Error, LifeSign, LocalPatient, Priority, Result, ReviewState, answer, death, doubt,
    local_patient, priority, protect,
};

/// A question for a steward.
#[derive(Debug, Clone)]
pub struct Review {
    /// Its number.
    pub id: i64,
    /// When it was filed; again, where the evidence had settled it before.
    pub at: Timestamp,
    /// What is asked.
    pub kind: ReviewKind,
    /// One record.
    pub a: LocalPatient,
    /// The other record.
    pub b: LocalPatient,
    /// The sum of the weights.
    pub weight: f64,
    /// What each field added, and how it agreed.
    pub waterfall: Vec<Evidence>,
    /// The model that weighed it.
    pub model_version: String,
    /// Who filed it: `engine`, `source` for a merge that the source reported, `sample` for a pair drawn
    /// by lot, or the steward with their role and organisation.
    pub filed_by: String,
    /// Where it stands.
    pub state: ReviewState,
    /// Why it stands where it stands in the queue.
    pub priority: Priority,
    /// What the records say of a death, where that is what is asked about.
    pub life_signs: Vec<LifeSign>,
    /// The answer that decided it.
    pub(crate) decision: Option<i64>,
}

impl Review {
    /// One record that contradicts itself: there is nothing to compare it with.
    pub fn is_one_record(&self) -> bool {
        self.a.id == self.b.id
    }

    /// Both records are one person's now.
    pub fn is_together(&self) -> bool {
        self.a.person == self.b.person
    }
}

/// The columns that [`Stored`] reads, after `select` and before the rest.
macro_rules! reviews {
    ($rest:literal) => {
        concat!(
            "select seq, filed_at, kind, a, b, weight, waterfall, model_version, filed_by,
             in_hospital, seen_at, looked_again_at, decision,
             state, closed_by, closed_at, asked_by_user, asked_by, asked_at, referred_to, note
             from review ",
            $rest
        )
    };
}
pub(crate) use reviews;

/// Two records of one person that may be two people's: a steward has been asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The review's number.
    pub review: i64,
    /// Whose one record is.
    pub a: OdsCode,
    /// Whose the other one is.
    pub b: OdsCode,
}

/// The unsettled reviews about two records of this person.
pub(crate) fn questions(tx: &mut Tx, members: &[LocalPatient]) -> Result<Vec<Question>> {
    let Some(person) = members.first().map(|member| member.person) else { return Ok(Vec::new()) };
    let pairs: Vec<(i64, uuid::Uuid, uuid::Uuid)> = tx.query(
        "select review.seq, a.id, b.id from local_patient a
         join review on review.a = a.id
             and review.state not in ('decided', 'resolved')
         join local_patient b on b.id = review.b and b.person = a.person and b.id <> a.id
         where a.person = ?1 order by review.seq",
        params![person.uuid()],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let whose = |id: uuid::Uuid| members.iter().find(|member| member.id.uuid() == id);
    let question = |(review, a, b)| {
        let (a, b) = (whose(a)?.organisation.clone(), whose(b)?.organisation.clone());
        Some(Question { review, a, b })
    };
    Ok(pairs.into_iter().filter_map(question).collect())
}

/// One review, settled or not.
pub fn review(tx: &mut Tx, id: i64) -> Result<Option<Review>> {
    let stored = tx.query_one(reviews!("where seq = ?1"), params![id], Stored::from_row)?;
    stored.map(|stored| stored.complete(tx)).transpose()
}

/// A review that can still be answered.
pub(crate) fn unsettled(tx: &mut Tx, id: i64) -> Result<Review> {
    let review = review(tx, id)?.ok_or(Error::NoSuchReview)?;
    if review.state.is_unsettled() { Ok(review) } else { Err(Error::ReviewClosed) }
}

/// A review to file.
pub(crate) struct NewReview {
    /// The lower id first.
    pub(crate) pair: (LocalPatientId, LocalPatientId),
    kind: ReviewKind,
    weight: f64,
    waterfall: Vec<Evidence>,
    model_version: String,
    filed_by: String,
}

impl NewReview {
    pub(crate) fn evidence(
        model: &Model,
        a: LocalPatientId,
        b: LocalPatientId,
        kind: ReviewKind,
        weight: &Weight,
    ) -> Self {
        let pair = (a.min(b), a.max(b));
        Self {
            pair,
            kind,
            weight: weight.total,
            waterfall: Evidence::of(weight),
            model_version: model.version().to_owned(),
            filed_by: "engine".to_owned(),
        }
    }

    /// A link that exists, and that newer details contradict.
    pub(crate) fn untenable(
        model: &Model,
        a: LocalPatientId,
        b: LocalPatientId,
        weight: &Weight,
    ) -> Self {
        Self::evidence(model, a, b, ReviewKind::ConfusedNumber, weight)
    }

    /// A death that something contradicts.
    pub(crate) fn death(model: &Model, a: &LocalPatient, b: &LocalPatient) -> Self {
        let weight = model.compare(&a.profile(), &b.profile());
        let new = Self::evidence(model, a.id, b.id, ReviewKind::ConflictingDeath, &weight);
        // A record compared with itself says nothing.
        if a.id == b.id { Self { weight: 0.0, waterfall: Vec::new(), ..new } } else { new }
    }

    /// A merge that the source reports and the engine may not follow.
    pub(crate) fn source(
        model: &Model,
        a: LocalPatientId,
        b: LocalPatientId,
        kind: ReviewKind,
        weight: &Weight,
    ) -> Self {
        Self { filed_by: "source".to_owned(), ..Self::evidence(model, a, b, kind, weight) }
    }
}

impl NewReview {
    /// A link between records that plainly are two people's; `filed_by` is who made it.
    pub(crate) fn doubted(self, filed_by: &str) -> Self {
        Self { filed_by: filed_by.to_owned(), ..self }
    }

    /// A link that a reader of a sample calls wrong.
    pub(crate) fn sampled(
        model: &Model,
        a: LocalPatientId,
        b: LocalPatientId,
        weight: &Weight,
    ) -> Self {
        let kind = ReviewKind::DoubtedLink;
        Self { filed_by: "sample".to_owned(), ..Self::evidence(model, a, b, kind, weight) }
    }

    /// A question that a steward asks.
    pub(crate) fn by_hand(
        model: &Model,
        a: LocalPatientId,
        b: LocalPatientId,
        kind: ReviewKind,
        weight: &Weight,
        actor: &Actor,
    ) -> Self {
        Self { filed_by: actor_text(actor), ..Self::evidence(model, a, b, kind, weight) }
    }
}

/// Files what a source says, and asks again where a steward has decided otherwise: the source will
/// act on its word from now on. The decision stands until it is answered anew.
pub(crate) fn insist(tx: &mut Tx, new: &NewReview, at: Timestamp) -> Result<()> {
    let (a, b) = new.pair;
    tx.execute(
        "update review set state = 'open', filed_by = ?3, filed_at = ?4, closed_by = null, closed_at = null
         where a = ?1 and b = ?2 and state = 'decided'",
        params![a.uuid(), b.uuid(), &new.filed_by, at],
    )?;
    file(tx, new, at)
}

/// Asks once more about a pair that a steward has decided on what was known then. The decision
/// stands until the question is answered.
pub(crate) fn file_anew(tx: &mut Tx, new: &NewReview, at: Timestamp) -> Result<()> {
    let (a, b) = new.pair;
    tx.execute(
        "update review set state = 'resolved' where a = ?1 and b = ?2 and state = 'decided'",
        params![a.uuid(), b.uuid()],
    )?;
    file(tx, new, at)
}

/// The pairs of records of this person that an unsettled question is about.
pub(crate) fn asked_within(
    tx: &mut Tx,
    person: PersonId,
) -> Result<Vec<(LocalPatientId, LocalPatientId)>> {
    Ok(tx.query(
        "select a.id, b.id from local_patient a
         join review on review.a = a.id and review.state not in ('decided', 'resolved')
         join local_patient b on b.id = review.b and b.person = a.person and b.id <> a.id
         where a.person = ?1",
        params![person.uuid()],
        |row| {
            let id = |column| row.get(column).map(LocalPatientId::from_uuid);
            Ok((id(0)?, id(1)?))
        },
    )?)
}

/// Files a review once per pair of records, and once per pair of people. What a steward has
/// decided is not asked again, and nothing about an old and a new identity.
pub(crate) fn file(tx: &mut Tx, new: &NewReview, at: Timestamp) -> Result<()> {
    let (a, b) = new.pair;
    if new.filed_by != "source" && protect::forbids(tx, a, b)? {
        return Ok(());
    }
    if !may_be_asked_besides(new.kind) && asked_about_their_people(tx, a, b)?.is_some() {
        return Ok(());
    }
    tx.execute(
        "insert into review (a, b, kind, priority, weight, waterfall, model_version, filed_by, filed_at, state)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'open')
         on conflict (a, b) do update set
             kind = excluded.kind, priority = excluded.priority, weight = excluded.weight,
             waterfall = excluded.waterfall, model_version = excluded.model_version,
             filed_by = excluded.filed_by,
             filed_at = case when review.state = 'resolved' then excluded.filed_at else review.filed_at end,
             state = case when review.state = 'resolved' then 'open' else review.state end,
             closed_by = null, closed_at = null
         where review.state <> 'decided'",
        params![
            a.uuid(),
            b.uuid(),
            new.kind.code(),
            place(new.kind),
            new.weight,
            write_waterfall(&new.waterfall)?,
            &new.model_version,
            &new.filed_by,
            at
        ],
    )?;
    priority::refresh_one(tx, new.pair)
}

/// The most dangerous kind has the lowest.
fn place(kind: ReviewKind) -> i64 {
    let place = ReviewKind::ALL.iter().position(|other| *other == kind);
    place.and_then(|place| i64::try_from(place).ok()).unwrap_or(i64::MAX)
}

/// It may be asked of two records of one person, whatever else is asked of that person.
fn may_be_asked_besides(kind: ReviewKind) -> bool {
    matches!(
        kind,
        ReviewKind::ConfusedNumber | ReviewKind::DoubtedLink | ReviewKind::ConflictingDeath
    )
}

/// The question that is open about another pair of records of the same two people.
pub(crate) fn asked_about_their_people(
    tx: &mut Tx,
    a: LocalPatientId,
    b: LocalPatientId,
) -> Result<Option<i64>> {
    Ok(tx.query_one(ASKED_ABOUT_THEIR_PEOPLE, params![a.uuid(), b.uuid()], |row| row.get(0))?)
}

const ASKED_ABOUT_THEIR_PEOPLE: &str = "
    select review.seq
    from local_patient p
    join local_patient q on q.person = p.person
    join review on review.a = q.id or review.b = q.id
    join local_patient r on r.id = case when review.a = q.id then review.b else review.a end
    join local_patient s on s.person = r.person
    where p.id = ?1 and s.id = ?2
    and review.state not in ('decided', 'resolved') and (review.a <> ?1 or review.b <> ?2)
    limit 1";

/// The questions about this record that stand or were decided, and which of them are about a death.
pub(crate) fn about(
    tx: &mut Tx,
    record: LocalPatientId,
) -> Result<Vec<(LocalPatientId, LocalPatientId, bool)>> {
    Ok(tx.query(
        "select a, b, case when kind = 'conflicting_death' then 1 else 0 end from review
         where (a = ?1 or b = ?1) and state <> 'resolved'",
        params![record.uuid()],
        |row| {
            let id = |column| row.get(column).map(LocalPatientId::from_uuid);
            Ok((id(0)?, id(1)?, row.get(2)?))
        },
    )?)
}

/// Closes what the evidence has settled: both records are in one person now. That two days of death
/// are one person's is a question all the more.
pub(crate) fn settle(tx: &mut Tx, person: PersonId, at: Timestamp) -> Result<()> {
    tx.execute(SETTLE, params![person.uuid(), at])?;
    tx.execute(ASK_ONCE, params![person.uuid(), at])?;
    priority::refresh(tx, person)
}

const SETTLE: &str = "
    update review set state = 'resolved', closed_by = 'engine', closed_at = ?2
    where state not in ('decided', 'resolved')
    and kind not in ('confused_number', 'doubted_link', 'conflicting_death')
    and a in (select id from local_patient where person = ?1)
    and b in (select id from local_patient where person = ?1)";

/// Two that have become one may each have been asked about with the same third person: of the
/// questions that nobody has touched yet the most dangerous and then the most likely stays.
const ASK_ONCE: &str = "
    update review set state = 'resolved', closed_by = 'engine', closed_at = ?2
    where seq in (
        select seq from (
            select review.seq, row_number() over (
                partition by other.person order by review.priority, review.weight desc, review.seq
            ) as place
            from local_patient mine
            join review on review.a = mine.id or review.b = mine.id
            join local_patient other
              on other.id = case when review.a = mine.id then review.b else review.a end
            where mine.person = ?1 and other.person <> ?1
            and review.state = 'open' and review.filed_by = 'engine'
            and review.kind not in ('confused_number', 'doubted_link', 'conflicting_death')
        ) as asked
        where place > 1
    )";

/// Looks again at the unsettled questions about a record whose details have changed. What a source
/// was asked is open again: its own message is its answer. So is what one steward of two has answered
/// on what was known then.
pub(crate) fn reassess(
    tx: &mut Tx,
    model: &Model,
    patient: &LocalPatient,
    at: Timestamp,
) -> Result<()> {
    let unsettled: Vec<(i64, uuid::Uuid, String, String, String)> = tx.query(
        "select seq, case when a = ?1 then b else a end, state, filed_by, kind from review
         where (a = ?1 or b = ?1) and state not in ('decided', 'resolved')",
        params![patient.id.uuid()],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
    )?;
    for (seq, other, state, filed_by, kind) in unsettled {
        let Some(other) = local_patient::load(tx, LocalPatientId::from_uuid(other))? else {
            continue;
        };
        let about_death = ReviewKind::parse(&kind) == Some(ReviewKind::ConflictingDeath);
        let settled = if about_death && patient.person == other.person {
            let members = local_patient::members(tx, patient.person)?;
            !death::is_contradicted(tx, &members)?
        } else {
            is_settled(tx, model, patient, &other)?
        };
        let by_source = filed_by == "source"
            && patient.person == other.person
            && ReviewKind::parse(&kind) == Some(ReviewKind::DoubtedLink);
        if (filed_by == "engine" || by_source) && settled {
            settle_one(tx, seq, at)?;
        } else if state == "referred" || state == "awaiting_second" {
            stand(tx, seq, &Standing::open())?;
            tx.execute("update review set looked_again_at = ?2 where seq = ?1", params![seq, at])?;
            answer::add_looked_again(tx, seq, at)?;
        }
    }
    Ok(())
}

/// Closes a question that the evidence has settled. What a steward had decided before it was asked
/// once more stands as decided.
fn settle_one(tx: &mut Tx, review: i64, at: Timestamp) -> Result<()> {
    tx.execute(
        "update review set state = case when decision is null then 'resolved' else 'decided' end,
             closed_by = coalesce(
                 (select actor from review_answer where review_answer.seq = review.decision), 'engine'),
             closed_at = ?2
         where seq = ?1",
        params![review, at],
    )?;
    Ok(())
}

/// Linked and no longer contradicted, or apart and no longer alike.
fn is_settled(
    tx: &mut Tx,
    model: &Model,
    patient: &LocalPatient,
    other: &LocalPatient,
) -> Result<bool> {
    if patient.person == other.person {
        return Ok(!doubt::stands(tx, model, patient.id, other.id)?);
    }
    let weight = model.compare(&patient.profile(), &other.profile());
    Ok(model.decide(&weight) == Outcome::New)
}

/// Says where a review stands from now on.
pub(crate) fn stand(tx: &mut Tx, id: i64, standing: &Standing) -> Result<()> {
    let values: Vec<db::Value> = params![id].iter().cloned().chain(standing.values()).collect();
    tx.execute(
        "update review set state = ?2, closed_by = ?3, closed_at = ?4, asked_by_user = ?5,
             asked_by = ?6, asked_at = ?7, referred_to = ?8, note = ?9
         where seq = ?1",
        &values,
    )?;
    Ok(())
}

/// Closes the question about a pair that a steward's other decision has answered.
pub(crate) fn settle_by_hand(
    tx: &mut Tx,
    a: LocalPatientId,
    b: LocalPatientId,
    actor: &Actor,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        "update review set state = 'resolved', closed_by = ?3, closed_at = ?4
         where a = ?1 and b = ?2 and state not in ('decided', 'resolved')",
        params![a.min(b).uuid(), a.max(b).uuid(), actor_text(actor), at],
    )?;
    Ok(())
}

/// Remembers which answer decided it; `None` once that is taken back.
pub(crate) fn set_decision(tx: &mut Tx, id: i64, answer: Option<i64>) -> Result<()> {
    tx.execute("update review set decision = ?2 where seq = ?1", params![id, answer])?;
    Ok(())
}

pub(crate) struct Stored {
    id: i64,
    at: Timestamp,
    kind: String,
    a: uuid::Uuid,
    b: uuid::Uuid,
    weight: f64,
    waterfall: String,
    model_version: String,
    filed_by: String,
    in_hospital: bool,
    seen_at: Option<Timestamp>,
    looked_again_at: Option<Timestamp>,
    decision: Option<i64>,
    standing: Standing,
}

impl Stored {
    pub(crate) fn from_row(row: &Row<'_>) -> std::result::Result<Self, db::Error> {
        Ok(Self {
            id: row.get(0)?,
            at: row.get(1)?,
            kind: row.get(2)?,
            a: row.get(3)?,
            b: row.get(4)?,
            weight: row.get(5)?,
            waterfall: row.get(6)?,
            model_version: row.get(7)?,
            filed_by: row.get(8)?,
            in_hospital: row.get(9)?,
            seen_at: row.get(10)?,
            looked_again_at: row.get(11)?,
            decision: row.get(12)?,
            standing: Standing::from_row(row, 13)?,
        })
    }

    pub(crate) fn complete(self, tx: &mut Tx) -> Result<Review> {
        let kind = ReviewKind::parse(&self.kind).ok_or(Error::Unknown("kind of review"))?;
        let looked_again = self.looked_again_at.is_some();
        let (a, b) = (record(tx, self.a)?, record(tx, self.b)?);
        let life_signs = match kind {
            ReviewKind::ConflictingDeath => life_signs(tx, &a, &b)?,
            _ => Vec::new(),
        };
        let mut waterfall = read_waterfall(&self.waterfall)?;
        let mut weight = self.weight;
        // Weighed before one of them was protected, it would tell what is kept from the page: that
        // the two share a home or a telephone, beside the other's.
        if a.demographics.sensitive || b.demographics.sensitive {
            weight -= Evidence::take_places(&mut waterfall);
        }
        Ok(Review {
            id: self.id,
            at: self.at,
            kind,
            a,
            b,
            life_signs,
            weight,
            waterfall,
            model_version: self.model_version,
            filed_by: self.filed_by,
            state: self.standing.read()?,
            priority: Priority::of(kind, self.in_hospital, self.seen_at, looked_again),
            decision: self.decision,
        })
    }
}

/// Of the one person, and of the other where they are two.
fn life_signs(tx: &mut Tx, a: &LocalPatient, b: &LocalPatient) -> Result<Vec<LifeSign>> {
    let mut members = local_patient::members(tx, a.person)?;
    if a.person != b.person {
        members.extend(local_patient::members(tx, b.person)?);
    }
    death::life_signs(tx, &members)
}

fn record(tx: &mut Tx, id: uuid::Uuid) -> Result<LocalPatient> {
    let found = local_patient::local_patient(tx, LocalPatientId::from_uuid(id))?;
    found.ok_or(Error::Unknown("record of a review"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_one_person_is_found_without_reading_the_whole_queue() {
        let scratch = db::scratch::sqlite();
        scratch.migrate(&[crate::MIGRATIONS]).unwrap();
        for sql in [ASKED_ABOUT_THEIR_PEOPLE, SETTLE, priority::REFRESH] {
            let plan = Box::leak(format!("explain query plan {sql}").into_boxed_str());
            let nobody = params!["", ""];
            let of = nobody.get(..if sql.contains("?2") { 2 } else { 1 }).unwrap();
            let steps: Vec<String> =
                scratch.read(|tx| tx.query(plan, of, |row| row.get(3))).unwrap();
            assert!(steps.len() > 2, "{steps:?}");
            for step in steps {
                assert!(!step.contains("review_by_state") && !step.starts_with("SCAN"), "{step}");
            }
        }
    }
}
