//! Somebody is known to have died, and something contradicts it.

use db::Db;
use empi::{Activity, Attendance, Attended, Decision, Died, LifeSign, ReviewKind};
use jiff::Timestamp;
use model::Demographics;

use crate::world::*;

/// The day of death in all of these: day 10 of the year.
fn dead_on(date: &str) -> Demographics {
    Demographics { deceased: true, death_date: date.parse().ok(), ..thomasina() }
}

fn dead() -> Demographics {
    dead_on("2026-01-10")
}

fn attend(db: &Db, text: &str, on: Timestamp) {
    let id = identity(text).local_patient();
    write(db, move |tx| {
        empi::note_activity(tx, id, Activity::Seen, on)?;
        let attended = Attended { how: Attendance::Visit, on, resource: "V1" };
        empi::note_attendance(tx, model(), id, &attended, on)
    });
}

/// Local numbers of the records of each open question about a death.
fn asked(db: &Db) -> Vec<(String, String)> {
    let deaths = queue(db).into_iter().filter(|one| one.kind == ReviewKind::ConflictingDeath);
    deaths.map(|one| (one.a.identity.value, one.b.identity.value)).collect()
}

/// The same, whichever stands first.
fn asked_about(db: &Db) -> Vec<String> {
    let mut both: Vec<String> = asked(db).into_iter().flat_map(|(a, b)| [a, b]).collect();
    both.sort();
    both
}

#[test]
fn who_is_attended_well_after_a_death_is_put_before_a_steward_once() {
    for db in indexes() {
        feed_on(&db, 0, "RD3/R1", &thomasina());
        feed_on(&db, 11, "RBD/R2", &dead());
        attend(&db, "RD3/R1", day(15));
        assert_eq!(asked(&db), [], "within the margin");
        attend(&db, "RD3/R1", day(30));
        assert_eq!(asked_about(&db), ["R1", "R2"]);
        attend(&db, "RD3/R1", day(40));
        assert_eq!(asked(&db).len(), 1, "once");

        let review = queue(&db).remove(0);
        let of = |text: &str| identity(text).local_patient();
        let sign = |record, code: &str, died, attended| LifeSign {
            record,
            organisation: model::OdsCode::parse(code).unwrap(),
            died,
            attended,
        };
        let visit = Some((Attendance::Visit, day(40)));
        let expected = [
            sign(of("RD3/R1"), "RD3", None, visit),
            sign(of("RBD/R2"), "RBD", Some(Died::On("2026-01-10".parse().unwrap())), None),
        ];
        assert_eq!(review.life_signs, expected);
    }
}

#[test]
fn a_death_told_after_the_attendance_that_contradicts_it_is_asked_about_too() {
    for db in indexes() {
        feed_on(&db, 0, "RD3/R1", &thomasina());
        attend(&db, "RD3/R1", day(30));
        feed_on(&db, 31, "RBD/R2", &dead());
        assert_eq!(asked_about(&db), ["R1", "R2"]);
    }
}

#[test]
fn one_record_that_contradicts_itself_is_asked_about_alone_and_cannot_be_parted() {
    for db in indexes() {
        feed_on(&db, 11, "RD3/R1", &dead());
        attend(&db, "RD3/R1", day(30));
        assert_eq!(asked(&db), [("R1".to_owned(), "R1".to_owned())]);
        let review = queue(&db).remove(0);
        assert!(review.is_one_record() && review.waterfall.is_empty());
        for refused in [Decision::NotTheSame, Decision::Split(vec![review.a.id])] {
            let id = review.id;
            let answer =
                db.write(move |tx| empi::decide(tx, model(), id, &refused, &steward(), day(31)));
            assert!(matches!(answer, Err(empi::Error::OneRecord)), "{answer:?}");
        }
        let id = review.id;
        let stands = Decision::SamePerson;
        write(&db, move |tx| empi::decide(tx, model(), id, &stands, &steward(), day(31)));
        attend(&db, "RD3/R1", day(50));
        assert_eq!(asked(&db), [], "it has been answered");
        write(&db, move |tx| empi::undo(tx, model(), id, &steward(), day(51)));
        assert_eq!(asked(&db).len(), 1);
    }
}

#[test]
fn two_dates_of_death_of_one_person_are_asked_about_and_settled_by_the_sources() {
    for db in indexes() {
        feed_on(&db, 11, "RD3/R1", &dead());
        feed_on(&db, 12, "RBD/R2", &dead_on("2026-01-09"));
        assert_eq!(person_of(&db, "RD3/R1"), person_of(&db, "RBD/R2"));
        assert_eq!(asked_about(&db), ["R1", "R2"]);
        feed_on(&db, 13, "RBD/R2", &dead());
        assert_eq!(asked(&db), [], "they agree now");
        feed_on(&db, 14, "RBD/R2", &dead_on("2026-01-08"));
        assert_eq!(asked(&db).len(), 1, "and do not any more");
    }
}

#[test]
fn a_death_taken_back_by_its_source_settles_it() {
    for db in indexes() {
        feed_on(&db, 0, "RD3/R1", &thomasina());
        feed_on(&db, 11, "RBD/R2", &dead());
        attend(&db, "RD3/R1", day(30));
        assert_eq!(asked(&db).len(), 1);
        feed_on(&db, 31, "RBD/R2", &thomasina());
        assert_eq!(asked(&db), []);
    }
}

#[test]
fn an_attendance_entered_in_error_settles_it() {
    for db in indexes() {
        feed_on(&db, 11, "RD3/R1", &dead());
        attend(&db, "RD3/R1", day(30));
        assert_eq!(asked(&db).len(), 1);
        let id = identity("RD3/R1").local_patient();
        write(&db, move |tx| empi::withdraw_attendance(tx, model(), id, "V1", day(31)));
        assert_eq!(asked(&db), []);
    }
}

#[test]
fn a_death_without_a_date_counts_from_when_it_was_told() {
    for db in indexes() {
        feed_on(&db, 0, "RD3/R1", &thomasina());
        feed_on(&db, 20, "RBD/R2", &Demographics { deceased: true, ..thomasina() });
        attend(&db, "RD3/R1", day(25));
        assert_eq!(asked(&db), []);
        attend(&db, "RD3/R1", day(30));
        assert_eq!(asked(&db).len(), 1);
    }
}

#[test]
fn the_repair_pass_finds_what_came_together_later() {
    for db in indexes() {
        feed_on(&db, 0, "RD3/R1", &with_number(gabriel(), 7));
        feed_on(&db, 11, "RBD/R2", &Demographics { nhs_number: None, ..dead() });
        attend(&db, "RD3/R1", day(30));
        assert_eq!(asked(&db), [], "two people");
        crate::sources::link(&db, "RD3/R1", "RBD/R2");
        assert_eq!(crate::invariants::repair(&db).parted, 0);
        assert_eq!(asked_about(&db), ["R1", "R2"]);
        crate::invariants::repair(&db);
        assert_eq!(asked(&db).len(), 1);
    }
}
