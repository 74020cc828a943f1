//! Movements in and out of hospital.

use model::{LocalIdentity, Section};

use crate::county::{County, JANE, message, on_every_engine, on_sqlite, poole, visit};

fn tell(county: &County, event: &str, time: &str, ward: &str, rest: &str) {
    let [msh, evn, pid] = message(event, time, &format!("{event}{time}"), JANE);
    county.poole(&[&msh, &evn, &pid, &visit(ward, rest)]);
}

/// PV1-45: fields 20 to 44 are empty.
const DISCHARGED: &str = "||||||||||||||||||||||||||20260112090000";

#[test]
fn an_admission_a_transfer_and_a_discharge_answer_in_hospital_now() {
    on_every_engine(|county| {
        tell(county, "A01", "20260110090000", "WARD5", "");
        assert_eq!(county.ward(poole("R1")).as_deref(), Some("WARD5"));
        tell(county, "A02", "20260111090000", "WARD7", "");
        assert_eq!(county.ward(poole("R1")).as_deref(), Some("WARD7"));
        tell(county, "A03", "20260112090000", "WARD7", DISCHARGED);
        assert_eq!(county.ward(poole("R1")), None);
        tell(county, "A08", "20260112100000", "WARD7", "");
        assert_eq!(county.ward(poole("R1")), None, "an update never reopens a spell");
        tell(county, "A13", "20260112110000", "WARD7", "");
        assert_eq!(
            county.ward(poole("R1")).as_deref(),
            Some("WARD7"),
            "the discharge was cancelled"
        );
        assert_eq!(county.lines(poole("R1"), Section::Encounters).len(), 1, "one spell, one line");
    });
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    on_every_engine(|county| {
        tell(county, "A03", "20260112090000", "WARD7", DISCHARGED);
        tell(county, "A01", "20260110090000", "WARD5", "");
        tell(county, "A02", "20260111090000", "WARD7", "");
        assert_eq!(county.ward(poole("R1")), None);
    });
}

#[test]
fn the_same_message_again_changes_nothing() {
    on_every_engine(|county| {
        tell(county, "A01", "20260110090000", "WARD5", "");
        let versions = county.count("select count(*) from resource_version");
        let links = county.count("select count(*) from link_event");
        tell(county, "A01", "20260110090000", "WARD5", "");
        assert_eq!(county.count("select count(*) from resource_version"), versions);
        assert_eq!(county.count("select count(*) from link_event"), links);
    });
}

#[test]
fn diagnoses_and_allergies_come_with_the_admission() {
    on_every_engine(|county| {
        let [msh, evn, pid] = message("A01", "20260110090000", "1", JANE);
        let allergy = "AL1|1|DA|91936005^Allergy to penicillin^SCT|SV|Rash|20010101";
        let diagnosis = "DG1|1||S72.0^Fracture of neck of femur^I10||20260110|A";
        county.poole(&[&msh, &evn, &pid, &visit("WARD5", ""), allergy, diagnosis]);
        assert!(county.lines(poole("R1"), Section::Allergies)[0].contains("penicillin"));
        assert!(
            county.lines(poole("R1"), Section::Problems)[0].contains("Fracture of neck of femur")
        );
    });
}

#[test]
fn an_admission_makes_a_relationship_and_a_registration_another() {
    on_every_engine(|county| {
        let [msh, evn, pid] = message("A01", "20260110090000", "1", JANE);
        county.poole(&[&msh, &evn, &pid, "PD1|||Parkstone^^J81001", &visit("WARD5", "")]);
        let of = "select count(*) from account_relationship where basis = 'admitted' and organisation = 'RD3'";
        assert_eq!(county.count(of), 1);
        let registered = "select count(*) from account_relationship where basis = 'registered' and organisation = 'J81001'";
        assert_eq!(county.count(registered), 1);
    });
}

/// A discharge letter, a laboratory report and an admission of R1, then the same numbers for R2.
#[test]
fn a_number_used_again_for_somebody_else_takes_nothing_away() {
    const OTHER: &str = "R2^^^RD3^MR||OAK^Gabriel||19410311|M";
    on_every_engine(|county| {
        for (pid, words, time) in
            [(JANE, "Dear Jane", "20260110090000"), (OTHER, "Dear Gabriel", "20260111090000")]
        {
            let [admission, evn, pid] = message("A01", time, time, pid);
            county.poole(&[&admission, &evn, &pid, &visit("WARD5", "")]);
            let report = admission.replace("ADT^A01", "ORU^R01");
            let result = format!("OBX|1|ST|K^Potassium||{words}||||||F");
            county.poole(&[&report, &pid, "OBR|1||L1|UE", &result]);
            let letter = admission.replace("ADT^A01", "MDM^T02");
            let content = format!("OBX|1|TX|L^Letter||{words}");
            county.poole(&[&letter, &pid, "TXA|1|DS|TX|||||||||D1", &content]);
            let booking = admission.replace("ADT^A01", "SIU^S12");
            let times = "SCH||A1|||||||30|min|^^30^20260301090000^20260301093000";
            county.poole(&[&booking, times, &pid]);
        }
        for number in ["R1", "R2"] {
            let count = |section| county.lines(poole(number), section).len();
            assert_eq!(county.ward(poole(number)).as_deref(), Some("WARD5"), "{number}");
            assert_eq!(count(Section::Documents), 1, "{number}");
            assert_eq!(count(Section::Appointments), 1, "{number}");
        }
        let results = |number| county.lines(poole(number), Section::Results).join("; ");
        assert!(results("R1").contains("Dear Jane"), "{}", results("R1"));
        assert!(results("R2").contains("Dear Gabriel"), "{}", results("R2"));
    });
}

