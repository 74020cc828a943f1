//! A visit was somebody else's: it leaves the wrong patient's record and stands in the right one's.

use model::Section;
use repository::Page;

use crate::county::{County, JANE, message, on_every_engine, on_sqlite, poole, visit};

/// The patient whom the visit was put under by mistake.
const OAK: &str = "R9^^^RD3^MR||OAK^Gabriel||19410311|M||||||||||A77";
const JANE_SAYS: &str = "R1^^^RD3^MR||HARDY^Jane||19400602|F||||||||||A77";

/// The stay of Gabriel Oak that was Jane Hardy's: each message by its name.
fn tell(county: &County, name: &str) {
    let told = |event: &str, time: &str, rest: &[&str]| {
        let [msh, evn, pid] = message(event, time, name, OAK);
        let mut segments = vec![msh.as_str(), evn.as_str(), pid.as_str()];
        segments.extend(rest);
        county.poole(&segments);
    };
    let (ward5, ward7) = (visit("WARD5", ""), visit("WARD7", ""));
    let result = |event: &str, time: &str, value: &str, status: &str| {
        let [msh, _, pid] = message("R01", time, name, OAK);
        let msh = msh.replace("ADT^R01", &format!("ORU^{event}"));
        let obr = format!("OBR|1||L1|UE^Urea and electrolytes||||||||||||||||||{time}|||{status}");
        let obx = format!("OBX|1|NM|K^Potassium||{value}|mmol/L|||||{status}");
        county.poole(&[&msh, &pid, &ward5, &obr, &obx]);
    };
    match name {
        "admitted" => {
            let diagnosis = "DG1|1||S72.0^Fracture of neck of femur^I10||20260110|A";
            told("A01", "20260110090000", &[&ward5, diagnosis]);
        }
        "moved bed" => told("A02", "20260111090000", &[&ward7]),
        "result" => result("R01", "20260111100000", "4.1", "F"),
        "correction" => result("R01", "20260111120000", "5.9", "C"),
        "letter" => {
            let [msh, _, pid] = message("T02", "20260111130000", name, OAK);
            let msh = msh.replace("ADT^T02", "MDM^T02");
            let words = "OBX|1|TX|L^Letter||Dear Jane";
            county.poole(&[&msh, &pid, &ward5, "TXA|1|DS|TX|||||||||D1", words]);
        }
        "A44" => give(county, "20260112080000", "R9", "R1"),
        "back" => give(county, "20260113080000", "R1", "R9"),
        "again" => give(county, "20260114080000", "R9", "R1"),
        other => panic!("{other}"),
    }
}

fn tell_all(county: &County, names: &[&str]) {
    for name in names {
        tell(county, name);
    }
}

/// A44: the visit of `from` is `to`'s.
fn give(county: &County, time: &str, from: &str, to: &str) {
    let pid = if to == "R1" { JANE_SAYS } else { OAK };
    let [msh, evn, pid] = message("A44", time, time, pid);
    let mrg = format!("MRG|{from}^^^RD3^MR||||V1");
    county.poole(&[&msh, &evn, &pid, &mrg, "PV1|1|I|||||||||||||||||V1"]);
}

const SECTIONS: [Section; 4] =
    [Section::Encounters, Section::Problems, Section::Results, Section::Documents];

/// Everything that stands in the record of a number.
fn record(county: &County, number: &str) -> Vec<String> {
    let lines = SECTIONS.iter().flat_map(|section| county.lines(poole(number), *section));
    let ward = county.ward(poole(number)).map(|ward| format!("in {ward}"));
    lines.chain(ward).collect()
}

const STORY: [&str; 6] = ["admitted", "moved bed", "result", "correction", "letter", "A44"];

#[test]
fn the_visit_and_what_hangs_on_it_is_the_right_patients_and_nothing_is_lost() {
    on_every_engine(|county| {
        tell_all(county, &STORY[..5]);
        let before = record(county, "R9");
        assert_eq!(before.len(), 6, "{before:#?}");
        tell(county, "A44");
        assert_eq!(record(county, "R1"), before);
        assert_eq!(record(county, "R9"), [""; 0]);
    });
}

