//! An organisation joins with its whole index, while its messages come in.

use ingest::index_entries;
use jiff::Timestamp;
use mapping::Feed;
use model::{Demographics, OdsCode, PersonName};

use crate::county::{County, JANE, message, now, on_every_engine, poole};

/// Loads Poole's entry of R1, who is called this, as of a day in January.
fn load(county: &County, family: &str, as_of: &str) -> empi::Loaded {
    let name =
        PersonName { family: family.to_owned(), given: vec!["Jane".to_owned()], prefix: None };
    let said = Demographics { names: vec![name], ..Demographics::default() };
    let as_of: Timestamp = as_of.parse().unwrap();
    county
        .db
        .write(move |tx| {
            let feed = Feed::new(OdsCode::parse("RD3").unwrap(), "RD3");
            let identity = model::LocalIdentity::new("RD3", "R1");
            let entries = vec![(identity, said)];
            index_entries(tx, entries, &feed, empi::Model::standard(), as_of, now())
        })
        .unwrap()
}

fn known(county: &County) -> Demographics {
    county.db.read(|tx| empi::local_patient(tx, poole("R1"))).unwrap().unwrap().demographics
}

#[test]
fn an_index_never_overwrites_what_a_message_has_said_since() {
    on_every_engine(|county| {
        let [msh, evn, pid] = message("A28", "20260110000000", "1", JANE);
        county.poole(&[&msh, &evn, &pid]);
        let before = known(county);

        let older = load(county, "Former", "2026-01-05T00:00:00Z");
        assert_eq!((older.known, older.amended), (1, 0));
        assert!(known(county) == before, "older news changes nothing");

        let newer = load(county, "Newer", "2026-01-15T00:00:00Z");
        assert_eq!((newer.known, newer.amended), (0, 1));
        let after = known(county);
        assert_eq!(after.name().unwrap().family, "Newer");
        assert_eq!(after.birth_date, before.birth_date, "an empty column takes nothing away");
        assert_eq!(after.nhs_number, before.nhs_number);

        let again = load(county, "Newer", "2026-01-15T00:00:00Z");
        assert_eq!((again.known, again.amended), (1, 0));
    });
}
