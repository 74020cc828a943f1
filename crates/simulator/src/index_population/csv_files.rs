//! The two files: records, as an index would hand them over, and the truth about them.

use std::io::Write;

use super::IndexRecord;

/// The heading of the records.
const RECORDS: [&str; 19] = [
    "record_id",
    "source",
    "local_id",
    "nhs_number",
    "nhs_status",
    "forename",
    "middle",
    "surname",
    "dob",
    "sex",
    "address",
    "town",
    "postcode",
    "phone",
    "mobile",
    "email",
    "gp_code",
    "dod",
    "registered",
];

/// How much was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Records, without the heading.
    pub records: u32,
}

/// Writes records and the truth about them as CSV in UTF-8, one line for each in both files.
pub fn write_csv(
    population: impl Iterator<Item = IndexRecord>,
    records: impl Write,
    truth: impl Write,
) -> csv::Result<Written> {
    let (mut records, mut truth) =
        (csv::Writer::from_writer(records), csv::Writer::from_writer(truth));
    records.write_record(RECORDS)?;
    truth.write_record(["record_id", "person_id", "tags"])?;
    let mut written = Written::default();
    for record in population {
        let number = record.number.to_string();
        let day =
            |date: Option<jiff::civil::Date>| date.map_or_else(String::new, |d| d.to_string());
        records.write_record([
            number.as_str(),
            record.organisation,
            &record.local_id,
            &record.nhs_number,
            record.nhs_number_status.code().unwrap_or(""),
            &record.forename,
            &record.middle,
            &record.surname,
            &day(record.birth_date),
            record.sex,
            &record.address,
            &record.town,
            &record.postcode,
            &record.telephone,
            &record.mobile,
            &record.email,
            &record.practice,
            &day(record.death_date),
            &record.registered.to_string(),
        ])?;
        truth.write_record([number, record.person.to_string(), record.tags.to_string()])?;
        written.records += 1;
    }
    records.flush()?;
    truth.flush()?;
    Ok(written)
}
