//! What a steward can answer: alone, with a second steward, by splitting, by asking the source.

use empi::{AnswerKind, Decided, Decision, Error, Preview, ReviewState};
use model::{Actor, Demographics, LocalPatientId, OdsCode};

use crate::world::*;

pub(crate) fn answer(
    db: &db::Db,
    review: i64,
    decision: Decision,
    actor: &Actor,
) -> empi::Result<Decided> {
    let actor = actor.clone();
    db.write(move |tx| empi::decide(tx, model(), review, &decision, &actor, day(10)))
}

fn preview(db: &db::Db, review: i64, decision: &Decision) -> empi::Result<Preview> {
    let decision = decision.clone();
    db.write(move |tx| empi::preview(tx, model(), review, &decision, &steward(), day(10)))
}

/// What was said about a review, in order.
pub(crate) fn said(db: &db::Db, review: i64) -> Vec<AnswerKind> {
    read(db, |tx| empi::review_history(tx, review)).into_iter().map(|said| said.kind).collect()
}

pub(crate) fn state(db: &db::Db, review: i64) -> &'static str {
    read(db, |tx| empi::review(tx, review)).unwrap().state.code()
}

fn id(text: &str) -> LocalPatientId {
    identity(text).local_patient()
}

/// Two people with a verified number each, and the question whether they are one.
fn two_numbers(db: &db::Db) -> i64 {
    feed(db, "RD3/R1", &thomasina());
    feed(db, "RBD/B1", &with_number(thomasina(), 2));
    queue(db)[0].id
}

/// Three records of one person, of which one has come to be about somebody else.
fn confused(db: &db::Db) -> i64 {
    feed(db, "RD3/R1", &thomasina());
    feed(db, "RBD/B1", &thomasina());
    feed(db, "RDZ/Z1", &thomasina());
    feed_on(db, 1, "RBD/B1", &gabriel());
    queue(db)[0].id
}

/// Somebody else with Thomasina's number.
fn gabriel() -> Demographics {
    Demographics {
        names: vec![name("Oak", "Gabriel")],
        birth_date: "1971-11-05".parse().ok(),
        addresses: vec![],
        telephones: vec![],
        ..thomasina()
    }
}

fn refer(note: &str) -> Decision {
    Decision::Refer { to: OdsCode::parse("RBD").unwrap(), note: note.to_owned() }
}

#[test]
fn only_who_holds_a_record_can_be_asked_about_it() {
    for db in indexes() {
        let review = two_numbers(&db);
        let nobody =
            Decision::Refer { to: OdsCode::parse("ZZZ99").unwrap(), note: "Which?".into() };
        let asked = answer(&db, review, nobody, &steward());
        assert!(matches!(asked, Err(Error::Invalid(_))), "{asked:?}");
        assert_eq!(state(&db, review), "open");
    }
}

#[test]
fn two_verified_numbers_are_joined_by_two_stewards_never_by_one_twice() {
    for db in indexes() {
        let review = two_numbers(&db);
        let first = answer(&db, review, Decision::SamePerson, &steward());
        assert!(matches!(first, Ok(Decided::NeedsSecond)));
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        let shown = read(&db, |tx| empi::review(tx, review)).unwrap().state;
        assert!(
            matches!(shown, ReviewState::AwaitingSecond { user, .. } if user == steward().user)
        );
        let again = answer(&db, review, Decision::SamePerson, &steward());
        assert!(matches!(again, Err(Error::SecondSteward)));
        let second = answer(&db, review, Decision::SamePerson, &second_steward());
        assert!(matches!(second, Ok(Decided::Done)));
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        assert_eq!(said(&db, review), [AnswerKind::FirstOfTwo, AnswerKind::SamePerson]);
    }
}

#[test]
fn a_first_answer_is_taken_back_by_whoever_gave_it() {
    for db in indexes() {
        let review = two_numbers(&db);
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        let undo =
            |actor: Actor| db.write(move |tx| empi::undo(tx, model(), review, &actor, day(11)));
        assert!(matches!(undo(second_steward()), Err(Error::NotTheirAnswer)));
        assert_eq!(state(&db, review), "awaiting_second");
        undo(steward()).unwrap();
        assert_eq!(state(&db, review), "open");
    }
}

#[test]
fn a_first_answer_does_not_outlive_the_details_that_it_was_given_on() {
    for db in indexes() {
        let review = two_numbers(&db);
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        feed_on(&db, 11, "RBD/B1", &with_moved(with_number(thomasina(), 2)));
        assert_eq!(state(&db, review), "open");
        assert_eq!(said(&db, review), [AnswerKind::FirstOfTwo, AnswerKind::LookedAgain]);
        let second = answer(&db, review, Decision::SamePerson, &second_steward());
        assert!(matches!(second, Ok(Decided::NeedsSecond)));
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
    }
}

#[test]
fn a_second_steward_who_disagrees_opens_the_question_again() {
    for db in indexes() {
        let review = two_numbers(&db);
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        let second = answer(&db, review, Decision::NotTheSame, &second_steward());
        assert!(matches!(second, Ok(Decided::Disagreed)));
        assert_eq!(state(&db, review), "open");
        // After that one steward is enough to keep them apart, and two are needed to join them.
        let anew = answer(&db, review, Decision::SamePerson, &second_steward());
        assert!(matches!(anew, Ok(Decided::NeedsSecond)));
        let apart = answer(&db, review, Decision::NotTheSame, &second_steward());
        assert!(matches!(apart, Ok(Decided::Done)));
        assert_eq!(state(&db, review), "decided");
        let history = read(&db, |tx| empi::review_history(tx, review));
        assert_eq!(history[1].by, "Bea Steward (Data steward, QVV)");
        assert_eq!(history[1].kind, AnswerKind::Disagreed);
    }
}

