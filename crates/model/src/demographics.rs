//! What a source says about who a patient is: the evidence that matching weighs.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{NhsNumber, NhsNumberStatus, OdsCode};

/// Everything one source says about one patient's identity. Lists hold the current value first,
/// then former ones; an empty list or `None` means that the source did not say.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Demographics {
    /// The NHS number, if a well-formed one was sent.
    pub nhs_number: Option<NhsNumber>,
    /// How sure the source is of it.
    pub nhs_number_status: NhsNumberStatus,
    /// Current name first, then previous, maiden and alias names.
    pub names: Vec<PersonName>,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// Administrative gender.
    pub gender: Option<Gender>,
    /// Current address first, then previous ones.
    pub addresses: Vec<PostalAddress>,
    /// Telephone numbers.
    pub telephones: Vec<Telephone>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Registered GP practice.
    pub gp_practice: Option<OdsCode>,
    /// The source says that this person has died (PID-30), with or without a date.
    pub deceased: bool,
    /// Date of death, where it is known.
    pub death_date: Option<Date>,
    /// Birth order of a multiple birth: 1 for the first twin.
    pub birth_order: Option<u8>,
    /// Sensitive: never traced by address, location never shown (the PDS S-flag).
    pub sensitive: bool,
    /// The source no longer uses this record of its own (FHIR `Patient.active` is false).
    pub inactive: bool,
}

impl Demographics {
    /// The current name.
    pub fn name(&self) -> Option<&PersonName> {
        self.names.first()
    }
}

/// A name as a source holds it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonName {
    /// Surname.
    pub family: String,
    /// Forenames in order. The first is empty where it is left blank and a middle name is given: a
    /// middle name is not taken for the forename.
    pub given: Vec<String>,
    /// Title: `Mrs`.
    pub prefix: Option<String>,
}

impl PersonName {
    /// `HARDY, Thomasina (Mrs)`, as NHS CUI NID-0001 to 0004 asks; parts that are missing are left out.
    pub fn formal(&self) -> String {
        let mut text = self.family.to_uppercase();
        let given: Vec<&str> =
            self.given.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        if !given.is_empty() {
            let comma = if text.is_empty() { "" } else { ", " };
            text = format!("{text}{comma}{}", given.join(" "));
        }
        match &self.prefix {
            Some(prefix) if !text.is_empty() => format!("{text} ({prefix})"),
            _ => text,
        }
    }
}

/// Administrative gender (FHIR `administrative-gender`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Neither, or not specified (HL7 v2 `I`, data dictionary 9).
    Other,
    /// Stated to be not known.
    Unknown,
}

impl Gender {
    /// FHIR's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }

    /// Reads FHIR's code.
    pub fn parse(code: &str) -> Option<Self> {
        Some(match code {
            "male" => Self::Male,
            "female" => Self::Female,
            "other" => Self::Other,
            "unknown" => Self::Unknown,
            _ => return None,
        })
    }
}

/// A postal address.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PostalAddress {
    /// House, street, locality, in the source's order.
    pub lines: Vec<String>,
    /// Town.
    pub city: Option<String>,
    /// Postcode as sent.
    pub postcode: Option<String>,
}

/// A telephone number with whether it is a mobile (shared landlines are household evidence only).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telephone {
    /// The number as sent.
    pub number: String,
    /// A mobile telephone.
    pub mobile: bool,
}

/// Debug text names no one: it says only how much is there.
macro_rules! silent_debug {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
silent_debug!(Demographics, PersonName, PostalAddress, Telephone);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_staff_screens_write_them() {
        let name = |family: &str, given: &[&str], prefix: Option<&str>| PersonName {
            family: family.into(),
            given: given.iter().map(|text| (*text).into()).collect(),
            prefix: prefix.map(Into::into),
        };
        assert_eq!(name("Hardy", &["Thomasina"], Some("Mrs")).formal(), "HARDY, Thomasina (Mrs)");
        assert_eq!(name("Hardy", &[], None).formal(), "HARDY");
        assert_eq!(name("", &["Baby"], None).formal(), "Baby");
        assert_eq!(name("", &[], Some("Mr")).formal(), "");
    }

    #[test]
    fn debug_text_names_no_one() {
        let name = PersonName { family: "Hardy".into(), ..PersonName::default() };
        assert_eq!(
            format!("{:?}", Demographics { names: vec![name], ..Demographics::default() }),
            "Demographics(…)"
        );
    }
}
