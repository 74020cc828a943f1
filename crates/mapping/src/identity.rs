//! Whose message is this? The local number is found by its authority, never by its position.
//!
//! A message often carries several numbers. The rule, in order:
//! 1. numbers whose authority is the feed's own (CX.4, any of its spellings);
//! 2. if there is none, numbers without an authority whose type is a local one (MR, PI, PAS, CNN);
//! 3. if there is none, a valid NHS number alone. Such a patient is kept apart as
//!    `<authority>:NHS`, within the organisation that spoke: an NHS number is evidence for linking,
//!    which is the patient index's business, and two organisations never share a local patient.
//!    Not if the sender says that the number is in conflict or found no match (NSTS 04, 05).
//!
//! Two different numbers of the same standing are an error: Chesil does not guess.

use jiff::civil::Date;
use model::{LocalIdentity, NhsNumber, NhsNumberStatus, stable_id};
use uuid::Uuid;

use crate::error::Error;
use crate::feed::Feed;

/// Types of number (v2 table 0203 and local habits) that name a patient within one organisation,
/// the preferred first.
const LOCAL_TYPES: [&str; 4] = ["MR", "PI", "PAS", "CNN"];

/// The id of a resource by the number its source gave it. The patient is part of it: numbers are
/// used again, by mistake or after years, and one patient's data must never replace another's.
pub(crate) fn resource_id(resource_type: &str, subject: &LocalIdentity, number: &str) -> Uuid {
    stable_id(&[resource_type, &subject.authority, &subject.value, number])
}

/// One of a patient's numbers as a source sent it.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct PatientNumber {
    /// CX.1.
    pub(crate) value: String,
    /// CX.4, in all the spellings sent (namespace and universal id).
    pub(crate) authorities: Vec<String>,
    /// CX.5.
    pub(crate) kind: String,
    /// CX.2 of an `NI` number: a trace status.
    pub(crate) status: NhsNumberStatus,
    /// CX.8: the day it ended, if that has come.
    pub(crate) ended: Option<Date>,
}

impl PatientNumber {
    /// It was the patient's number and is not any more: by type, or by a day (CX.8).
    pub(crate) fn is_over(&self) -> bool {
        self.ended.is_some() || self.kind.eq_ignore_ascii_case("SUPERSEDED")
    }

    /// It is given out as an NHS number: by type, or by authority.
    pub(crate) fn is_nhs(&self) -> bool {
        let kind = self.kind.to_ascii_uppercase();
        let by_type = matches!(kind.as_str(), "NH" | "NHS" | "NHSNO" | "NHSNMBR");
        let by_authority = self.authorities.iter().any(|one| is_nhs_authority(one));
        let national = kind == "NI" && NhsNumber::parse(&self.value).is_ok();
        by_type || by_authority || national
    }
}

/// CX.4 of an NHS number.
fn is_nhs_authority(text: &str) -> bool {
    let known = ["NHS", "NHSNBR", "NHSNO", fhir::system::NHS_NUMBER_OID, fhir::system::NHS_NUMBER];
    known.iter().any(|one| one.eq_ignore_ascii_case(text))
}

/// The identity a message is about. `place` is where the numbers stand: `PID-3`.
pub(crate) fn local_identity(
    numbers: &[PatientNumber],
    status: NhsNumberStatus,
    feed: &Feed,
    place: &str,
) -> Result<LocalIdentity, Error> {
    // A number that is over names nobody beside one that goes on.
    let goes_on = numbers.iter().any(|one| !one.is_nhs() && !one.is_over());
    let passed_over = |one: &PatientNumber| goes_on && one.is_over();
    let local = || numbers.iter().filter(|one| !(one.is_nhs() || passed_over(one)));
    let own: Vec<&PatientNumber> = local()
        .filter(|one| one.authorities.iter().any(|authority| feed.is_own(authority)))
        .collect();
    if let Some(value) = only(&own, feed, place)? {
        return Ok(LocalIdentity::new(&feed.authority, value));
    }
    let bare_is_own = feed.is_own("");
    let bare: Vec<&PatientNumber> = local()
        .filter(|one| one.authorities.is_empty())
        .filter(|one| type_rank(&one.kind).is_some() || (bare_is_own && one.kind.is_empty()))
        .collect();
    if let Some(value) = only(&bare, feed, place)? {
        return Ok(LocalIdentity::new(&feed.authority, value));
    }
    by_nhs_number(numbers, status, feed, place)
}

