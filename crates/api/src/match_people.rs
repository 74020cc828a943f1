//! `POST /fhir/Patient/$match` (FHIR R4 Patient-match, IHE PDQm ITI-119): which people may this be?
//!
//! Weighed as a feed's record would be, with the same model; nothing is kept. Two certain people are
//! no certainty, so then both are probable.

use access::Action;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use db::Tx;
use empi::Likeness;
use fhir::{Resource, datatype};
use jiff::Timestamp;
use model::{Demographics, LocalIdentity, NhsNumber, PersonId};
use serde_json::{Value, json};

use crate::body::{parameters, resource, wrong};
use crate::disclose::{Found, disclose};
use crate::domain::Named;
use crate::negotiate::Base;
use crate::readable::readable;
use crate::sight::{Seen, Sight};
use crate::{ApiState, Error, caller, fhir_answer, patient};

/// FHIR's own extension for the grade (FHIR R4 `match-grade`).
const GRADE: &str = "http://hl7.org/fhir/StructureDefinition/match-grade";
/// As many as the NHS's own tracing service gives.
const MOST: usize = 50;

pub(crate) async fn match_people(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let sent = resource(&state, &headers, body).await?;
    let question = Question::read(&sent, state.clock.now())?;
    let base = Base::of(&state, &headers);
    let find = move |tx: &mut Tx, sight: &Sight<'_>| {
        let mut likely = likely(tx, sight, &question)?;
        likely.truncate(question.count);
        let answer = bundle(&likely, &base);
        Ok(Found { people: likely.into_iter().map(|one| one.seen).collect(), answer })
    };
    let about = "match (ITI-119)".to_owned();
    let (_permit, bundle) = disclose(&state, &client, Action::MatchPeople, about, find).await?;
    Ok(fhir_answer(StatusCode::OK, &bundle))
}

/// What was sent.
struct Question {
    who: Demographics,
    numbers: Vec<(String, String)>,
    only_certain: bool,
    count: usize,
}

impl Question {
    /// A Parameters resource, or the Patient alone (ITI-119 §3.119.4.1.2).
    fn read(sent: &Resource, now: Timestamp) -> Result<Self, Error> {
        if sent.resource_type() == "Patient" {
            return Self::about(sent, false, MOST, now);
        }
        if sent.resource_type() != "Parameters" {
            let problem = "send a Parameters resource, or a Patient";
            return Err(wrong("invalid", problem, "Parameters"));
        }
        let patient = parameters(sent, "resource").find_map(|one| one.get("resource"));
        let patient = patient.cloned().and_then(|one| Resource::from_value(one).ok());
        let patient = patient.filter(|one| one.resource_type() == "Patient").ok_or_else(|| {
            let place = "Parameters.parameter.where(name='resource')";
            wrong("required", "the parameter resource must hold a Patient", place)
        })?;
        let only = parameters(sent, "onlyCertainMatches").next().map(|one| one.get("valueBoolean"));
        let only = only.map(|value| {
            let place = "Parameters.parameter.where(name='onlyCertainMatches')";
            let problem = "onlyCertainMatches is a valueBoolean";
            value.and_then(Value::as_bool).ok_or_else(|| wrong("invalid", problem, place))
        });
        let count = parameters(sent, "count").next().map(|one| one.get("valueInteger"));
        let count = count.map(|value| {
            let place = "Parameters.parameter.where(name='count')";
            let count = value.and_then(Value::as_u64).filter(|count| *count > 0);
            let problem = "count is a valueInteger from 1";
            count.ok_or_else(|| wrong("invalid", problem, place))
        });
        let count = usize::try_from(count.transpose()?.unwrap_or(u64::MAX)).unwrap_or(MOST);
        Self::about(&patient, only.transpose()?.unwrap_or_default(), count, now)
    }

    fn about(
        patient: &Resource,
        only_certain: bool,
        count: usize,
        now: Timestamp,
    ) -> Result<Self, Error> {
        readable(patient, now)?;
        let who = mapping::demographics(patient);
        let text = |one: &Value, name: &str| one.get(name)?.as_str().map(str::to_owned);
        let numbers = patient.list("identifier").iter();
        let numbers: Vec<(String, String)> =
            numbers.filter_map(|one| Some((text(one, "system")?, text(one, "value")?))).collect();
        let is_named = who.names.iter().any(|name| !empi::fold(&name.family).is_empty());
        let is_placed = who.birth_date.is_some()
            || !(who.addresses.is_empty() && who.telephones.is_empty() && who.emails.is_empty());
        if numbers.is_empty() && !(is_named && is_placed) {
            let problem = "give an identifier, or a name with a birth date, address or telephone";
            return Err(wrong("required", problem, "Patient"));
        }
        Ok(Self { who, numbers, only_certain, count: count.min(MOST) })
    }

