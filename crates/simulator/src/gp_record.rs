//! What a person's practice holds: the same illnesses as the hospitals know, in its own words, with
//! medicines, consultations and what hospitals never hear.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use model::{NhsNumber, OdsCode};

use crate::county::County;
use crate::dice::Dice;
use crate::gp_provider::{
    Allergy, Behaviour, Coded, Consultation, ConsultationEntry, GpPatient, GpRecordData, GpRecords,
    Immunisation, Investigation, Measured, Medicine, Observation, Part, Problem, TestResult,
};
use crate::illness::days_before;
use crate::laboratory::{measure, panel_name};
use crate::organisation::PRACTICES;
use crate::person::{Person, PersonIndex};
use crate::story::{Told, tell};
use crate::table::{lines, number};

/// GPs of the county; every practice has all of them, so that a name says nothing of a place.
const DOCTORS: [&str; 6] = [
    "Dr Helen Squibb",
    "Dr Anil Bhatt",
    "Dr Rory Maclean",
    "Dr Chiara Lombardi",
    "Dr Owen Pugh",
    "Nurse Kate Dorey",
];

static IMMUNISATIONS: LazyLock<Vec<[&str; 6]>> =
    LazyLock::new(|| lines(include_str!("../tables/immunisations.csv")).collect());

static CONSULTATIONS: LazyLock<Vec<[&str; 6]>> =
    LazyLock::new(|| lines(include_str!("../tables/consultations.csv")).collect());

impl GpRecords for County {
    fn practice(&self, ods: &OdsCode) -> Option<Behaviour> {
        PRACTICES.iter().find(|practice| practice.ods == ods.as_str()).map(|found| found.behaviour)
    }

    fn record(&self, ods: &OdsCode, nhs_number: NhsNumber) -> Option<GpRecordData> {
        let index = self.people.iter().position(|person| person.nhs_number == nhs_number)?;
        let person = self.people.get(index)?;
        let practice = PRACTICES.iter().find(|practice| practice.ods == ods.as_str())?;
        // A practice shares nobody else's patients, and none who have died (GP Connect 1.6).
        let is_shared = person.practice == practice.ods && person.died.is_none();
        let desk = Desk { county: self, person, index };
        is_shared.then(|| desk.record(practice.name))
    }
}

/// One person's paper on a practice's desk.
struct Desk<'a> {
    county: &'a County,
    person: &'a Person,
    index: PersonIndex,
}

