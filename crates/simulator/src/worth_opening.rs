//! People whose records show something, for whoever opens the demonstration.

use jiff::civil::Date;
use model::NhsNumber;

use crate::county::County;
use crate::person::{Part, Person};

/// Somebody to look up first.
#[derive(Clone, PartialEq, Eq)]
pub struct WorthOpening {
    /// NHS number to search for.
    pub nhs_number: NhsNumber,
    /// `HARDY, Thomasina (Mrs)`.
    pub name: String,
    /// Date of birth.
    pub birth_date: Date,
    /// What is to be seen.
    pub sentence: &'static str,
}

impl County {
    /// Three people worth opening.
    pub fn people_worth_opening(&self) -> Vec<WorthOpening> {
        [
            (
                Part::Inpatient,
                "In Poole Hospital now with a broken hip; known to all three hospitals, her GP, \
                 mental health and social care, and allergic to penicillin.",
            ),
            (
                Part::Duplicate,
                "Registered twice at Poole, once with a slip of the keyboard: look at the review \
                 queue.",
            ),
            (
                Part::SilentPractice,
                "His GP practice does not answer: the page says so and shows the rest.",
            ),
        ]
        .into_iter()
        .filter_map(|(part, sentence)| {
            let person = self.people.iter().find(|person| person.part == Some(part))?;
            Some(WorthOpening {
                nhs_number: person.nhs_number,
                name: formal(person, self.today),
                birth_date: person.birth_date,
                sentence,
            })
        })
        .collect()
    }
}

fn formal(person: &Person, today: Date) -> String {
    model::PersonName {
        family: person.family.to_owned(),
        given: vec![person.given.to_owned()],
        prefix: Some(person.title(today).to_owned()),
    }
    .formal()
}
