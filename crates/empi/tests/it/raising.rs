//! A steward asks by hand, and the question is one like the engine's.

use empi::{AnswerKind, Decision, Doubt, Error, Raised, ReviewKind};
use model::{Demographics, LocalPatientId};

use crate::stewarding::{answer, said, state};
use crate::undoing::undo;
use crate::world::*;

fn record(text: &str) -> LocalPatientId {
    identity(text).local_patient()
}

fn raise(db: &db::Db, doubt: Doubt, reason: &'static str) -> empi::Result<Raised> {
    db.write(move |tx| empi::raise(tx, model(), doubt, reason, &steward(), day(5)))
}

/// Thomasina at two hospitals, linked by her number.
fn linked(db: &db::Db) -> Doubt {
    feed(db, "RD3/R1", &thomasina());
    feed(db, "RBD/B1", &thomasina());
    assert_eq!(person_of(db, "RD3/R1"), person_of(db, "RBD/B1"));
    Doubt::Link(record("RD3/R1"), record("RBD/B1"))
}

/// Thomasina and Gabriel, about whom nobody would ask.
fn strangers(db: &db::Db) -> Doubt {
    let two = Doubt::TwoPeople(feed(db, "RD3/R1", &thomasina()), feed(db, "RBD/B1", &gabriel()));
    assert_eq!(queued(db), []);
    two
}

#[test]
fn a_link_that_a_steward_doubts_is_a_question_and_can_be_parted_and_joined_again() {
    for db in indexes() {
        let doubt = linked(&db);
        let Raised::Filed(review) = raise(&db, doubt, "  Two dates of birth on paper. ").unwrap()
        else {
            panic!("it was asked before")
        };
        let question = &queue(&db)[0];
        assert_eq!((question.id, question.kind), (review, ReviewKind::DoubtedLink));
        assert_eq!(question.filed_by, "Ann Steward (Data steward, QVV)");
        assert_eq!(said(&db, review), [AnswerKind::Raised]);
        let history = read(&db, |tx| empi::review_history(tx, review));
        assert_eq!(history[0].note, "Two dates of birth on paper.");
        // What comes meanwhile does not settle what a person asked.
        feed_on(&db, 6, "RDZ/Z1", &thomasina());
        assert_eq!(state(&db, review), "open");

        answer(&db, review, Decision::NotTheSame, &steward()).unwrap();
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        undo(&db, review).unwrap();
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        assert_eq!(state(&db, review), "open");
    }
}

#[test]
fn two_people_whom_a_steward_takes_for_one_are_a_question_and_can_be_joined() {
    for db in indexes() {
        let doubt = strangers(&db);
        let review = raise(&db, doubt, "He changed name and gender.").unwrap().review();
        assert_eq!(queued(&db), [ReviewKind::PossibleDuplicate]);
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
    }
}

#[test]
fn what_waits_already_is_not_asked_twice_and_keeps_every_reason() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &without_number(thomasina()));
        let engine = queue(&db)[0].id;
        let raised = raise(&db, Doubt::TwoPeople(second, first), "Same handwriting.").unwrap();
        assert_eq!(raised, Raised::Asked(engine));
        let again = raise(&db, Doubt::TwoPeople(first, second), "And the same daughter.").unwrap();
        assert_eq!(again, Raised::Asked(engine));
        assert_eq!(queue(&db).len(), 1);
        assert_eq!(queue(&db)[0].filed_by, "engine");
        assert_eq!(said(&db, engine), [AnswerKind::Raised, AnswerKind::Raised]);
    }
}

#[test]
fn what_a_steward_has_decided_is_taken_back_and_not_asked_again() {
    for db in indexes() {
        let doubt = linked(&db);
        let review = raise(&db, doubt, "Another blood group.").unwrap().review();
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        let again = raise(&db, doubt, "Another blood group.");
        assert!(matches!(again, Err(Error::AlreadyDecided(by)) if by == review), "{again:?}");
        undo(&db, review).unwrap();
        assert_eq!(raise(&db, doubt, "Really.").unwrap(), Raised::Asked(review));

        answer(&db, review, Decision::NotTheSame, &steward()).unwrap();
        let people = Doubt::TwoPeople(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        let again = raise(&db, people, "One after all.");
        assert!(matches!(again, Err(Error::AlreadyDecided(by)) if by == review), "{again:?}");
    }
}

#[test]
fn what_makes_no_question_is_refused_and_files_nothing() {
    for db in indexes() {
        let doubt = linked(&db);
        let gabriel = feed(&db, "RD3/R9", &gabriel());
        let (one, other) = (record("RD3/R1"), record("RD3/R9"));
        let thomasina = person_of(&db, "RD3/R1");
        let nobody = LocalPatientId::from_uuid(model::stable_id(&["nobody"]));
        let refused = [
            (doubt, " "),
            (Doubt::Link(one, one), "why"),
            (Doubt::Link(one, other), "why"),
            (Doubt::Link(one, nobody), "why"),
            (Doubt::TwoPeople(thomasina, thomasina), "why"),
        ];
        for (doubt, reason) in refused {
            assert!(raise(&db, doubt, reason).is_err(), "{doubt:?} {reason}");
        }
        let long = Box::leak("x".repeat(1001).into_boxed_str());
        assert!(raise(&db, Doubt::TwoPeople(thomasina, gabriel), long).is_err());
        assert_eq!(queued(&db), []);
    }
}

#[test]
fn a_protected_person_is_never_put_beside_another_identity() {
    for db in indexes() {
        let protected = Demographics { sensitive: true, ..without_number(thomasina()) };
        let old = feed(&db, "RD3/R1", &without_number(thomasina()));
        let new = feed(&db, "RBD/B1", &protected);
        assert_ne!(old, new);
        let refused = raise(&db, Doubt::TwoPeople(old, new), "The same address.");
        assert!(matches!(refused, Err(Error::Protected)), "{refused:?}");
        assert!(!read(&db, |tx| empi::may_be_compared(tx, old, new)));
        let known = feed(&db, "RD3/R5", &gabriel());
        assert!(read(&db, |tx| empi::may_be_compared(tx, old, known)));
        assert_eq!(queued(&db), []);
    }
}
