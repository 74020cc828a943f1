//! Numbers that are one patient's, one person's or not any more, and children of mothers.

use std::collections::BTreeSet;

use model::{LocalIdentity, PersonId, Section};

use crate::county::{County, JANE, message, on_every_engine, poole};

/// Nothing but the hospital says that these two are one.
const TESS: &str = "R3^^^RD3^MR||DURBEYFIELD^Theresa||18700520|F|||Marlott^^Sherborne^^DT9 4AA";
const MRS_CLARE: &str = "R4^^^RD3^MR||CLARE^Mary||19110101|F|||Sandbourne^^Poole^^BH13 7AA";

/// `event` of both, in that order, with a time.
fn both(county: &County, event: &str, time: &str) {
    let [msh, evn, pid] = message(event, time, time, TESS);
    county.poole(&[&msh, &evn, &pid, "PD1||", &format!("PID|2||{MRS_CLARE}")]);
}

fn add(county: &County, pid: &str) {
    let [msh, evn, pid] = message("A28", "20260101000000", pid, pid);
    county.poole(&[&msh, &evn, &pid]);
}

fn allergy(county: &County, pid: &str, allergen: &str) {
    let [msh, evn, pid] = message("A31", "20260103000000", allergen, pid);
    county.poole(&[&msh, &evn, &pid, &format!("AL1|1|DA|^{allergen}")]);
}