#[test]
fn the_chosen_records_are_split_out_and_no_other() {
    for db in indexes() {
        let review = confused(&db);
        feed_on(&db, 2, "RDZ/Z1", &gabriel());
        let person = person_of(&db, "RD3/R1");
        let decision = Decision::Split(vec![id("RBD/B1"), id("RDZ/Z1")]);
        answer(&db, review, decision, &steward()).unwrap();
        assert_eq!(records(&db, person), ["RD3/R1"]);
        assert_eq!(records(&db, person_of(&db, "RBD/B1")), ["RBD/B1", "RDZ/Z1"]);
        // Nothing leads one of them back, though it carries the number, and nothing is asked again.
        feed_on(&db, 20, "RDZ/Z1", &with_moved(gabriel()));
        assert_eq!(records(&db, person), ["RD3/R1"]);
        assert_eq!(queued(&db), []);
    }
}

fn with_moved(demographics: Demographics) -> Demographics {
    Demographics { addresses: vec![address("1 Quay", "BH15 1HJ")], ..demographics }
}

#[test]
fn a_split_must_answer_the_question() {
    for db in indexes() {
        let review = confused(&db);
        let (a, b, z) = (id("RD3/R1"), id("RBD/B1"), id("RDZ/Z1"));
        for chosen in [vec![], vec![z], vec![a, b], vec![a, b, z], vec![b, id("RDZ/none")]] {
            let refused = answer(&db, review, Decision::Split(chosen), &steward());
            assert!(matches!(refused, Err(Error::SplitChoice)));
        }
        assert_eq!(state(&db, review), "open");
    }
    for db in indexes() {
        let review = two_numbers(&db);
        let refused = answer(&db, review, Decision::Split(vec![id("RD3/R1")]), &steward());
        assert!(matches!(refused, Err(Error::NotTogether)));
    }
}

#[test]
fn a_referred_question_waits_for_the_sources_own_message() {
    for db in indexes() {
        let review = two_numbers(&db);
        let empty = answer(&db, review, refer("  "), &steward());
        assert!(matches!(empty, Err(Error::Invalid(_))));
        answer(&db, review, refer("Which number is on the wristband?"), &steward()).unwrap();
        assert_eq!(queued(&db), []);
        assert_eq!(read(&db, empi::review_counts).referred, 1);
        let shown = read(&db, |tx| empi::review(tx, review)).unwrap().state;
        let ReviewState::Referred { to, note, .. } = shown else { panic!("{shown:?}") };
        assert_eq!((to.as_str(), note.as_str()), ("RBD", "Which number is on the wristband?"));
        // Details that leave the question open: a steward looks again.
        feed_on(&db, 11, "RBD/B1", &with_moved(with_number(thomasina(), 2)));
        assert_eq!(state(&db, review), "open");
        assert!(
            queue(&db)[0].priority.reasons.contains(&"the source has sent new details".to_owned())
        );
        assert_eq!(said(&db, review), [AnswerKind::Referred, AnswerKind::LookedAgain]);
        // Asked again, the source corrects the number: the evidence settles it.
        answer(&db, review, refer("Still two numbers"), &steward()).unwrap();
        feed_on(&db, 12, "RBD/B1", &thomasina());
        assert_eq!(state(&db, review), "resolved");
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
    }
}

#[test]
fn a_preview_shows_what_will_be_and_leaves_everything_as_it_was() {
    for db in indexes() {
        let review = two_numbers(&db);
        let before = crate::undoing::dump(&db);
        let (one, other) = (person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        let shown = preview(&db, review, &Decision::SamePerson).unwrap();
        assert_eq!(crate::undoing::dump(&db), before);
        assert!(shown.needs_second);
        assert_eq!(shown.before.len(), 2);
        assert_eq!(shown.after.len(), 1);
        assert_eq!(shown.after[0].local_patients.len(), 2);
        assert_eq!(shown.redirects, [(other, one)]);
        let apart = preview(&db, review, &Decision::NotTheSame).unwrap();
        assert_eq!((apart.before.len(), apart.after.len()), (2, 2));
        assert!(!apart.needs_second);
        // What the deed refuses, the preview refuses in the same words.
        let wrong = preview(&db, review, &Decision::Split(vec![])).unwrap_err();
        let deed = answer(&db, review, Decision::Split(vec![]), &steward()).unwrap_err();
        assert_eq!(wrong.to_string(), deed.to_string());
    }
}

#[test]
fn a_split_settles_the_other_questions_between_the_two_and_the_preview_says_so() {
    for db in indexes() {
        let review = confused(&db);
        // The other record that the steward's choice parts is questioned as well.
        feed_on(&db, 2, "RDZ/Z1", &with_moved(thomasina()));
        let open: Vec<i64> = queue(&db).iter().map(|review| review.id).collect();
        let decision = Decision::Split(vec![id("RBD/B1")]);
        let shown = preview(&db, review, &decision).unwrap();
        assert_eq!(shown.after.len(), 2);
        let others: Vec<i64> = open.into_iter().filter(|open| *open != review).collect();
        assert_eq!(others.len(), 1);
        assert_eq!(shown.closed, others);
        answer(&db, review, decision, &steward()).unwrap();
        assert_eq!(queued(&db), []);
    }
}
