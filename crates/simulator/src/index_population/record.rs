//! A record of a patient index, and the truth about it.

use std::fmt;

use jiff::civil::Date;
use model::{
    Demographics, Gender, NhsNumber, NhsNumberStatus, OdsCode, PersonName, PostalAddress, Telephone,
};

/// What one organisation's index says about one patient, and who that truly is.
#[derive(Clone, PartialEq, Eq)]
pub struct IndexRecord {
    /// Its place in the file, from 1.
    pub number: u32,
    /// `GPR` practices, `RBD` and `RDZ` hospitals, `LAC` council.
    pub organisation: &'static str,
    pub(super) organisation_place: usize,
    /// The organisation's own number.
    pub local_id: String,
    /// As written; a slip in it is one that its check digit shows.
    pub nhs_number: String,
    /// How sure the organisation is of it.
    pub nhs_number_status: NhsNumberStatus,
    /// First name.
    pub forename: String,
    /// Further names, or their initials.
    pub middle: String,
    /// Surname.
    pub surname: String,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// `F`, `M`, `I` (indeterminate), `U` (not known) or nothing.
    pub sex: &'static str,
    /// House and street in one line.
    pub address: String,
    /// Town.
    pub town: String,
    /// Postcode, with or without its space.
    pub postcode: String,
    /// Landline, or words that stand where one would be.
    pub telephone: String,
    /// Mobile.
    pub mobile: String,
    /// E-mail address.
    pub email: String,
    /// ODS code of the GP practice.
    pub practice: String,
    /// Day of death, where the organisation heard of it.
    pub death_date: Option<Date>,
    /// Since when the organisation knows the patient.
    pub registered: Date,
    /// Never to be traced by address; the columns do not say so, demographics do.
    pub sensitive: bool,
    /// The truth: who this is.
    pub person: u32,
    /// What makes this record hard.
    pub tags: Tags,
}

/// Who a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth {
    /// The same for all records of one person.
    pub person: u32,
    /// What makes the record hard.
    pub tags: Tags,
}

impl IndexRecord {
    pub(super) fn new(organisation: &'static str, organisation_place: usize, person: u32) -> Self {
        Self {
            number: 0,
            organisation,
            organisation_place,
            local_id: String::new(),
            nhs_number: String::new(),
            nhs_number_status: NhsNumberStatus::NotStated,
            forename: String::new(),
            middle: String::new(),
            surname: String::new(),
            birth_date: None,
            sex: "",
            address: String::new(),
            town: String::new(),
            postcode: String::new(),
            telephone: String::new(),
            mobile: String::new(),
            email: String::new(),
            practice: String::new(),
            death_date: None,
            registered: super::calendar::TODAY,
            sensitive: false,
            person,
            tags: Tags::default(),
        }
    }

    /// Who it is, and why that is hard to see.
    pub fn truth(&self) -> Truth {
        Truth { person: self.person, tags: self.tags }
    }

    /// What a feed would have made of it. A number that is none is left out.
    pub fn demographics(&self) -> Demographics {
        let text = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
        let given = [&self.forename].into_iter().filter(|name| !name.is_empty()).cloned();
        let name = PersonName {
            family: self.surname.clone(),
            given: given.chain(self.middle.split_whitespace().map(str::to_owned)).collect(),
            prefix: None,
        };
        let address = PostalAddress {
            lines: text(&self.address).into_iter().collect(),
            city: text(&self.town),
            postcode: text(&self.postcode),
        };
        let telephone = |number: &str, mobile| {
            (!number.is_empty()).then(|| Telephone { number: number.to_owned(), mobile })
        };
        let landline = telephone(&self.telephone, false);
        Demographics {
            nhs_number: NhsNumber::parse(&self.nhs_number).ok(),
            nhs_number_status: self.nhs_number_status,
            names: vec![name],
            birth_date: self.birth_date,
            gender: match self.sex {
                "F" => Some(Gender::Female),
                "M" => Some(Gender::Male),
                "I" => Some(Gender::Other),
                "U" => Some(Gender::Unknown),
                _ => None,
            },
            addresses: vec![address],
            telephones: landline.into_iter().chain(telephone(&self.mobile, true)).collect(),
            emails: text(&self.email).into_iter().collect(),
            gp_practice: OdsCode::parse(&self.practice).ok(),
            inactive: false,
            deceased: self.death_date.is_some(),
            death_date: self.death_date,
            birth_order: None,
            sensitive: self.sensitive,
        }
    }
}

impl fmt::Debug for IndexRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IndexRecord({}, {})", self.number, self.organisation)
    }
}

/// What makes a record hard to link, or easy to link wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Born with others.
    Twin,
    /// Has the name of a parent, or a child has theirs.
    Jr,
    /// Has had another surname.
    Married,
    /// Has had another address.
    Moved,
    /// The second record of one person in one index.
    Dup,
    /// Still under the name of a newborn.
    Baby,
    /// Bears another person's NHS number, or one with a slip.
    WrongNhs,
    /// Has no NHS number.
    NoNhs,
}

impl Tag {
    /// Every tag, in the order of the file.
    pub const ALL: [Self; 8] = [
        Self::Twin,
        Self::Jr,
        Self::Married,
        Self::Moved,
        Self::Dup,
        Self::Baby,
        Self::WrongNhs,
        Self::NoNhs,
    ];

    /// Its word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Twin => "twin",
            Self::Jr => "jr",
            Self::Married => "married",
            Self::Moved => "moved",
            Self::Dup => "dup",
            Self::Baby => "baby",
            Self::WrongNhs => "wrongnhs",
            Self::NoNhs => "nonhs",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Twin => 1,
            Self::Jr => 2,
            Self::Married => 4,
            Self::Moved => 8,
            Self::Dup => 16,
            Self::Baby => 32,
            Self::WrongNhs => 64,
            Self::NoNhs => 128,
        }
    }
}

/// The tags of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tags(u8);

impl Tags {
    /// Whether the tag is among them.
    pub fn has(self, tag: Tag) -> bool {
        self.0 & tag.bit() != 0
    }

    pub(super) fn add(&mut self, tag: Tag) {
        self.0 |= tag.bit();
    }
}

impl fmt::Display for Tags {
    /// Words with a space between them: `married moved`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Tag::ALL.into_iter().filter(|tag| self.has(*tag)).map(Tag::word);
        if let Some(first) = words.next() {
            f.write_str(first)?;
        }
        words.try_for_each(|word| write!(f, " {word}"))
    }
}
