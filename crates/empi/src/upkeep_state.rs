//! How far the repair pass has come that runs beside the messages: kept in the store, so that a
//! restart goes on where the last one stopped.

use db::{Tx, params};
use jiff::Timestamp;
use matching::Model;

use crate::{Result, changes};

/// What the pass has done, and what is left, for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upkeep {
    /// Changed records and links that it has not looked at yet.
    pub waiting: i64,
    /// The slow look at everybody.
    pub sweep: Sweep,
    /// Records that went to another person since that look began, because people were joined.
    pub joined: i64,
    /// Records that were taken out of a person since it began; a steward is asked about each.
    pub parted: i64,
    /// When a record could not be looked at, and why; the pass went on after it.
    pub problem: Option<(Timestamp, String)>,
}

/// The look at everybody, which comes round once a day and after a change of model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sweep {
    /// It has never begun: no server has run on this store yet.
    Never,
    /// It is under way.
    Underway {
        /// Since when.
        since: Timestamp,
        /// How much of it is done, in hundredths.
        percent: i64,
    },
    /// Everybody has been looked at.
    Complete {
        /// When that was done.
        at: Timestamp,
    },
}

/// Where the pass stands.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) model: String,
    /// The last link event that has been looked at.
    pub(crate) links_through: i64,
    /// The last record that the sweep has looked at.
    pub(crate) swept_through: i64,
    pub(crate) began_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) joined: i64,
    pub(crate) parted: i64,
}

impl Standing {
    /// A sweep begins; what has come so far is a part of it.
    pub(crate) fn beginning(tx: &mut Tx, model: &Model, at: Timestamp) -> Result<Self> {
        Ok(Self {
            model: model.version().to_owned(),
            links_through: changes::last_change(tx)?,
            swept_through: 0,
            began_at: at,
            ended_at: None,
            joined: 0,
            parted: 0,
        })
    }

    pub(crate) fn load(tx: &mut Tx) -> Result<Option<Self>> {
        Ok(tx.query_one(
            "select model, links_through, swept_through, sweep_began_at, sweep_ended_at, joined, parted
             from repair_state where id = 1",
            &[],
            |row| {
                Ok(Self {
                    model: row.get(0)?,
                    links_through: row.get(1)?,
                    swept_through: row.get(2)?,
                    began_at: row.get(3)?,
                    ended_at: row.get(4)?,
                    joined: row.get(5)?,
                    parted: row.get(6)?,
                })
            },
        )?)
    }

    pub(crate) fn store(&self, tx: &mut Tx) -> Result<()> {
        tx.execute(
            "insert into repair_state (id, model, links_through, swept_through, sweep_began_at,
                 sweep_ended_at, joined, parted)
             values (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (id) do update set model = excluded.model,
                 links_through = excluded.links_through, swept_through = excluded.swept_through,
                 sweep_began_at = excluded.sweep_began_at, sweep_ended_at = excluded.sweep_ended_at,
                 joined = excluded.joined, parted = excluded.parted",
            params![
                &self.model,
                self.links_through,
                self.swept_through,
                self.began_at,
                self.ended_at,
                self.joined,
                self.parted
            ],
        )?;
        Ok(())
    }
}

/// What the pass has done, and what is left.
pub fn upkeep(tx: &mut Tx) -> Result<Upkeep> {
    let amended = tx.query_one("select count(*) from amended_record", &[], |row| row.get(0))?;
    let last = changes::last_change(tx)?;
    let Some(standing) = Standing::load(tx)? else {
        let sweep = Sweep::Never;
        return Ok(Upkeep { waiting: 0, sweep, joined: 0, parted: 0, problem: None });
    };
    let sweep = if let Some(at) = standing.ended_at {
        Sweep::Complete { at }
    } else {
        let newest = "select seq from local_patient order by seq desc limit 1";
        let newest: i64 = tx.query_one(newest, &[], |row| row.get(0))?.unwrap_or(0);
        let percent = (standing.swept_through * 100).checked_div(newest).unwrap_or(100);
        Sweep::Underway { since: standing.began_at, percent }
    };
    Ok(Upkeep {
        waiting: amended.unwrap_or(0) + last - standing.links_through,
        sweep,
        joined: standing.joined,
        parted: standing.parted,
        problem: problem(tx)?,
    })
}

fn problem(tx: &mut Tx) -> Result<Option<(Timestamp, String)>> {
    let row = tx.query_one("select problem_at, problem from repair_state", &[], |row| {
        Ok((row.get::<Option<Timestamp>>(0)?, row.get::<Option<String>>(1)?))
    })?;
    Ok(row.and_then(|(at, problem)| at.zip(problem)))
}

pub(crate) fn set_problem(tx: &mut Tx, problem: &str, at: Timestamp) -> Result<()> {
    tx.execute(
        "update repair_state set problem = ?1, problem_at = ?2 where id = 1",
        params![problem, at],
    )?;
    Ok(())
}

/// A [`repair`](crate::repair()) pass over everybody, made in one go, is complete: the sweep begins
/// anew a day after it.
pub fn swept(
    tx: &mut Tx,
    model: &Model,
    (joined, parted): (usize, usize),
    at: Timestamp,
) -> Result<()> {
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let standing = Standing {
        ended_at: Some(at),
        joined: number(joined),
        parted: number(parted),
        ..Standing::beginning(tx, model, at)?
    };
    tx.execute("delete from amended_record", &[])?;
    standing.store(tx)
}

/// A record is to be looked at again.
pub(crate) fn amended(tx: &mut Tx, seq: i64) -> Result<()> {
    tx.execute("insert into amended_record (patient) values (?1)", params![seq])?;
    Ok(())
}
