//! One row to one record of a person.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use model::{
    Demographics, Gender, NhsNumber, NhsNumberError, NhsNumberStatus, OdsCode, PersonName,
    PostalAddress, Telephone,
};

use crate::Field;
use crate::problem::ProblemKind;
use crate::row::{NAME_CHARACTERS, Row, VALUE_CHARACTERS};

/// A record id is not longer.
const ID_CHARACTERS: usize = 1000;

/// What a row says about a person.
#[derive(Clone, Default)]
pub struct Person {
    /// The line of the file.
    pub line: u64,
    /// What the file calls this record; its line where the file has no such column.
    pub id: String,
    /// Who holds the record.
    pub source: Option<String>,
    /// The patient's number within the source.
    pub local_id: Option<String>,
    /// Who the person is.
    pub demographics: Demographics,
    /// When the source registered the patient.
    pub registered: Option<Date>,
    /// A national identifier that is not the NHS number.
    pub national_id: Option<String>,
    /// Values that only some models weigh, by the names of the map's `[extra]`.
    pub extras: Vec<(Arc<str>, String)>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person(line {})", self.line)
    }
}

/// A person in the making.
#[derive(Default)]
struct Making {
    person: Person,
    name: NameParts,
    home: PostalAddress,
    postcodes: Vec<String>,
}

/// The parts of a name before they are one.
#[derive(Default)]
struct NameParts {
    title: Option<String>,
    forename: Option<String>,
    middle: Option<String>,
    surname: Option<String>,
    previous: Vec<String>,
    full: Option<String>,
    other: Option<String>,
}

/// Reads a row; `None` where it is refused, which is then noted.
pub(crate) fn read(row: &mut Row<'_>) -> Option<Person> {
    refuse_ragged(row)?;
    let mut making = Making::default();
    let columns = row.columns;
    for (field, values) in &columns.fields {
        for parts in values {
            one_value(row, *field, parts, &mut making);
        }
    }
    let Making { mut person, name, home, postcodes } = making;
    for (name, column) in &columns.extra {
        let value = row.joined(&[*column], VALUE_CHARACTERS);
        person.extras.extend(value.map(|value| (Arc::clone(name), value)));
    }
    person.line = row.line;
    person.demographics.names = names(name);
    person.demographics.addresses = addresses(home, postcodes);
    with_id(row, person)
}

/// A row with too many fields has values in the wrong columns: it might name the wrong person.
fn refuse_ragged(row: &mut Row<'_>) -> Option<()> {
    let headings = row.columns.headings().count();
    if row.record.len() < headings {
        row.note(None, ProblemKind::TooFewFields);
    }
    let surplus_is_blank =
        row.record.iter().skip(headings).all(|field| field.trim_ascii().is_empty());
    if !surplus_is_blank {
        row.note(None, ProblemKind::TooManyFields);
        return None;
    }
    Some(())
}

fn with_id(row: &mut Row<'_>, mut person: Person) -> Option<Person> {
    if !row.columns.has(Field::RecordId) {
        person.id = row.line.to_string();
    }
    if person.id.is_empty() {
        row.note(None, ProblemKind::NoRecordId);
        return None;
    }
    let said = &person.demographics;
    let has_number = said.nhs_number.is_some() || person.national_id.is_some();
    if said.names.is_empty() && said.birth_date.is_none() && !has_number {
        row.note(None, ProblemKind::NothingToCompare);
    }
    Some(person)
}

