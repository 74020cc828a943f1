//! A person whose id was merged into another's: old addresses and old entries still count.

use empi::Model;
use model::{Clock, Demographics, LocalIdentity, OdsCode, PersonId, PersonName};

use crate::world::{Portal, portals};

/// A second record of Thomasina's at Poole, for now a person of its own.
fn second_record(portal: &Portal) -> (PersonId, LocalIdentity) {
    let identity = LocalIdentity::new("RD3", "R2");
    let told = identity.clone();
    let name = PersonName { family: "Hardy".into(), given: vec!["Tamsin".into()], prefix: None };
    let demographics = Demographics { names: vec![name], ..Demographics::default() };
    let (poole, at) = (OdsCode::parse("RD3").unwrap(), portal.clock.now());
    let person = portal.db.write(move |tx| {
        let patient = told.local_patient();
        let basis = accounts::Basis::Attended;
        accounts::note_relationship(tx, &poole, patient, basis, "V2", at, None).unwrap();
        empi::feed(tx, Model::standard(), &told, &poole, &demographics, at)
    });
    (person.unwrap(), identity)
}

fn merge_into_thomasina(portal: &Portal, subsumed: LocalIdentity) {
    let at = portal.clock.now();
    let survivor = LocalIdentity::new("RD3", "R1");
    let poole = OdsCode::parse("RD3").unwrap();
    let merged = portal
        .db
        .write(move |tx| empi::merge(tx, Model::standard(), &survivor, &subsumed, &poole, at))
        .unwrap();
    assert_eq!(merged, portal.thomasina);
}

#[test]
fn after_a_merge_the_old_address_opens_the_one_record_and_everybody_who_looked_is_listed() {
    for portal in portals() {
        let (second, identity) = second_record(&portal);
        let (nurse, officer) = (portal.sign_in("nurse"), portal.sign_in("officer"));
        let old = format!("/people/{second}");
        assert_eq!(portal.get(&nurse, &old).status, 200);
        assert_eq!(portal.get(&nurse, &portal.hers("")).status, 200);
        merge_into_thomasina(&portal, identity);
        assert!(portal.get(&nurse, &old).names_thomasina());
        for path in [format!("{old}/access-log"), portal.hers("/access-log")] {
            let looked = portal.get(&officer, &path).body.matches("Opened the record").count();
            assert_eq!(looked, 3, "once before the merge at each address, once after it");
        }
    }
}

#[test]
fn somebody_opened_under_two_ids_is_listed_once_on_the_home_page() {
    for portal in portals() {
        let (second, identity) = second_record(&portal);
        let nurse = portal.sign_in("nurse");
        portal.get(&nurse, &format!("/people/{second}"));
        portal.get(&nurse, &portal.hers(""));
        let listed = || {
            let home = portal.get(&nurse, "/").body;
            home.matches("href=\"/people/").count()
        };
        assert_eq!(listed(), 2);
        merge_into_thomasina(&portal, identity);
        assert_eq!(listed(), 1);
    }
}
