//! What the index knows that may be the same person, and how sure we are.

use db::Tx;
use matching::{Basis, Model, Outcome, Profile, ReviewKind, Verdict};
use model::{LocalPatientId, PersonId};

use crate::blocking_index::Found;
use crate::cluster::both_in_use_at_one_source;
use crate::history::Cause;
use crate::review::NewReview;
use crate::{LocalPatient, Result, assertion, local_patient, source_link};

pub(crate) use matching::MOST_RECORDS;

/// A person that a record may belong to.
pub(crate) struct Finding {
    pub(crate) person: PersonId,
    pub(crate) verdict: Verdict,
    pub(crate) record: LocalPatientId,
    pub(crate) with: LocalPatientId,
}

impl Finding {
    pub(crate) fn links(&self) -> bool {
        matches!(self.verdict.outcome, Outcome::Link(_))
    }

    /// Why this is linked, for the history.
    pub(crate) fn cause(&self, model: &Model) -> Cause {
        let rule = match self.verdict.outcome {
            Outcome::Link(basis) => basis.sentence(),
            Outcome::Review(_) | Outcome::New => "a steward is asked",
        };
        Cause::evidence(model, rule, &self.verdict.weight).between(self.record, self.with)
    }

    /// The question for a steward.
    pub(crate) fn review(&self, model: &Model, kind: ReviewKind) -> NewReview {
        NewReview::evidence(model, self.record, self.with, kind, &self.verdict.weight)
    }

    fn strength(&self) -> (u8, f64) {
        let rank = match self.verdict.outcome {
            Outcome::Link(Basis::Rule(_)) => 2,
            Outcome::Link(Basis::Weight) => 1,
            Outcome::Review(_) | Outcome::New => 0,
        };
        (rank, self.verdict.weight.total)
    }
}

/// Every person that the record may belong to, strongest first; not the one it is in, where it is
/// in the index already.
pub(crate) fn findings(
    tx: &mut Tx,
    model: &Model,
    record: &LocalPatient,
    profile: &Profile,
    sharing: &Found,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for members in local_patient::people_of(tx, &sharing.patients)? {
        let is_own = |member: &LocalPatient| member.id == record.id;
        if !members.iter().any(is_own) {
            findings.extend(weigh(tx, model, record, profile, &members)?);
        }
    }
    // The oldest person comes first among equals; sorting is stable.
    findings.sort_by(|a: &Finding, b: &Finding| {
        let ((rank_a, total_a), (rank_b, total_b)) = (a.strength(), b.strength());
        rank_b.cmp(&rank_a).then(total_b.total_cmp(&total_a))
    });
    Ok(findings)
}

/// Weighs the record against one whole person; `None` where nothing is to be done.
fn weigh(
    tx: &mut Tx,
    model: &Model,
    record: &LocalPatient,
    profile: &Profile,
    members: &[LocalPatient],
) -> Result<Option<Finding>> {
    let verdict = model.against(profile, &local_patient::profiles(members));
    let Some(mut verdict) = verdict.filter(|verdict| verdict.outcome != Outcome::New) else {
        return Ok(None);
    };
    let Some(with) = members.get(verdict.member) else { return Ok(None) };
    let apart = assertion::keeps_apart(tx, record.id, members)?
        || source_link::keeps_apart(tx, record.id, members)?;
    if apart {
        return Ok(None);
    }
    verdict.outcome = cautious(verdict.outcome, record, members);
    Ok(Some(Finding { person: with.person, verdict, record: record.id, with: with.id }))
}

/// Two active records of one source, or a very large person, are linked by a verified number or by
/// a steward, never by a sum.
fn cautious(outcome: Outcome, record: &LocalPatient, members: &[LocalPatient]) -> Outcome {
    let same_source = members.iter().any(|member| both_in_use_at_one_source(record, member));
    let too_large = members.len() >= MOST_RECORDS;
    match outcome {
        Outcome::Link(Basis::Weight) if same_source => {
            Outcome::Review(ReviewKind::PossibleDuplicate)
        }
        Outcome::Link(_) if too_large => Outcome::Review(ReviewKind::PossibleDuplicate),
        other => other,
    }
}
