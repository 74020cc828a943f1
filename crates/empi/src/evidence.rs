//! What the index knows that may be the same person, and how sure we are.

use db::Tx;
use matching::{Basis, Outcome, Profile, ReviewKind, Verdict, against, blocking};
use model::{Demographics, LocalIdentity, LocalPatientId, PersonId};

use crate::history::Cause;
use crate::review::NewReview;
use crate::{LocalPatient, Result, assertion, blocking_index, local_patient};

/// A person of more records than this is joined by a steward only.
pub(crate) const MOST_RECORDS: usize = 40;

/// A person that a record may belong to.
pub(crate) struct Finding {
    pub(crate) person: PersonId,
    pub(crate) verdict: Verdict,
    pub(crate) with: LocalPatientId,
}

impl Finding {
    pub(crate) fn links(&self) -> bool {
        matches!(self.verdict.outcome, Outcome::Link(_))
    }

    /// Why this is linked, for the history.
    pub(crate) fn cause(&self) -> Cause {
        let rule = match self.verdict.outcome {
            Outcome::Link(basis) => basis.sentence(),
            Outcome::Review(_) | Outcome::New => "a steward is asked",
        };
        Cause::evidence(rule, &self.verdict.weight)
    }

    /// The question for a steward.
    pub(crate) fn review(&self, patient: &LocalPatient, kind: ReviewKind) -> NewReview {
        NewReview::evidence(patient.id, self.with, kind, &self.verdict.weight)
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

/// Every person that the record may belong to, strongest first. `own` is the person it is in.
pub(crate) fn findings(
    tx: &mut Tx,
    identity: &LocalIdentity,
    demographics: &Demographics,
    own: Option<PersonId>,
) -> Result<Vec<Finding>> {
    let profile = Profile::new(demographics);
    let mut findings = Vec::new();
    for person in worth_weighing(tx, identity, &profile, own)? {
        let members = local_patient::members(tx, person)?;
        findings.extend(weigh(tx, identity, &profile, person, &members)?);
    }
    // The oldest person comes first among equals; sorting is stable.
    findings.sort_by(|a: &Finding, b: &Finding| {
        let ((rank_a, total_a), (rank_b, total_b)) = (a.strength(), b.strength());
        rank_b.cmp(&rank_a).then(total_b.total_cmp(&total_a))
    });
    Ok(findings)
}

/// People with at least one record that says more than nothing.
fn worth_weighing(
    tx: &mut Tx,
    identity: &LocalIdentity,
    profile: &Profile,
    own: Option<PersonId>,
) -> Result<Vec<PersonId>> {
    let mut people = Vec::new();
    for seq in blocking_index::candidates(tx, &blocking::keys(profile))? {
        let Some(other) = local_patient::by_seq(tx, seq)? else { continue };
        let known = Some(other.person) == own || people.contains(&other.person);
        if known || other.id == identity.local_patient() {
            continue;
        }
        let weight = matching::compare_profiles(profile, &Profile::new(&other.demographics));
        if matching::decide(&weight) != Outcome::New {
            people.push(other.person);
        }
    }
    Ok(people)
}

/// Weighs the record against one whole person; `None` where nothing is to be done.
fn weigh(
    tx: &mut Tx,
    identity: &LocalIdentity,
    profile: &Profile,
    person: PersonId,
    members: &[LocalPatient],
) -> Result<Option<Finding>> {
    let profiles: Vec<Profile> =
        members.iter().map(|member| Profile::new(&member.demographics)).collect();
    let Some(mut verdict) = against(profile, &profiles) else { return Ok(None) };
    if assertion::keeps_apart(tx, identity.local_patient(), members)? {
        return Ok(None);
    }
    verdict.outcome = cautious(verdict.outcome, identity, members);
    let with = members.get(verdict.member).map(|member| member.id);
    let wanted = with.filter(|_| verdict.outcome != Outcome::New);
    Ok(wanted.map(|with| Finding { person, verdict, with }))
}

/// Two active records of one source, or a very large person, are linked by a verified number or by
/// a steward, never by a sum.
fn cautious(outcome: Outcome, identity: &LocalIdentity, members: &[LocalPatient]) -> Outcome {
    let same_source = members.iter().any(|member| {
        member.identity.authority == identity.authority && member.merged_into.is_none()
    });
    let too_large = members.len() >= MOST_RECORDS;
    match outcome {
        Outcome::Link(Basis::Weight) if same_source => {
            Outcome::Review(ReviewKind::PossibleDuplicate)
        }
        Outcome::Link(_) if too_large => Outcome::Review(ReviewKind::PossibleDuplicate),
        other => other,
    }
}
