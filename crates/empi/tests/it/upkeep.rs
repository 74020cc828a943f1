//! The repair pass that runs by itself.

use db::Db;
use empi::{Repaired, Sweep, Upkeep};
use matching::Model;
use model::Demographics;
use proptest::prelude::*;

use crate::invariants::{clusters, named, say, world_in_two_orders};
use crate::world::*;

/// Bites until nothing is left to do; what they came to.
fn idle_on(db: &Db, on: i64) -> Repaired {
    let mut all = Repaired::default();
    while let Some(bite) = read(db, |tx| empi::next_bite(tx, model(), day(on))) {
        let part = write(db, move |tx| empi::take_bite(tx, model(), &bite, day(on)));
        all.records += part.records;
        all.joined += part.joined;
        all.parted += part.parted;
    }
    all
}

pub(crate) fn idle(db: &Db) -> Repaired {
    idle_on(db, 1)
}

fn standing(db: &Db) -> Upkeep {
    read(db, empi::upkeep)
}

#[test]
fn only_what_has_changed_is_looked_at_again_once_everybody_has_been() {
    for db in indexes() {
        assert_eq!(standing(&db).sweep, Sweep::Never);
        for at in 0..5 {
            feed(&db, &format!("RD3/R{at}"), &with_number(gabriel(), at + 1));
        }
        assert_eq!(idle(&db).records, 5);
        assert_eq!(standing(&db).sweep, Sweep::Complete { at: day(1) });
        assert_eq!(idle(&db).records, 0, "nothing has changed");

        feed(&db, "RBD/R9", &thomasina());
        assert_eq!(standing(&db).waiting, 1);
        assert_eq!(idle(&db).records, 1, "a new record");
        let elsewhere = vec![address("3 Casterbridge Road", "DT1 1XA")];
        feed(&db, "RBD/R9", &Demographics { addresses: elsewhere, ..thomasina() });
        assert_eq!(standing(&db).waiting, 1);
        assert_eq!(idle(&db).records, 1, "an amended record");
        assert_eq!(standing(&db).waiting, 0);
    }
}

#[test]
fn everybody_is_looked_at_again_a_day_later_and_with_another_model() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/R2", &gabriel());
        assert_eq!(idle_on(&db, 1).records, 2);
        assert_eq!(idle_on(&db, 2).records, 2);
        assert_eq!(standing(&db).sweep, Sweep::Complete { at: day(2) });
        let other = Model::parse("version = \"another\"\nbased_on = \"uk\"\n").unwrap();
        let bite = read(&db, |tx| empi::next_bite(tx, &other, day(2))).unwrap();
        write(&db, move |tx| empi::take_bite(tx, &other, &bite, day(2)));
        let begun = Sweep::Underway { since: day(2), percent: 0 };
        assert_eq!(standing(&db).sweep, begun);
    }
}

#[test]
fn a_restart_goes_on_where_the_pass_stopped() {
    for db in indexes() {
        for at in 0..200 {
            feed(&db, &format!("RD3/R{at}"), &with_number(gabriel(), at + 1));
        }
        let mut records = Vec::new();
        for _ in 0..3 {
            // Nothing is held between two bites but what is stored.
            let bite = read(&db, |tx| empi::next_bite(tx, model(), day(1))).unwrap();
            let part = write(&db, move |tx| empi::take_bite(tx, model(), &bite, day(1)));
            records.push(part.records);
        }
        assert_eq!(records, [0, 64, 64]);
        assert_eq!(standing(&db).sweep, Sweep::Underway { since: day(1), percent: 64 });
        assert_eq!(idle(&db).records, 72);
    }
}

#[test]
fn a_change_while_a_record_is_looked_at_is_looked_at_too() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        idle(&db);
        let moved =
            |line: &str| Demographics { addresses: vec![address(line, "DT1 1XA")], ..thomasina() };
        feed(&db, "RD3/R1", &moved("3 Casterbridge Road"));
        let bite = read(&db, |tx| empi::next_bite(tx, model(), day(1))).unwrap();
        feed(&db, "RD3/R1", &moved("4 Casterbridge Road"));
        write(&db, move |tx| empi::take_bite(tx, model(), &bite, day(1)));
        assert_eq!(standing(&db).waiting, 1);
    }
}

#[test]
fn a_record_that_cannot_be_read_is_passed_over_and_said() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RBD/R2", &gabriel());
        write(&db, |tx| {
            let broken = "update local_patient set demographics = '{' where authority = 'RD3'";
            tx.execute(broken, &[])?;
            Ok(())
        });
        let mut refused = 0;
        while let Some(bite) = read(&db, |tx| empi::next_bite(tx, model(), day(1))) {
            let bite = std::sync::Arc::new(bite);
            let again = std::sync::Arc::clone(&bite);
            let taken = db.write(move |tx| empi::take_bite(tx, model(), &bite, day(1)));
            if let Err(problem) = taken {
                refused += 1;
                write(&db, move |tx| empi::pass_over(tx, &again, &problem.to_string(), day(1)));
            }
        }
        assert_eq!(refused, 1);
        let standing = standing(&db);
        assert_eq!(standing.sweep, Sweep::Complete { at: day(1) });
        assert_eq!(standing.problem, Some((day(1), "cannot read the stored demographics".into())));
    }
}

#[test]
fn a_pass_in_one_go_spares_the_next_sweep() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        write(&db, |tx| empi::swept(tx, model(), (0, 0), day(1)));
        assert_eq!(idle_on(&db, 1).records, 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn bites_taken_between_the_messages_give_the_people_of_one_pass_at_the_end(
        (world, orders, words) in world_in_two_orders()
    ) {
        let [one, other] = [(), ()].map(|()| {
            let db = db::scratch::sqlite();
            db.migrate(&[empi::MIGRATIONS]).unwrap();
            db
        });
        for at in &orders[0] {
            feed(&one, &named(*at), &world[*at]);
        }
        say(&one, &words);
        crate::invariants::repair(&one);
        for at in &orders[1] {
            feed(&other, &named(*at), &world[*at]);
            if at % 2 == 0 {
                idle(&other);
            }
        }
        say(&other, &words);
        idle_on(&other, 2);
        prop_assert_eq!(clusters(&one, world.len()), clusters(&other, world.len()));
        prop_assert_eq!(crate::invariants::repair(&other).joined, 0);
        prop_assert_eq!(write(&other, empi::rebuild).differed, 0);
    }
}
