//! A permit in, one person's record out: who sees what, and what an empty section means.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeMap;

use access::{Action, Basis, Facts, Policies, Relationship};
use audit::{Outcome, Permit};
use db::scratch::{Scratch, databases};
use fhir::Resource;
use gateway::{AllergyState, GpItem, GpRecord, Precision, RecordState, SectionState};
use jiff::Timestamp;
use model::{
    Actor, Demographics, LocalIdentity, NhsNumber, OdsCode, PersonId, PersonName, Role, Section,
    UserId,
};
use record::{
    AllergyBanner, Emptiness, GpState, Record, SectionView, Source, SourceKind, open, with_gp,
};
use repository::Provenance;
use serde_json::{Value, json};

struct Ward {
    db: Scratch,
    person: PersonId,
}

fn now() -> Timestamp {
    "2026-01-20T12:00:00Z".parse().unwrap()
}

fn poole() -> OdsCode {
    OdsCode::parse("RD3").unwrap()
}

fn jane() -> LocalIdentity {
    LocalIdentity::new("RD3", "R1")
}

fn sources() -> Vec<Source> {
    let hospital = |organisation, name: &str, channel: &str| Source {
        organisation,
        name: name.to_owned(),
        kind: SourceKind::Hospital,
        channels: vec![channel.to_owned()],
    };
    vec![
        hospital(poole(), "Poole Hospital", "poole"),
        hospital(OdsCode::parse("RBD").unwrap(), "Dorset County Hospital", "dorset"),
    ]
}

/// Jane, known to Poole Hospital, on every engine.
fn wards() -> Vec<Ward> {
    let ward = |db: Scratch| {
        db.migrate(&[
            audit::MIGRATIONS,
            empi::MIGRATIONS,
            repository::MIGRATIONS,
            engine::MIGRATIONS,
        ])
        .unwrap();
        let demographics = Demographics {
            names: vec![PersonName {
                family: "Hardy".into(),
                given: vec!["Jane".into()],
                prefix: None,
            }],
            nhs_number: NhsNumber::parse("9990000018").ok(),
            ..Demographics::default()
        };
        let person = db
            .write(move |tx| {
                empi::feed(tx, empi::Model::standard(), &jane(), &poole(), &demographics, now())
            })
            .unwrap();
        Ward { db, person }
    };
    databases().into_iter().map(ward).collect()
}

impl Ward {
    fn keep(&self, resource: Value) {
        let resource = Resource::from_value(resource).unwrap();
        let provenance = Provenance { message: 1, organisation: poole(), recorded_at: now() };
        self.db
            .write(move |tx| {
                repository::put(tx, jane().local_patient(), &resource, now(), &provenance)
            })
            .unwrap();
    }

    fn permit(&self, role: Role) -> Permit {
        let actor = Actor {
            user: UserId::from_uuid(model::stable_id(&["User", "tester"])),
            name: "Tester".to_owned(),
            role,
            organisation: poole(),
        };
        let relationship =
            Relationship { organisation: poole(), basis: Basis::Admitted, until: None };
        let facts = Facts { relationships: vec![relationship], ..Facts::of(actor) };
        let policies = Policies::standard().unwrap();
        let decision =
            access::decide(&policies, Action::ViewRecord, Some(self.person), &facts, now());
        match self.db.write(move |tx| audit::record(tx, decision, now())).unwrap() {
            Outcome::Allowed(permit) => permit,
            Outcome::Refused(_) => panic!("refused"),
        }
    }

    fn open(&self, role: Role) -> Record {
        let permit = self.permit(role);
        self.db.read(|tx| open(tx, &permit, &sources(), now())).unwrap()
    }
}

fn answer(
    sections: &[(Section, SectionState)],
    items: Vec<GpItem>,
    allergies: AllergyState,
) -> GpRecord {
    GpRecord {
        practice: OdsCode::parse("J81001").ok(),
        practice_name: Some("Parkstone".to_owned()),
        state: RecordState::Answered,
        fetched_at: now(),
        took_ms: 5,
        sections: sections.iter().cloned().collect::<BTreeMap<_, _>>(),
        items,
        allergies,
        warnings: Vec::new(),
        demographics_mismatch: Vec::new(),
        asked_since: BTreeMap::new(),
    }
}

fn item(section: Section, text: &str) -> GpItem {
    GpItem {
        section,
        at: Some(now()),
        at_precision: Precision::Day,
        end: None,
        code: None,
        code_system: None,
        text: text.to_owned(),
        value: None,
        unit: None,
        range: None,
        flag: None,
        status: Some("active".to_owned()),
        detail: None,
        heading: None,
        author: None,
        resource_type: "AllergyIntolerance".to_owned(),
        resource_id: "1".to_owned(),
    }
}

