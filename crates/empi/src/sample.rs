//! Links drawn by lot and read again, so that we know how often the engine is right.
//!
//! A reader sees two records and nothing else: neither that they are linked, nor by what weight. Among
//! the links are pairs that stewards have decided about, in both senses, so that "the same person" is
//! never the safe guess; reading those again shows how often two readers agree.

use db::{Tx, params};
use jiff::Timestamp;
use matching::{Basis, Model};
use model::{Actor, LocalPatientId, UserId};

use crate::history::actor_text;
use crate::review::{self, NewReview};
use crate::{Error, LocalPatient, Result, local_patient, person};

/// Two records to be read side by side.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its number.
    pub id: i64,
    /// One record.
    pub a: LocalPatient,
    /// The other record.
    pub b: LocalPatient,
}

/// Where a sample comes from; readers are not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SampleSource {
    /// A link that the engine made by the sum of the weights.
    LinkByWeight,
    /// A link that the engine made by a rule.
    LinkByRule,
    /// A steward's decision.
    Decision,
}

impl SampleSource {
    /// The code in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::LinkByWeight => "weight",
            Self::LinkByRule => "rule",
            Self::Decision => "decision",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::LinkByWeight => "Linked by weight",
            Self::LinkByRule => "Linked by a rule",
            Self::Decision => "Decided by a steward",
        }
    }
}

/// What a reader says about a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// One person.
    SamePerson,
    /// Two people.
    NotTheSame,
    /// The two records do not say.
    CannotTell,
}

impl Judgement {
    /// Every judgement.
    pub const ALL: [Self; 3] = [Self::SamePerson, Self::NotTheSame, Self::CannotTell];

    /// The code in the store and in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::SamePerson => "same",
            Self::NotTheSame => "not_the_same",
            Self::CannotTell => "cannot_tell",
        }
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::SamePerson => "Same person",
            Self::NotTheSame => "Not the same",
            Self::CannotTell => "Cannot tell",
        }
    }

    /// Reads [`Judgement::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|judgement| judgement.code() == code)
    }
}

/// Draws at most `count` pairs to be read: three in five are links by weight, one a link by rule and
/// one a steward's decision; where one sort runs out, the others do not grow. Nothing is drawn twice.
/// `seed` is the lot. Returns how many were drawn.
pub fn sample_links(tx: &mut Tx, count: u32, seed: u64, at: Timestamp) -> Result<u32> {
    let mut lot = Lot(seed);
    let fifth = count / 5;
    let shares = [
        (SampleSource::LinkByWeight, count - 2 * fifth),
        (SampleSource::LinkByRule, fifth),
        (SampleSource::Decision, fifth),
    ];
    let mut drawn = Vec::new();
    for (source, share) in shares {
        drawn.extend(draw(tx, source, share, &mut lot)?);
    }
    lot.shuffle(&mut drawn);
    for pair in &drawn {
        let (a, b) = if lot.below(2) == 0 { (pair.a, pair.b) } else { (pair.b, pair.a) };
        // One in five is read twice; a decision has been read once.
        let wanted = if pair.source != SampleSource::Decision && lot.below(5) == 0 { 2 } else { 1 };
        tx.execute(
            "insert into link_sample (source, origin, a, b, weight, wanted, sampled_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![pair.source.code(), pair.origin, a.uuid(), b.uuid(), pair.weight, wanted, at],
        )?;
    }
    Ok(u32::try_from(drawn.len()).unwrap_or(u32::MAX))
}

struct Pair {
    source: SampleSource,
    origin: i64,
    a: LocalPatientId,
    b: LocalPatientId,
    weight: Option<f64>,
}

/// Draws without return from all that qualify; the list of their numbers is small (8 bytes each).
fn draw(tx: &mut Tx, source: SampleSource, share: u32, lot: &mut Lot) -> Result<Vec<Pair>> {
    if share == 0 {
        return Ok(Vec::new());
    }
    let mut numbers: Vec<i64> = match source {
        SampleSource::LinkByWeight => links(tx, source, true)?,
        SampleSource::LinkByRule => links(tx, source, false)?,
        SampleSource::Decision => tx.query(
            "select decision from review where state = 'decided' and decision is not null
             and not exists (select 1 from link_sample
                 where source = 'decision' and origin = review.decision)
             order by decision",
            &[],
            |row| row.get(0),
        )?,
    };
    let mut pairs = Vec::new();
    while !numbers.is_empty() && pairs.len() < usize::try_from(share).unwrap_or(usize::MAX) {
        let number = numbers.swap_remove(lot.below(numbers.len()));
        pairs.extend(pair(tx, source, number)?);
    }
    Ok(pairs)
}