/// Puts one value of a field where it belongs.
fn one_value(row: &mut Row<'_>, field: Field, parts: &[u16], making: &mut Making) {
    let Making { person, name, home, postcodes } = making;
    let said = &mut person.demographics;
    match field {
        Field::RecordId => person.id = row.joined(parts, ID_CHARACTERS).unwrap_or_default(),
        Field::Source => person.source = row.joined(parts, VALUE_CHARACTERS),
        Field::LocalId => person.local_id = row.joined(parts, VALUE_CHARACTERS),
        Field::NhsNumber => said.nhs_number = nhs_number(row, parts),
        Field::NhsStatus => {
            let status = row.read(parts, ProblemKind::NhsStatus, nhs_status);
            said.nhs_number_status = status.unwrap_or_default();
        }
        Field::Title => name.title = row.joined(parts, NAME_CHARACTERS),
        Field::Forename => name.forename = row.joined(parts, NAME_CHARACTERS),
        Field::Middle => name.middle = row.joined(parts, NAME_CHARACTERS),
        Field::Surname => name.surname = row.joined(parts, NAME_CHARACTERS),
        Field::PreviousSurname => name.previous.extend(row.joined(parts, NAME_CHARACTERS)),
        Field::FullName => name.full = row.joined(parts, 2 * NAME_CHARACTERS),
        Field::OtherName => name.other = row.joined(parts, 2 * NAME_CHARACTERS),
        Field::BirthDate => said.birth_date = row.date(parts),
        Field::Sex => said.gender = row.read(parts, ProblemKind::Sex, gender),
        Field::BirthOrder => {
            said.birth_order = row.read(parts, ProblemKind::BirthOrder, birth_order);
        }
        Field::Address => home.lines.extend(row.joined(parts, VALUE_CHARACTERS)),
        Field::Town => home.city = row.joined(parts, VALUE_CHARACTERS),
        Field::Postcode | Field::PreviousPostcode => {
            postcodes.extend(row.joined(parts, VALUE_CHARACTERS));
        }
        Field::Phone | Field::Mobile => {
            let number = row.joined(parts, VALUE_CHARACTERS);
            let mobile = field == Field::Mobile;
            said.telephones.extend(number.map(|number| Telephone { number, mobile }));
        }
        Field::Email => said.emails.extend(row.joined(parts, VALUE_CHARACTERS)),
        Field::GpPractice => {
            said.gp_practice =
                row.read(parts, ProblemKind::OdsCode, |text| OdsCode::parse(text).ok());
        }
        Field::Deceased => {
            said.deceased |= row.read(parts, ProblemKind::YesOrNo, yes_or_no).unwrap_or(false);
        }
        Field::DeathDate => {
            said.death_date = row.date(parts);
            said.deceased |= said.death_date.is_some();
        }
        Field::Sensitive => {
            // What is not understood may be a yes: then the address is not used.
            let text = row.joined(parts, VALUE_CHARACTERS);
            said.sensitive = text.is_some()
                && row.read(parts, ProblemKind::SensitiveFlag, yes_or_no).unwrap_or(true);
        }
        Field::Registered => person.registered = row.date(parts),
        Field::NationalId => person.national_id = row.joined(parts, VALUE_CHARACTERS),
    }
}

fn nhs_number(row: &mut Row<'_>, parts: &[u16]) -> Option<NhsNumber> {
    let text = row.joined(parts, VALUE_CHARACTERS)?;
    let parsed: Result<NhsNumber, NhsNumberError> = NhsNumber::parse(&text);
    parsed.map_err(|error| row.note(parts.first().copied(), error.into())).ok()
}

fn nhs_status(text: &str) -> Option<NhsNumberStatus> {
    Some(NhsNumberStatus::parse(text)).filter(|status| *status != NhsNumberStatus::NotStated)
}

