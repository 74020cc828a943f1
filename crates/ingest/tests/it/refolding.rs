//! A steward moves links, and stays follow without another message.

use db::Tx;
use empi::{Decision, Model};
use model::{Actor, OdsCode, Role, UserId, stable_id};

use crate::county::*;

fn steward() -> Actor {
    Actor {
        user: UserId::from_uuid(stable_id(&["steward"])),
        name: "Ann Steward".into(),
        role: Role::Steward,
        organisation: OdsCode::parse("QVV").unwrap(),
    }
}

/// Does a steward's work and lets stays follow; how many have changed.
fn follow(
    county: &County,
    job: impl FnOnce(&mut Tx) -> Result<(), empi::Error> + Send + 'static,
) -> usize {
    let follow = move |tx: &mut Tx| {
        let links = empi::last_change(tx)?;
        job(tx)?;
        ingest::refold_since(tx, Model::standard(), links, now())
    };
    county.db.write(follow).unwrap()
}

fn wards(county: &County) -> [Option<String>; 2] {
    ["R0", "R1"].map(|number| county.ward(poole(number)))
}

/// Admitted under R0 and moved under R1, two numbers that the hospital has merged by mistake: one
/// stay. Then R0 turns out to be somebody else.
#[test]
fn a_split_gives_each_patient_their_own_bed_and_taking_it_back_one_bed_again() {
    on_every_engine(|county| {
        let say = |event: &str, time: &str, pid: &str, rest: &str| {
            let [msh, evn, pid] = message(event, time, time, pid);
            county.poole(&[&msh, &evn, &pid, rest]);
        };
        let old = JANE.replace("R1^^^RD3", "R0^^^RD3");
        say("A01", "20260110090000", &old, &visit("WARD5", ""));
        say("A02", "20260111090000", JANE, &visit("WARD7", ""));
        say("A40", "20260111120000", JANE, "MRG|R0^^^RD3^MR");
        assert_eq!(wards(county).into_iter().flatten().collect::<Vec<_>>(), ["WARD7"]);
        let other = old.replace("HARDY^Jane^^^Mrs||19400602|F", "OAK^Gabriel||19711105|M");
        say("A31", "20260112090000", &other, "PD1|||Parkstone^^J81001");

        let page = empi::Page { offset: 0, limit: 10 };
        let filter = empi::ReviewFilter::default();
        let review =
            county.db.read(|tx| empi::review_queue(tx, &filter, page, now())).unwrap().remove(0);
        assert!(review.is_together());
        let id = review.id;
        let part = move |tx: &mut Tx| {
            empi::decide(tx, Model::standard(), id, &Decision::NotTheSame, &steward(), now())
        };
        assert!(follow(county, move |tx| part(tx).map(drop)) > 0);
        let own = |ward: &str| Some(ward.to_owned());
        assert_eq!(wards(county), [own("WARD5"), own("WARD7")]);
        assert_eq!(follow(county, |_| Ok(())), 0, "nothing moved");

        let undo = move |tx: &mut Tx| empi::undo(tx, Model::standard(), id, &steward(), now());
        assert!(follow(county, undo) > 0);
        assert_eq!(wards(county).into_iter().flatten().collect::<Vec<_>>(), ["WARD7"]);
        assert_eq!(county.count("select count(*) from resource_version where message = 0"), 0);
    });
}

/// Two numbers that the hospital has merged: one stay, until the NHS number of one is corrected.
#[test]
fn a_corrected_number_gives_each_patient_their_own_bed_with_that_very_message() {
    on_every_engine(|county| {
        let say = |event: &str, time: &str, pid: &str, rest: &str| {
            let [msh, evn, pid] = message(event, time, time, pid);
            county.poole(&[&msh, &evn, &pid, rest]);
        };
        let old = JANE.replace("R1^^^RD3", "R0^^^RD3");
        say("A01", "20260110090000", &old, &visit("WARD5", ""));
        say("A02", "20260111090000", JANE, &visit("WARD7", ""));
        say("A40", "20260111120000", JANE, "MRG|R0^^^RD3^MR");
        assert_eq!(wards(county).into_iter().flatten().collect::<Vec<_>>(), ["WARD7"]);
        let other = old.replace("9990000018", "9990000026").replace("HARDY^Jane", "OAK^Gabrielle");
        say("A31", "20260112090000", &other, "PD1|||Parkstone^^J81001");
        let own = |ward: &str| Some(ward.to_owned());
        assert_eq!(wards(county), [own("WARD5"), own("WARD7")]);
    });
}