fn links(tx: &mut Tx, source: SampleSource, by_weight: bool) -> Result<Vec<i64>> {
    Ok(tx.query(
        "select min(seq) from link_event
         where actor = 'engine' and decided_a is not null and kind in ('linked', 'merged')
         and case when rule = ?1 then 1 else 0 end = ?2
         and not exists (select 1 from link_sample
             where source = ?3 and a in (decided_a, decided_b) and b in (decided_a, decided_b))
         group by decided_a, decided_b order by 1",
        params![Basis::Weight.sentence(), by_weight, source.code()],
        |row| row.get(0),
    )?)
}

/// The two records of a link or of a decision; `None` for a link that no longer stands.
fn pair(tx: &mut Tx, source: SampleSource, origin: i64) -> Result<Option<Pair>> {
    if source == SampleSource::Decision {
        return Ok(tx.query_one(
            "select a, b, weight from review where decision = ?1",
            params![origin],
            |row| {
                let id = |uuid| LocalPatientId::from_uuid(uuid);
                let (a, b) = (id(row.get(0)?), id(row.get(1)?));
                Ok(Pair { source, origin, a, b, weight: row.get(2)? })
            },
        )?);
    }
    let decided = tx.query_one(
        "select decided_a, decided_b, weight from link_event where seq = ?1",
        params![origin],
        |row| {
            let id = |uuid| LocalPatientId::from_uuid(uuid);
            let (a, b) = (id(row.get(0)?), id(row.get(1)?));
            Ok(Pair { source, origin, a, b, weight: row.get(2)? })
        },
    )?;
    let Some(pair) = decided else { return Ok(None) };
    let (a, b) = (person::person_of(tx, pair.a)?, person::person_of(tx, pair.b)?);
    Ok(Some(pair).filter(|_| a.is_some() && a == b))
}

/// The next pair for this reader: nothing that they have read or decided themselves.
pub fn next_sample(tx: &mut Tx, reader: UserId) -> Result<Option<Sample>> {
    let found: Option<(i64, uuid::Uuid, uuid::Uuid)> = tx.query_one(
        "select seq, a, b from link_sample
         where (select count(*) from sample_reading where sample = link_sample.seq) < wanted
         and not exists (select 1 from sample_reading
             where sample = link_sample.seq and user_id = ?1)
         and not exists (select 1 from review_answer
             where link_sample.source = 'decision' and review_answer.seq = link_sample.origin
             and review_answer.user_id = ?1)
         order by seq limit 1",
        params![reader.uuid()],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let Some((id, a, b)) = found else { return Ok(None) };
    let mut record = |id| local_patient::local_patient(tx, LocalPatientId::from_uuid(id));
    Ok(record(a)?.zip(record(b)?).map(|(a, b)| Sample { id, a, b }))
}

/// Keeps what a reader says. Where a link proves wrong, a question about it is filed: a reading alone
/// moves nothing.
pub fn judge_sample(
    tx: &mut Tx,
    model: &Model,
    sample: i64,
    judgement: Judgement,
    actor: &Actor,
    at: Timestamp,
) -> Result<()> {
    let pair = waiting(tx, sample, actor.user)?;
    let (a, b) = pair.ok_or(Error::NoSuchSample)?;
    tx.execute(
        "insert into sample_reading (sample, user_id, actor, said, at) values (?1, ?2, ?3, ?4, ?5)",
        params![sample, actor.user.uuid(), actor_text(actor), judgement.code(), at],
    )?;
    let (Some(a), Some(b)) = (local_patient::load(tx, a)?, local_patient::load(tx, b)?) else {
        return Ok(());
    };
    if judgement == Judgement::NotTheSame && a.person == b.person {
        let weight = model.compare(&a.profile(), &b.profile());
        review::file(tx, &NewReview::sampled(model, a.id, b.id, &weight), at)?;
    }
    Ok(())
}

fn waiting(
    tx: &mut Tx,
    sample: i64,
    reader: UserId,
) -> Result<Option<(LocalPatientId, LocalPatientId)>> {
    Ok(tx.query_one(
        "select a, b from link_sample
         where seq = ?1
         and (select count(*) from sample_reading where sample = link_sample.seq) < wanted
         and not exists (select 1 from sample_reading
             where sample = link_sample.seq and user_id = ?2)
         and not exists (select 1 from review_answer
             where link_sample.source = 'decision' and review_answer.seq = link_sample.origin
             and review_answer.user_id = ?2)",
        params![sample, reader.uuid()],
        |row| {
            let id = |uuid| LocalPatientId::from_uuid(uuid);
            Ok((id(row.get(0)?), id(row.get(1)?)))
        },
    )?)
}

/// SplitMix64 (Steele, Lea and Flood, 2014): good enough for a lot, and the same for the same seed.
struct Lot(u64);

impl Lot {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without `limit`, which is small beside 2^64.
    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}