/// Words, HL7 v2 table 0001 and the NHS Data Dictionary's numbers.
fn gender(text: &str) -> Option<Gender> {
    Some(match text.to_ascii_lowercase().as_str() {
        "m" | "male" | "man" | "boy" | "1" => Gender::Male,
        "f" | "female" | "woman" | "girl" | "2" => Gender::Female,
        "o" | "other" | "i" | "indeterminate" | "x" | "9" | "not specified" => Gender::Other,
        "u" | "unknown" | "not known" | "not stated" | "0" => Gender::Unknown,
        _ => return None,
    })
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "true" | "t" | "1" => Some(true),
        "n" | "no" | "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

fn birth_order(text: &str) -> Option<u8> {
    text.parse().ok().filter(|order| (1..=9).contains(order))
}

/// The current name first, then the same forenames with each former surname, then any other name.
fn names(parts: NameParts) -> Vec<PersonName> {
    let mut current = match (parts.full, &parts.surname, &parts.forename) {
        (Some(full), None, None) => full_name(&full),
        _ => PersonName {
            family: parts.surname.unwrap_or_default(),
            given: given(parts.forename, parts.middle),
            prefix: None,
        },
    };
    current.prefix = parts.title.or(current.prefix);
    let former = parts.previous.into_iter().map(|family| PersonName { family, ..current.clone() });
    let former: Vec<PersonName> = former.collect();
    let said_nothing = current.family.is_empty() && current.given.is_empty();
    // A single word does not say which part of a name it is.
    let other = parts.other.map(|text| full_name(&text)).filter(|other| !other.given.is_empty());
    (!said_nothing).then_some(current).into_iter().chain(former).chain(other).collect()
}

/// A middle name is not taken for a forename that is left blank.
fn given(forename: Option<String>, middle: Option<String>) -> Vec<String> {
    let blank = (forename.is_none() && middle.is_some()).then(String::new);
    forename.or(blank).into_iter().chain(middle).collect()
}

/// Words before a name.
const TITLES: [&str; 12] =
    ["mr", "mrs", "miss", "ms", "mx", "dr", "prof", "professor", "rev", "sir", "lady", "master"];
/// Words that begin a surname.
const PARTICLES: [&str; 15] = [
    "van", "von", "de", "der", "den", "da", "di", "la", "le", "al", "el", "bin", "ibn", "st", "du",
];

/// Words after a name and a comma.
const RANKS: [&str; 12] = [
    "bt", "baronet", "baron", "earl", "duke", "viscount", "marquess", "lord", "esq", "jr", "sr",
    "knight",
];

/// `1st Baronet`, `Esq.`: what follows the comma is no forename.
fn is_rank(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let bare = first.trim_matches('.').to_ascii_lowercase();
    bare.starts_with(|letter: char| letter.is_ascii_digit()) || RANKS.contains(&bare.as_str())
}

/// `HARDY, Thomasina (Mrs)`, `Mrs Thomasina Anne Hardy` or `Ludwig van Beethoven`.
fn full_name(text: &str) -> PersonName {
    let is_title = |word: &str| {
        let bare = word.trim_matches(['(', ')', '.']).to_ascii_lowercase();
        TITLES.contains(&bare.as_str())
    };
    let (before, after) = match text.split_once(',') {
        Some((name, rank)) if is_rank(rank) => ("", name),
        Some(parts) => parts,
        None => ("", text),
    };
    let words = |text: &str| -> Vec<String> {
        text.split_whitespace().filter(|word| !is_title(word)).map(str::to_owned).collect()
    };
    let title = text.split_whitespace().find(|word| is_title(word));
    let prefix = title.map(|title| title.trim_matches(['(', ')']).to_owned());
    let mut given = words(after);
    if !before.trim().is_empty() {
        return PersonName { family: words(before).join(" "), given, prefix };
    }
    let mut family = Vec::from_iter(given.pop());
    // `van der Berg`, but somebody called only `Al Smith` keeps the forename.
    while given.len() > 1
        && given.last().is_some_and(|word| PARTICLES.contains(&word.to_ascii_lowercase().as_str()))
    {
        family.splice(0..0, given.pop());
    }
    PersonName { family: family.join(" "), given, prefix }
}

/// The home with the first postcode; every other postcode as a former home.
fn addresses(mut home: PostalAddress, postcodes: Vec<String>) -> Vec<PostalAddress> {
    let mut postcodes = postcodes.into_iter();
    home.postcode = postcodes.next();
    let said_nothing = home == PostalAddress::default();
    let former = postcodes
        .map(|postcode| PostalAddress { postcode: Some(postcode), ..PostalAddress::default() });
    (!said_nothing).then_some(home).into_iter().chain(former).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_middle_name_is_not_taken_for_a_forename_left_blank() {
        let text = |name: &str| Some(name.to_owned());
        assert_eq!(given(None, text("Frederick")), ["", "Frederick"]);
        assert_eq!(given(text("Ann"), text("May")), ["Ann", "May"]);
        assert_eq!(given(text("Ann"), None), ["Ann"]);
        assert!(given(None, None).is_empty());
    }

    #[test]
    fn a_name_in_one_column_is_taken_apart() {
        for (text, family, given) in [
            ("HARDY, Thomasina Anne (Mrs)", "HARDY", "Thomasina Anne"),
            ("Mrs Thomasina Anne Hardy", "Hardy", "Thomasina Anne"),
            ("Ludwig van Beethoven", "van Beethoven", "Ludwig"),
            ("Sir Thomas Chaplin, 2nd Baronet", "Chaplin", "Thomas"),
            ("Hardy", "Hardy", ""),
            ("Al Smith", "Smith", "Al"),
            (",", "", ""),
        ] {
            let name = full_name(text);
            assert_eq!(
                (name.family.as_str(), name.given.join(" ")),
                (family, given.into()),
                "{text}"
            );
        }
    }
}