#[test]
fn a_stay_ends_under_whichever_number_its_discharge_names() {
    const ALONE: &str = "9990000018^^^NHS^NH||HARDY^Jane^^^Mrs||19400602|F|||1 High Street^^Poole^^BH15 1AA|||||||||||||||||||||NSTS01";
    on_every_engine(|county| {
        let old = JANE.replace("R1^^^RD3", "R0^^^RD3");
        let [msh, evn, pid] = message("A01", "20260110090000", "1", &old);
        county.poole(&[&msh, &evn, &pid, &visit("WARD5", "")]);
        let [msh, evn, pid] = message("A40", "20260111000000", "2", JANE);
        county.poole(&[&msh, &evn, &pid, "MRG|R0^^^RD3^MR"]);
        tell(county, "A03", "20260112090000", "WARD5", DISCHARGED);
        assert_eq!(county.ward(poole("R0")), None, "the old number's stay has ended");
        assert!(county.lines(poole("R1"), Section::Encounters).is_empty());
    });
    on_every_engine(|county| {
        let [msh, evn, pid] = message("A01", "20260110090000", "1", ALONE);
        county.poole(&[&msh, &evn, &pid, &visit("WARD5", "")]);
        let alone = LocalIdentity::new("RD3:NHS", "9990000018").local_patient();
        assert_eq!(county.ward(alone).as_deref(), Some("WARD5"));
        tell(county, "A03", "20260112090000", "WARD5", DISCHARGED);
        assert_eq!(county.ward(alone), None, "begun with the NHS number alone");
        assert!(county.lines(poole("R1"), Section::Encounters).is_empty());
    });
}

/// An admission under the old number, and what followed under the new one.
#[test]
fn two_numbers_of_one_patient_are_one_stay_in_whatever_order_the_news_comes() {
    let old = JANE.replace("R1^^^RD3", "R0^^^RD3");
    let told = |county: &County, name: &str| {
        let (event, time, pid, rest) = match name {
            "admitted" => ("A01", "20260110090000", old.as_str(), visit("WARD5", "")),
            "moved" => ("A02", "20260111090000", JANE, visit("WARD7", "")),
            "merged" => ("A40", "20260111120000", JANE, "MRG|R0^^^RD3^MR".to_owned()),
            _ => ("A03", "20260112090000", JANE, visit("WARD7", DISCHARGED)),
        };
        let [msh, evn, pid] = message(event, time, name, pid);
        county.poole(&[&msh, &evn, &pid, &rest]);
    };
    let stays = |county: &County| -> Vec<String> {
        let both = ["R0", "R1"].map(|number| county.lines(poole(number), Section::Encounters));
        both.concat()
    };
    let names = ["admitted", "moved", "left", "merged"];
    for order in permutations(&names) {
        on_sqlite(|county| {
            for name in &order {
                told(county, name);
            }
            assert_eq!(stays(county).len(), 1, "{order:?}: {:?}", stays(county));
            assert_eq!(
                (county.ward(poole("R0")), county.ward(poole("R1"))),
                (None, None),
                "{order:?}"
            );
            let versions = county.count("select count(*) from resource_version");
            told(county, "merged");
            assert_eq!(
                county.count("select count(*) from resource_version"),
                versions,
                "{order:?}"
            );
        });
    }
    on_every_engine(|county| {
        for name in ["admitted", "moved", "merged"] {
            told(county, name);
        }
        let wards = ["R0", "R1"].map(|number| county.ward(poole(number)));
        assert_eq!(wards.into_iter().flatten().collect::<Vec<_>>(), ["WARD7"], "in one bed only");
    });
}

fn permutations<'a>(names: &[&'a str]) -> Vec<Vec<&'a str>> {
    if names.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let rest: Vec<&str> = [&names[..place], &names[place + 1..]].concat();
        for mut order in permutations(&rest) {
            order.insert(0, name);
            all.push(order);
        }
    }
    all
}

#[test]
fn whoever_was_admitted_is_in_hospital_whatever_their_class_is_called() {
    on_every_engine(|county| {
        let ward = |class: &str| visit("WARD5", "").replace("PV1|1|I", &format!("PV1|1|{class}"));
        for (event, time, class) in [("A01", "20260110090000", "W"), ("A08", "20260110100000", "O")]
        {
            let [msh, evn, pid] = message(event, time, time, JANE);
            county.poole(&[&msh, &evn, &pid, &ward(class)]);
            assert_eq!(county.ward(poole("R1")).as_deref(), Some("WARD5"), "{event} {class}");
        }
    });
}

#[test]
fn a_discharge_of_the_day_of_admission_told_by_its_date_ends_the_stay() {
    on_every_engine(|county| {
        tell(county, "A01", "20260110090000", "WARD5", "|||||||||||||||||||||||||20260110090000");
        assert_eq!(county.ward(poole("R1")).as_deref(), Some("WARD5"));
        let dates = "|||||||||||||||||||||||||20260110090000|20260110";
        tell(county, "A03", "20260110150000", "WARD5", dates);
        assert_eq!(county.ward(poole("R1")), None);
    });
}
