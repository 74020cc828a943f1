//! The gateway and the simulator's practices understand each other, all the way.

use std::sync::Arc;
use std::time::Duration;

use gateway::{AllergyState, GpRecord, Patience};
use jiff::civil::date;
use model::{Gender, NhsNumber, OdsCode, Section};
use simulator::gp_provider::{
    Allergy, Behaviour, Coded, Consultation, ConsultationEntry, Ended, GpPatient, GpRecordData,
    GpRecords, Immunisation, Investigation, Measured, Medicine, Observation, Part, Problem,
    TestResult, base_url, router,
};

use crate::provider::{clock, gateway_to, request, serve, short};

struct OnePractice {
    behaviour: Behaviour,
    record: GpRecordData,
}

impl GpRecords for OnePractice {
    fn practice(&self, ods: &OdsCode) -> Option<Behaviour> {
        (ods.as_str() == "J81012").then_some(self.behaviour)
    }

    fn record(&self, _: &OdsCode, nhs_number: NhsNumber) -> Option<GpRecordData> {
        (nhs_number == self.record.patient.nhs_number).then(|| self.record.clone())
    }
}

async fn ask(behaviour: Behaviour, record: GpRecordData, patience: Patience) -> GpRecord {
    let address = serve(router(Arc::new(OnePractice { behaviour, record }))).await;
    let ods = OdsCode::parse("J81012").unwrap();
    let gateway = gateway_to(&[("J81012", &base_url(&address, &ods))], short(), clock());
    gateway.gp_record(&gateway::GpRequest { patience, ..request() }).await
}

fn record() -> GpRecordData {
    let author = || "Dr Nichole Gilbert".to_owned();
    let at = |text: &str| text.parse().unwrap();
    let code = Coded::snomed;
    let allergy = |code: Coded, ended: Option<Ended>| Allergy {
        code,
        recorded: date(2012, 5, 7),
        reaction: Some(Coded::snomed("271807003", "Rash")),
        severity: Some("mild".into()),
        ended,
        author: author(),
    };
    let result = |name: &str, value: &str| TestResult {
        code: Coded::read_v2("423..", name),
        value: value.into(),
        unit: "g/L".into(),
        low: Some("115".into()),
        high: Some("165".into()),
        flag: None,
    };
    GpRecordData {
        practice_name: "Weatherbury Surgery".into(),
        patient: GpPatient {
            nhs_number: NhsNumber::parse("9990000018").unwrap(),
            family: "Hardy".into(),
            given: vec!["Thomasina".into()],
            prefix: Some("Mrs".into()),
            gender: Gender::Female,
            birth_date: date(1940, 6, 2),
            address: vec!["1 High Street".into(), "Dorchester".into()],
            postcode: Some("DT1 1AA".into()),
            usual_gp: author(),
        },
        problems: vec![Problem {
            code: code("73211009", "Diabetes mellitus"),
            onset: date(2011, 4, 2),
            ended: None,
            major: true,
            note: None,
            author: author(),
        }],
        medicines: vec![Medicine {
            code: code("325278007", "Metformin 500mg tablets"),
            dosage: "One twice a day".into(),
            instructions: Some("With food".into()),
            repeat: true,
            quantity: "56".into(),
            unit: "tablet".into(),
            started: date(2011, 5, 1),
            ended: None,
            issues: vec![date(2026, 9, 1), date(2026, 10, 28)],
            author: author(),
        }],
        allergies: vec![
            allergy(code("91936005", "Allergy to penicillin"), None),
            allergy(
                code("293586001", "Allergy to aspirin"),
                Some(Ended { on: date(2018, 3, 1), reason: "Tolerated".into() }),
            ),
        ],
        consultations: ["2026-10-28T09:10:00Z", "2020-01-01T09:00:00Z"]
            .into_iter()
            .map(|start| Consultation {
                kind: "GP Surgery".into(),
                at: at(start),
                author: author(),
                entries: vec![
                    ConsultationEntry {
                        heading: "History".into(),
                        code: None,
                        text: "Tired".into(),
                    },
                    ConsultationEntry {
                        heading: "Plan".into(),
                        code: None,
                        text: "Blood tests".into(),
                    },
                ],
            })
            .collect(),
        immunisations: vec![Immunisation {
            code: code("86198006", "Influenza vaccination"),
            product: None,
            given: date(2026, 10, 1),
            dose: Some(1),
            batch: Some("F7".into()),
            author: author(),
        }],
        investigations: vec![Investigation {
            code: code("26604007", "Full blood count"),
            issued: at("2026-10-30T14:00:00Z"),
            specimen: Some("Venous blood".into()),
            results: vec![result("Haemoglobin", "131"), result("Platelets", "250.0")],
            author: "Pathology".into(),
        }],
        observations: vec![Observation {
            code: code("75367002", "Blood pressure"),
            at: at("2026-10-28T09:20:00Z"),
            value: Measured::Pressure { systolic: 128, diastolic: 76 },
            author: author(),
        }],
        confidential: vec![],
        unsupported: vec![],
    }
}