/// Every allergy in the record of a person.
fn allergies(county: &County, person: PersonId) -> BTreeSet<String> {
    let records = county.db.read(|tx| empi::local_patients(tx, person)).unwrap();
    let lines = records.iter().flat_map(|one| county.lines(one.id, Section::Allergies));
    lines.map(|line| line.split(" | ").next().unwrap().to_owned()).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn are_one(county: &County, a: &str, b: &str) -> bool {
    county.person(poole(a)) == county.person(poole(b))
}

#[test]
fn a_link_joins_two_records_and_an_unlink_restores_what_was() {
    on_every_engine(|county| {
        add(county, TESS);
        add(county, MRS_CLARE);
        let before = ["R3", "R4"].map(|number| county.person(poole(number)));
        allergy(county, TESS, "Penicillin");
        both(county, "A24", "20260104000000");
        assert!(are_one(county, "R3", "R4"));
        allergy(county, MRS_CLARE, "Latex");
        let together = allergies(county, county.person(poole("R3")));
        assert_eq!(together, set(&["Penicillin", "Latex"]));
        let links = county.count("select count(*) from link_event");
        both(county, "A24", "20260104000000");
        assert_eq!(county.count("select count(*) from link_event"), links, "said again");

        both(county, "A37", "20260105000000");
        assert_eq!(["R3", "R4"].map(|number| county.person(poole(number))), before);
        assert_eq!(allergies(county, before[0]), set(&["Penicillin"]));
        assert_eq!(allergies(county, before[1]), set(&["Latex"]));
        let links = county.count("select count(*) from link_event");
        both(county, "A37", "20260105000000");
        assert_eq!(county.count("select count(*) from link_event"), links, "said again");

        both(county, "A24", "20260106000000");
        assert!(are_one(county, "R3", "R4"), "and linked again");
    });
}

#[test]
fn the_last_word_about_a_link_counts_in_whatever_order_the_words_come() {
    on_every_engine(|county| {
        add(county, TESS);
        add(county, MRS_CLARE);
        both(county, "A37", "20260105000000");
        both(county, "A24", "20260104000000");
        assert!(!are_one(county, "R3", "R4"));
        both(county, "A24", "20260106000000");
        assert!(are_one(county, "R3", "R4"));
    });
    on_every_engine(|county| {
        // Before anything else is known of the two.
        both(county, "A24", "20260104000000");
        assert!(are_one(county, "R3", "R4"));
        add(county, MRS_CLARE);
        add(county, TESS);
        assert!(are_one(county, "R3", "R4"));
    });
}

#[test]
fn a_link_of_two_verified_numbers_is_for_a_steward() {
    on_every_engine(|county| {
        let other = JANE.replace("9990000018", "9990000026").replace("R1^^^RD3", "R2^^^RD3");
        add(county, JANE);
        add(county, &other);
        let [msh, evn, pid] = message("A24", "20260104000000", "x", JANE);
        county.poole(&[&msh, &evn, &pid, "PID|2||R2^^^RD3^MR"]);
        assert!(!are_one(county, "R1", "R2"));
        assert!(county.db.read(empi::review_count).unwrap() > 0);
    });
}

#[test]
fn a_link_may_name_another_hospitals_patient_whom_that_hospital_knows() {
    on_every_engine(|county| {
        add(county, TESS);
        let [msh, evn, pid] = message("A24", "20260104000000", "x", TESS);
        let link = [&*msh, &*evn, &*pid, "PID|2||Z9^^^RDZ^MR"];
        let error = county.try_poole(&link).unwrap_err();
        assert!(error.to_string().contains("RDZ who is not known here"), "{error}");
        let [msh, evn, pid] = message("A28", "20260101000000", "y", "Z9^^^RDZ^MR||CLARE^Mary");
        county.bournemouth(&[&msh, &evn, &pid]);
        county.poole(&link);
        let bournemouth = LocalIdentity::new("RDZ", "Z9").local_patient();
        assert_eq!(county.person(bournemouth), county.person(poole("R3")));
    });
}

#[test]
fn a_merge_of_two_nhs_numbers_is_questioned_unless_one_is_said_to_be_over() {
    let verified = JANE.replace("9990000018", "9990000026").replace("R1^^^RD3", "R2^^^RD3");
    for (mrg, one) in [
        ("MRG|R2^^^RD3^MR~9990000026^^^NHS^NH", false),
        ("MRG|R2^^^RD3^MR~9990000026^^^NHS^NH^^^20991231", false),
        ("MRG|R2^^^RD3^MR~9990000026^^^NHS^NH^^^20260105", true),
        ("MRG|R2^^^RD3^MR~9990000026^^^NHS^SUPERSEDED", true),
        ("MRG|R2^^^RD3^MR~9990000018^^^NHS^NH", false),
    ] {
        for known in [false, true] {
            on_every_engine(|county| {
                add(county, JANE);
                if known {
                    add(county, &verified);
                }
                let [msh, evn, pid] = message("A40", "20260110000000", "x", JANE);
                for _ in 0..2 {
                    county.poole(&[&msh, &evn, &pid, mrg]);
                }
                let same_number = mrg.contains("9990000018") && !known;
                assert_eq!(are_one(county, "R1", "R2"), one || same_number, "{mrg} {known}");
                let reviews = county.db.read(empi::review_count).unwrap();
                assert_eq!(reviews == 0, one || same_number, "{mrg} {known}");
            });
        }
    }
}

#[test]
fn a_changed_number_goes_on_as_one_patient_with_all_its_lines() {
    for event in ["A18", "A30", "A34", "A36", "A39", "A43", "A46", "A47"] {
        on_every_engine(|county| {
            add(county, TESS);
            allergy(county, TESS, "Penicillin");
            let renumbered = TESS.replace("R3^^^RD3", "R33^^^RD3");
            let [msh, evn, pid] = message(event, "20260104000000", "x", &renumbered);
            for _ in 0..2 {
                county.poole(&[&msh, &evn, &pid, "MRG|R3"]);
            }
            assert!(are_one(county, "R3", "R33"), "{event}");
            let person = county.person(poole("R33"));
            assert_eq!(allergies(county, person), set(&["Penicillin"]), "{event}");
            allergy(county, TESS, "Latex");
            let old = allergies(county, person);
            assert_eq!(old, set(&["Penicillin", "Latex"]), "{event}, late under the old number");
        });
    }
}

#[test]
fn a_newborn_is_its_mothers_and_told_twice_is_one_child_while_twins_are_two() {
    on_every_engine(|county| {
        add(county, JANE);
        let born = |number: &str, order: &str, mother: &str| {
            format!(
                "{number}^^^RD3^MR||HARDY^Baby||20260109|F|||1 High Street^^Poole^^BH15 1AA||||||||||{mother}|||Y|{order}"
            )
        };
        let mother = "R1^^^RD3^MR";
        let number_alone = "9990000018";
        for (number, order, mother) in
            [("B1", "1", mother), ("B2", "2", mother), ("B3", "1", number_alone)]
        {
            for _ in 0..2 {
                add(county, &born(number, order, mother));
            }
        }
        assert_eq!(county.count("select count(*) from birth"), 3);
        assert!(!are_one(county, "B1", "B2"), "twins");
        assert!(are_one(county, "B1", "B3"), "one child, told under two numbers");
        assert!(!are_one(county, "B1", "R1"));
    });
}

#[test]
fn a_deleted_person_is_inactive_until_added_again() {
    on_every_engine(|county| {
        let tell = |event: &str, time: &str| {
            let [msh, evn, pid] = message(event, time, time, TESS);
            county.poole(&[&msh, &evn, &pid]);
        };
        let active = || {
            let id = poole("R3").uuid();
            let found = county.db.read(|tx| repository::current(tx, "Patient", id)).unwrap();
            let active = found.unwrap().resource.get("active").cloned();
            active.and_then(|active| active.as_bool())
        };
        tell("A28", "20260101000000");
        tell("A29", "20260103000000");
        assert_eq!(active(), Some(false));
        tell("A31", "20260104000000");
        tell("A28", "20260102000000");
        assert_eq!(active(), Some(false), "older news");
        tell("A28", "20260105000000");
        assert_eq!(active(), Some(true));
    });
}