impl Desk<'_> {
    fn record(&self, practice: &str) -> GpRecordData {
        let is_guarded = self.person.part.is_none() && self.dice("confidential").chance(35);
        GpRecordData {
            practice_name: practice.to_owned(),
            patient: self.patient(),
            problems: self.problems(),
            medicines: self.medicines(),
            allergies: self.allergies(),
            consultations: self.consultations(),
            immunisations: self.immunisations(),
            investigations: self.investigations(),
            observations: self.observations(),
            confidential: if is_guarded { vec![Part::Consultations] } else { Vec::new() },
            unsupported: Vec::new(),
        }
    }

    fn patient(&self) -> GpPatient {
        let person = self.person;
        let home = self.county.homes.get(person.home);
        let address = home.map_or_else(Vec::new, |home| {
            let (house, street) = home.lines();
            let town = home.town.name.to_owned();
            house.map(str::to_owned).into_iter().chain([street, town]).collect()
        });
        let middle = person.middle.map(str::to_owned);
        GpPatient {
            nhs_number: person.nhs_number,
            family: person.family.to_owned(),
            given: [person.given.to_owned()].into_iter().chain(middle).collect(),
            prefix: Some(person.title(self.county.today).to_owned()),
            gender: person.gender,
            birth_date: person.birth_date,
            address,
            postcode: home.map(crate::place::Home::postcode),
            usual_gp: self.doctor(0),
        }
    }

    /// The illnesses, and a minor complaint that is over.
    fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .person
            .illnesses
            .iter()
            .zip(1..)
            .map(|(found, place)| Problem {
                code: Coded::snomed(found.illness.snomed, found.illness.text),
                onset: found.since,
                ended: None,
                major: true,
                note: None,
                author: self.doctor(place),
            })
            .collect();
        let mut dice = self.dice("minor problem");
        if dice.chance(550)
            && let Some([_, code, text, ..]) = CONSULTATIONS.get(dice.place(2))
        {
            let onset = days_before(self.county.today, dice.between(200, 1600));
            problems.push(Problem {
                code: Coded::snomed(code, text),
                onset: onset.max(self.person.birth_date),
                ended: Some(days_before(onset, -30)),
                major: false,
                note: None,
                author: self.doctor(9),
            });
        }
        problems
    }

    /// A repeat medicine for every illness, issued every 28 days, and an old course of antibiotics.
    fn medicines(&self) -> Vec<Medicine> {
        let today = self.county.today;
        let mut medicines: Vec<Medicine> = self
            .person
            .illnesses
            .iter()
            .zip(1..)
            .map(|(found, place)| Medicine {
                code: local_code(found.illness.medicine),
                dosage: found.illness.dose.to_owned(),
                instructions: None,
                repeat: true,
                quantity: "28".to_owned(),
                unit: unit_of(found.illness.medicine).to_owned(),
                started: found.since,
                ended: None,
                issues: (0..4)
                    .map(|issue| days_before(today, 12 + issue * 28))
                    .filter(|day| *day >= found.since)
                    .collect(),
                author: self.doctor(place),
            })
            .collect();
        let mut dice = self.dice("antibiotic");
        let is_allergic = self.person.allergies.iter().any(|known| known.text.ends_with("cillin"));
        if dice.chance(280) {
            let started = days_before(today, dice.between(40, 500)).max(self.person.birth_date);
            let name = if is_allergic {
                "Doxycycline 100mg capsules"
            } else {
                "Amoxicillin 500mg capsules"
            };
            medicines.push(Medicine {
                code: local_code(name),
                dosage: "One to be taken three times a day".to_owned(),
                instructions: Some("Finish the course".to_owned()),
                repeat: false,
                quantity: "15".to_owned(),
                unit: "capsule".to_owned(),
                started,
                ended: Some(days_before(started, -5)),
                issues: vec![started],
                author: self.doctor(8),
            });
        }
        medicines
    }

    /// What the hospitals know, often one more; half of those without any say so.
    fn allergies(&self) -> Vec<Allergy> {
        let mut dice = self.dice("gp allergies");
        let today = self.county.today;
        let recorded = days_before(today, dice.between(400, 6000)).max(self.person.birth_date);
        let entry = |code: Coded, reaction: Option<Coded>, severity: Option<&str>| Allergy {
            code,
            recorded,
            reaction,
            severity: severity.map(str::to_owned),
            ended: None,
            author: self.doctor(3),
        };
        let mut found: Vec<Allergy> = self
            .person
            .allergies
            .iter()
            .map(|known| {
                let code = match known.code {
                    "" => local_code(known.text),
                    code => Coded::snomed(code, known.text),
                };
                let severity = match known.severity {
                    "SV" => "severe",
                    "MO" => "moderate",
                    _ => "mild",
                };
                entry(code, Some(local_code(known.reaction)), Some(severity))
            })
            .collect();
        if !found.is_empty() && dice.chance(250) {
            found.push(entry(local_code("Codeine"), Some(local_code("Nausea")), Some("mild")));
        }
        if found.is_empty() && dice.chance(500) {
            found.push(entry(Coded::no_known_allergy(), None, None));
        }
        found
    }

    /// A consultation or more a year, about the illnesses or something small.
    fn consultations(&self) -> Vec<Consultation> {
        let mut dice = self.dice("consultations");
        let today = self.county.today;
        let about: Vec<&[&str; 6]> = CONSULTATIONS
            .iter()
            .filter(|line| line[0].is_empty() || self.person.has(line[0], today))
            .collect();
        let count = 2 + dice.below(4);
        (0..count)
            .filter_map(|place| {
                let day = days_before(today, i64::from(place) * 90 + dice.between(6, 90));
                let [_, code, text, history, examination, plan] = *dice.pick(&about);
                let at = self.moment(day, &mut dice);
                let by_telephone = dice.chance(300);
                let entries = [
                    ("Problem", Some(Coded::snomed(code, text)), ""),
                    ("History", None, *history),
                    ("Examination", None, if by_telephone { "" } else { *examination }),
                    ("Plan", None, *plan),
                ]
                .into_iter()
                .filter(|(_, code, text)| code.is_some() || !text.is_empty())
                .map(|(heading, code, text)| ConsultationEntry {
                    heading: heading.to_owned(),
                    code,
                    text: text.to_owned(),
                })
                .collect();
                let kind = if by_telephone { "Telephone call to a patient" } else { "GP Surgery" };
                self.person.lives_on(day).then(|| Consultation {
                    kind: kind.to_owned(),
                    at,
                    author: self.doctor(place),
                    entries,
                })
            })
            .collect()
    }

    fn immunisations(&self) -> Vec<Immunisation> {
        let mut dice = self.dice("immunisations");
        let today = self.county.today;
        let age = self.person.age_on(today);
        let mut given = Vec::new();
        for [code, text, from, to, yearly, per_mille] in IMMUNISATIONS.iter() {
            if !(number(from)..=number(to)).contains(&age) {
                continue;
            }
            let years: i64 = if *yearly == "1" { 3 } else { 1 };
            for year in 0..years {
                let day = days_before(today, year * 365 + dice.between(20, 300));
                if !dice.chance(number(per_mille)) || day < self.person.birth_date {
                    continue;
                }
                given.push(Immunisation {
                    code: Coded::snomed(code, text),
                    product: None,
                    given: day,
                    dose: None,
                    batch: Some(format!("B{:05}", dice.below(100_000))),
                    author: "Nurse Kate Dorey".to_owned(),
                });
            }
        }
        given
    }

    /// The blood tests that the practice asked the hospital's laboratory for: the same values.
    fn investigations(&self) -> Vec<Investigation> {
        let story = tell(self.county, self.index);
        let mut found = Vec::new();
        for event in &story.events {
            let Told::Measured { spell: None, panels, status: 'F', .. } = event.told else {
                continue;
            };
            let taken = (event.at - crate::story::hours(2)).to_zoned(self.county.zone.clone());
            for panel in panels {
                let values =
                    measure(self.county.seed, self.person, self.index, panel, taken.date(), None);
                let results = values
                    .into_iter()
                    .map(|(test, value)| TestResult {
                        code: Coded::read_v2(test.read, test.text),
                        value: value.text,
                        unit: test.unit.to_owned(),
                        low: limit(test.low),
                        high: limit(test.high),
                        flag: match value.flag {
                            "H" | "HH" => Some("High".to_owned()),
                            "L" | "LL" => Some("Low".to_owned()),
                            _ => None,
                        },
                    })
                    .collect();
                found.push(Investigation {
                    code: local_code(panel_name(panel)),
                    issued: event.at,
                    specimen: Some("Venous blood".to_owned()),
                    results,
                    author: self.doctor(1),
                });
            }
        }
        found
    }

    /// Blood pressure and weight, for those whose illnesses ask for them.
    fn observations(&self) -> Vec<Observation> {
        let mut dice = self.dice("observations");
        let today = self.county.today;
        if self.person.age_on(today) < 30 {
            return Vec::new();
        }
        let raised = if self.person.has("hypertension", today) { 14 } else { 0 };
        let mut found = Vec::new();
        for half_year in 0..3 {
            let day = days_before(today, half_year * 182 + dice.between(10, 170));
            let at = self.moment(day, &mut dice);
            found.push(Observation {
                code: Coded::snomed("75367002", "Blood pressure"),
                at,
                value: Measured::Pressure {
                    systolic: 112 + raised + dice.below(26),
                    diastolic: 66 + raised / 2 + dice.below(16),
                },
                author: self.doctor(2),
            });
        }
        let at = self.moment(days_before(today, dice.between(30, 300)), &mut dice);
        found.push(Observation {
            code: Coded::snomed("27113001", "Body weight"),
            at,
            value: Measured::Quantity {
                value: format!("{}.{}", dice.between(52, 104), dice.below(10)),
                unit: "kg".to_owned(),
            },
            author: self.doctor(2),
        });
        found
    }

    fn dice(&self, purpose: &str) -> Dice {
        Dice::new(self.county.seed, purpose, u64::try_from(self.index).unwrap_or(0))
    }

    /// One of the practice's doctors, mostly the same.
    fn doctor(&self, place: u32) -> String {
        let own = self.index.wrapping_add(usize::from(place % 3 == 2));
        DOCTORS.get(own % DOCTORS.len()).copied().unwrap_or("Dr Helen Squibb").to_owned()
    }

    fn moment(&self, day: Date, dice: &mut Dice) -> Timestamp {
        let hour = i8::try_from(dice.between(8, 17)).unwrap_or(9);
        let minute = i8::try_from(dice.between(0, 5) * 10).unwrap_or(0);
        day.at(hour, minute, 0, 0)
            .to_zoned(self.county.zone.clone())
            .map_or(self.county.now, |zoned| zoned.timestamp())
    }
}

/// A code of the practice system's own, where we know of no national one: the first letters and a
/// number made from the words.
fn local_code(words: &str) -> Coded {
    let sum = words.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(byte));
    Coded {
        system: "https://fhir.hl7.org.uk/Id/emis-drug-codes".to_owned(),
        code: format!("SIM{}", sum % 1_000_000),
        display: words.to_owned(),
    }
}

/// What a medicine is counted in.
fn unit_of(medicine: &str) -> &'static str {
    [("tablet", "tablet"), ("capsule", "capsule"), ("inhaler", "inhaler"), ("cream", "gram")]
        .into_iter()
        .find(|(word, _)| medicine.contains(word))
        .map_or("dose", |(_, unit)| unit)
}

fn limit(cell: &str) -> Option<String> {
    (!cell.is_empty()).then(|| cell.to_owned())
}