#[tokio::test]
async fn everything_a_practice_holds_arrives() {
    let answer = ask(Behaviour::Normal, record(), Patience::Longer).await;
    assert_eq!(answer.state.code(), "answered");
    assert_eq!(answer.practice_name.as_deref(), Some("Practice J81012"));
    let told: Vec<String> = answer
        .items
        .iter()
        .map(|item| {
            let value = item.value.clone().unwrap_or_default();
            format!("{}: {} {value}", item.section.code(), item.text).trim_end().to_owned()
        })
        .collect();
    assert_eq!(
        told,
        [
            "problems: Diabetes mellitus",
            "medicines: Metformin 500mg tablets One twice a day",
            "allergies: Allergy to penicillin",
            "allergies: Allergy to aspirin",
            "results: Full blood count",
            "results: Haemoglobin 131",
            "results: Platelets 250.0",
            "results: Blood pressure 128/76",
            "immunisations: Influenza vaccination Dose 1",
            "consultations: GP Surgery",
            "consultations: Comment note",
            "consultations: Comment note",
        ],
        "the consultation of 2020 is older than was asked for"
    );
    assert_eq!((answer.allergies, answer.warnings.len()), (AllergyState::Known, 0));
    assert!(answer.demographics_mismatch.is_empty());
    assert!(answer.sections.values().all(gateway::SectionState::is_complete));
    let metformin = answer.items_of(Section::Medicines).next().unwrap();
    assert_eq!(
        metformin.detail.as_deref(),
        Some("Repeat · Last issued 28-Oct-2026 · 56 tablet · With food")
    );
    assert!(answer.items.iter().all(|item| item.at.is_some() && !item.resource_id.is_empty()));
}

#[tokio::test]
async fn an_empty_record_is_nothing_recorded_everywhere() {
    let empty = GpRecordData {
        problems: vec![],
        medicines: vec![],
        allergies: vec![],
        consultations: vec![],
        immunisations: vec![],
        investigations: vec![],
        observations: vec![],
        ..record()
    };
    let answer = ask(Behaviour::Normal, empty, Patience::Longer).await;
    assert!(answer.sections.values().all(|state| state.code() == "nothing_recorded"));
    assert_eq!((answer.allergies, answer.warnings.len()), (AllergyState::NotRecorded, 0));
}

#[tokio::test]
async fn confidential_and_unsupported_parts_are_said_to_be_so() {
    let partial = GpRecordData {
        confidential: vec![Part::Medication],
        unsupported: vec![Part::Immunisations],
        ..record()
    };
    let answer = ask(Behaviour::Normal, partial, Patience::Longer).await;
    assert_eq!(answer.sections[&Section::Medicines].code(), "partly_withheld");
    assert_eq!(answer.sections[&Section::Immunisations].code(), "not_supported");
    assert_eq!(answer.items_of(Section::Medicines).count(), 1);
    assert_eq!(
        answer.warnings,
        [
            "includeImmunisations is an unrecognised parameter",
            "Items excluded due to confidentiality and/or patient preferences."
        ]
    );
}

#[tokio::test]
async fn each_behaviour_has_its_state() {
    for (behaviour, patience, state) in [
        (Behaviour::Slow(Duration::from_millis(1)), Patience::Usual, "answered"),
        (Behaviour::Slow(Duration::from_hours(1)), Patience::Usual, "timed_out"),
        (Behaviour::Dead, Patience::Longer, "unavailable"),
        (Behaviour::Refuses, Patience::Longer, "refused"),
        (Behaviour::Malformed, Patience::Longer, "unavailable"),
    ] {
        assert_eq!(ask(behaviour, record(), patience).await.state.code(), state, "{behaviour:?}");
    }
    let mut elsewhere = record();
    elsewhere.patient.nhs_number = NhsNumber::from_stem(999_000_002).unwrap();
    assert_eq!(ask(Behaviour::Normal, elsewhere, Patience::Longer).await.state.code(), "not_found");
}
