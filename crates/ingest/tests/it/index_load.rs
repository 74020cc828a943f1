//! An organisation joins with its whole index, while its messages come in.

use ingest::index_entries;
use jiff::Timestamp;
use mapping::Feed;
use model::{Demographics, OdsCode, PersonName};

use repository::Provenance;

use crate::county::{County, JANE, message, now, on_every_engine, poole};

/// Loads Poole's entry of R1, who is called this, as of a day in January.
fn load(county: &County, family: &str, as_of: &str) -> empi::Loaded {
    let name =
        PersonName { family: family.to_owned(), given: vec!["Jane".to_owned()], prefix: None };
    let said = Demographics { names: vec![name], ..Demographics::default() };
    let as_of: Timestamp = as_of.parse().unwrap();
    let load = engine::IndexLoad {
        organisation: "RD3".to_owned(),
        file_hash: format!("hash of {as_of}"),
        as_of,
    };
    let message = engine::begin_index_load(&county.db, &load, "a test", now()).unwrap();
    county
        .db
        .write(move |tx| {
            let feed = Feed::new(OdsCode::parse("RD3").unwrap(), "RD3");
            let identity = model::LocalIdentity::new("RD3", "R1");
            let entries = vec![(identity, said)];
            let organisation = feed.organisation.clone();
            let provenance = Provenance { message, organisation, recorded_at: now() };
            index_entries(tx, entries, &feed, empi::Model::standard(), as_of, &provenance)
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

#[test]
fn a_person_is_traced_back_to_the_load_they_came_with() {
    on_every_engine(|county| {
        load(county, "Hardy", "2026-01-05T00:00:00Z");
        load(county, "Hardy", "2026-01-05T00:00:00Z");
        let told = county.count("select max(message) from resource_version");
        let (message, events) = county
            .db
            .read(|tx| {
                Ok::<_, engine::Error>((engine::received(tx, told)?, engine::events(tx, told)?))
            })
            .unwrap();
        assert_eq!(message.channel, "index load");
        let body = String::from_utf8(message.bytes).unwrap();
        assert!(
            body.ends_with("RD3,hash of 2026-01-05T00:00:00Z,2026-01-05T00:00:00Z\n"),
            "{body}"
        );
        assert_eq!(events.len(), 2, "the same file twice is one message, begun twice");
        assert_eq!(county.count("select count(*) from message"), 1);
        assert_eq!(county.count("select count(*) from message where state = 'processed'"), 1);
    });
}