    /// Nothing was said but a number.
    fn is_number_alone(&self) -> bool {
        self.who.names.is_empty() && self.who.birth_date.is_none()
    }
}

/// A person that may be meant.
struct Likely {
    seen: Seen,
    likeness: Likeness,
    score: f64,
}

/// Everybody that may be meant, the most likely first.
fn likely(tx: &mut Tx, sight: &Sight<'_>, question: &Question) -> Result<Vec<Likely>, Error> {
    let numbered = by_number(tx, sight, question)?;
    let mut likely = Vec::new();
    for traced in empi::trace(tx, sight.model, &question.who)? {
        let Some(seen) = sight.look(tx, traced.person)? else { continue };
        let is_numbered = numbered.contains(&seen.person.id);
        // The details are like, and the number is this person's own.
        let (likeness, score) = match traced.likeness {
            Likeness::Possible if is_numbered => (Likeness::Probable, traced.score),
            Likeness::Probable if is_numbered => (Likeness::Certain, traced.score.max(0.99)),
            likeness => (likeness, traced.score),
        };
        likely.push(Likely { seen, likeness, score });
    }
    for id in numbered {
        if !likely.iter().any(|one| one.seen.person.id == id)
            && let Some(seen) = sight.look(tx, id)?
        {
            // A number alone names its person; with details that fit somebody else it does not.
            let alone = question.is_number_alone();
            let (likeness, score) =
                if alone { (Likeness::Certain, 1.0) } else { (Likeness::Possible, 0.1) };
            likely.push(Likely { seen, likeness, score });
        }
    }
    part(&mut likely, question.who.nhs_number);
    likely.sort_by(|a, b| a.likeness.cmp(&b.likeness).then(b.score.total_cmp(&a.score)));
    likely.retain(|one| !question.only_certain || one.likeness == Likeness::Certain);
    Ok(likely)
}

/// Where several are certain, only the one who holds the NHS number given stays so.
fn part(likely: &mut [Likely], number: Option<NhsNumber>) {
    let is_certain = |one: &Likely| one.likeness == Likeness::Certain;
    if likely.iter().filter(|one| is_certain(one)).count() < 2 {
        return;
    }
    let own = |one: &Likely| number.is_some() && one.seen.person.demographics.nhs_number == number;
    let told_apart = likely.iter().filter(|one| is_certain(one) && own(one)).count() == 1;
    for one in likely {
        if is_certain(one) && !(told_apart && own(one)) {
            one.likeness = Likeness::Probable;
        }
    }
}

/// The people whose number one of the identifiers is.
fn by_number(tx: &mut Tx, sight: &Sight<'_>, question: &Question) -> Result<Vec<PersonId>, Error> {
    let mut people = Vec::new();
    for (system, value) in question.numbers.iter().take(MOST) {
        match sight.named(system) {
            Some(Named::Local(domain)) => {
                let identity = LocalIdentity::new(&domain.authority, value);
                people.extend(sight.by_number(tx, &identity)?.map(|seen| seen.person.id));
            }
            Some(Named::Nhs) if question.is_number_alone() => {
                if let Some(number) = question.who.nhs_number {
                    people.extend(crate::search::lookup::by_nhs_number(tx, number)?);
                }
            }
            // With details, the NHS number is weighed with them.
            Some(Named::Nhs) | None => {}
        }
    }
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

fn bundle(likely: &[Likely], base: &Base) -> Resource {
    let entries: Vec<Value> = likely.iter().map(|one| entry(one, base)).collect();
    Resource::new("Bundle")
        .with("type", "searchset")
        .with("total", likely.len())
        .with("entry", entries)
}

fn entry(one: &Likely, base: &Base) -> Value {
    let grade = match one.likeness {
        Likeness::Certain => "certain",
        Likeness::Probable => "probable",
        Likeness::Possible => "possible",
    };
    let address = base.of_path(&format!("Patient/{}", one.seen.person.id));
    json!({
        "fullUrl": address,
        "resource": patient::golden(&one.seen, None).into_value(),
        "search": {
            "extension": [datatype::extension(GRADE, "valueCode", grade)],
            "mode": "match",
            "score": datatype::decimal(&format!("{:.3}", one.score.clamp(0.0, 1.0))),
        },
    })
}
