//! The repair pass by itself, beside the messages: what has changed at once, and everybody in time.
//!
//! 1. [`next_bite`] reads: which records come next, and whether one of them would be put together
//!    otherwise. It holds no writer, so messages go on meanwhile.
//! 2. [`take_bite`] writes: that one record is mended, and the place where the pass stands is moved.
//!    At most one group of people is rewritten in a transaction, so it takes a few milliseconds.
//!
//! Next come the records of new link events, then those whose details have changed, then the sweep
//! over everybody: it finds what no event points at, and comes round once a day or with another model.

use std::collections::BTreeSet;

use db::{Row, Tx, params};
use jiff::{SignedDuration, Timestamp};
use matching::Model;
use model::LocalPatientId;

use crate::reconsider::Reconsidered;
use crate::upkeep_state::{self, Standing};
use crate::{Error, Repaired, Result, local_patient, repair};

/// Records that are read at once.
const AT_ONCE: u32 = 64;
/// From the beginning of one sweep to the beginning of the next.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// A part of the pass that has been looked at and can be taken.
#[derive(Debug)]
pub struct Bite {
    /// Where the pass stands after it.
    standing: Standing,
    /// The last change of details that has been looked at.
    amended_through: Option<i64>,
    /// The record that would be put together otherwise; those before it are as they should be.
    doubtful: Option<LocalPatientId>,
    records: usize,
    /// A part of the sweep, which nobody waits for.
    pub is_sweep: bool,
}

/// What comes next; `None` while there is nothing to do. Reads only.
pub fn next_bite(tx: &mut Tx, model: &Model, at: Timestamp) -> Result<Option<Bite>> {
    let Some(standing) = Standing::load(tx)?.filter(|known| known.model == model.version()) else {
        // Nobody has been looked at with this model.
        return Standing::beginning(tx, model, at).map(|standing| Some(Bite::of(standing)));
    };
    if let Some(bite) = changed_links(tx, model, &standing)? {
        return Ok(Some(bite));
    }
    if let Some(bite) = amended_records(tx, model, &standing)? {
        return Ok(Some(bite));
    }
    let is_over = standing.ended_at.is_some();
    if is_over && at.duration_since(standing.began_at) >= EVERY {
        return Standing::beginning(tx, model, at).map(|standing| Some(Bite::of(standing)));
    }
    if is_over { Ok(None) } else { sweep(tx, model, standing, at).map(Some) }
}

/// Mends what was found doubtful, and moves the place where the pass stands. What it finds is looked
/// up again: a message may have come since.
pub fn take_bite(tx: &mut Tx, model: &Model, bite: &Bite, at: Timestamp) -> Result<Repaired> {
    let record = match bite.doubtful {
        Some(id) => local_patient::load(tx, id)?,
        None => None,
    };
    let done = match record {
        Some(record) => repair::mend(tx, model, record, at)?.0,
        None => Reconsidered::default(),
    };
    move_on(tx, bite, done)?;
    Ok(Repaired {
        after: bite.standing.swept_through,
        records: bite.records,
        joined: done.joined,
        parted: done.parted,
        complete: bite.standing.ended_at.is_some(),
    })
}

/// Leaves a record as it is that cannot be mended, and goes on after it; the operator's page says why.
pub fn pass_over(tx: &mut Tx, bite: &Bite, problem: &str, at: Timestamp) -> Result<()> {
    move_on(tx, bite, Reconsidered::default())?;
    upkeep_state::set_problem(tx, problem, at)
}

fn move_on(tx: &mut Tx, bite: &Bite, done: Reconsidered) -> Result<()> {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let mut standing = bite.standing.clone();
    standing.joined += number(done.joined);
    standing.parted += number(done.parted);
    if let Some(through) = bite.amended_through {
        tx.execute("delete from amended_record where seq <= ?1", params![through])?;
    }
    standing.store(tx)
}

/// What a bite may look at, and where the pass stands after it.
type Candidate = (i64, LocalPatientId);

/// The records of link events that have come since; those that the pass itself has made are not news.
fn changed_links(tx: &mut Tx, model: &Model, standing: &Standing) -> Result<Option<Bite>> {
    let events: Vec<(Candidate, bool)> = tx.query(
        "select seq, local_patient, case when rule = ?3 then 1 else 0 end from link_event
         where seq > ?1 order by seq limit ?2",
        params![standing.links_through, AT_ONCE, repair::RULE],
        |row| Ok((candidate(row)?, row.get(2)?)),
    )?;
    let Some(((last, _), _)) = events.last().copied() else { return Ok(None) };
    let mut bite = Bite::of(standing.clone());
    let news = events.into_iter().filter(|(_, own)| !own).map(|(event, _)| event).collect();
    let through = bite.look_at(tx, model, news)?;
    bite.standing.links_through = through.unwrap_or(last);
    Ok(Some(bite))
}

fn amended_records(tx: &mut Tx, model: &Model, standing: &Standing) -> Result<Option<Bite>> {
    let changes: Vec<Candidate> = tx.query(
        "select amended_record.seq, local_patient.id from amended_record
         join local_patient on local_patient.seq = amended_record.patient
         order by amended_record.seq limit ?1",
        params![AT_ONCE],
        candidate,
    )?;
    let Some((last, _)) = changes.last().copied() else { return Ok(None) };
    let mut bite = Bite::of(standing.clone());
    let through = bite.look_at(tx, model, changes)?;
    bite.amended_through = Some(through.unwrap_or(last));
    Ok(Some(bite))
}

fn sweep(tx: &mut Tx, model: &Model, standing: Standing, at: Timestamp) -> Result<Bite> {
    let records: Vec<Candidate> = tx.query(
        "select seq, id from local_patient where seq > ?1 order by seq limit ?2",
        params![standing.swept_through, AT_ONCE],
        candidate,
    )?;
    let last = records.last().map(|(seq, _)| *seq);
    let mut bite = Bite { is_sweep: true, ..Bite::of(standing) };
    let through = bite.look_at(tx, model, records)?;
    match through.or(last) {
        Some(through) => bite.standing.swept_through = through,
        None => bite.standing.ended_at = Some(at),
    }
    Ok(bite)
}

fn candidate(row: &Row<'_>) -> std::result::Result<Candidate, db::Error> {
    Ok((row.get(0)?, LocalPatientId::from_uuid(row.get(1)?)))
}

impl Bite {
    fn of(standing: Standing) -> Self {
        Self { standing, amended_through: None, doubtful: None, records: 0, is_sweep: false }
    }

    /// Looks at these in turn. Where one is doubtful the bite ends with it: returns its place.
    fn look_at(
        &mut self,
        tx: &mut Tx,
        model: &Model,
        candidates: Vec<Candidate>,
    ) -> Result<Option<i64>> {
        let mut seen = BTreeSet::new();
        for (place, id) in candidates {
            if seen.contains(&id) {
                continue;
            }
            self.records += 1;
            let doubtful = match is_doubtful(tx, model, id) {
                Ok((doubtful, around)) => {
                    seen.extend(around);
                    doubtful
                }
                Err(Error::Db(error)) => return Err(error.into()),
                // Mending it will say what is wrong with it, and it alone is passed over.
                Err(_) => true,
            };
            if doubtful {
                self.doubtful = Some(id);
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}

fn is_doubtful(
    tx: &mut Tx,
    model: &Model,
    id: LocalPatientId,
) -> Result<(bool, BTreeSet<LocalPatientId>)> {
    match local_patient::load(tx, id)? {
        Some(record) => repair::is_doubtful(tx, model, record),
        None => Ok((false, BTreeSet::new())),
    }
}