/// The patient that other fields than PID-3 name. Numbers often come bare there (`1234`): one that
/// does is the feed's own.
pub(crate) fn named(
    numbers: &[PatientNumber],
    feed: &Feed,
    place: &str,
) -> Result<LocalIdentity, Error> {
    let mut local = numbers.iter().filter(|one| !one.is_nhs());
    match (local.next(), local.next()) {
        (Some(only), None) if only.authorities.is_empty() => {
            Ok(LocalIdentity::new(&feed.authority, only.value.as_str()))
        }
        _ => local_identity(numbers, NhsNumberStatus::NotStated, feed, place),
    }
}

/// The one value of the best-typed numbers; an error if there are several.
fn only<'a>(
    numbers: &[&'a PatientNumber],
    feed: &Feed,
    place: &str,
) -> Result<Option<&'a str>, Error> {
    let rank = |one: &PatientNumber| type_rank(&one.kind).unwrap_or(LOCAL_TYPES.len());
    let Some(best) = numbers.iter().map(|one| rank(one)).min() else { return Ok(None) };
    let mut values: Vec<&str> =
        numbers.iter().filter(|one| rank(one) == best).map(|one| one.value.as_str()).collect();
    values.sort_unstable();
    values.dedup();
    match values.as_slice() {
        [value] => Ok(Some(value)),
        _ => Err(Error::Identity(format!(
            "{place} holds {} different patient numbers of {}, so it cannot be told whose message \
             this is",
            values.len(),
            feed.authority
        ))),
    }
}

fn type_rank(kind: &str) -> Option<usize> {
    LOCAL_TYPES.iter().position(|one| one.eq_ignore_ascii_case(kind))
}

fn by_nhs_number(
    numbers: &[PatientNumber],
    status: NhsNumberStatus,
    feed: &Feed,
    place: &str,
) -> Result<LocalIdentity, Error> {
    let (valid, status) = nhs_numbers(numbers, status);
    match (valid.as_slice(), status) {
        ([_], NhsNumberStatus::NoMatch | NhsNumberStatus::Conflict) => {
            Err(Error::Identity(format!(
                "{place} holds no patient number of {}, and its NHS number is not certain",
                feed.authority
            )))
        }
        ([number], _) => {
            Ok(LocalIdentity::new(format!("{}:NHS", feed.authority), number.to_string()))
        }
        ([], _) => Err(Error::Identity(format!(
            "{place} holds no patient number of {} and no valid NHS number, so it cannot be told \
             whose message this is",
            feed.authority
        ))),
        _ => Err(Error::Identity(format!(
            "{place} holds no patient number of {} and several NHS numbers",
            feed.authority
        ))),
    }
}

/// The different valid NHS numbers among these, and how sure the source is: several different ones
/// are in conflict whatever it says.
pub(crate) fn nhs_numbers(
    numbers: &[PatientNumber],
    status: NhsNumberStatus,
) -> (Vec<NhsNumber>, NhsNumberStatus) {
    let current = numbers.iter().any(|one| one.is_nhs() && !one.is_over());
    let nhs = || numbers.iter().filter(|one| one.is_nhs() && !(current && one.is_over()));
    let mut valid: Vec<NhsNumber> =
        nhs().filter_map(|one| NhsNumber::parse(&one.value).ok()).collect();
    valid.sort_unstable();
    valid.dedup();
    let own_status = nhs().map(|one| one.status).find(|one| *one != NhsNumberStatus::NotStated);
    let said = match status {
        NhsNumberStatus::NotStated => own_status.unwrap_or_default(),
        said => said,
    };
    let status = if valid.len() > 1 { NhsNumberStatus::Conflict } else { said };
    (valid, status)
}