#[test]
fn what_was_said_keeps_its_versions_and_their_messages_and_the_wrong_ones_end_in_error() {
    on_every_engine(|county| {
        tell_all(county, &STORY);
        let page = Page { offset: 0, limit: 10 };
        let row = |number: &str| {
            let rows =
                county.db.read(|tx| repository::rows(tx, &[poole(number)], Section::Results, page));
            rows.unwrap().into_iter().find(|row| row.resource_type == "Observation")
        };
        assert!(row("R9").is_none());
        let potassium = row("R1").unwrap();
        let history =
            county.db.read(|tx| repository::history(tx, "Observation", potassium.id)).unwrap();
        let told: Vec<(i64, Option<&str>)> =
            history.iter().map(|one| (one.message, one.resource.text("status"))).collect();
        assert_eq!(
            told,
            [(4, Some("corrected")), (3, Some("final"))],
            "by the messages that said it"
        );
        let ended = county.count(
            "select count(*) from resource_version where message = 6 and resource_type <> 'Patient'",
        );
        assert_eq!(
            ended, 6,
            "one more version each: encounter, condition, report, result, letter, \
            and the encounter of the right patient"
        );
    });
}

#[test]
fn the_same_move_again_changes_nothing() {
    on_every_engine(|county| {
        tell_all(county, &STORY);
        let versions = county.count("select count(*) from resource_version");
        tell(county, "A44");
        assert_eq!(county.count("select count(*) from resource_version"), versions);
        assert_eq!(county.count("select count(*) from visit_move"), 1);
    });
}

#[test]
fn any_order_of_arrival_comes_to_the_same_record() {
    let expected: std::cell::OnceCell<Vec<String>> = std::cell::OnceCell::new();
    for turn in 0..STORY.len() {
        for backwards in [false, true] {
            let mut order = STORY;
            order.rotate_left(turn);
            if backwards {
                order.reverse();
            }
            on_sqlite(|county| {
                tell_all(county, &order);
                assert_eq!(record(county, "R9"), [""; 0], "{order:?}");
                let record = record(county, "R1");
                assert!(record.iter().any(|line| line.contains("5.9")), "{order:?}: {record:#?}");
                assert_eq!(expected.get_or_init(|| record.clone()), &record, "{order:?}");
            });
        }
    }
}

#[test]
fn what_comes_later_under_the_wrong_name_is_the_right_patients_as_well() {
    on_every_engine(|county| {
        tell(county, "admitted");
        tell(county, "A44");
        tell_all(county, &["moved bed", "result", "letter"]);
        assert_eq!(record(county, "R9"), [""; 0]);
        assert_eq!(record(county, "R1").len(), 6);
        // The hospital goes on under the right name.
        let [msh, evn, pid] = message("A03", "20260115090000", "x", JANE);
        county.poole(&[&msh, &evn, &pid, &visit("WARD7", "")]);
        assert_eq!(county.ward(poole("R1")), None);
        assert_eq!(county.lines(poole("R1"), Section::Encounters).len(), 1);
        let patient = county.db.read(|tx| empi::local_patient(tx, poole("R9"))).unwrap().unwrap();
        assert_eq!(patient.demographics.name().unwrap().formal(), "OAK, Gabriel");
    });
}

#[test]
fn a_move_taken_back_restores_what_was_and_may_be_made_again() {
    on_every_engine(|county| {
        tell_all(county, &STORY[..5]);
        let before = record(county, "R9");
        for _ in 0..2 {
            tell(county, "A44");
            tell(county, "back");
            assert_eq!(record(county, "R9"), before);
            assert_eq!(record(county, "R1"), [""; 0]);
        }
        tell(county, "again");
        assert_eq!(record(county, "R1"), before);
        assert_eq!(record(county, "R9"), [""; 0]);
    });
}

