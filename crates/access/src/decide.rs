//! The decision: facts in, verdict out.
//!
//! 1. Ask the policies, section by section where the action shows sections.
//! 2. Something allowed: the basis is the satisfied permit that raises the least alarm.
//! 3. Nothing allowed: say which policies refused (where some refused every section, those), and
//!    whether a claim would change that.
//!
//! Whatever cannot be evaluated is refused. Cedar passes over a policy that fails, which would lose a
//! forbid; so any such failure refuses the whole request.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::Decision as Effect;
use jiff::Timestamp;
use model::{PersonId, Section};

use crate::action::Subject;
use crate::case::Case;
use crate::policies::Annotations;
use crate::{Action, Alert, Claim, ClaimReason, Decision, Facts, Policies};

/// The word for a request that the policies could not weigh.
const NOT_WEIGHED: &str = "not-weighed";

/// Decides whether the actor in `facts` may do `action` (to `person`) at the moment `at`.
pub fn decide(
    policies: &Policies,
    action: Action,
    person: Option<PersonId>,
    facts: &Facts,
    at: Timestamp,
) -> Decision {
    let claim = facts.claim.as_ref().filter(|claim| at < claim.until);
    let verdict = weigh(policies, action, person, facts, claim.map(|claim| claim.reason), at);
    let may_break_glass = !verdict.allowed
        && claim.is_none()
        && a_claim_would_open(policies, action, person, facts, at);
    let (basis, alert) = if verdict.allowed { verdict.basis(policies) } else { Default::default() };
    Decision {
        action,
        actor: facts.actor.clone(),
        person,
        decided_at: at,
        allowed: verdict.allowed,
        reason: if verdict.allowed { reason(&basis, facts, claim, at) } else { String::new() },
        basis,
        alert,
        may_break_glass,
        why: verdict.why(policies),
        sections: verdict.sections,
        not_shown: verdict.not_shown,
        policies: verdict.policies.into_iter().collect(),
        about: String::new(),
    }
}

/// The user may make a claim, and with it this action would be allowed.
fn a_claim_would_open(
    policies: &Policies,
    action: Action,
    person: Option<PersonId>,
    facts: &Facts,
    at: Timestamp,
) -> bool {
    matches!(action.subject(), Subject::Sections | Subject::PersonWithBasis)
        && weigh(policies, Action::BreakGlass, person, facts, None, at).allowed
        && weigh(policies, action, person, facts, Some(ClaimReason::Emergency), at).allowed
}

/// What stands behind the basis, for the audit trail.
fn reason(basis: &str, facts: &Facts, claim: Option<&Claim>, at: Timestamp) -> String {
    match claim {
        Some(claim) if basis.starts_with("break-glass") => {
            format!("{}: {}", claim.reason.code(), claim.text)
        }
        _ if basis == "role" => String::new(),
        _ => {
            let live = basis == "relationship";
            let kinds: BTreeSet<&str> = facts
                .relationships
                .iter()
                .filter(|held| held.organisation == facts.actor.organisation)
                .filter(|held| held.is_live(at) == live)
                .map(|held| held.basis.code())
                .collect();
            kinds.into_iter().collect::<Vec<_>>().join(", ")
        }
    }
}

/// What the policies answered, over all sections asked about.
#[derive(Default)]
struct Verdict {
    allowed: bool,
    sections: BTreeSet<Section>,
    not_shown: BTreeMap<Section, String>,
    policies: BTreeSet<String>,
    permits: BTreeSet<String>,
}

impl Verdict {
    fn not_weighed() -> Self {
        Self { policies: BTreeSet::from([NOT_WEIGHED.to_owned()]), ..Self::default() }
    }

    /// The satisfied permit that raises the least alarm.
    fn basis(&self, policies: &Policies) -> (String, Alert) {
        self.permits
            .iter()
            .filter_map(|id| policies.annotations.get(id))
            .min_by_key(|annotations| annotations.alert)
            .map(|annotations| (annotations.basis.clone(), annotations.alert))
            .unwrap_or_default()
    }

    /// What the permit that counts says; in a refusal, what each policy that refused says.
    fn why(&self, policies: &Policies) -> String {
        let said = |id: &String| policies.annotations.get(id).map(|said| said.says.as_str());
        if self.policies.contains(NOT_WEIGHED) {
            return "The access policies could not be applied, so nothing is shown.".into();
        }
        if self.allowed {
            let quiet = |said: &&Annotations| said.alert;
            let permits = self.permits.iter().filter_map(|id| policies.annotations.get(id));
            return permits.min_by_key(quiet).map(|said| said.says.clone()).unwrap_or_default();
        }
        let sentences: Vec<&str> =
            self.policies.iter().filter_map(said).filter(|says| !says.is_empty()).collect();
        if sentences.is_empty() {
            return "Your role does not allow this.".into();
        }
        sentences.join(" ")
    }
}

/// Step 1: asks the policies.
fn weigh(
    policies: &Policies,
    action: Action,
    person: Option<PersonId>,
    facts: &Facts,
    claim: Option<ClaimReason>,
    at: Timestamp,
) -> Verdict {
    let Some(case) = Case::new(policies, action, person, facts, claim, at) else {
        return Verdict::not_weighed();
    };
    let sections: Vec<Option<Section>> = match action {
        Action::ViewRecord | Action::HearOfEvents => Section::ALL.into_iter().map(Some).collect(),
        Action::ViewDocument => vec![Some(Section::Documents)],
        _ => vec![None],
    };
    let mut verdict = Verdict::default();
    let mut refused_all: Option<BTreeSet<String>> = None;
    for section in sections {
        let Some((effect, ids)) = case.ask(section) else {
            return Verdict::not_weighed();
        };
        match (effect, section) {
            (Effect::Allow, section) => {
                verdict.allowed = true;
                verdict.sections.extend(section);
                verdict.permits.extend(ids.iter().cloned());
            }
            (Effect::Deny, Some(section)) => {
                verdict.not_shown.insert(section, not_shown_because(policies, &ids));
            }
            (Effect::Deny, None) => {}
        }
        let ids: BTreeSet<String> = ids.into_iter().collect();
        refused_all = Some(refused_all.map_or_else(|| ids.clone(), |all| &all & &ids));
        verdict.policies.extend(ids);
    }
    match refused_all {
        Some(ids) if !verdict.allowed && !ids.is_empty() => Verdict { policies: ids, ..verdict },
        _ => verdict,
    }
}

fn not_shown_because(policies: &Policies, ids: &[String]) -> String {
    let says = ids.iter().filter_map(|id| policies.annotations.get(id)).map(|said| &said.says);
    match says.filter(|says| !says.is_empty()).cloned().collect::<Vec<_>>() {
        sentences if sentences.is_empty() => "Not shown to your role.".into(),
        sentences => sentences.join(" "),
    }
}
