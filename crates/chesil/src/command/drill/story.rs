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

/// Rounds after which other patients come: one with hundreds of numbers would be a question.
const ROUNDS: usize = 10;

/// The message of this number on a connection, in this round of the drill.
pub(super) fn message(round: usize, lane: usize, number: usize) -> Vec<u8> {
    let patient = lane + LANES * (number % PATIENTS);
    let (turn, step) = (number / PATIENTS / TURN, number / PATIENTS % TURN);
    let visit = format!("V{patient}R{round}T{turn}");
    let second = format!("S{patient}R{round}T{turn}");
    let first = format!("R{patient}G{}", round / ROUNDS);
    let control_id = control_id(round, lane, number);
    let (event, identifier, rest) = match step {
        0 => ("A28", &second, String::new()),
        1 => ("A40", &first, format!("MRG|{second}^^^RD3^MR\r")),
        2 => ("A01", &first, stay(&visit, "WARD5", "20260115100000", "")),
        3 => ("A08", &first, stay(&visit, "WARD5", "20260115100000", "")),
        4 => ("A02", &first, stay(&visit, "WARD6", "20260115100000", "")),
        5 => ("A31", &first, String::new()),
        6 => ("A03", &first, stay(&visit, "WARD6", "20260115100000", "20260116100000")),
        _ => ("A08", &first, stay(&visit, "WARD6", "20260115100000", "20260116100000")),
    };
    let who = who(round / ROUNDS * PATIENTS * LANES + patient);
    let telephone = (round * 1000 + number % 1000) * LANES + lane;
    format!(
        "MSH|^~\\&|PAS|RD3|DRILL|DCR|20260115103000||ADT^{event}|{control_id}|P|2.4\r\
         EVN|{event}|20260115103000\r\
         PID|1||{identifier}^^^RD3^MR||{who}||07{telephone:09}\r\
         {rest}"
    )
    .into_bytes()
}

/// Name, birth date, gender and address (PID-5 to PID-11) of the patient of this number. Two who are
/// alike would be a question to a steward, and thousands of those are another drill.
fn who(number: usize) -> String {
    format!(
        "{}^{}||19{:02}{:02}{:02}|F|||{} HIGH STREET^^POOLE^^BH{} {}{}",
        in_turn(&SURNAMES, number),
        in_turn(&FORENAMES, number),
        30 + number % 60,
        1 + number / 5 % 12,
        1 + number / 7 % 28,
        1 + number,
        1 + number % 20,
        1 + number / 20 % 9,
        in_turn(&LETTERS, number),
    )
}

/// 31 of these and 32 of those: 992 patients before a name comes again.
const SURNAMES: [&str; 31] = [
    "ABBOTT",
    "BUGLER",
    "CAKE",
    "DIBBEN",
    "EVERETT",
    "FUDGE",
    "GUPPY",
    "HANHAM",
    "INGRAM",
    "JESTY",
    "KELLAWAY",
    "LEGG",
    "MEECH",
    "NOTLEY",
    "OSMOND",
    "PITFIELD",
    "QUICK",
    "ROPER",
    "STICKLAND",
    "TOOP",
    "UPWARD",
    "VINCENT",
    "WAREHAM",
    "YEATMAN",
    "ZILLWOOD",
    "BOLWELL",
    "CHUBB",
    "DAMEN",
    "FOOT",
    "GALE",
    "HOUSE",
];
const FORENAMES: [&str; 32] = [
    "AGNES",
    "BEATRICE",
    "CORDELIA",
    "DOROTHY",
    "ELIZABETH",
    "FLORENCE",
    "GWENDOLEN",
    "HERMIONE",
    "IRIS",
    "JOSEPHINE",
    "KATHLEEN",
    "LOUISA",
    "MABEL",
    "NORA",
    "OLIVE",
    "PHYLLIS",
    "QUEENIE",
    "RHODA",
    "SYLVIA",
    "THEODORA",
    "URSULA",
    "VIOLET",
    "WINIFRED",
    "YVONNE",
    "ZOE",
    "AUDREY",
    "BRIDGET",
    "CLARICE",
    "DINAH",
    "EDITH",
    "FREDA",
    "GRETA",
];
const LETTERS: [&str; 8] = ["AA", "BD", "EG", "HJ", "LN", "PQ", "RS", "TU"];

fn in_turn<'a>(names: &[&'a str], number: usize) -> &'a str {
    names.get(number % names.len()).copied().unwrap_or_default()
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
    fn no_two_patients_share_a_name_or_an_address() {
        let all = |part: fn(&str) -> Option<&str>| -> BTreeSet<String> {
            (0..992).filter_map(|number| part(&who(number)).map(String::from)).collect()
        };
        assert_eq!(all(|who| who.split('|').next()).len(), 992);
        assert_eq!(all(|who| who.split('|').next_back()).len(), 992);
    }

    #[test]
    fn no_patient_is_on_two_connections() {
        let of = |lane| -> BTreeSet<usize> { (0..PATIENTS).map(|p| lane + LANES * p).collect() };
        for lane in 1..LANES {
            assert!(of(0).is_disjoint(&of(lane)));
        }
    }
}
