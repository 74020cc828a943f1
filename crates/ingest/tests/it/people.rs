//! Who is who: numbers, merges, partial and late demographics.

use model::LocalIdentity;

use crate::county::{County, JANE, message, on_every_engine, poole, visit};

fn tell(county: &County, event: &str, time: &str, id: &str, pid: &str) {
    let [msh, evn, pid] = message(event, time, id, pid);
    county.poole(&[&msh, &evn, &pid]);
}

fn name_of(county: &County, number: &str) -> String {
    let patient = county.db.read(|tx| empi::local_patient(tx, poole(number))).unwrap().unwrap();
    patient.demographics.name().unwrap().formal()
}

#[test]
fn two_hospitals_with_one_verified_number_know_one_person() {
    on_every_engine(|county| {
        tell(county, "A28", "20260101000000", "1", JANE);
        let theirs = JANE.replace("R1^^^RD3", "B77^^^RDZ");
        let [msh, evn, pid] = message("A28", "20260102000000", "2", &theirs);
        county.bournemouth(&[&msh, &evn, &pid]);
        let bournemouth = LocalIdentity::new("RDZ", "B77").local_patient();
        assert_eq!(county.person(poole("R1")), county.person(bournemouth));
    });
}

#[test]
fn an_empty_field_changes_nothing_and_two_quotes_delete() {
    on_every_engine(|county| {
        tell(county, "A28", "20260101000000", "1", JANE);
        tell(county, "A31", "20260102000000", "2", "R1^^^RD3^MR||HARDY^Janet");
        let patient = county
            .db
            .read(|tx| empi::local_patient(tx, poole("R1")))
            .unwrap()
            .unwrap()
            .demographics;
        assert_eq!(patient.name().unwrap().given, ["Janet"]);
        assert_eq!(patient.nhs_number.unwrap().to_string(), "9990000018");
        assert!(patient.birth_date.is_some(), "an empty PID-7 changes nothing");
        tell(county, "A31", "20260103000000", "3", "R1^^^RD3^MR||HARDY^Janet||\"\"");
        let patient = county
            .db
            .read(|tx| empi::local_patient(tx, poole("R1")))
            .unwrap()
            .unwrap()
            .demographics;
        assert!(patient.birth_date.is_none(), "two quotes delete it");
    });
}

#[test]
fn older_news_that_comes_late_does_not_win() {
    on_every_engine(|county| {
        tell(county, "A31", "20260105000000", "2", "R1^^^RD3^MR||HARDY^Janet||19400602|F");
        tell(county, "A31", "20260101000000", "1", "R1^^^RD3^MR||WRONG^Name||19400602|F");
        assert_eq!(name_of(county, "R1"), "HARDY, Janet");
    });
}

#[test]
fn news_dated_in_the_future_does_not_keep_out_what_comes_after() {
    on_every_engine(|county| {
        tell(county, "A31", "20990101000000", "1", "R1^^^RD3^MR||WRONG^Name||19400602|F");
        tell(county, "A31", "20990101000000", "2", "R1^^^RD3^MR||HARDY^Janet||19400602|F");
        assert_eq!(name_of(county, "R1"), "HARDY, Janet");
    });
}

#[test]
fn a_merge_joins_two_numbers_of_one_hospital() {
    on_every_engine(|county| {
        tell(county, "A28", "20260101000000", "1", JANE);
        tell(
            county,
            "A28",
            "20260101000000",
            "2",
            "R2^^^RD3^MR||SOMEBODY^Quite^^^Different||19610101|M",
        );
        assert_ne!(county.person(poole("R1")), county.person(poole("R2")));
        let [msh, evn, pid] = message("A40", "20260110000000", "3", JANE);
        county.poole(&[&msh, &evn, &pid, "MRG|R2^^^RD3^MR"]);
        assert_eq!(county.person(poole("R1")), county.person(poole("R2")));
    });
}

#[test]
fn a_merge_never_joins_two_verified_numbers() {
    on_every_engine(|county| {
        tell(county, "A28", "20260101000000", "1", JANE);
        let other = JANE.replace("9990000018", "9990000026").replace("R1^^^RD3", "R2^^^RD3");
        tell(county, "A28", "20260101000000", "2", &other);
        let [msh, evn, pid] = message("A40", "20260110000000", "3", JANE);
        county.poole(&[&msh, &evn, &pid, "MRG|R2^^^RD3^MR"]);
        assert_ne!(county.person(poole("R1")), county.person(poole("R2")));
        assert!(county.db.read(empi::review_count).unwrap() > 0, "a steward is asked");
    });
}

#[test]
fn a_question_about_somebody_admitted_stands_first_until_they_leave() {
    on_every_engine(|county| {
        tell(county, "A28", "20260101000000", "1", JANE);
        let other = JANE.replace("9990000018", "9990000026").replace("R1^^^RD3", "R2^^^RD3");
        tell(county, "A28", "20260101000000", "2", &other);
        let in_hospital = || county.db.read(empi::review_counts).unwrap().in_hospital;
        assert_eq!(in_hospital(), 0);
        let [msh, evn, pid] = message("A01", "20260110090000", "3", JANE);
        county.poole(&[&msh, &evn, &pid, &visit("WARD5", "")]);
        assert_eq!(in_hospital(), 1);
        let [msh, evn, pid] = message("A03", "20260112090000", "4", JANE);
        let discharged = "||||||||||||||||||||||||||20260112090000";
        county.poole(&[&msh, &evn, &pid, &visit("WARD5", discharged)]);
        assert_eq!(in_hospital(), 0);
    });
}

#[test]
fn a_channels_character_set_reads_messages_that_name_none() {
    on_every_engine(|county| {
        let [msh, evn, _] = message("A28", "20260101000000", "1", "");
        let mut bytes = [msh, evn].join("\r").into_bytes();
        // ISO 8859-2 writes a Polish ł as B3, which windows-1252 reads as a superscript three.
        bytes.extend_from_slice(b"\rPID|1||R9^^^RD3^MR||KOWA\xB3SKA^Zofia||19730512|F\r");
        county.poole_in_polish(bytes);
        assert_eq!(name_of(county, "R9"), "KOWAŁSKA, Zofia");
    });
}
