//! What a column can say about a person, and the headings by which it is recognised.

/// A field of a record that a column can feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// What the file calls this record; the line number where no column says it.
    RecordId,
    /// The organisation that holds the record: an ODS code or any name.
    Source,
    /// The patient's number within that organisation.
    LocalId,
    /// The NHS number.
    NhsNumber,
    /// How sure the source is of it: `01` to `08`.
    NhsStatus,
    /// Mr, Mrs, Dr.
    Title,
    /// First forename, or all of them.
    Forename,
    /// Further forenames.
    Middle,
    /// Surname.
    Surname,
    /// A maiden or other former surname.
    PreviousSurname,
    /// The whole name in one column; read where forename and surname are empty.
    FullName,
    /// Another whole name in one column, beside the one that the other columns give.
    OtherName,
    /// Date of birth.
    BirthDate,
    /// Administrative gender.
    Sex,
    /// 1 for the first of twins.
    BirthOrder,
    /// Lines of the address.
    Address,
    /// Town.
    Town,
    /// Postcode.
    Postcode,
    /// A former postcode.
    PreviousPostcode,
    /// Any telephone.
    Phone,
    /// A mobile telephone.
    Mobile,
    /// E-mail address.
    Email,
    /// ODS code of the GP practice.
    GpPractice,
    /// Has died: yes or no.
    Deceased,
    /// Date of death.
    DeathDate,
    /// The PDS S-flag: yes or no.
    Sensitive,
    /// When the organisation registered the patient.
    Registered,
    /// A national identifier that is not the NHS number.
    NationalId,
}

use Field::{
    Address, BirthDate, BirthOrder, DeathDate, Deceased, Email, Forename, FullName, GpPractice,
    LocalId, Middle, Mobile, NationalId, NhsNumber, NhsStatus, OtherName, Phone, Postcode,
    PreviousPostcode, PreviousSurname, RecordId, Registered, Sensitive, Sex, Source, Surname,
    Title, Town,
};

/// Each field with its key in a column map and the headings it is known by. Headings are compared
/// as letters and digits in lower case: `NHS Number` is `nhsnumber`. The key is always one of them.
#[rustfmt::skip]
const TABLE: [(Field, &str, &[&str]); 28] = [
    (RecordId, "record_id", &["recid", "uniqueid", "id", "rowid", "recordnumber", "recordno", "recordkey"]),
    (Source, "source", &["sourceods", "sourcecode", "sourcesystem", "organisation", "organisationcode", "orgcode", "ods", "odscode", "provider", "providercode"]),
    (LocalId, "local_id", &["localpatientid", "localpatientidentifier", "patientid", "hospitalnumber", "hospitalno", "mrn", "pasid", "pasnumber", "casenotenumber", "unitnumber"]),
    (NhsNumber, "nhs_number", &["nhsno", "nhsnum", "nhs", "newnhsnumber"]),
    (NhsStatus, "nhs_status", &["nhsnumberstatus", "nhsnumberstatusindicator", "nhsnumberstatusindicatorcode", "nhsstatusindicator", "nhsnostatus"]),
    (Title, "title", &["prefix", "nametitle", "personnametitle"]),
    (Forename, "forename", &["forenames", "firstname", "firstnames", "givenname", "givennames", "given", "first", "forename1", "givenname1", "christianname", "persongivenname", "patientforename"]),
    (Middle, "middle", &["middlename", "middlenames", "middleinitial", "secondforename", "otherforenames", "othergivennames", "othernames", "forename2", "givenname2"]),
    (Surname, "surname", &["lastname", "familyname", "family", "last", "personfamilyname", "patientsurname"]),
    (PreviousSurname, "previous_surname", &["maidenname", "formersurname", "formername", "birthsurname", "nameatbirth", "aliassurname"]),
    (FullName, "full_name", &["name", "patientname", "personname"]),
    (OtherName, "other_name", &["alsoknownas", "aliasname"]),
    (BirthDate, "birth_date", &["dob", "dateofbirth", "personbirthdate", "patientdob", "born"]),
    (Sex, "sex", &["gender", "sexcode", "gendercode", "administrativegender", "personstatedgendercode", "persongendercodecurrent"]),
    (BirthOrder, "birth_order", &["multiplebirthorder"]),
    (Address, "address", &["address1", "address2", "address3", "address4", "address5", "addressline1", "addressline2", "addressline3", "addressline4", "addressline5", "addr1", "addr2", "addr3", "addr4", "addr5", "street", "streetname", "streetaddress", "housename", "locality", "housenumber", "houseno", "streetnumber", "streetno"]),
    (Town, "town", &["city", "posttown", "suburb", "addresstown", "addresscity"]),
    (Postcode, "postcode", &["postalcode", "zip", "zipcode", "homepostcode", "addresspostcode", "postcodeofusualaddress"]),
    (PreviousPostcode, "previous_postcode", &["formerpostcode", "oldpostcode"]),
    (Phone, "phone", &["telephone", "tel", "telno", "phonenumber", "telephonenumber", "homephone", "hometelephone", "landline", "workphone", "worktelephone"]),
    (Mobile, "mobile", &["mobilephone", "mobilenumber", "mobileno", "mobiletelephone", "cell", "cellphone"]),
    (Email, "email", &["emailaddress", "mail"]),
    (GpPractice, "gp_practice", &["gpcode", "gppracticecode", "gpods", "gpodscode", "practicecode", "practice", "practiceods", "registeredpractice", "registeredgppractice", "generalpracticecode"]),
    (Deceased, "deceased", &["isdeceased", "dead", "died", "deceasedflag"]),
    (DeathDate, "death_date", &["dod", "dateofdeath", "deceaseddate", "persondeathdate"]),
    (Sensitive, "sensitive", &["sflag", "sensitiveflag"]),
    (Registered, "registered", &["registereddate", "registrationdate", "dateregistered", "registeredon"]),
    (NationalId, "national_id", &["nationalidentifier", "socsecid", "ssn", "socialsecuritynumber", "nino", "nationalinsurancenumber"]),
];

