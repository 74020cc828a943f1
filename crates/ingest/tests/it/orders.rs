//! Orders, vaccinations and what is taken back: nothing that was known disappears because a later
//! message says less.

use model::Section;

use crate::county::{County, JANE, message, on_every_engine, poole};

/// Poole sends a message about Jane.
fn tell(county: &County, event: &str, time: &str, segments: &[&str]) {
    let [msh, _, pid] = message("A08", time, "1", JANE);
    let msh = msh.replace("ADT^A08", event);
    let all: Vec<&str> =
        [msh.as_str(), pid.as_str()].into_iter().chain(segments.iter().copied()).collect();
    county.poole(&all);
}

#[test]
fn a_report_taken_back_takes_all_its_results_with_it() {
    on_every_engine(|county| {
        let results = [
            "OBR|1||LAB9|UE^Urea and electrolytes|||20260105070000|||||||||||||||20260105085000||CH|F",
            "OBX|1|NM|K^Potassium||7.9|mmol/L|||||F",
            "OBX|2|NM|NA^Sodium||139|mmol/L|||||F",
        ];
        tell(county, "ORU^R01", "20260105090000", &[results[0], results[1], results[2]]);
        assert_eq!(county.lines(poole("R1"), Section::Results).len(), 3);

        let back = results[0].replace("|CH|F", "|CH|X");
        tell(county, "ORU^R01", "20260105100000", &[&back]);
        let lines = county.lines(poole("R1"), Section::Results);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.contains("cancelled")), "{lines:?}");

        // An old copy of the results brings nothing back.
        tell(county, "ORU^R01", "20260105090000", &[results[0], results[1]]);
        let lines = county.lines(poole("R1"), Section::Results);
        assert!(lines.iter().all(|line| line.contains("cancelled")), "{lines:?}");
    });
}

#[test]
fn word_of_a_document_leaves_the_document_in_place() {
    on_every_engine(|county| {
        let txa = "TXA|1|DS^Discharge summary|TX|20260105|||20260105|||||DOC1|||||AU||AV";
        let text = "OBX|1|TX|DS^Discharge summary||Home with a walking frame||||||F";
        tell(county, "MDM^T02", "20260105090000", &[txa, text]);
        let before = county.lines(poole("R1"), Section::Documents);
        assert!(before[0].contains("text/plain"), "{before:?}");

        tell(county, "MDM^T03", "20260105100000", &[&txa.replace("|AU|", "|LA|")]);
        let after = county.lines(poole("R1"), Section::Documents);
        assert!(after[0].contains("text/plain"), "{after:?}");
    });
}

#[test]
fn a_medicine_that_is_stopped_keeps_how_it_was_taken() {
    on_every_engine(|county| {
        tell(
            county,
            "RDE^O11",
            "20260105090000",
            &[
                "ORC|NW|MED1|||||^BID||20260105084500",
                "RXE||27658006^Amoxicillin 500 mg capsules^DMD|500||mg",
                "ORC|NW|MED2",
                "RXE||322236009^Paracetamol 500 mg tablets^DMD|2||tablet",
            ],
        );
        tell(
            county,
            "OMP^O09",
            "20260106090000",
            &["ORC|DC|MED1", "RXO|27658006^Amoxicillin 500 mg capsules^DMD"],
        );
        let lines = county.lines(poole("R1"), Section::Medicines);
        let stopped = lines.iter().find(|line| line.starts_with("Amoxicillin")).unwrap();
        assert_eq!(stopped, "Amoxicillin 500 mg capsules | 500 mg, BID | stopped");
        assert!(
            lines.iter().any(|line| line.starts_with("Paracetamol") && line.ends_with("active"))
        );
    });
}

#[test]
fn a_vaccination_is_a_line_until_it_is_taken_back() {
    on_every_engine(|county| {
        let given = "RXA|0|1|20260105141500||822851000000102^Influenza vaccination^SCT|0.2|mL||||||||AB1|||||CP";
        tell(county, "VXU^V04", "20260105150000", &["ORC|RE||GIVEN1", given]);
        assert_eq!(county.lines(poole("R1"), Section::Immunisations).len(), 1);
        let back = format!("{given}|D");
        tell(county, "VXU^V04", "20260105160000", &["ORC|RE||GIVEN1", &back]);
        assert!(county.lines(poole("R1"), Section::Immunisations).is_empty());
    });
}
