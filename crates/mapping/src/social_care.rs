//! A council's tables: care packages become CarePlans, contacts become Encounters.
//!
//! In: the header line and one row. Columns may stand in any order; more columns do no harm.

use std::collections::BTreeMap;

use fhir::{Element, Resource, When, datatype, system, uk_core};
use jiff::Timestamp;
use model::{LocalIdentity, NhsNumberStatus};
use serde_json::Value;

use crate::concept;
use crate::datatype::cx;
use crate::error::Error;
use crate::feed::Feed;
use crate::identity::{PatientNumber, resource_id};
use crate::mapped::{Mapped, PatientStatement, Statement};

/// Columns of both tables that say who the person is.
const PERSON: [&str; 7] =
    ["nhs_number", "person_id", "family", "given", "birth_date", "gender", "postcode"];
/// The other columns of `care_packages`.
const PACKAGE: [&str; 8] = [
    "package_id",
    "service",
    "provider",
    "start_date",
    "end_date",
    "status",
    "hours_per_week",
    "updated_at",
];
/// The other columns of `contacts`.
const CONTACT: [&str; 7] =
    ["contact_id", "contact_date", "contact_type", "team", "worker", "outcome", "updated_at"];

/// The columns that a file of `table` must have; `None` for a table nobody maps.
pub fn required_columns(table: &str) -> Option<Vec<&'static str>> {
    Some(PERSON.into_iter().chain(own_columns(table)?.iter().copied()).collect())
}

fn own_columns(table: &str) -> Option<&'static [&'static str]> {
    match table {
        "care_packages" => Some(&PACKAGE),
        "contacts" => Some(&CONTACT),
        _ => None,
    }
}

/// Maps one row of a council's table: `care_packages` or `contacts`.
pub fn social_care(
    bytes: &[u8],
    table: &str,
    feed: &Feed,
    received_at: Timestamp,
) -> Result<Mapped, Error> {
    let columns =
        own_columns(table).ok_or_else(|| Error::Unsupported(format!("the table {table}")))?;
    let row = Row::read(bytes, table, columns, &feed.columns)?;
    let identity = LocalIdentity::new(&feed.authority, row.required("person_id")?);
    let occurred_at = row.when("updated_at")?.map_or(received_at, When::timestamp);
    let resource = match table {
        "care_packages" => care_package(&row, &identity, feed, occurred_at)?,
        _ => contact(&row, &identity, feed, occurred_at)?,
    };
    let patient = patient(&row, &identity, feed)?;
    let mut mapped = Mapped::new(table, occurred_at);
    let subject = identity.clone();
    mapped.patients.push(PatientStatement {
        identity,
        resource: patient,
        cleared: Vec::new(),
        event_time: occurred_at,
    });
    mapped.resources.push(Statement { subject, resource, event_time: occurred_at });
    mapped.unmapped = row.unknown_columns(columns);
    Ok(mapped.received(received_at))
}

fn patient(row: &Row, identity: &LocalIdentity, feed: &Feed) -> Result<Resource, Error> {
    let mut numbers = Vec::new();
    if !row.text("nhs_number").is_empty() {
        let kind = "NH".to_owned();
        let value = row.text("nhs_number").to_owned();
        numbers.push(PatientNumber { value, kind, ..PatientNumber::default() });
    }
    let given: Vec<Value> = row.text("given").split_whitespace().map(Value::from).collect();
    let name = Element::new()
        .with("use", "official")
        .with("family", row.text("family"))
        .with("given", given);
    let gender = concept::lookup("0001", row.text("gender"));
    let birth_date = row.when("birth_date")?.map(When::fhir_date);
    let address = Element::new().with("use", "home").with("postalCode", row.text("postcode"));
    let said_address = !row.text("postcode").is_empty();
    Ok(Resource::new("Patient")
        .with_id(identity.local_patient())
        .with("identifier", cx::identifiers(&numbers, NhsNumberStatus::NotStated, identity, feed))
        .with("name", vec![name.build()])
        .with("gender", gender.map(|found| found.code))
        .with("birthDate", birth_date)
        .with("address", if said_address { vec![address.build()] } else { Vec::new() }))
}

