//! What was decided can be taken back, and then everything stands as it did.

use std::collections::BTreeMap;

use db::Value;
use empi::{AnswerKind, Decision, Error};
use model::{Demographics, PersonId};

use crate::stewarding::{answer, said, state};
use crate::world::*;

/// Every row of every table but those that are only ever added to, and ids that lead elsewhere only
/// because a split had given them out.
pub(crate) fn dump(db: &db::Db) -> Vec<Vec<String>> {
    let tables: [(&'static str, usize); 6] = [
        ("select id, merged_into from person where merged_into is null order by id", 2),
        ("select id, person, demographics, merged_into, updated_at from local_patient order by id", 5),
        ("select patient, other, same, actor, at from assertion order by patient, other", 5),
        (
            "select seq, a, b, kind, priority, weight, waterfall, filed_by, filed_at, state, closed_by,
                 closed_at, in_hospital, seen_at, asked_by, asked_at, referred_to, note, decision
             from review order by seq",
            19,
        ),
        ("select patient, in_hospital, moved_at, seen_at from activity order by patient", 4),
        ("select key, patient from blocking_key order by key, patient", 2),
    ];
    let mut rows = Vec::new();
    for (sql, columns) in tables {
        let table = db.read(|tx| {
            tx.query(sql, &[], |row| {
                let cell = |column| row.get::<Value>(column).map(|value| format!("{value:?}"));
                (0..columns).map(cell).collect::<Result<Vec<_>, _>>()
            })
        });
        rows.extend::<Vec<Vec<String>>>(table.map_err(empi::Error::from).unwrap());
    }
    rows
}

pub(crate) fn undo(db: &db::Db, review: i64) -> empi::Result<()> {
    db.write(move |tx| empi::undo(tx, model(), review, &second_steward(), day(20)))
}

pub(crate) fn rebuilt(db: &db::Db) -> usize {
    write(db, empi::rebuild).differed
}

fn resolve(db: &db::Db, id: PersonId) -> Option<PersonId> {
    read(db, |tx| empi::resolve(tx, id))
}

#[test]
fn a_join_taken_back_gives_each_person_its_id_and_records_and_opens_the_question() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        let second = feed(&db, "RD3/R2", &without_number(thomasina()));
        let before = dump(&db);
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        assert_eq!(resolve(&db, second), Some(first));
        undo(&db, review).unwrap();
        assert_eq!(dump(&db), before);
        assert_eq!(resolve(&db, second), Some(second));
        assert_eq!(said(&db, review), [AnswerKind::SamePerson, AnswerKind::Undone]);
        assert_eq!(rebuilt(&db), 0, "the events tell the same");
        // Decided another way now.
        answer(&db, review, Decision::NotTheSame, &steward()).unwrap();
        assert!(matches!(undo(&db, review), Ok(())));
        assert_eq!(dump(&db), before);
        assert!(matches!(undo(&db, review), Err(Error::NothingToUndo)));
    }
}

#[test]
fn a_split_taken_back_brings_the_records_home_and_its_id_still_leads_there() {
    for db in indexes() {
        let person = feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &thomasina());
        let other =
            Demographics { names: vec![name("Oak", "Gabriel")], ..other_birth(thomasina()) };
        feed_on(&db, 1, "RBD/B1", &other);
        let before = dump(&db);
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::NotTheSame, &steward()).unwrap();
        let parted = person_of(&db, "RBD/B1");
        assert_ne!(parted, person);
        undo(&db, review).unwrap();
        assert_eq!(dump(&db), before);
        assert_eq!(resolve(&db, parted), Some(person));
        assert_eq!(rebuilt(&db), 0, "the events tell the same");
    }
}

fn other_birth(demographics: Demographics) -> Demographics {
    Demographics {
        birth_date: "1971-11-05".parse().ok(),
        addresses: vec![],
        telephones: vec![],
        ..demographics
    }
}

#[test]
fn a_record_that_came_since_goes_with_the_person_that_it_fits() {
    for db in indexes() {
        let one = thomasina();
        let other = with_number(thomasina(), 2);
        let first = feed(&db, "RD3/R1", &one);
        let second = feed(&db, "RBD/B1", &other);
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        answer(&db, review, Decision::SamePerson, &second_steward()).unwrap();
        let late = without_number(thomasina());
        feed_on(&db, 11, "RDZ/Z1", &late);
        undo(&db, review).unwrap();
        assert_eq!(records(&db, second)[0], "RBD/B1");
        assert!(records(&db, first).contains(&"RD3/R1".to_owned()));
        assert_eq!(records(&db, first).len() + records(&db, second).len(), 3 - strays(&db));
    }
}

/// The late record is a person of its own where the two numbers kept it from both.
fn strays(db: &db::Db) -> usize {
    usize::from(records(db, person_of(db, "RDZ/Z1")) == ["RDZ/Z1"])
}

#[test]
fn a_decision_that_a_later_one_rests_on_is_taken_back_after_it() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RD3/R2", &without_number(thomasina()));
        let first = queue(&db)[0].id;
        answer(&db, first, Decision::SamePerson, &steward()).unwrap();
        feed(&db, "RD3/R3", &without_number(thomasina()));
        let second = queue(&db)[0].id;
        answer(&db, second, Decision::SamePerson, &steward()).unwrap();
        let joined = dump(&db);
        let refused = undo(&db, first);
        assert!(matches!(refused, Err(Error::LaterDecision(later)) if later == second));
        assert_eq!(dump(&db), joined, "a refusal changes nothing");
        undo(&db, second).unwrap();
        undo(&db, first).unwrap();
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RD3/R2"));
    }
}

