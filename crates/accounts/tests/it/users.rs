//! Adding and changing users.

use accounts::{Error, change_role, set_disabled};
use model::{Category, Role};

use crate::world::{actor, counties, user};

#[test]
fn a_username_is_taken_once_in_any_case() {
    for db in counties() {
        let again = user(&db, "NURSE", Role::Clinician, "RD3").unwrap_err();
        assert!(matches!(again, Error::UsernameTaken));
        assert_eq!(again.category(), Category::Conflict);
    }
}

#[test]
fn a_username_that_cannot_be_typed_or_an_organisation_that_is_not_there_is_refused() {
    for db in counties() {
        for bad in ["", "n", "two words", "naïve", &"x".repeat(65)] {
            assert!(
                matches!(user(&db, bad, Role::Clinician, "RD3"), Err(Error::Username)),
                "{bad}"
            );
        }
        let nowhere = user(&db, "someone", Role::Clinician, "RXX");
        assert!(matches!(nowhere, Err(Error::NoSuchOrganisation)));
    }
}

#[test]
fn an_organisation_keeps_its_last_privacy_officer() {
    for db in counties() {
        let officer = actor(&db, "officer").user;
        let disable = || db.write(move |tx| set_disabled(tx, officer, true));
        let demote = || db.write(move |tx| change_role(tx, officer, Role::Clinician));
        assert!(matches!(disable(), Err(Error::LastPrivacyOfficer)));
        assert!(matches!(demote(), Err(Error::LastPrivacyOfficer)));
        user(&db, "elsewhere", Role::PrivacyOfficer, "DCC1").unwrap();
        assert!(matches!(disable(), Err(Error::LastPrivacyOfficer)));
        user(&db, "second", Role::PrivacyOfficer, "RD3").unwrap();
        disable().unwrap();
    }
}