/// A care package: one service from one provider, for some hours a week.
fn care_package(
    row: &Row,
    identity: &LocalIdentity,
    feed: &Feed,
    updated: Timestamp,
) -> Result<Resource, Error> {
    let number = row.required("package_id")?;
    let (start, end) = (row.when("start_date")?, row.when("end_date")?);
    let status = package_status(row.text("status"), end, updated);
    let hours = match row.text("hours_per_week") {
        "" => String::new(),
        hours => format!("{hours} hours a week"),
    };
    let provider = Element::new().with("display", row.text("provider"));
    let detail = Element::new()
        .with("code", datatype::concept_text(row.text("service")))
        .with("status", activity_status(status))
        .with("scheduledString", hours)
        .with("performer", vec![provider.build()]);
    Ok(Resource::new("CarePlan")
        .with_id(resource_id("CarePlan", identity, number))
        .with("identifier", identifier("care-package", feed, number))
        .with("status", status)
        .with("intent", "plan")
        .with("category", vec![social_care_concept("Social care")])
        .with("title", row.text("service"))
        .with("subject", datatype::reference("Patient", identity.local_patient()))
        .with("period", period(start, end))
        .with("author", datatype::organisation(feed.organisation.as_str(), ""))
        .with("activity", vec![Element::new().with("detail", detail).build()]))
}

/// What the council calls the status; without a word, a package that ended is completed.
fn package_status(word: &str, end: Option<When>, updated: Timestamp) -> &'static str {
    match concept::lookup("care_package_status", word) {
        Some(found) => found.code,
        None if !word.is_empty() => "unknown",
        None if end.is_some_and(|end| end.timestamp() <= updated) => "completed",
        None => "active",
    }
}

fn activity_status(status: &str) -> &'static str {
    match status {
        "active" => "in-progress",
        "completed" => "completed",
        "draft" => "scheduled",
        "on-hold" => "on-hold",
        "revoked" => "cancelled",
        "entered-in-error" => "entered-in-error",
        _ => "unknown",
    }
}

/// A contact: somebody of a team met, rang or wrote to the person.
fn contact(
    row: &Row,
    identity: &LocalIdentity,
    feed: &Feed,
    updated: Timestamp,
) -> Result<Resource, Error> {
    let number = row.required("contact_id")?;
    let date = row.when("contact_date")?;
    let class = concept::lookup("contact_class", row.text("contact_type"));
    let class = class.map_or(("AMB", "Ambulatory"), |found| (found.code, found.display));
    let status = match date {
        Some(date) if date.timestamp() > updated => "planned",
        _ => "finished",
    };
    let worker = Element::new().with("display", row.text("worker"));
    let participant = Element::new().with("individual", worker).build();
    let outcome = match row.text("outcome") {
        "" => Vec::new(),
        words => vec![datatype::extension(
            uk_core::OUTCOME_OF_ATTENDANCE,
            "valueCodeableConcept",
            datatype::concept_text(words),
        )],
    };
    Ok(Resource::new("Encounter")
        .with_id(resource_id("Encounter", identity, &format!("contact {number}")))
        .with("extension", outcome)
        .with("identifier", identifier("contact", feed, number))
        .with("status", status)
        .with("class", datatype::coding(system::ACT_CODE, class.0, class.1))
        .with("type", vec![datatype::concept_text(row.text("contact_type"))])
        .with("serviceType", social_care_concept(row.text("team")))
        .with("subject", datatype::reference("Patient", identity.local_patient()))
        .with("participant", if row.text("worker").is_empty() { vec![] } else { vec![participant] })
        .with("period", period(date, None))
        .with(
            "serviceProvider",
            datatype::organisation(feed.organisation.as_str(), row.text("team")),
        ))
}

