//! From a decision to a permit, through the trail.

use access::{Action, Facts, Policies};
use audit::{EntryOutcome, Error, Outcome, Page, Verification};
use db::scratch;
use model::{Role, Section};
use proptest::prelude::*;

use crate::world::{actor, claiming, databases, decide, minute, person, record, related};

#[test]
fn a_permit_names_its_entry_and_the_entry_names_everything() {
    for db in databases() {
        let facts = related(actor("Sam Nurse", Role::Clinician, "RD3"));
        let decision = decide(Action::ViewDocument, person("a"), &facts).with_about("document 7");
        let permit = record(&db, decision, minute(1)).permit().unwrap();
        assert_eq!((permit.entry(), permit.person()), (1, Some(person("a"))));
        assert!(permit.may_see(Section::Documents) && !permit.may_see(Section::Problems));

        let entries = db.read(|tx| audit::who_looked(tx, person("a"), Page::first(10))).unwrap();
        let [entry] = entries.as_slice() else { panic!("one entry") };
        assert_eq!((entry.seq, entry.at), (1, minute(1)));
        assert_eq!((entry.name.as_str(), entry.role_label()), ("Sam Nurse", "Clinician"));
        assert_eq!(
            (entry.organisation.as_str(), entry.action_label()),
            ("RD3", "Opened a document")
        );
        assert_eq!((entry.basis.as_str(), entry.reason.as_str()), ("relationship", "admitted"));
        assert_eq!(
            (entry.policies.join(" "), entry.detail.as_str()),
            ("relationship".into(), "document 7")
        );
        assert_eq!(entry.outcome, EntryOutcome::Allowed);
    }
}

#[test]
fn a_refusal_is_written_and_stays_written() {
    for db in databases() {
        let facts = Facts::of(actor("Sam Nurse", Role::Clinician, "RD3"));
        let refusal = record(&db, decide(Action::ViewRecord, person("a"), &facts), minute(1))
            .permit()
            .unwrap_err();
        assert!(refusal.may_break_glass);
        assert_eq!(
            refusal.to_string(),
            "Your organisation has no recorded relationship with this person."
        );
        let entries = db.read(|tx| audit::who_looked(tx, person("a"), Page::first(10))).unwrap();
        assert_eq!(entries[0].outcome, EntryOutcome::Refused);
        assert_eq!(entries[0].policies, ["relationship-required"]);
        assert_eq!(entries[0].seq, refusal.entry);
    }
}

#[test]
fn an_undone_job_leaves_no_gap() {
    for db in databases() {
        let decision = || {
            let facts = related(actor("Sam Nurse", Role::Clinician, "RD3"));
            decide(Action::ViewRecord, person("a"), &facts)
        };
        let first = decision();
        let undone: Result<(), Error> = db.write(move |tx| {
            let _outcome = audit::record(tx, first, minute(0))?;
            Err(Error::NoAlert)
        });
        assert!(undone.is_err());
        assert_eq!(record(&db, decision(), minute(1)).permit().unwrap().entry(), 1);
        assert!(matches!(db.read(audit::verify).unwrap(), Verification::Intact { entries: 1, .. }));
    }
}

#[test]
fn many_writers_make_one_chain() {
    for db in databases() {
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let db = &db;
                scope.spawn(move || {
                    for minutes in 0..25 {
                        let facts = claiming(actor("Sam Nurse", Role::Clinician, "RD3"));
                        let who = person(&format!("{writer}"));
                        let outcome =
                            record(db, decide(Action::ViewRecord, who, &facts), minute(minutes));
                        assert!(matches!(outcome, Outcome::Allowed(_)));
                    }
                });
            }
        });
        assert!(matches!(
            db.read(audit::verify).unwrap(),
            Verification::Intact { entries: 100, .. }
        ));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_permit_opens_exactly_what_was_decided(
        role in 0usize..Role::ALL.len(), action in 0usize..Action::ALL.len(), related_too in any::<bool>(),
        claimed in any::<bool>(), dissent in any::<bool>(),
    ) {
        let db = scratch::sqlite();
        db.migrate(&[audit::MIGRATIONS]).unwrap();
        let actor = actor("Sam", Role::ALL[role], "RD3");
        let relationships =
            if related_too { related(actor.clone()).relationships } else { Vec::new() };
        let claim = if claimed { claiming(actor.clone()).claim } else { None };
        let facts = Facts { relationships, claim, dissent, ..Facts::of(actor) };
        let policies = Policies::standard().unwrap();
        let action = Action::ALL[action];
        let decision = access::decide(&policies, action, Some(person("a")), &facts, minute(0));
        match record(&db, decision.clone(), minute(0)) {
            Outcome::Allowed(permit) => {
                prop_assert!(decision.allowed());
                for section in Section::ALL {
                    prop_assert_eq!(permit.may_see(section), decision.sections().contains(&section));
                }
                prop_assert_eq!(permit.sections(), decision.sections());
                prop_assert_eq!(permit.action(), action);
                prop_assert_eq!(permit.person(), decision.person());
            }
            Outcome::Refused(_) => prop_assert!(!decision.allowed()),
        }
        let entries = db.read(|tx| audit::who_looked(tx, person("a"), Page::first(10))).unwrap();
        prop_assert_eq!(entries.len(), 1);
    }
}
