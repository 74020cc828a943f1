//! The steward's queues: which reviews wait, in which order, and how many.

use db::{Tx, params};
use jiff::Timestamp;
use matching::ReviewKind;

use crate::priority::horizons;
use crate::review::{Stored, reviews};
use crate::{Result, Review, ReviewStates};

/// Which reviews a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReviewFilter {
    /// One kind only.
    pub kind: Option<ReviewKind>,
    /// Where they stand.
    pub states: ReviewStates,
}

impl ReviewFilter {
    fn kind_code(self) -> &'static str {
        self.kind.map_or("", ReviewKind::code)
    }
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many to leave out.
    pub offset: u32,
    /// How many to give at most.
    pub limit: u32,
}

/// Reviews that wait: of people in hospital first, then of people seen in the last week, then in the
/// last 90 days; among those the most dangerous kind, then the oldest. Reviews that are settled:
/// the newest first.
pub fn review_queue(
    tx: &mut Tx,
    filter: &ReviewFilter,
    page: Page,
    now: Timestamp,
) -> Result<Vec<Review>> {
    let (one, other) = filter.states.pair();
    let (lately, known) = horizons(now);
    let rows = if filter.states.is_settled() {
        tx.query(
            reviews!(
                "where state = ?1 and (?2 = '' or kind = ?2)
                 order by closed_at desc, seq desc limit ?3 offset ?4"
            ),
            params![one, filter.kind_code(), page.limit, page.offset],
            Stored::from_row,
        )?
    } else {
        tx.query(
            reviews!(
                "where state in (?1, ?2) and (?3 = '' or kind = ?3)
                 order by case when in_hospital = 1 then 0 when seen_at >= ?4 then 1
                     when seen_at >= ?5 then 2 else 3 end, priority, seq limit ?6 offset ?7"
            ),
            params![one, other, filter.kind_code(), lately, known, page.limit, page.offset],
            Stored::from_row,
        )?
    };
    rows.into_iter().map(|stored| stored.complete(tx)).collect()
}

/// The review that follows `after` in its queue, whether or not `after` still waits itself; from the
/// last one on to the first. `None` where no other waits.
pub fn next_review(
    tx: &mut Tx,
    filter: &ReviewFilter,
    after: i64,
    now: Timestamp,
) -> Result<Option<i64>> {
    Ok(in_turn_after(tx, *filter, after, now)?.first().copied())
}

/// The review that stands before `before` in its queue; from the first one on to the last.
pub fn previous_review(
    tx: &mut Tx,
    filter: &ReviewFilter,
    before: i64,
    now: Timestamp,
) -> Result<Option<i64>> {
    Ok(in_turn_after(tx, *filter, before, now)?.last().copied())
}

/// Every other review of the queue, in its order from `seq` on and round to the start.
fn in_turn_after(tx: &mut Tx, filter: ReviewFilter, seq: i64, now: Timestamp) -> Result<Vec<i64>> {
    let (one, other) = filter.states.pair();
    let (lately, known) = horizons(now);
    let mut places: Vec<(bool, i64, i64, i64)> = tx.query(
        "select case when in_hospital = 1 then 0 when seen_at >= ?4 then 1
             when seen_at >= ?5 then 2 else 3 end, priority, seq,
             case when state in (?1, ?2) and (?3 = '' or kind = ?3) then 1 else 0 end
         from review where (state in (?1, ?2) and (?3 = '' or kind = ?3)) or seq = ?6",
        params![one, other, filter.kind_code(), lately, known, seq],
        |row| Ok((row.get(3)?, row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    places.sort_unstable_by_key(|(_, class, kind, seq)| (*class, *kind, *seq));
    let place = places.iter().position(|(.., found)| *found == seq);
    let (before, behind) = places.split_at(place.map_or(0, |place| place + 1));
    let others = behind.iter().chain(before).filter(|(waits, .., found)| *waits && *found != seq);
    Ok(others.map(|(.., found)| *found).collect())
}

/// How many reviews there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Those that wait for a steward, by kind, the most dangerous kind first; every kind is here.
    pub to_do: Vec<(ReviewKind, i64)>,
    /// Of these, how many are about somebody in hospital now.
    pub in_hospital: i64,
    /// Of these, how many wait for a second steward.
    pub awaiting_second: i64,
    /// Those that wait for a source.
    pub referred: i64,
}

impl Counts {
    /// All that wait for a steward.
    pub fn total(&self) -> i64 {
        self.to_do.iter().map(|(_, count)| count).sum()
    }
}

/// How many reviews wait, by kind.
pub fn review_counts(tx: &mut Tx) -> Result<Counts> {
    let rows: Vec<(String, String, i64, i64)> = tx.query(
        "select state, kind, count(*), cast(sum(in_hospital) as bigint) from review
         where state in ('open', 'awaiting_second', 'referred') group by state, kind",
        &[],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    let mut counts = Counts {
        to_do: ReviewKind::ALL.into_iter().map(|kind| (kind, 0)).collect(),
        ..Counts::default()
    };
    for (state, kind, count, in_hospital) in rows {
        if state == "referred" {
            counts.referred += count;
            continue;
        }
        counts.in_hospital += in_hospital;
        counts.awaiting_second += if state == "awaiting_second" { count } else { 0 };
        for (_, total) in counts.to_do.iter_mut().filter(|(known, _)| known.code() == kind) {
            *total += count;
        }
    }
    Ok(counts)
}

/// How many reviews wait for a steward.
pub fn review_count(tx: &mut Tx) -> Result<i64> {
    let sql = "select count(*) from review where state in ('open', 'awaiting_second')";
    Ok(tx.query_one(sql, &[], |row| row.get(0))?.unwrap_or(0))
}