fn social_care_concept(text: &str) -> Value {
    datatype::codeable_concept(system::CATEGORY, system::SOCIAL_CARE, "Social care", text)
}

fn identifier(kind: &str, feed: &Feed, number: &str) -> Vec<Value> {
    vec![datatype::identifier(&system::local_number(kind, &feed.authority), number)]
}

fn period(start: Option<When>, end: Option<When>) -> Value {
    let [start, end] = [start, end].map(|at| at.map(When::fhir_date_time));
    datatype::period(start.as_deref(), end.as_deref())
}

/// One row by column name. Column names are ours, so an error may name them; values are not.
struct Row(BTreeMap<String, String>);

/// What we call a column that the file calls `name`. One of our own names that the file uses for something
/// else is not ours.
fn our_name(name: &str, called: &BTreeMap<String, String>) -> String {
    let theirs = called.iter().find(|(_, theirs)| theirs.trim().eq_ignore_ascii_case(name));
    let own = name.to_ascii_lowercase();
    match theirs {
        Some((ours, _)) => ours.clone(),
        None if called.contains_key(&own) => format!("{own} (theirs)"),
        None => own,
    }
}

impl Row {
    fn read(
        bytes: &[u8],
        table: &str,
        columns: &[&str],
        called: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let text = decode(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let header: Vec<String> = match reader.headers() {
            Ok(header) => header.iter().map(|name| our_name(name, called)).collect(),
            Err(_) => return Err(Error::Table(format!("the header of {table} cannot be read"))),
        };
        let wanted = PERSON.iter().chain(columns);
        let missing: Vec<&str> =
            wanted.copied().filter(|name| !header.iter().any(|one| one == name)).collect();
        if !missing.is_empty() {
            let s = if missing.len() == 1 { "" } else { "s" };
            return Err(Error::Table(format!(
                "{table} lacks the column{s} {}",
                missing.join(", ")
            )));
        }
        let row = match reader.records().next() {
            Some(Ok(row)) => row,
            Some(Err(_)) => return Err(Error::Table(format!("a row of {table} cannot be read"))),
            None => return Err(Error::Table(format!("{table} has a header but no row"))),
        };
        if row.len() != header.len() {
            let (said, wanted) = (row.len(), header.len());
            return Err(Error::Table(format!(
                "a row of {table} has {said} fields where the header has {wanted}"
            )));
        }
        Ok(Self(header.into_iter().zip(row.iter().map(str::to_owned)).collect()))
    }

    /// The value; `""` if there is none.
    fn text(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    fn required(&self, column: &'static str) -> Result<&str, Error> {
        match self.text(column) {
            "" => Err(Error::Table(format!("{column} is empty, so the row belongs to nothing"))),
            value => Ok(value),
        }
    }

    fn when(&self, column: &str) -> Result<Option<When>, Error> {
        match self.text(column) {
            "" => Ok(None),
            text => When::parse_british(text).map(Some).ok_or_else(|| Error::Unreadable {
                path: column.to_owned(),
                problem: "a date is written 2025-05-31 or 31/05/2025",
            }),
        }
    }

    fn unknown_columns(&self, columns: &[&str]) -> Vec<String> {
        let known = |name: &str| PERSON.contains(&name) || columns.contains(&name);
        let with_value = self.0.iter().filter(|(_, value)| !value.is_empty());
        with_value.filter(|(name, _)| !known(name)).map(|(name, _)| name.clone()).collect()
    }
}

/// UTF-8, else what spreadsheets on Windows write.
fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use model::OdsCode;

    use super::*;

    const HEADER: &str = "nhs_number,person_id,family,given,birth_date,gender,postcode,package_id,\
                          service,provider,start_date,end_date,status,hours_per_week,updated_at";

    fn map(bytes: &[u8], table: &str) -> Result<Mapped, Error> {
        let feed = Feed::new(OdsCode::parse("809").unwrap(), "809");
        social_care(bytes, table, &feed, "2026-01-05T09:00:00Z".parse().unwrap())
    }

    fn refused(text: &str, table: &str, expected: &str) {
        assert_eq!(map(text.as_bytes(), table).unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_care_package_becomes_a_care_plan() {
        let row = "999 000 0018,P77,Oak,Gabriel John,03/11/1941,M,DT1 1AA,CP9,Home care,Quay Care,\
                   01/12/2025,,Active,10.5,2026-01-02 10:00:00";
        let mapped = map(format!("{HEADER}\r\n{row}\r\n").as_bytes(), "care_packages").unwrap();
        let plan = &mapped.resources[0].resource;
        for (path, expected) in [
            ("status", "active"),
            ("category.coding.code", "social-care"),
            ("title", "Home care"),
            ("period.start", "2025-12-01"),
            ("activity.detail.scheduledString", "10.5 hours a week"),
            ("activity.detail.performer.display", "Quay Care"),
        ] {
            assert_eq!(plan.text(path), Some(expected), "{path}");
        }
        let patient = &mapped.patients[0].resource;
        assert_eq!(patient.text("birthDate"), Some("1941-11-03"));
        assert_eq!(patient.text("identifier.1.value"), Some("9990000018"));
        assert_eq!(mapped.occurred_at.to_string(), "2026-01-02T10:00:00Z");
    }

    #[test]
    fn a_contact_becomes_an_encounter_of_social_care() {
        let text = "contact_id,contact_date,contact_type,team,worker,outcome,updated_at,nhs_number,\
                    person_id,family,given,birth_date,gender,postcode,ward\n\
                    C1,2026-01-03 14:00,Home visit,Adult team,B. Everdene,Review booked,04/01/2026,,\
                    P77,Oak,Gabriel,,M,,Blandford\n";
        let mapped = map(text.as_bytes(), "contacts").unwrap();
        let contact = &mapped.resources[0].resource;
        for (path, expected) in [
            ("status", "finished"),
            ("class.code", "HH"),
            ("serviceType.coding.code", "social-care"),
            ("participant.individual.display", "B. Everdene"),
            ("extension.valueCodeableConcept.text", "Review booked"),
            ("period.start", "2026-01-03T14:00:00+00:00"),
        ] {
            assert_eq!(contact.text(path), Some(expected), "{path}");
        }
        assert_eq!(mapped.unmapped, ["ward"]);
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said_by_column() {
        refused("a,b\n1,2\n", "care_homes", "the table care_homes is not a message Chesil maps");
        let short = HEADER.replace(",service", "").replace(",gender", "");
        refused(&short, "care_packages", "care_packages lacks the columns gender, service");
        refused(HEADER, "care_packages", "care_packages has a header but no row");
        refused(
            &format!("{HEADER}\n1,2\n"),
            "care_packages",
            "a row of care_packages has 2 fields where the header has 15",
        );
        refused(
            &format!("{HEADER}\n,,Oak,,,,,CP9,,,,,,,\n"),
            "care_packages",
            "person_id is empty, so the row belongs to nothing",
        );
        refused(
            &format!("{HEADER}\n,P1,Oak,,,,,CP9,,,2025-13-01,,,,\n"),
            "care_packages",
            "start_date cannot be read: a date is written 2025-05-31 or 31/05/2025",
        );
    }

    #[test]
    fn a_row_is_no_news_of_the_future() {
        let row = ",P1,Oak,,,,,CP9,,,,,,,2099-01-01";
        let mapped = map(format!("{HEADER}\n{row}\n").as_bytes(), "care_packages").unwrap();
        assert_eq!(mapped.patients[0].event_time.to_string(), "2026-01-05T09:05:00Z");
    }

    #[test]
    fn a_spreadsheet_of_windows_is_read() {
        let row = b",P1,Beno\xEEt,,,,,CP9,,,,,,,\n";
        let mapped = map(&[HEADER.as_bytes(), b"\n", row].concat(), "care_packages").unwrap();
        assert_eq!(mapped.patients[0].resource.text("name.family"), Some("Benoît"));
    }
}