/// Headings of a house number, which stands before the next column's street on one line.
const HOUSE_NUMBERS: [&str; 4] = ["housenumber", "houseno", "streetnumber", "streetno"];

impl Field {
    /// Every field, in the order of a map.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.into_iter().map(|(field, ..)| field)
    }

    /// The key in a column map.
    pub fn key(self) -> &'static str {
        TABLE.iter().find(|(field, ..)| *field == self).map_or("", |(_, key, _)| key)
    }

    /// Reads [`Field::key`].
    pub(crate) fn from_key(text: &str) -> Option<Self> {
        TABLE.into_iter().find(|(_, key, _)| *key == text).map(|(field, ..)| field)
    }

    /// The field that a heading names, if it is a well-known one.
    pub(crate) fn recognise(heading: &str) -> Option<Self> {
        let heading = bare(heading);
        TABLE
            .into_iter()
            .find(|(_, key, synonyms)| bare(key) == heading || synonyms.contains(&heading.as_str()))
            .map(|(field, ..)| field)
    }

    /// Several columns of this field are several values; of any other they are joined to one.
    pub(crate) fn holds_several(self) -> bool {
        matches!(
            self,
            Address | PreviousSurname | PreviousPostcode | Postcode | Phone | Mobile | Email
        )
    }

    /// One of the fields by which people are found: without any there is nothing to compare.
    pub(crate) fn tells_people_apart(self) -> bool {
        matches!(self, NhsNumber | Forename | Surname | FullName | BirthDate | NationalId)
    }
}

/// This heading is of a house number alone.
pub(crate) fn is_house_number(heading: &str) -> bool {
    HOUSE_NUMBERS.contains(&bare(heading).as_str())
}

/// A heading as letters and digits in lower case.
fn bare(heading: &str) -> String {
    heading.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn headings_are_recognised_however_they_are_written() {
        for (heading, field) in [
            ("NHS Number", Some(NhsNumber)),
            ("nhs_no", Some(NhsNumber)),
            ("Date of Birth", Some(BirthDate)),
            ("DOB", Some(BirthDate)),
            ("First Name(s)", Some(Forename)),
            ("rec_id", Some(RecordId)),
            ("ADDRESS-LINE-2", Some(Address)),
            ("ward", None),
            ("", None),
        ] {
            assert_eq!(Field::recognise(heading), field, "{heading}");
        }
    }

    #[test]
    fn no_heading_names_two_fields_and_every_key_is_read_back() {
        let mut seen = BTreeSet::new();
        for (field, key, synonyms) in TABLE {
            assert_eq!((Field::from_key(key), Field::recognise(key)), (Some(field), Some(field)));
            assert!(seen.insert(bare(key)), "{key}");
            for synonym in synonyms {
                assert!(seen.insert((*synonym).to_owned()), "{synonym}");
                assert_eq!(bare(synonym), *synonym);
            }
        }
    }
}
