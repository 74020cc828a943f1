//! A small world to test in: databases, invented people, short ways to say things.

use db::scratch::{Scratch, databases};
use db::{Db, Tx};
use empi::{LocalPatient, Page, Review, ReviewFilter, ReviewKind};
use jiff::Timestamp;
use matching::Model;
use model::{
    Actor, Demographics, Gender, LocalIdentity, NhsNumber, NhsNumberStatus, OdsCode, PersonId,
    PersonName, PostalAddress, Role, Telephone, UserId, stable_id,
};

/// Every engine, with the people index in it.
pub(crate) fn indexes() -> Vec<Scratch> {
    let databases = databases();
    for db in &databases {
        db.migrate(&[empi::MIGRATIONS]).unwrap();
    }
    databases
}

/// The weights and rules that these tests are about.
pub(crate) fn model() -> &'static Model {
    Model::standard()
}

pub(crate) fn write<T: Send + 'static>(
    db: &Db,
    job: impl FnOnce(&mut Tx) -> empi::Result<T> + Send + 'static,
) -> T {
    db.write(job).unwrap()
}

pub(crate) fn read<T>(db: &Db, job: impl FnOnce(&mut Tx) -> empi::Result<T>) -> T {
    db.read(job).unwrap()
}

/// The `day`th day of a year in which everything here happens.
pub(crate) fn day(day: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + day * 86_400).unwrap()
}

/// `RD3/R1` as an identity.
pub(crate) fn identity(text: &str) -> LocalIdentity {
    let (authority, value) = text.split_once('/').unwrap();
    LocalIdentity::new(authority, value)
}

/// Feeds what the source of `text` says.
pub(crate) fn feed(db: &Db, text: &str, demographics: &Demographics) -> PersonId {
    feed_on(db, 0, text, demographics)
}

pub(crate) fn feed_on(db: &Db, on: i64, text: &str, demographics: &Demographics) -> PersonId {
    let (identity, demographics) = (identity(text), demographics.clone());
    let organisation = OdsCode::parse(&identity.authority).unwrap();
    write(db, move |tx| empi::feed(tx, model(), &identity, &organisation, &demographics, day(on)))
}

pub(crate) fn person_of(db: &Db, text: &str) -> PersonId {
    let id = identity(text).local_patient();
    read(db, |tx| empi::person_of(tx, id)).unwrap()
}

pub(crate) fn records(db: &Db, person: PersonId) -> Vec<String> {
    let name = |p: LocalPatient| format!("{}/{}", p.identity.authority, p.identity.value);
    read(db, |tx| empi::local_patients(tx, person)).into_iter().map(name).collect()
}

pub(crate) fn queue(db: &Db) -> Vec<Review> {
    let filter = ReviewFilter::default();
    read(db, |tx| empi::review_queue(tx, &filter, Page { offset: 0, limit: 100 }, day(0)))
}

pub(crate) fn queued(db: &Db) -> Vec<ReviewKind> {
    queue(db).into_iter().map(|review| review.kind).collect()
}

pub(crate) fn steward() -> Actor {
    Actor {
        user: UserId::from_uuid(stable_id(&["steward"])),
        name: "Ann Steward".into(),
        role: Role::Steward,
        organisation: OdsCode::parse("QVV").unwrap(),
    }
}

pub(crate) fn second_steward() -> Actor {
    Actor {
        user: UserId::from_uuid(stable_id(&["second steward"])),
        name: "Bea Steward".into(),
        ..steward()
    }
}

/// Thomasina Hardy, as a careful source describes her; tests change what they are about.
pub(crate) fn thomasina() -> Demographics {
    Demographics {
        nhs_number: Some(number(1)),
        nhs_number_status: NhsNumberStatus::Verified,
        names: vec![name("Hardy", "Thomasina")],
        birth_date: "1947-02-21".parse().ok(),
        gender: Some(Gender::Female),
        addresses: vec![address("7 Egdon Way", "DT2 8QA")],
        telephones: vec![Telephone { number: "01305 496007".into(), mobile: false }],
        ..Demographics::default()
    }
}

/// Gabriel Oak, like Thomasina in nothing.
pub(crate) fn gabriel() -> Demographics {
    Demographics {
        names: vec![name("Oak", "Gabriel")],
        birth_date: "1971-11-05".parse().ok(),
        gender: Some(Gender::Male),
        addresses: vec![address("1 Weatherbury Lane", "DT3 6AB")],
        ..Demographics::default()
    }
}

/// The same person without her NHS number.
pub(crate) fn without_number(demographics: Demographics) -> Demographics {
    Demographics { nhs_number: None, nhs_number_status: NhsNumberStatus::NotStated, ..demographics }
}

pub(crate) fn with_number(demographics: Demographics, stem: u32) -> Demographics {
    Demographics {
        nhs_number: Some(number(stem)),
        nhs_number_status: NhsNumberStatus::Verified,
        ..demographics
    }
}

/// One of the numbers that are never issued.
pub(crate) fn number(stem: u32) -> NhsNumber {
    (0..).find_map(|step| NhsNumber::from_stem(999_000_000 + stem * 10 + step)).unwrap()
}

pub(crate) fn name(family: &str, given: &str) -> PersonName {
    PersonName {
        family: family.into(),
        given: given.split_whitespace().map(Into::into).collect(),
        prefix: None,
    }
}

pub(crate) fn address(line: &str, postcode: &str) -> PostalAddress {
    PostalAddress { lines: vec![line.into()], city: None, postcode: Some(postcode.into()) }
}
