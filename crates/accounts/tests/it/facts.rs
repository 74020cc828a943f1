//! The facts about one actor and one person, and what the standard policies make of them.

use access::{Action, Alert, Policies};
use accounts::{
    Basis, ClaimReason, Dissent, break_glass, end_relationship, facts, note_relationship,
    set_dissent,
};
use db::Db;
use jiff::Timestamp;
use model::{LocalPatientId, OdsCode};

use crate::world::{actor, counties, hour, local_patient, ods, person};

fn relate(
    db: &Db,
    organisation: &'static str,
    patient: LocalPatientId,
    source: &'static str,
    from: Timestamp,
    until: Option<Timestamp>,
) {
    let organisation: OdsCode = ods(organisation);
    db.write(move |tx| {
        note_relationship(tx, &organisation, patient, Basis::Admitted, source, from, until)
    })
    .unwrap();
}

/// What the nurse of RD3 may do with person `a`, who has local patients 1 and 2: basis and alert.
fn nurse_opens(db: &Db, at: Timestamp) -> Option<(String, Alert)> {
    let nurse = actor(db, "nurse");
    let patients = [local_patient("1"), local_patient("2")];
    let facts = db.read(|tx| facts(tx, &nurse, &patients, person("a"), at)).unwrap();
    let policies = Policies::standard().unwrap();
    let decision = access::decide(&policies, Action::ViewRecord, Some(person("a")), &facts, at);
    decision.allowed().then(|| (decision.basis().to_owned(), decision.alert()))
}

#[test]
fn an_admission_opens_the_record_until_four_weeks_after_discharge() {
    for db in counties() {
        let quiet = Some(("relationship".to_owned(), Alert::None));
        let noticed = Some(("recent-relationship".to_owned(), Alert::Notification));
        assert_eq!(nurse_opens(&db, hour(0)), None);
        relate(&db, "RD3", local_patient("2"), "spell 1", hour(1), None);
        assert_eq!(nurse_opens(&db, hour(0)), None, "not before it begins");
        assert_eq!(nurse_opens(&db, hour(1)), quiet);
        relate(&db, "RD3", local_patient("2"), "spell 1", hour(1), Some(hour(48)));
        assert_eq!(nurse_opens(&db, hour(47)), quiet);
        assert_eq!(nurse_opens(&db, hour(48)), noticed);
        assert_eq!(nurse_opens(&db, hour(48 + 24 * 28)), noticed);
        assert_eq!(nurse_opens(&db, hour(48 + 24 * 29)), None);
    }
}

#[test]
fn news_of_an_old_spell_does_not_end_the_present_one() {
    for db in counties() {
        relate(&db, "RD3", local_patient("1"), "spell 2", hour(0), None);
        relate(&db, "RD3", local_patient("1"), "spell 1", hour(-999), Some(hour(-900)));
        assert_eq!(nurse_opens(&db, hour(1)), Some(("relationship".into(), Alert::None)));
    }
}

#[test]
fn another_organisation_or_another_patient_is_no_relationship() {
    for db in counties() {
        relate(&db, "DCC1", local_patient("1"), "package 1", hour(0), None);
        relate(&db, "RD3", local_patient("3"), "spell 1", hour(0), None);
        assert_eq!(nurse_opens(&db, hour(1)), None);
    }
}

#[test]
fn a_cancelled_admission_takes_its_relationship_back() {
    for db in counties() {
        relate(&db, "RD3", local_patient("1"), "spell 1", hour(0), None);
        db.write(|tx| {
            let (organisation, patient) = (ods("RD3"), local_patient("1"));
            end_relationship(tx, &organisation, patient, Basis::Admitted, "spell 1", hour(2))
        })
        .unwrap();
        let basis = nurse_opens(&db, hour(3)).map(|(basis, _)| basis);
        assert_eq!(basis.as_deref(), Some("recent-relationship"));
    }
}

#[test]
fn a_claim_is_one_users_for_one_person_and_eight_hours() {
    for db in counties() {
        let nurse = actor(&db, "nurse");
        let claim = |text: &'static str, at| {
            let nurse = nurse.clone();
            db.write(move |tx| {
                break_glass(tx, &nurse, person("a"), ClaimReason::Emergency, text, at)
            })
        };
        assert!(claim("  short    ", hour(0)).is_err());
        assert_eq!(claim("collapsed in the street", hour(0)).unwrap().until, hour(8));
        assert_eq!(nurse_opens(&db, hour(7)), Some(("break-glass".into(), Alert::Notification)));
        assert_eq!(nurse_opens(&db, hour(8)), None);

        let others = [(actor(&db, "worker"), person("a")), (nurse.clone(), person("b"))];
        for (actor, person) in others {
            let found = db.read(|tx| facts(tx, &actor, &[], person, hour(1))).unwrap();
            assert_eq!(found.claim, None);
        }
    }
}

#[test]
fn dissent_closes_the_record_until_it_is_withdrawn() {
    for db in counties() {
        relate(&db, "RD3", local_patient("1"), "spell 1", hour(0), None);
        let choose = |dissent| {
            db.write(move |tx| {
                set_dissent(tx, person("a"), &[local_patient("1")], dissent, hour(1))
            })
            .unwrap();
        };
        choose(Dissent::Expressed);
        choose(Dissent::Expressed);
        assert_eq!(nurse_opens(&db, hour(2)), None);
        choose(Dissent::Withdrawn);
        assert!(nurse_opens(&db, hour(2)).is_some());
    }
}

#[test]
fn dissent_follows_a_local_patient_into_another_person() {
    for db in counties() {
        relate(&db, "RD3", local_patient("1"), "spell 1", hour(0), None);
        db.write(|tx| {
            set_dissent(
                tx,
                person("merged away"),
                &[local_patient("2")],
                Dissent::Expressed,
                hour(1),
            )
        })
        .unwrap();
        assert_eq!(nurse_opens(&db, hour(2)), None);
    }
}
