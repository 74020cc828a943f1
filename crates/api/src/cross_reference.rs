//! `GET` and `POST /fhir/Patient/$ihe-pix` (IHE PIXm, ITI-83): the other numbers of a patient.
//!
//! A domain that is not open to the client does not exist for it, nor does a number it may not see:
//! the answers are those of ITI-83 §3.83.4.2.2, and tell nothing else.

use access::Action;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use db::Tx;
use fhir::Resource;
use model::{LocalIdentity, NhsNumber, PersonId};
use serde_json::{Value, json};

use crate::body::{parameters, resource};
use crate::disclose::{Found, disclose};
use crate::domain::Named;
use crate::negotiate::{Base, Pairs, pairs, values};
use crate::search::lookup::by_nhs_number;
use crate::sight::{Seen, Sight};
use crate::{ApiState, Client, Error, caller, fhir_answer, patient};

const NO_SOURCE_DOMAIN: Error = Error::CrossReference(
    "sourceIdentifier Assigning Authority not found",
    StatusCode::BAD_REQUEST,
);
const NO_SOURCE: Error =
    Error::CrossReference("sourceIdentifier Patient Identifier not found", StatusCode::NOT_FOUND);
const NOT_ONE: Error = Error::CrossReference(
    "several people claim this number; it identifies nobody until a steward has decided",
    StatusCode::CONFLICT,
);
const NO_TARGET_DOMAIN: Error =
    Error::CrossReference("targetSystem not found", StatusCode::FORBIDDEN);

/// `GET /fhir/Patient/$ihe-pix?sourceIdentifier=SYSTEM|VALUE&targetSystem=SYSTEM`
pub(crate) async fn by_address(
    State(state): State<ApiState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    answer(&state, &client, &headers, pairs(&uri)?).await
}

/// `POST /fhir/Patient/$ihe-pix` with a Parameters resource.
pub(crate) async fn by_body(
    State(state): State<ApiState>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let mut pairs = pairs(&uri)?;
    let sent = resource(&state, &headers, body).await?;
    for name in ["sourceIdentifier", "targetSystem"] {
        pairs.extend(parameters(&sent, name).map(|one| (name.to_owned(), value(one))));
    }
    answer(&state, &client, &headers, pairs).await
}

/// `valueIdentifier` as a token, or whatever text stands there (`valueString`, `valueUri`).
fn value(parameter: &Value) -> String {
    let text = |pointer: &str| parameter.pointer(pointer).and_then(Value::as_str);
    match (text("/valueIdentifier/system"), text("/valueIdentifier/value")) {
        (None, None) => {
            let texts = ["/valueString", "/valueUri", "/valueUrl"].into_iter().find_map(text);
            texts.unwrap_or_default().to_owned()
        }
        (system, value) => {
            format!("{}|{}", system.unwrap_or_default(), value.unwrap_or_default())
        }
    }
}

async fn answer(
    state: &ApiState,
    client: &Client,
    headers: &HeaderMap,
    pairs: Pairs,
) -> Result<Response, Error> {
    let (system, value) = source(&pairs)?;
    let targets: Vec<String> =
        values(&pairs, "targetSystem").into_iter().map(str::to_owned).collect();
    let base = Base::of(state, headers);
    let find = move |tx: &mut Tx, sight: &Sight<'_>| {
        let source = sight.named(&system).ok_or(NO_SOURCE_DOMAIN)?;
        let targets: Option<Vec<Named>> = targets.iter().map(|text| sight.named(text)).collect();
        let targets = targets.ok_or(NO_TARGET_DOMAIN)?;
        let targets = (!targets.is_empty()).then_some(targets);
        let seen = whose(tx, sight, &source, &value)?.ok_or(NO_SOURCE)?;
        let own = (source.system(), value);
        let answer = corresponding(&seen, &own, targets.as_deref(), &base);
        Ok(Found { people: vec![seen], answer })
    };
    let about = "cross-reference (ITI-83)".to_owned();
    let (_permit, parameters) =
        disclose(state, client, Action::CrossReference, about, find).await?;
    Ok(fhir_answer(StatusCode::OK, &parameters))
}

/// The one source identifier, with its system and its value.
fn source(pairs: &Pairs) -> Result<(String, String), Error> {
    let name = "sourceIdentifier".to_owned();
    let wrong = |code: &'static str, problem: &str| {
        Err(Error::Parameter { name: name.clone(), code, problem: problem.into() })
    };
    let sources = values(pairs, "sourceIdentifier");
    let [source] = sources.as_slice() else {
        return wrong("required", "must be given, once");
    };
    match source.split_once('|') {
        Some((system, value)) if !system.is_empty() && !value.is_empty() => {
            Ok((system.to_owned(), value.to_owned()))
        }
        _ => wrong("invalid", "is SYSTEM|VALUE, with both"),
    }
}

/// The person of whom it is a number, if the client may see it.
fn whose(
    tx: &mut Tx,
    sight: &Sight<'_>,
    source: &Named,
    value: &str,
) -> Result<Option<Seen>, Error> {
    match source {
        Named::Local(domain) => sight.by_number(tx, &LocalIdentity::new(&domain.authority, value)),
        Named::Nhs => {
            let Ok(number) = NhsNumber::parse(value) else { return Ok(None) };
            match by_nhs_number(tx, number)?.as_slice() {
                [person] => sight.look(tx, *person),
                people => shared(tx, sight, people).map(|()| None),
            }
        }
    }
}

/// A number that two people claim identifies nobody, and "not found" would say that nobody has it:
/// whoever asks might register a new patient.
fn shared(tx: &mut Tx, sight: &Sight<'_>, people: &[PersonId]) -> Result<(), Error> {
    for person in people {
        if sight.look(tx, *person)?.is_some() {
            return Err(NOT_ONE);
        }
    }
    Ok(())
}

/// Every other number and every Patient of the person, the source's own number left out.
fn corresponding(
    seen: &Seen,
    (system, value): &(String, String),
    targets: Option<&[Named]>,
    base: &Base,
) -> Resource {
    let is_source = |one: &Value| {
        let said = |name: &str| one.get(name).and_then(Value::as_str);
        said("system") == Some(system) && said("value") == Some(value)
    };
    let identifiers = patient::identifiers(seen, targets).into_iter();
    let identifiers = identifiers
        .filter(|one| !is_source(one))
        .map(|one| json!({"name": "targetIdentifier", "valueIdentifier": one}));
    let reference = |id: &dyn std::fmt::Display| {
        let address = base.of_path(&format!("Patient/{id}"));
        json!({"name": "targetId", "valueReference": {"reference": address}})
    };
    let identifiers: Vec<Value> = identifiers.collect();
    let nothing = identifiers.is_empty() && targets.is_some();
    // Where nothing corresponds, the answer is empty (ITI-83 §3.83.4.2.2.1).
    let ids = if nothing { Vec::new() } else { vec![reference(&seen.person.id)] };
    Resource::new("Parameters").with("parameter", [identifiers, ids].concat())
}
