//! `GET /fhir/Patient/{id}`: a golden record, or one organisation's record of a person.
//!
//! An id that was merged away answers with the person who goes on: `Content-Location` names them, and
//! their `link` of type `replaces` names the id asked for.

use access::Action;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use db::Tx;
use fhir::Resource;
use model::{LocalPatientId, PersonId};
use uuid::Uuid;

use crate::disclose::{Found, disclose};
use crate::negotiate::Base;
use crate::sight::Sight;
use crate::{ApiState, Error, caller, fhir_answer, patient};

pub(crate) async fn read(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let wanted = id.parse::<Uuid>().map_err(|_| Error::NoSuch("Patient"));
    let find = move |tx: &mut Tx, sight: &Sight<'_>| find(tx, sight, wanted);
    let about = "a Patient by id".to_owned();
    let (_permit, read) = disclose(&state, &client, Action::ReadPeople, about, find).await?;
    let (resource, survivor) = read.ok_or(Error::NoSuch("Patient"))?;
    let mut response = fhir_answer(StatusCode::OK, &resource);
    if let Some(survivor) = survivor {
        let base = Base::of(&state, &headers);
        base.locate(&mut response, "content-location", &format!("Patient/{survivor}"));
    }
    Ok(response)
}

type Read = Option<(Resource, Option<PersonId>)>;

/// The golden record of a person, else a record that this client may see. What does not exist and
/// what may not be seen is the same answer.
fn find(tx: &mut Tx, sight: &Sight<'_>, wanted: Result<Uuid, Error>) -> Result<Found<Read>, Error> {
    let nobody = || Ok(Found { people: Vec::new(), answer: None });
    let Ok(id) = wanted else { return nobody() };
    let asked = PersonId::from_uuid(id);
    if let Some(seen) = sight.look(tx, asked)? {
        let survivor = (seen.person.id != asked).then_some(seen.person.id);
        let answer = Some((patient::golden(&seen, None), survivor));
        return Ok(Found { people: vec![seen], answer });
    }
    let record = LocalPatientId::from_uuid(id);
    let Some(person) = empi::person_of(tx, record)? else { return nobody() };
    let Some(seen) = sight.look(tx, person)? else { return nobody() };
    let found = seen.person.local_patients.iter().find(|one| one.id == record);
    let Some(resource) = found.map(patient::local) else { return nobody() };
    Ok(Found { people: vec![seen], answer: Some((resource, None)) })
}
