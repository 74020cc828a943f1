//! Movements in and out of hospital.

use model::Section;

use crate::county::{County, JANE, message, on_every_engine, poole, visit};

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
