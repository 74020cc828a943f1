//! Which question comes first: whoever is in hospital now, then whoever was seen lately, and among
//! those the kinds that can do most harm.

use db::{Tx, params};
use jiff::{SignedDuration, Timestamp};
use matching::ReviewKind;
use model::{LocalPatientId, PersonId};

use crate::Result;

/// Seen within this many days counts as lately.
const LATELY_DAYS: i64 = 7;
/// Seen within this many days counts as known to a service.
const KNOWN_DAYS: i64 = 90;

/// Why a question stands where it stands in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priority {
    /// Somebody whom the question is about is in hospital now.
    pub in_hospital: bool,
    /// When any of them was last seen by a service, to the day.
    pub last_seen: Option<Timestamp>,
    /// The reasons in words, the weightiest first.
    pub reasons: Vec<String>,
}

impl Priority {
    pub(crate) fn of(
        kind: ReviewKind,
        in_hospital: bool,
        last_seen: Option<Timestamp>,
        looked_again: bool,
    ) -> Self {
        let hospital = in_hospital.then(|| "in hospital now".to_owned());
        let answered = looked_again.then(|| "the source has sent new details".to_owned());
        let seen = last_seen.filter(|_| !in_hospital).map(|at| format!("last seen {}", day(at)));
        let reasons = hospital.into_iter().chain([danger(kind).to_owned()]).chain(answered);
        Self { in_hospital, last_seen, reasons: reasons.chain(seen).collect() }
    }
}

/// What may happen while nobody answers.
fn danger(kind: ReviewKind) -> &'static str {
    match kind {
        ReviewKind::ConfusedNumber | ReviewKind::DoubtedLink => "two people may be read as one",
        ReviewKind::ConflictingDeath => "a living person may be taken for dead, or the reverse",
        ReviewKind::Twins => "twins may be taken for each other",
        ReviewKind::Newborn => "a newborn's results may be missed",
        ReviewKind::PossibleDuplicate => "part of one person's record may be missed",
    }
}

fn day(at: Timestamp) -> String {
    at.in_tz("Europe/London").map_or_else(
        |_| at.strftime("%Y-%m-%d").to_string(),
        |at| at.strftime("%-d %B %Y").to_string(),
    )
}

/// The moments from which on somebody counts as seen lately, and as known to a service.
pub(crate) fn horizons(now: Timestamp) -> (Timestamp, Timestamp) {
    let before = |days: i64| {
        now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN)
    };
    (before(LATELY_DAYS), before(KNOWN_DAYS))
}

/// Brings what is known of their activity to the open questions about a person.
pub(crate) fn refresh(tx: &mut Tx, person: PersonId) -> Result<()> {
    tx.execute(REFRESH, params![person.uuid()])?;
    Ok(())
}

/// The same for the one question about these records.
pub(crate) fn refresh_one(tx: &mut Tx, (a, b): (LocalPatientId, LocalPatientId)) -> Result<()> {
    tx.execute(REFRESH_ONE, params![a.uuid(), b.uuid()])?;
    Ok(())
}

macro_rules! refresh {
    ($which:literal) => {
        concat!(
            "update review set
                in_hospital = coalesce((
                    select max(activity.in_hospital) from local_patient side
                    join local_patient record on record.person = side.person
                    join activity on activity.patient = record.id
                    where side.id in (review.a, review.b)), 0),
                seen_at = (
                    select max(activity.seen_at) from local_patient side
                    join local_patient record on record.person = side.person
                    join activity on activity.patient = record.id
                    where side.id in (review.a, review.b))
             where state not in ('decided', 'resolved') and ",
            $which
        )
    };
}

pub(crate) const REFRESH: &str = refresh!(
    "(a in (select id from local_patient where person = ?1)
        or b in (select id from local_patient where person = ?1))"
);
const REFRESH_ONE: &str = refresh!("a = ?1 and b = ?2");
