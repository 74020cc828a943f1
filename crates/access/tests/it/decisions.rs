//! What a decision says, and what holds for every decision.

use access::{Action, Alert, Facts, Policies, Scope};
use jiff::SignedDuration;
use model::{Role, Section};
use proptest::prelude::*;

use crate::world::{Standing, actor, claim, decide, held, now, person};

#[test]
fn a_refusal_names_its_policy_and_says_that_a_reason_would_open_it() {
    let policies = Policies::standard().unwrap();
    let refused =
        decide(&policies, Action::ViewRecord, &Standing::Unrelated.facts(Role::Clinician));
    assert!(!refused.allowed() && refused.may_break_glass());
    assert_eq!(refused.policies(), ["relationship-required"]);
    assert_eq!(refused.why(), "Your organisation has no recorded relationship with this person.");
    assert_eq!((refused.basis(), refused.reason(), refused.alert()), ("", "", Alert::None));
}

#[test]
fn a_claim_opens_the_record_and_leaves_its_reason() {
    let policies = Policies::standard().unwrap();
    let opened =
        decide(&policies, Action::ViewRecord, &Standing::BreakGlass.facts(Role::Paramedic));
    assert_eq!((opened.basis(), opened.alert()), ("break-glass", Alert::Notification));
    assert_eq!(opened.reason(), "emergency: collapsed in the street");
    assert_eq!(
        opened.not_shown().get(&Section::SocialCare).map(String::as_str),
        Some("Not shown to ambulance staff.")
    );
    let over = Standing::BreakGlassOverDissent.facts(Role::Clinician);
    let over = decide(&policies, Action::ViewRecord, &over);
    assert_eq!((over.basis(), over.alert()), ("break-glass-over-dissent", Alert::Alert));
}

#[test]
fn a_claim_that_is_not_needed_raises_no_alarm() {
    let policies = Policies::standard().unwrap();
    let facts = Facts {
        claim: Some(claim(now() + SignedDuration::from_hours(1))),
        ..Standing::Related.facts(Role::Clinician)
    };
    let decision = decide(&policies, Action::ViewRecord, &facts);
    assert_eq!((decision.basis(), decision.alert()), ("relationship", Alert::None));
    assert_eq!(decision.reason(), "admitted");
}

#[test]
fn a_claim_ends_to_the_second() {
    let policies = Policies::standard().unwrap();
    let facts = Facts { claim: Some(claim(now())), ..Standing::Unrelated.facts(Role::Clinician) };
    let just_before = now() - SignedDuration::from_secs(1);
    let at =
        |at| access::decide(&policies, Action::ViewRecord, Some(person()), &facts, at).allowed();
    assert_eq!((at(just_before), at(now())), (true, false));
}

#[test]
fn a_steward_cannot_talk_their_way_into_a_record() {
    let policies = Policies::standard().unwrap();
    for standing in Standing::ALL {
        let decision = decide(&policies, Action::ViewRecord, &standing.facts(Role::Steward));
        assert!(!decision.allowed() && !decision.may_break_glass(), "{standing:?}");
    }
}

#[test]
fn an_action_about_a_person_without_a_person_is_refused() {
    let policies = Policies::standard().unwrap();
    let facts = Standing::Related.facts(Role::Clinician);
    let decision = access::decide(&policies, Action::ViewRecord, None, &facts, now());
    assert!(!decision.allowed());
    assert_eq!(decision.policies(), ["not-weighed"]);
}

#[test]
fn a_document_is_refused_where_the_documents_section_is() {
    let policies = Policies::standard().unwrap();
    let social_worker = Standing::Related.facts(Role::SocialWorker);
    assert!(!decide(&policies, Action::ViewDocument, &social_worker).allowed());
    let clinician =
        decide(&policies, Action::ViewDocument, &Standing::Related.facts(Role::Clinician));
    assert_eq!(clinician.sections().iter().collect::<Vec<_>>(), [&Section::Documents]);
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let organisation = prop::sample::select(vec!["RD3", "RBD", "R1F", "J81012"]);
    let days = prop::option::of(-60i64..60);
    let relationships = prop::collection::vec((organisation, days), 0..5);
    (0usize..Role::ALL.len(), relationships, prop::option::of(-9i64..9), any::<bool>()).prop_map(
        |(role, relationships, claim_hours, dissent)| Facts {
            actor: actor(Role::ALL[role]),
            relationships: relationships
                .into_iter()
                .map(|(organisation, days)| {
                    held(
                        organisation,
                        days.map(|days| now() + SignedDuration::from_hours(24 * days)),
                    )
                })
                .collect(),
            claim: claim_hours.map(|hours| claim(now() + SignedDuration::from_hours(hours))),
            dissent,
            scopes: Scope::ALL.into(),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The same rule, written once more by hand: no record opens without a basis.
    #[test]
    fn a_record_opens_exactly_for_a_care_role_with_a_basis(facts in any_facts()) {
        let policies = Policies::standard().unwrap();
        let decision = decide(&policies, Action::ViewRecord, &facts);
        let care = matches!(
            facts.actor.role,
            Role::Clinician | Role::Paramedic | Role::SocialWorker
        );
        let claimed = facts.claim.as_ref().is_some_and(|claim| claim.until > now());
        // The grace is 28 whole days, and the 29th not yet complete.
        let grace_ends = now() - SignedDuration::from_hours(24 * 29);
        let related = facts.relationships.iter().any(|held| {
            held.organisation == facts.actor.organisation
                && held.until.is_none_or(|until| until > grace_ends)
        });
        let expected = care && (claimed || (related && !facts.dissent));
        prop_assert_eq!(decision.allowed(), expected, "{:?}", decision.policies());
        prop_assert_eq!(decision.may_break_glass(), care && !expected);
        prop_assert_eq!(decision.allowed(), !decision.sections().is_empty());
        prop_assert!(!decision.policies().is_empty() && !decision.why().is_empty());
        prop_assert_eq!(decision.sections().len() + decision.not_shown().len(), Section::ALL.len());
    }
}