fn empty(record: &Record, section: Section) -> Emptiness {
    match &record.sections[&section] {
        SectionView::Shown { lines, emptiness, .. } if lines.is_empty() => emptiness.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn while_the_practice_is_asked_nothing_is_none() {
    for ward in wards() {
        let record = ward.open(Role::Clinician);
        assert_eq!(record.allergies, AllergyBanner::Asking);
        assert_eq!(empty(&record, Section::Medicines), Emptiness::Asking);
        assert!(matches!(record.gp, GpState::Asking));
    }
}

#[test]
fn a_practice_that_cannot_be_reached_leaves_allergies_unavailable() {
    for ward in wards() {
        let why = || SectionState::Unavailable { why: "The practice did not answer.".to_owned() };
        let states = [(Section::Allergies, why()), (Section::Medicines, why())];
        let record =
            with_gp(ward.open(Role::Clinician), answer(&states, vec![], AllergyState::Unavailable));
        assert_eq!(record.allergies, AllergyBanner::Unavailable);
        assert!(matches!(empty(&record, Section::Medicines), Emptiness::Unknown { .. }));
        assert!(
            matches!(empty(&record, Section::Problems), Emptiness::Unknown { .. }),
            "nobody said anything of problems"
        );
    }
}

#[test]
fn only_a_complete_answer_makes_none_recorded() {
    for ward in wards() {
        let states = [(Section::Allergies, SectionState::NothingRecorded)];
        let record =
            with_gp(ward.open(Role::Clinician), answer(&states, vec![], AllergyState::NotRecorded));
        assert_eq!(record.allergies, AllergyBanner::NotRecorded);
        assert!(matches!(empty(&record, Section::Allergies), Emptiness::NoneRecorded { .. }));
    }
}

#[test]
fn a_hospital_allergy_stands_even_when_the_practice_says_none_known() {
    for ward in wards() {
        ward.keep(json!({"resourceType": "AllergyIntolerance", "id": model::stable_id(&["a"]),
            "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"text": "Penicillin"}}));
        let states = [(Section::Allergies, SectionState::Items(1))];
        let record =
            with_gp(ward.open(Role::Clinician), answer(&states, vec![], AllergyState::NoneKnown));
        let AllergyBanner::Known { names, .. } = &record.allergies else {
            panic!("{:?}", record.allergies)
        };
        assert_eq!(names, &["Penicillin"]);
    }
}

#[test]
fn gp_lines_stand_beside_stored_ones_each_with_its_source() {
    for ward in wards() {
        ward.keep(json!({"resourceType": "AllergyIntolerance", "id": model::stable_id(&["a"]),
            "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"text": "Penicillin"}}));
        let states = [(Section::Allergies, SectionState::Items(1))];
        let items = vec![item(Section::Allergies, "Latex")];
        let record =
            with_gp(ward.open(Role::Clinician), answer(&states, items, AllergyState::Known));
        let lines = record.sections[&Section::Allergies].lines();
        let said: Vec<_> =
            lines.iter().map(|line| (line.text.as_str(), line.source.name())).collect();
        assert_eq!(said.len(), 2);
        assert!(
            said.contains(&("Latex", "Parkstone"))
                && said.contains(&("Penicillin", "Poole Hospital"))
        );
    }
}

#[test]
fn a_role_that_does_not_see_a_section_is_told_so() {
    for ward in wards() {
        let record = ward.open(Role::SocialWorker);
        assert!(matches!(record.sections[&Section::Results], SectionView::NotShown { .. }));
        assert!(matches!(record.sections[&Section::SocialCare], SectionView::Shown { .. }));
    }
}

#[test]
fn a_hospital_that_was_never_heard_makes_no_certain_no() {
    for ward in wards() {
        let record = ward.open(Role::Clinician);
        let answer = record.in_hospital.unwrap();
        assert!(answer.stays.is_empty() && !answer.is_certain());
    }
}

#[test]
fn a_list_that_is_cut_short_never_skips_to_older_gp_lines() {
    for ward in wards() {
        for number in 0..30 {
            ward.keep(json!({"resourceType": "Observation", "id": model::stable_id(&["o", &number.to_string()]),
                "status": "final", "code": {"text": "Potassium"}, "valueString": "4.1",
                "effectiveDateTime": format!("2026-01-{:02}T10:00:00Z", 1 + number % 28)}));
        }
        let old = GpItem {
            at: Some("2020-01-01T00:00:00Z".parse().unwrap()),
            ..item(Section::Results, "Sodium")
        };
        let new = item(Section::Results, "Urea");
        let states = [(Section::Results, SectionState::Items(2))];
        let record = with_gp(
            ward.open(Role::Clinician),
            answer(&states, vec![new, old], AllergyState::NotRecorded),
        );
        let SectionView::Shown { lines, beyond, stored_total, .. } =
            &record.sections[&Section::Results]
        else {
            panic!()
        };
        assert!(
            lines.iter().any(|line| line.text == "Urea")
                && !lines.iter().any(|line| line.text == "Sodium")
        );
        assert_eq!((*beyond, *stored_total), (1, 30));
    }
}

fn allergy(number: &str, text: &str, status: &str, code: &str) -> Value {
    json!({"resourceType": "AllergyIntolerance", "id": model::stable_id(&["allergy", number]),
        "clinicalStatus": {"coding": [{"code": status}]},
        "code": {"text": text, "coding": [{"code": code}]}})
}

fn complete(items: Vec<GpItem>, allergies: AllergyState) -> GpRecord {
    let count = items.len();
    let state = match count {
        0 => SectionState::NothingRecorded,
        _ => SectionState::Items(count),
    };
    answer(&[(Section::Allergies, state)], items, allergies)
}

#[test]
fn the_banner_is_made_of_every_allergy_whichever_page_is_drawn() {
    for ward in wards() {
        ward.keep(allergy("1", "Penicillin", "active", "x"));
        let permit = ward.permit(Role::Clinician);
        let mut record = ward.open(Role::Clinician);
        let page = record::Page { offset: 1000, limit: 1000 };
        let second = ward
            .db
            .read(|tx| record::open_section(tx, &permit, &sources(), Section::Allergies, page))
            .unwrap();
        record.sections.insert(Section::Allergies, second);
        let record = with_gp(record, complete(vec![], AllergyState::NotRecorded));
        assert_eq!(
            record.allergies,
            AllergyBanner::Known { names: vec!["Penicillin".into()], incomplete: false }
        );
        assert!(matches!(empty(&record, Section::Allergies), Emptiness::Unknown { .. }));
    }
}

#[test]
fn who_answered_is_every_source_that_feeds_a_section_not_those_with_a_line() {
    for ward in wards() {
        let record = with_gp(ward.open(Role::Clinician), complete(vec![], AllergyState::NoneKnown));
        let Emptiness::NoneRecorded { by } = empty(&record, Section::Allergies) else { panic!() };
        assert_eq!(by, ["the GP practice", "Poole Hospital"]);
    }
}

#[test]
fn none_known_counts_only_while_it_stands() {
    let none = AllergyBanner::NoneKnown;
    for (text, status, code, expected) in [
        ("No known allergy", "active", "716186003", none.clone()),
        ("No known allergy", "inactive", "716186003", AllergyBanner::NotRecorded),
        ("NKDA", "active", "LOCAL", none.clone()),
        ("No known allergies.", "active", "LOCAL", none),
        ("NKDA", "resolved", "LOCAL", AllergyBanner::NotRecorded),
    ] {
        for ward in wards() {
            ward.keep(allergy("1", text, status, code));
            let record = ward.open(Role::Clinician);
            let record = with_gp(record, complete(vec![], AllergyState::NotRecorded));
            assert_eq!(record.allergies, expected, "{text} {status}");
        }
    }
}

#[test]
fn a_refuted_allergy_is_no_known_allergy() {
    for ward in wards() {
        let mut latex = allergy("1", "Latex", "active", "x");
        latex["verificationStatus"] = json!({"coding": [{"code": "refuted"}]});
        ward.keep(latex);
        let record =
            with_gp(ward.open(Role::Clinician), complete(vec![], AllergyState::NotRecorded));
        assert_eq!(record.allergies, AllergyBanner::NotRecorded);
    }
}

#[test]
fn no_known_allergies_in_words_is_not_the_name_of_one() {
    for words in ["No known allergies", "NKA", "nil known"] {
        for ward in wards() {
            let items = vec![item(Section::Allergies, words)];
            let record = with_gp(ward.open(Role::Clinician), complete(items, AllergyState::Known));
            assert_eq!(record.allergies, AllergyBanner::NoneKnown, "{words}");
        }
    }
}

#[test]
fn the_first_message_of_a_hospital_that_does_not_know_the_person_is_not_in_the_record_yet() {
    for ward in wards() {
        let came = |channel: &str, number: Option<&str>| engine::NewMessage {
            channel: channel.to_owned(),
            format: engine::Format::Hl7v2,
            received_at: now(),
            sender: "PAS".to_owned(),
            control_id: channel.to_owned(),
            message_type: "ADT^A01".to_owned(),
            event_time: String::new(),
            order_keys: engine::OrderKeys::of(channel, ["R1"])
                .with_nhs_number(number.and_then(|number| NhsNumber::parse(number).ok())),
            body: b"MSH".to_vec(),
        };
        let messages = [came("dorset", Some("9990000018")), came("poole", Some("9990000018"))];
        for message in messages {
            ward.db.write_log(move |tx| engine::accept(tx, message)).unwrap();
        }
        let record = ward.open(Role::Clinician);
        let waiting: Vec<_> = record
            .sources
            .iter()
            .map(|source| (source.name.as_str(), source.knows_person, source.not_in_record))
            .collect();
        assert_eq!(
            waiting,
            [("Poole Hospital", true, 1), ("Dorset County Hospital", false, 1)],
            "each message counts once, by the hospital's own number or by the NHS number"
        );
        assert!(!record.in_hospital.unwrap().is_certain());
    }
}