/// The one NHS number among these that is over.
pub(crate) fn ended_nhs_number(numbers: &[PatientNumber]) -> Option<NhsNumber> {
    let mut valid: Vec<NhsNumber> = numbers
        .iter()
        .filter(|one| one.is_nhs() && one.is_over())
        .filter_map(|one| NhsNumber::parse(&one.value).ok())
        .collect();
    valid.sort_unstable();
    valid.dedup();
    if let [only] = valid.as_slice() { Some(*only) } else { None }
}

/// The patient of another authority that these numbers name: the only local number among them.
pub(crate) fn of_another(numbers: &[PatientNumber]) -> Option<LocalIdentity> {
    let local = numbers.iter().filter(|one| !one.is_nhs() && !one.is_over());
    let mut named = local.filter(|one| one.kind.is_empty() || type_rank(&one.kind).is_some());
    match (named.next(), named.next()) {
        (Some(only), None) => {
            let authority = only.authorities.first()?.to_uppercase();
            Some(LocalIdentity::new(authority, only.value.as_str()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use model::OdsCode;

    use super::*;

    fn number(text: &str) -> PatientNumber {
        let mut parts = text.split('^');
        let mut part = || parts.next().unwrap_or("").to_owned();
        let (value, authority, kind) = (part(), part(), part());
        let authorities = if authority.is_empty() { vec![] } else { vec![authority] };
        PatientNumber { value, authorities, kind, ..PatientNumber::default() }
    }

    fn check(numbers: &str, aliases: &[&str], expected: &str) {
        let feed = Feed {
            aliases: aliases.iter().map(|one| (*one).to_owned()).collect(),
            ..Feed::new(OdsCode::parse("R0D").unwrap(), "RD3")
        };
        let numbers: Vec<PatientNumber> = numbers.split('~').map(number).collect();
        let said = match local_identity(&numbers, NhsNumberStatus::NotStated, &feed, "PID-3") {
            Ok(identity) => format!("{} {}", identity.authority, identity.value),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn the_authority_decides_and_never_the_position() {
        check("R1^RD3^MR", &[], "RD3 R1");
        check("X9^RDZ^MR~9990000018^NHS^NH~R1^rd3^MR", &[], "RD3 R1");
        check(
            "9990000018^NHS^NH~R1^2.16.840.1.113883.3.2540^",
            &["2.16.840.1.113883.3.2540"],
            "RD3 R1",
        );
        check("R1^RD3^MR~R1^RD3^PI", &[], "RD3 R1");
        check("R2^RD3^PI~R1^RD3^MR", &[], "RD3 R1");
    }

    #[test]
    fn a_number_without_authority_counts_if_its_type_is_local() {
        check("R1^^PAS", &[], "RD3 R1");
        check("X9^RDZ^MR~R1^^CNN", &[], "RD3 R1");
        check("R1^^", &[""], "RD3 R1");
        check("9990000018^^NH~R1^^", &[""], "RD3 R1");
    }

    #[test]
    fn an_nhs_number_alone_is_kept_within_the_organisation() {
        check("9990000018^NHS^NH", &[], "RD3:NHS 9990000018");
        check("X9^RDZ^MR~999 000 0018^^NH", &[], "RD3:NHS 9990000018");
        check("9990000018^^NI", &[], "RD3:NHS 9990000018");
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        check(
            "R1^RD3^MR~R2^RD3^MR",
            &[],
            "PID-3 holds 2 different patient numbers of RD3, so it cannot be told whose message this is",
        );
        check(
            "R1^^",
            &[],
            "PID-3 holds no patient number of RD3 and no valid NHS number, so it cannot be told whose message this is",
        );
        check(
            "9990000019^NHS^NH",
            &[],
            "PID-3 holds no patient number of RD3 and no valid NHS number, so it cannot be told whose message this is",
        );
        check(
            "9990000018^NHS^NH~9990000026^NHS^NH",
            &[],
            "PID-3 holds no patient number of RD3 and several NHS numbers",
        );
    }
}
