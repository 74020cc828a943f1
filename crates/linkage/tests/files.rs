//! Bad files as data: each `data/NAME.csv` beside what is read of it and said about it.
//!
//! `BLESS=1` rewrites what is expected; a person reads the difference.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use jiff::civil::date;
use linkage::{ColumnMap, Error, Linkage, Linking, Person, Reading, Report, Table};
use matching::Model;
use model::PersonName;
use proptest::prelude::*;

#[test]
fn dates_are_read_in_five_shapes_and_the_rest_is_named() {
    check("dates");
}

#[test]
fn rows_too_long_too_short_or_without_an_end_cost_only_themselves() {
    check("ragged");
}

#[test]
fn numbers_and_codes_that_are_wrong_are_unknown_and_counted() {
    check("numbers");
}

#[test]
fn long_names_nul_bytes_and_other_encodings_are_told_by_line() {
    check("long_and_odd");
}

#[test]
fn a_file_of_an_old_spreadsheet_with_tabs_is_read() {
    check("old_mac");
}

#[test]
fn a_file_that_cannot_be_read_says_what_to_do_and_never_what_it_holds() {
    for (bytes, said) in [
        (&b""[..], "the file is empty"),
        (b"\xEF\xBB\xBF\n\n", "the file is empty"),
        (b"\xFF\xFEr\0e\0", "the file is UTF-16; save it as CSV UTF-8"),
        (b"\"record_id,surname\n1,Hardy\n", "look for a quotation mark"),
        (b"1,Hardy,Thomasina,1950-12-31\n", "no heading of line 1 was recognised"),
    ] {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert!(!error.contains("Hardy"), "{error}");
    }
}

proptest! {
    #[test]
    fn every_row_of_any_file_is_used_or_refused(
        rows in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![
                Just(b','), Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b' '), Just(b'x'), any::<u8>()
            ], 0..60), 0..30,
        ),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
    ) {
        let mut file = format!("record_id,surname,dob{end}").into_bytes();
        for row in rows {
            file.extend_from_slice(&row);
            file.extend_from_slice(end.as_bytes());
        }
        let (report, people) = read(&file).unwrap();
        prop_assert_eq!(report.read, report.refused + count(people.len()));
        // A row is a line with something on it, or several lines: never more rows than such lines.
        let lines = file.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty());
        prop_assert!(report.read < count(lines.count()));
    }

    #[test]
    fn every_row_of_any_file_is_linked_left_alone_or_refused(
        rows in proptest::collection::vec(
            (0..20_u8, prop_oneof![Just("Hardy"), Just("Hardie"), Just("\"Barnes"), Just(""), Just("B,B")],
             prop_oneof![Just("1950-12-31"), Just("31/12/1950"), Just("1951-01-01"), Just("?")],
             prop_oneof![Just("9990000018"), Just("9990000019"), Just("")]),
            0..40,
        ),
    ) {
        let mut file = String::from("record_id,forename,surname,dob,nhs_number,nhs_status\n");
        for (id, surname, born, number) in rows {
            writeln!(file, "{id},Thomasina,{surname},{born},{number},01").unwrap();
        }
        let one = linked(&file, 1);
        let tally = one.tally(3.0).unwrap();
        prop_assert_eq!(tally.read, tally.linked + tally.left_alone + tally.refused);
        prop_assert_eq!(&one.linked.clusters, &linked(&file, 3).linked.clusters);
    }

    #[test]
    fn a_file_of_any_bytes_is_read_or_refused_as_a_whole(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok((report, people)) = read(&bytes) {
            prop_assert_eq!(report.read, report.refused + count(people.len()));
        }
    }
}

#[test]
fn a_long_file_comes_in_its_own_order() {
    let mut file = String::from("record_id,surname\n");
    for number in 0..200_000 {
        writeln!(file, "{number},Hardy").unwrap();
    }
    let (report, people) = read(file.as_bytes()).unwrap();
    assert_eq!((report.read, report.refused), (200_000, 0));
    let in_order = people
        .iter()
        .enumerate()
        .all(|(at, person)| person.id == at.to_string() && person.line == count(at) + 2);
    assert!(in_order);
}

#[test]
fn a_number_that_too_many_have_is_said_by_its_lines() {
    let file = |records: usize| {
        let mut file = String::from("record_id,forename,surname,dob,nhs_number,nhs_status\n");
        for number in 0..records {
            writeln!(file, "{number},Thomasina,Hardy,1950-12-31,9990000018,01").unwrap();
        }
        file
    };
    let crowded = |records| {
        linked(&file(records), 1).report.problems.count(linkage::ProblemKind::CrowdedNumber)
    };
    assert_eq!((crowded(3), crowded(401)), (0, 401));
}

