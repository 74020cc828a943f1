//! Links drawn by lot and read blind.

use empi::{Decision, Error, Estimate, Judgement, Measures, ReviewKind, SampleSource};
use model::{Actor, Demographics};

use crate::stewarding::{answer, state};
use crate::world::*;

/// `count` people of two records each, linked by their number, or by weight where they have none.
fn linked(db: &db::Db, count: u32, by_weight: bool) {
    let families = ["Hardy", "Oak", "Venn", "Yeobright", "Wildeve", "Boldwood", "Troy", "Everdene"];
    for at in 0..count {
        let family = families[usize::try_from(at).unwrap() % families.len()];
        let who = Demographics {
            names: vec![name(family, "Diggory")],
            birth_date: format!("19{:02}-03-{:02}", 20 + at % 70, 1 + at % 28).parse().ok(),
            addresses: vec![address(&format!("{at} Egdon Way"), &format!("DT{} 8QA", 1 + at % 9))],
            telephones: vec![],
            ..with_number(thomasina(), 100 + at)
        };
        let who = if by_weight { without_number(who) } else { who };
        let letter = if by_weight { "W" } else { "N" };
        feed(db, &format!("RD3/{letter}{at}"), &who);
        feed(db, &format!("RBD/{letter}{at}"), &who);
    }
}

fn draw(db: &db::Db, count: u32, seed: u64) -> u32 {
    write(db, move |tx| empi::sample_links(tx, count, seed, day(1)))
}

fn judge(db: &db::Db, sample: i64, judgement: Judgement, actor: &Actor) -> empi::Result<()> {
    let actor = actor.clone();
    db.write(move |tx| empi::judge_sample(tx, model(), sample, judgement, &actor, day(2)))
}

/// Reads everything that waits for this reader; returns how much that was.
fn read_all(db: &db::Db, judgement: Judgement, actor: &Actor) -> u32 {
    let mut count = 0;
    while let Some(sample) = read(db, |tx| empi::next_sample(tx, actor.user)) {
        judge(db, sample.id, judgement, actor).unwrap();
        count += 1;
    }
    count
}

fn measures(db: &db::Db) -> Measures {
    read(db, |tx| empi::measures(tx, day(11)))
}

#[test]
fn nothing_sampled_is_called_not_enough() {
    for db in indexes() {
        let found = measures(&db);
        assert_eq!(found.precision[0].estimate.sentence(), "not enough samples: 0 of 100");
        assert_eq!(found.agreement.sentence(), "not enough pairs read by two: 0 of 20");
        assert!(found.waiting.iter().all(|waiting| waiting.count == 0 && waiting.median.is_none()));
        assert_eq!(draw(&db, 50, 1), 0);
    }
}

#[test]
fn links_of_both_sorts_are_drawn_once_and_by_the_same_lot_the_same() {
    for db in indexes() {
        linked(&db, 12, true);
        linked(&db, 12, false);
        assert_eq!(draw(&db, 10, 7), 8, "six by weight, two by rule, no decision yet");
        let drawn = "select source || ':' || cast(count(*) as text) from link_sample group by source order by 1";
        let rows = db.read(|tx| tx.query(drawn, &[], |row| row.get::<String>(0)));
        assert_eq!(rows.map_err(Error::from).unwrap(), ["rule:2", "weight:6"]);
        assert_eq!(draw(&db, 10, 7), 8);
        assert_eq!(draw(&db, 10, 7), 2, "twelve links by weight, none twice");
        assert_eq!(measures(&db).samples_waiting, 18);
    }
}

