//! What the hospital says: each patient is admitted, moved and discharged, their details change, and now
//! and then a second number of theirs is merged into the first.
//!
//! A patient's messages all come on one connection, so the order in which they were sent is known.

/// Connections that send at once.
pub(super) const LANES: usize = 4;
/// Patients of a connection.
const PATIENTS: usize = 12;
/// Messages of one turn of a patient.
const TURN: usize = 8;

/// No two of the 48 are named alike (figures are no part of a name): each is one person, not a question.
const FORENAMES: [&str; 8] =
    ["AGNES", "BEATRICE", "CORDELIA", "DOROTHY", "ELIZABETH", "FLORENCE", "GWENDOLEN", "HERMIONE"];
const SURNAMES: [&str; 6] = ["HARDY", "JURASSIC", "LANGTON", "PURBECK", "STOUR", "WIMBORNE"];

/// The message of this number on a connection, in this round of the drill.
pub(super) fn message(round: usize, lane: usize, number: usize) -> Vec<u8> {
    let patient = lane + LANES * (number % PATIENTS);
    let (turn, step) = (number / PATIENTS / TURN, number / PATIENTS % TURN);
    let visit = format!("V{patient}R{round}T{turn}");
    let second = format!("S{patient}R{round}T{turn}");
    let first = format!("R{patient}");
    let control_id = control_id(round, lane, number);
    let (event, identifier, rest) = match step {
        0 => ("A28", &second, String::new()),
        1 => ("A01", &first, stay(&visit, "WARD5", "20260115100000", "")),
        2 => ("A08", &first, stay(&visit, "WARD5", "20260115100000", "")),
        3 => ("A02", &first, stay(&visit, "WARD6", "20260115100000", "")),
        4 => ("A40", &first, format!("MRG|{second}^^^RD3^MR\r")),
        5 => ("A31", &first, String::new()),
        6 => ("A03", &first, stay(&visit, "WARD6", "20260115100000", "20260116100000")),
        _ => ("A08", &first, stay(&visit, "WARD6", "20260115100000", "20260116100000")),
    };
    format!(
        "MSH|^~\\&|PAS|RD3|DRILL|DCR|20260115103000||ADT^{event}|{control_id}|P|2.4\r\
         EVN|{event}|20260115103000\r\
         PID|1||{identifier}^^^RD3^MR||{}^{}||19{:02}0{}1{}|F|||{} HIGH STREET^^POOLE^^BH15 1AA||01202{:06}\r\
         {rest}",
        SURNAMES[patient / FORENAMES.len() % SURNAMES.len()],
        FORENAMES[patient % FORENAMES.len()],
        30 + patient % 60,
        1 + patient % 9,
        patient % 9,
        1 + patient,
        round * 1000 + number % 1000,
    )
    .into_bytes()
}

/// Its control id (MSH-10), by which the acknowledgement is known.
pub(super) fn control_id(round: usize, lane: usize, number: usize) -> String {
    format!("D{round}L{lane}N{number}")
}

fn stay(visit: &str, ward: &str, admitted: &str, discharged: &str) -> String {
    format!(
        "PV1|1|I|{ward}^BAY1^BED1^RD3||||||||||||||||{visit}|||||||||||||||||||||||||{admitted}|{discharged}\r"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_message_can_be_read_and_no_two_have_one_control_id() {
        let mut ids = BTreeSet::new();
        for round in 0..2 {
            for lane in 0..LANES {
                for number in 0..300 {
                    let bytes = message(round, lane, number);
                    let id = control_id(round, lane, number);
                    assert_eq!(hl7v2::parse(&bytes).unwrap().control_id(), id);
                    assert!(ids.insert(id));
                }
            }
        }
    }

    #[test]
    fn no_patient_is_on_two_connections() {
        let of = |lane| -> BTreeSet<usize> { (0..PATIENTS).map(|p| lane + LANES * p).collect() };
        for lane in 1..LANES {
            assert!(of(0).is_disjoint(&of(lane)));
        }
    }
}