#[test]
fn what_newer_details_say_stands_when_a_split_is_taken_back() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &thomasina());
        let other =
            Demographics { names: vec![name("Oak", "Gabriel")], ..other_birth(thomasina()) };
        feed_on(&db, 1, "RBD/B1", &other);
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::NotTheSame, &steward()).unwrap();
        // The source finds the other person's own number: one steward does not join those again.
        feed_on(&db, 12, "RBD/B1", &with_number(other, 2));
        undo(&db, review).unwrap();
        assert_ne!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/B1"));
        assert_eq!(state(&db, review), "open");
        assert_eq!(rebuilt(&db), 0);
    }
}

#[test]
fn what_newer_details_say_stands_when_a_join_is_taken_back() {
    for db in indexes() {
        let first = feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RD3/R2", &without_number(thomasina()));
        let review = asked(&db, "RD3/R1", "RD3/R2");
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        // The source has found the number since: nobody would ask today.
        feed_on(&db, 12, "RD3/R2", &thomasina());
        undo(&db, review).unwrap();
        assert_eq!(person_of(&db, "RD3/R2"), first, "the evidence joins them");
        assert_eq!(state(&db, review), "resolved", "and there is nothing to ask");
        assert_eq!(rebuilt(&db), 0);
    }
}

/// Four records under two numbers. Taking back the split used to leave an id leading past the first
/// join, and then that one could not be taken back any more.
#[test]
fn a_chain_of_joins_and_a_split_is_taken_back_to_the_last_redirect() {
    let said = |given: &str, born: &str, stem| Demographics {
        names: vec![name("Hardy", given)],
        birth_date: born.parse().ok(),
        telephones: vec![],
        ..with_number(thomasina(), stem)
    };
    for db in indexes() {
        feed(&db, "RD3/R0", &said("John", "1947-02-11", 2));
        feed(&db, "RBD/R1", &said("Eustacia", "1947-02-11", 3));
        feed(&db, "RDZ/R2", &said("Eustacia", "1947-02-11", 2));
        feed(&db, "RD3/R3", &said("Baby", "1947-11-02", 2));
        let (start, ids) = (dump(&db), redirects(&db));
        let decisions = [
            ("RBD/R1", "RDZ/R2", Decision::SamePerson),
            ("RDZ/R2", "RD3/R3", Decision::SamePerson),
            ("RD3/R0", "RDZ/R2", Decision::NotTheSame),
        ];
        let mut done = Vec::new();
        for (one, other, decision) in decisions {
            let (review, before) = (asked(&db, one, other), (dump(&db), redirects(&db)));
            assert!(decide_for_good(&db, review, &decision));
            done.push((review, before));
        }
        for (review, before) in done.into_iter().rev() {
            undo(&db, review).unwrap();
            assert_eq!((dump(&db), redirects_of(&db, &before.1)), before);
            assert_eq!(rebuilt(&db), 0, "the events tell the same");
        }
        assert_eq!((dump(&db), redirects_of(&db, &ids)), (start, ids));
    }
}

/// The question about these two records.
fn asked(db: &db::Db, one: &str, other: &str) -> i64 {
    let ids = [identity(one).local_patient(), identity(other).local_patient()];
    let about = |review: &&empi::Review| ids.contains(&review.a.id) && ids.contains(&review.b.id);
    queue(db).iter().find(about).map(|review| review.id).unwrap()
}

#[test]
fn a_first_answer_and_a_referral_are_taken_back_too() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/B1", &with_number(thomasina(), 2));
        let before = dump(&db);
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::SamePerson, &second_steward()).unwrap();
        assert_eq!(state(&db, review), "awaiting_second");
        undo(&db, review).unwrap();
        assert_eq!(dump(&db), before);
        let to = model::OdsCode::parse("RBD").unwrap();
        let refer = Decision::Refer { to, note: "Which?".into() };
        answer(&db, review, refer, &steward()).unwrap();
        undo(&db, review).unwrap();
        assert_eq!(dump(&db), before);
    }
}

#[test]
fn the_preview_of_taking_back_shows_it_and_changes_nothing() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RD3/R2", &without_number(thomasina()));
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::SamePerson, &steward()).unwrap();
        let joined = dump(&db);
        let shown =
            write(&db, move |tx| empi::preview_undo(tx, model(), review, &steward(), day(11)));
        assert_eq!((shown.before.len(), shown.after.len()), (1, 2));
        assert_eq!(dump(&db), joined);
    }
}

/// Every id there ever was, and what it leads to in the end.
pub(crate) fn redirects(db: &db::Db) -> Redirects {
    let sql = "select id from person";
    let ids: Vec<uuid::Uuid> = read(db, |tx| Ok(tx.query(sql, &[], |row| row.get(0))?));
    let leads_to = |id: uuid::Uuid| {
        let id = PersonId::from_uuid(id);
        let end = read(db, |tx| empi::resolve(tx, id)).filter(|end| *end != id);
        (id.to_string(), end.map(|end| end.to_string()))
    };
    ids.into_iter().map(leads_to).collect()
}

/// What those ids lead to now that there were then; an id that a split gives out stays known.
pub(crate) fn redirects_of(db: &db::Db, then: &Redirects) -> Redirects {
    redirects(db).into_iter().filter(|(id, _)| then.contains_key(id)).collect()
}

pub(crate) type Redirects = BTreeMap<String, Option<String>>;

pub(crate) fn decide_for_good(db: &db::Db, review: i64, decision: &Decision) -> bool {
    match answer(db, review, decision.clone(), &steward()) {
        Ok(empi::Decided::NeedsSecond) => {
            let second = answer(db, review, decision.clone(), &second_steward()).is_ok();
            if !second {
                write(db, move |tx| empi::undo(tx, model(), review, &steward(), day(20)));
            }
            second
        }
        Ok(_) => true,
        Err(_) => false,
    }
}