#[test]
fn a_link_that_a_reader_calls_wrong_is_asked_about_and_stays_until_that_is_answered() {
    for db in indexes() {
        linked(&db, 1, true);
        draw(&db, 5, 3);
        let sample = read(&db, |tx| empi::next_sample(tx, steward().user)).unwrap();
        assert_eq!(sample.a.person, sample.b.person);
        judge(&db, sample.id, Judgement::NotTheSame, &steward()).unwrap();
        assert_eq!(queued(&db), [ReviewKind::DoubtedLink]);
        assert_eq!(queue(&db)[0].filed_by, "sample");
        assert_eq!(person_of(&db, "RD3/W0"), person_of(&db, "RBD/W0"));
        let again = judge(&db, sample.id, Judgement::SamePerson, &steward());
        assert!(matches!(again, Err(Error::NoSuchSample)), "nobody reads a pair twice");
        let found = measures(&db).precision[0];
        assert_eq!((found.basis, found.right, found.wrong), (SampleSource::LinkByWeight, 0, 1));
    }
}

#[test]
fn a_decision_is_read_again_by_somebody_else() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RD3/R2", &without_number(thomasina()));
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::NotTheSame, &steward()).unwrap();
        assert_eq!(draw(&db, 5, 1), 1);
        assert_eq!(read_all(&db, Judgement::SamePerson, &steward()), 0, "not by who decided");
        assert_eq!(read_all(&db, Judgement::SamePerson, &second_steward()), 1);
        assert_eq!(state(&db, review), "decided", "a reading moves nothing");
        let found = measures(&db).agreement;
        assert_eq!((found.pairs, found.agreed, found.kappa), (1, 0, None));
    }
}

#[test]
fn enough_readings_give_the_precision_with_its_interval() {
    let db = db::scratch::sqlite();
    db.migrate(&[empi::MIGRATIONS]).unwrap();
    linked(&db, 100, true);
    assert_eq!(draw(&db, 250, 5), 100);
    let first = read_all(&db, Judgement::SamePerson, &steward());
    let second = read_all(&db, Judgement::SamePerson, &second_steward());
    assert_eq!(first, 100);
    assert!((8..40).contains(&second), "about one in five is read twice: {second}");
    let found = measures(&db);
    let Estimate::Share { share, low, high, of } = found.precision[0].estimate else {
        panic!("{:?}", found.precision)
    };
    assert_eq!((share, of), (1.0, 100));
    assert!((low - 0.963).abs() < 0.001 && high > 0.9999, "{low} to {high}");
    assert_eq!(found.precision[1].estimate.sentence(), "not enough samples: 0 of 100");
    assert_eq!(found.agreement.pairs, second);
    assert_eq!(found.agreement.agreed, second);
}

#[test]
fn the_age_of_the_queue_and_the_decisions_of_late_are_measured() {
    for db in indexes() {
        feed(&db, "RD3/R1", &thomasina());
        feed(&db, "RD3/R2", &without_number(thomasina()));
        let other = Demographics {
            names: vec![name("Oak", "Gabriel")],
            birth_date: "1971-11-05".parse().ok(),
            addresses: vec![],
            telephones: vec![],
            ..with_number(thomasina(), 2)
        };
        feed_on(&db, 4, "RD3/O1", &other);
        feed_on(&db, 4, "RD3/O2", &without_number(other));
        let waiting = measures(&db).waiting;
        let duplicates = waiting.iter().find(|w| w.kind == ReviewKind::PossibleDuplicate).unwrap();
        assert_eq!(duplicates.count, 2);
        assert_eq!(duplicates.oldest.unwrap().as_hours(), 11 * 24);
        assert_eq!(duplicates.median.unwrap().as_hours(), 7 * 24);
        let review = queue(&db)[0].id;
        answer(&db, review, Decision::NotTheSame, &steward()).unwrap();
        assert_eq!(measures(&db).decisions.last_7_days, 1);
        assert_eq!(measures(&db).decisions.last_30_days, 1);
        write(&db, move |tx| empi::undo(tx, model(), review, &steward(), day(10)));
        let found = measures(&db).decisions;
        assert_eq!((found.last_7_days, found.taken_back_30_days), (0, 1));
    }
}
