//! What the practices hold, and how their systems behave.

use model::{NhsNumber, OdsCode};
use simulator::gp_provider::{Behaviour, GpRecords};

use crate::county::county;

fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).unwrap()
}

#[test]
fn a_practice_shares_the_record_of_its_own_patients_only() {
    let county = county(1, 200);
    let hers = &county.people_worth_opening()[0];
    let record = county.record(&ods("J81001"), hers.nhs_number).unwrap();
    assert_eq!(record.patient.family, "Hardy");
    assert_eq!(record.problems.iter().filter(|problem| problem.major).count(), 4);
    assert!(record.medicines.iter().filter(|medicine| medicine.repeat).count() >= 4);
    assert!(record.allergies.iter().any(|allergy| allergy.code.display == "Penicillin"));
    assert!(!record.consultations.is_empty() && !record.immunisations.is_empty());
    assert!(county.record(&ods("J81002"), hers.nhs_number).is_none());
    let nobody = NhsNumber::parse("9990000018").unwrap();
    assert!(county.record(&ods("J81001"), nobody).is_none());
}

#[test]
fn practices_answer_as_their_table_says() {
    let county = county(1, 50);
    assert_eq!(county.practice(&ods("J81001")), Some(Behaviour::Normal));
    assert!(matches!(county.practice(&ods("J81002")), Some(Behaviour::Slow(_))));
    assert_eq!(county.practice(&ods("J81010")), Some(Behaviour::Dead));
    assert_eq!(county.practice(&ods("J81006")), Some(Behaviour::Refuses));
    assert_eq!(county.practice(&ods("J99999")), None);
}
