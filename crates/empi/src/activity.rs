//! Where people are, as far as stewards need it: in hospital now, or seen lately.

use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};
use model::LocalPatientId;

use crate::{Result, person, priority};

/// What a source did with a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activity {
    /// They are in one of its beds.
    InHospital,
    /// They have left.
    Left,
    /// They were seen, or something was written about them.
    Seen,
}

/// Notes what a source does with a patient, so that questions about people in hospital stand first.
/// Older news than what is known changes nothing; more of the same day costs one read.
pub fn note_activity(
    tx: &mut Tx,
    patient: LocalPatientId,
    activity: Activity,
    at: Timestamp,
) -> Result<()> {
    let known = tx.query_one(
        "select in_hospital, moved_at, seen_at from activity where patient = ?1",
        params![patient.uuid()],
        |row| Ok(Known { in_hospital: row.get(0)?, moved_at: row.get(1)?, seen_at: row.get(2)? }),
    )?;
    let Some(new) = after(known.as_ref(), activity, at) else { return Ok(()) };
    tx.execute(
        "insert into activity (patient, in_hospital, moved_at, seen_at) values (?1, ?2, ?3, ?4)
         on conflict (patient) do update set in_hospital = excluded.in_hospital,
             moved_at = excluded.moved_at, seen_at = excluded.seen_at",
        params![patient.uuid(), new.in_hospital, new.moved_at, new.seen_at],
    )?;
    match person::person_of(tx, patient)? {
        Some(person) => priority::refresh(tx, person),
        None => Ok(()),
    }
}

#[derive(Debug, PartialEq)]
struct Known {
    in_hospital: bool,
    moved_at: Option<Timestamp>,
    seen_at: Timestamp,
}

/// What is known after the news, or `None` where it says nothing new.
fn after(known: Option<&Known>, activity: Activity, at: Timestamp) -> Option<Known> {
    let Some(known) = known else {
        let moved_at = (activity != Activity::Seen).then_some(at);
        let in_hospital = activity == Activity::InHospital;
        return Some(Known { in_hospital, moved_at, seen_at: at });
    };
    let seen_at = known.seen_at.max(at);
    let is_same_day = at.duration_since(known.seen_at) < SignedDuration::from_hours(24);
    match activity {
        Activity::Seen if is_same_day => None,
        Activity::Seen => Some(Known { seen_at, ..*known }),
        Activity::InHospital | Activity::Left if known.moved_at.is_some_and(|moved| moved > at) => {
            None
        }
        Activity::InHospital | Activity::Left => {
            let in_hospital = activity == Activity::InHospital;
            Some(Known { in_hospital, moved_at: Some(at), seen_at })
        }
    }
    .filter(|new| new != known)
}
