//! A steward asks by hand: which of somebody's linked records are another person's, or who else is
//! this person. Nothing moves; the question goes into the queue.

use std::sync::Arc;

use access::Action;
use audit::{By, Event, Note};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::Tx;
use empi::{Doubt, FoundPeople, Person};
use maud::Markup;
use model::{LocalPatientId, PersonId};
use serde::Deserialize;

use crate::layout::Reader;
use crate::page::find;
use crate::page::names::{Names, names};
use crate::page::review_decision::reason as reason_of;
use crate::page::review_raise_form::show;
use crate::permit::{decide, permit, permit_to_show};
use crate::{Error, PortalState, format};

/// Whom the question is about: one person's links, or two people.
#[derive(Deserialize)]
pub(crate) struct About {
    person: String,
    #[serde(default)]
    other: Option<String>,
}

/// `GET /review/raise?person=…`, and with `other` once somebody else has been found.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Query(about): Query<About>,
) -> Result<Markup, Error> {
    let said = Said { person: about.person, other: about.other, ..Said::default() };
    let raising = open(&state, &reader, &said).await?;
    Ok(show(&raising, &said, None, None, &reader, &state))
}

/// What the form says, and what the page shows again where it was not taken.
#[derive(Default)]
pub(crate) struct Said {
    pub person: String,
    pub other: Option<String>,
    pub records: Vec<LocalPatientId>,
    pub reason: String,
    pub who: String,
    pub born: String,
}

impl Said {
    fn read(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut said = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "person" => said.person = value,
                "other" => said.other = Some(value),
                "record" => said.records.push(value.parse().map_err(|_| Error::NotFound)?),
                "reason" => said.reason = value,
                "who" => said.who = value,
                "born" => said.born = value,
                _ => {}
            }
        }
        Ok(said)
    }

    fn people(&self) -> Result<(PersonId, Option<PersonId>), Error> {
        let id = |text: &str| text.parse().map_err(|_| Error::NotFound);
        Ok((id(&self.person)?, self.other.as_deref().map(id).transpose()?))
    }

    fn doubt(&self) -> Result<Doubt, Error> {
        match (self.people()?, self.records.as_slice()) {
            ((person, Some(other)), _) => Ok(Doubt::TwoPeople(person, other)),
            (_, [one, other]) => Ok(Doubt::Link(*one, *other)),
            _ => Err(Error::Invalid("choose two records: one of each person")),
        }
    }
}

/// What the page shows.
pub(crate) struct Raising {
    pub person: Person,
    pub other: Option<Person>,
    /// Somebody else was named who is not shown beside this person.
    pub protected: bool,
    pub names: Names,
}

/// Reads the people; the trail says that their details were shown before anything leaves.
async fn open(state: &PortalState, reader: &Reader, said: &Said) -> Result<Raising, Error> {
    let (person, other) = said.people()?;
    let decision = decide(state, &reader.actor, Action::ReviewMatches, None, state.now()).await?;
    let job = move |tx: &mut Tx| {
        let person = empi::person(tx, person)?.ok_or(Error::NotFound)?;
        let other = match other {
            Some(other) => Some(empi::person(tx, other)?.ok_or(Error::NotFound)?),
            None => None,
        };
        let protected = match &other {
            Some(other) => !empi::may_be_compared(tx, person.id, other.id)?,
            None => false,
        };
        let other = other.filter(|_| !protected);
        Ok(Raising { person, other, protected, names: names(tx)? })
    };
    let read = if decision.allowed() { Some(state.read(job).await) } else { None };
    let shown = read.iter().flatten().flat_map(|raising| {
        [Some(raising.person.id), raising.other.as_ref().map(|other| other.id)]
    });
    let shown = shown.flatten().collect();
    permit_to_show(state, reader, decision, shown, "an identity question to be asked").await?;
    read.ok_or(Error::NotFound)?
}

/// `POST /review/raise/find`: who else may be this person. What was typed is in the answer's form only.
pub(crate) async fn find(
    State(state): State<PortalState>,
    reader: Reader,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Markup, Error> {
    let said = Said::read(pairs)?;
    let raising = open(&state, &reader, &said).await?;
    let search = match find::read(&said.who, &said.born, format::today(state.now())) {
        Ok(search) => search,
        Err(problem) => {
            let problem = Problem { field: "who", text: problem, answered: None };
            return Ok(show(&raising, &said, Some(&problem), None, &reader, &state));
        }
    };
    let decision = decide(&state, &reader.actor, Action::SearchPeople, None, state.now()).await?;
    let found = if decision.allowed() {
        state.read(move |tx| Ok(empi::find(tx, &search)?)).await?
    } else {
        FoundPeople::default()
    };
    let people = found.people.iter().map(|person| person.id).collect();
    permit_to_show(&state, &reader, decision, people, "found to be compared").await?;
    Ok(show(&raising, &said, None, Some(&found), &reader, &state))
}

/// `POST /review/raise`: the question and its note in the trail are one commit.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let said = Said::read(pairs)?;
    permit(&state, &reader, Action::ReviewMatches, None, "an identity question asked").await?;
    match raise(&state, &reader, &said).await {
        Ok(review) => Ok(Redirect::to(&format!("/review/{review}?done={review}")).into_response()),
        Err(error) => {
            let problem = Problem::of(error)?;
            let raising = open(&state, &reader, &said).await?;
            let html = show(&raising, &said, Some(&problem), None, &reader, &state);
            Ok((StatusCode::CONFLICT, html).into_response())
        }
    }
}

async fn raise(state: &PortalState, reader: &Reader, said: &Said) -> Result<i64, Error> {
    let (doubt, reason) = (said.doubt()?, said.reason.clone());
    let (actor, now, model) = (reader.actor.clone(), state.now(), Arc::clone(&state.model));
    let job = move |tx: &mut Tx| {
        let review = empi::raise(tx, &model, doubt, &reason, &actor, now)?.review();
        let about = format!("question {review}: asked by hand");
        audit::note(tx, &Note::new(By::Actor(&actor), Event::ReviewRaised, &about), now)?;
        Ok(review)
    };
    state.write(job).await
}

/// Why something was not taken, and the field to mend.
pub(crate) struct Problem {
    pub field: &'static str,
    pub text: String,
    /// The question that answers it.
    pub answered: Option<i64>,
}

impl Problem {
    /// What is the steward's to know; other errors stay errors.
    fn of(error: Error) -> Result<Self, Error> {
        let field = match &error {
            Error::Empi(empi::Error::Invalid(_)) => "reason",
            _ => "question",
        };
        let answered = match &error {
            Error::Empi(empi::Error::AlreadyDecided(review)) => Some(*review),
            _ => None,
        };
        Ok(Self { field, text: reason_of(error)?, answered })
    }
}