#[test]
fn what_already_stood_under_the_right_name_stays() {
    on_every_engine(|county| {
        tell_all(county, &STORY[..5]);
        let [msh, _, pid] = message("R01", "20260111140000", "right", JANE_SAYS);
        let msh = msh.replace("ADT^R01", "ORU^R01");
        let obr = "OBR|1||L1|UE^Urea and electrolytes||||||||||||||||||20260111140000|||C";
        county.poole(&[
            &msh,
            &pid,
            &visit("WARD5", ""),
            obr,
            "OBX|1|NM|K^Potassium||6.0|mmol/L|||||C",
        ]);
        tell(county, "A44");
        let results = county.lines(poole("R1"), Section::Results);
        assert!(results.iter().any(|line| line.contains("6.0")), "{results:?}");
        assert!(!results.iter().any(|line| line.contains("5.9")), "{results:?}");
        assert_eq!(county.lines(poole("R1"), Section::Encounters).len(), 1);
    });
}

#[test]
fn an_account_stands_for_its_visits() {
    on_every_engine(|county| {
        let [msh, evn, pid] = message("A44", "20260112080000", "x", JANE_SAYS);
        let by_account = [&*msh, &*evn, &*pid, "MRG|R9^^^RD3^MR||A77"];
        let error = county.try_poole(&by_account).unwrap_err();
        assert_eq!(error.category(), model::Category::Invalid);
        assert!(error.to_string().contains("no visit of this account"), "{error}");
        tell_all(county, &STORY[..5]);
        let before = record(county, "R9");
        county.poole(&by_account);
        assert_eq!((record(county, "R9").len(), record(county, "R1")), (0, before));
    });
}

#[test]
fn a_visit_given_to_two_patients_is_for_a_person_to_sort_out() {
    on_every_engine(|county| {
        tell_all(county, &STORY);
        let [msh, evn, pid] = message("A44", "20260112090000", "x", "R5^^^RD3^MR||VENN^Diggory");
        let mrg = "MRG|R9^^^RD3^MR||||V1";
        let error = county.try_poole(&[&msh, &evn, &pid, mrg]).unwrap_err();
        assert!(error.to_string().contains("moved this visit"), "{error}");
        assert_eq!(record(county, "R1").len(), 6, "nothing has happened");
        give(county, "20260113080000", "R1", "R9");
        county.poole(&[
            &msh.replace("0112090000", "0114090000"),
            &evn.replace("0112090000", "0114090000"),
            &pid,
            mrg,
        ]);
        assert_eq!(record(county, "R5").len(), 6, "it came back first");
    });
}

#[test]
fn a_visit_may_get_another_number_with_its_patient_or_without() {
    on_every_engine(|county| {
        tell_all(county, &STORY[..5]);
        let before = record(county, "R9");
        let [msh, evn, pid] = message("A50", "20260112080000", "x", OAK);
        let new_number = "PV1|1|I|||||||||||||||||V2";
        county.poole(&[&msh, &evn, &pid, "MRG|||||V1", new_number]);
        assert_eq!(record(county, "R9"), before);
        let [msh, evn, pid] = message("A45", "20260113080000", "y", JANE_SAYS);
        let newest = "PV1|1|I|||||||||||||||||V3";
        county.poole(&[&msh, &evn, &pid, "MRG|R9^^^RD3^MR||||V2", newest]);
        assert_eq!((record(county, "R1"), record(county, "R9").len()), (before, 0));
        // Told under the first name of all.
        let [msh, evn, pid] = message("A03", "20260114090000", "z", OAK);
        county.poole(&[&msh, &evn, &pid, &visit("WARD7", "")]);
        assert_eq!((county.ward(poole("R1")), record(county, "R9").len()), (None, 0));
    });
}

#[test]
fn a_move_whose_messages_are_gone_waits_for_an_operator_and_loses_nothing() {
    on_every_engine(|county| {
        tell_all(county, &STORY[..5]);
        let before = record(county, "R9");
        county
            .db
            .write_log(|tx| {
                let sql = "update arrival set body = null where seq = 3";
                tx.execute(sql, &[]).map(|_| ())
            })
            .map_err(|error: db::Error| error)
            .unwrap();
        let [msh, evn, pid] = message("A44", "20260112080000", "x", JANE_SAYS);
        let error = county.try_poole(&[&msh, &evn, &pid, "MRG|R9^^^RD3^MR||||V1"]).unwrap_err();
        assert!(error.to_string().contains("cannot be read again"), "{error}");
        assert_eq!((record(county, "R9"), record(county, "R1").len()), (before, 0));
    });
}
