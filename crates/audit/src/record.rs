//! The one way from a decision to a permit: through the trail.

use access::{Action, Decision};
use db::Tx;
use jiff::Timestamp;
use model::PersonId;
use thiserror::Error;

use crate::chain::{self, NewEntry};
use crate::{EntryOutcome, Error, Permit};

/// Writes the entry of `decision`, allowed or refused, and then makes the permit or the refusal.
///
/// Return the outcome from the write job as it is: an `Err` would undo the entry. The permit counts
/// once the job has come back; until then its entry is not durable.
pub fn record(tx: &mut Tx, decision: Decision, at: Timestamp) -> Result<Outcome, Error> {
    let allowed = decision.allowed();
    let entry = chain::append(
        tx,
        &NewEntry {
            user: Some(decision.actor().user),
            name: &decision.actor().name,
            role: decision.actor().role.code(),
            organisation: decision.actor().organisation.as_str(),
            action: decision.action().code(),
            person: decision.person(),
            basis: decision.basis(),
            policies: &decision.policies().join(","),
            reason: decision.reason(),
            outcome: if allowed { EntryOutcome::Allowed } else { EntryOutcome::Refused },
            alert: decision.alert(),
            detail: decision.about(),
            answers: None,
        },
        at,
    )?;
    Ok(if allowed {
        Outcome::Allowed(Permit::new(decision, entry, at))
    } else {
        Outcome::Refused(Refusal::new(&decision, entry))
    })
}

/// What [`record`] gives back. Both sides are in the trail once the write job has committed.
#[derive(Debug)]
#[must_use = "a permit that nobody uses shows nothing"]
pub enum Outcome {
    /// Go ahead, with this.
    Allowed(Permit),
    /// Do not, and say this.
    Refused(Refusal),
}

impl Outcome {
    /// For `?`, outside the write job.
    pub fn permit(self) -> Result<Permit, Refusal> {
        match self {
            Self::Allowed(permit) => Ok(permit),
            Self::Refused(refusal) => Err(refusal),
        }
    }
}

/// A refusal, with what a page may say about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{why}")]
pub struct Refusal {
    /// The number of its entry in the trail.
    pub entry: i64,
    /// What was asked for.
    pub action: Action,
    /// About whom.
    pub person: Option<PersonId>,
    /// One or two sentences for the page.
    pub why: String,
    /// The policies that refused.
    pub policies: Vec<String>,
    /// A claim with a reason would open it.
    pub may_break_glass: bool,
}

impl Refusal {
    fn new(decision: &Decision, entry: i64) -> Self {
        Self {
            entry,
            action: decision.action(),
            person: decision.person(),
            why: decision.why().to_owned(),
            policies: decision.policies().to_owned(),
            may_break_glass: decision.may_break_glass(),
        }
    }
}