fn linked(file: &str, threads: usize) -> Linkage {
    let table = Table::open(file.as_bytes(), None).unwrap();
    let (stop, comparing) = (AtomicBool::new(false), AtomicBool::new(false));
    let reading = Reading { threads, today: date(2026, 11, 22), stop: &stop };
    let linking = Linking { model: Model::standard(), reading, comparing: &comparing };
    linkage::link(table, &linking, |_| Ok(()), &|_| {}).unwrap()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

fn read(bytes: &[u8]) -> Result<(Report, Vec<Person>), Error> {
    let table = Table::open(bytes, None)?;
    let stop = AtomicBool::new(false);
    let reading = Reading { threads: 3, today: date(2026, 11, 22), stop: &stop };
    let (mut report, mut people) = (Report::default(), Vec::new());
    table.read(
        &reading,
        |person| person,
        |taken| {
            report.add(&taken);
            people.extend(taken.people);
            Ok(())
        },
    )?;
    Ok((report, people))
}

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let bytes = fs::read(folder.join(name).with_extension("csv")).unwrap();
    let columns = Table::open(&bytes[..], None).unwrap().columns().clone();
    let (report, people) = read(&bytes).unwrap();
    let mut said =
        format!("# columns\n{}ignored: {:?}\n\n# people\n", columns.as_toml(), columns.ignored());
    for person in &people {
        writeln!(said, "{}", one_line(person)).unwrap();
    }
    write!(said, "\n# {} read = {} used + {} refused\n", report.read, people.len(), report.refused)
        .unwrap();
    for line in report.problems.lines(columns.headings()).iter().chain(&report.date_lines(&columns))
    {
        writeln!(said, "{line}").unwrap();
    }
    let expected = folder.join(name).with_extension("expected");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&expected, &said).unwrap();
    }
    assert_eq!(said, fs::read_to_string(&expected).unwrap_or_default());
}

fn one_line(person: &Person) -> String {
    let said = &person.demographics;
    let names: Vec<String> = said.names.iter().map(PersonName::formal).collect();
    let addresses: Vec<String> = said
        .addresses
        .iter()
        .map(|home| format!("{} {}", home.lines.join(", "), home.postcode.as_deref().unwrap_or("")))
        .collect();
    let mut facts = vec![format!("line {}: {} {}", person.line, person.id, names.join("; "))];
    facts.extend(said.birth_date.map(|date| format!("born {date}")));
    facts.extend(said.nhs_number.map(|number| format!("{number} {:?}", said.nhs_number_status)));
    facts.extend(said.gender.map(|gender| gender.code().to_owned()));
    facts.extend(addresses);
    facts.extend(said.gp_practice.as_ref().map(ToString::to_string));
    facts.extend(said.deceased.then(|| format!("died {:?}", said.death_date)));
    facts.extend(said.sensitive.then(|| "sensitive".to_owned()));
    facts.extend(said.birth_order.map(|order| format!("birth order {order}")));
    facts.join(" | ")
}

#[test]
fn the_maps_that_we_ship_fit_their_files() {
    for (map, header, ignored) in [
        (
            "febrl",
            "rec_id,given_name,surname,street_number,address_1,address_2,suburb,postcode,state,date_of_birth,soc_sec_id,source",
            ["source"].as_slice(),
        ),
        (
            "h50k",
            "unique_id,cluster,full_name,first_and_surname,first_name,surname,dob,birth_place,postcode_fake,gender,occupation",
            &["cluster", "first_and_surname"],
        ),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/linkage");
        let text = fs::read_to_string(folder.join(map).with_extension("toml")).unwrap();
        let map = ColumnMap::parse(&text).unwrap();
        let table = Table::open(header.as_bytes(), Some(&map)).unwrap();
        assert_eq!(table.columns().ignored(), ignored);
    }
}

#[test]
fn the_headings_of_the_uk_files_need_no_map() {
    let header = "record_id,source,local_id,nhs_number,nhs_status,forename,middle,surname,dob,sex,address,town,\
                  postcode,phone,mobile,email,gp_code,dod,registered";
    let table = Table::open(header.as_bytes(), None).unwrap();
    assert_eq!(table.columns().ignored(), Vec::<String>::new());
    assert_eq!(table.columns().as_toml().lines().count(), 19);
}
