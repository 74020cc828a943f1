//! `GET /fhir/Patient?…` and `POST /fhir/Patient/_search` (IHE PDQm, ITI-78): golden records by what
//! is known of a person.
//!
//! 1. read the parameters; what is not known is left out and said;
//! 2. look up candidates by number, id or the index; a question that fits too many is refused;
//! 3. see each as this client may, and compare with everything asked;
//! 4. keep the ids found for the pages that follow, under an address that tells nothing.

pub(crate) mod parameter;
mod filter;
pub(crate) mod lookup;
mod page;

use access::Action;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use axum::{Form, extract::rejection::FormRejection};
use db::Tx;
use fhir::outcome::{Issue, Severity, outcome};
use fhir::{Element, Resource};
use model::PersonId;
use serde_json::{Value, json};

use crate::disclose::{Found, disclose};
use crate::negotiate::{Base, Pairs, pairs, values};
use crate::sight::{Seen, Sight};
use crate::{ApiState, Client, Error, caller, fhir_answer, patient};
pub(crate) use page::Pages;
use page::Saved;
use parameter::Query;

/// `GET /fhir/Patient?…`
pub(crate) async fn by_address(
    State(state): State<ApiState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    answer(&state, &client, &headers, pairs(&uri)?).await
}

/// `POST /fhir/Patient/_search`: the same, with nothing about a patient in an address.
pub(crate) async fn by_form(
    State(state): State<ApiState>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<Pairs>, FormRejection>,
) -> Result<Response, Error> {
    let client = caller(&state, &headers)?;
    let problem = "a search is sent as application/x-www-form-urlencoded";
    let Form(sent) = form.map_err(|_| Error::Body {
        code: "invalid",
        problem: problem.into(),
        expression: None,
    })?;
    let mut pairs = pairs(&uri)?;
    pairs.extend(sent);
    answer(&state, &client, &headers, pairs).await
}

async fn answer(
    state: &ApiState,
    client: &Client,
    headers: &HeaderMap,
    pairs: Pairs,
) -> Result<Response, Error> {
    let base = Base::of(state, headers);
    let page = match values(&pairs, "_page").as_slice() {
        [] => search(state, client, headers, pairs).await?,
        [token, ..] => next(state, client, token).await?,
    };
    Ok(fhir_answer(StatusCode::OK, &page.bundle(&base)))
}

/// One page of what was found.
struct Shown {
    own: String,
    next: Option<String>,
    total: usize,
    patients: Vec<Resource>,
    ignored: Vec<String>,
}

/// Steps 1 to 4.
async fn search(
    state: &ApiState,
    client: &Client,
    headers: &HeaderMap,
    pairs: Pairs,
) -> Result<Shown, Error> {
    let query = Query::read(&pairs, is_strict(headers))?;
    let own = format!("Patient?{}", query.respected());
    let (count, ignored) = (query.count, query.ignored.clone());
    let about = format!("search by {} (ITI-78)", query.names());
    let find = move |tx: &mut Tx, sight: &Sight<'_>| {
        let domains = query.domains(sight)?;
        let mut found = Vec::new();
        for id in lookup::candidates(tx, sight, &query)? {
            let seen = sight.look(tx, id)?;
            found.extend(seen.filter(|seen| query.fits(sight, seen, domains.as_deref())));
        }
        found.sort_by_cached_key(order);
        let ids: Vec<PersonId> = found.iter().map(|seen| seen.person.id).collect();
        found.truncate(count);
        let patients =
            found.iter().map(|seen| patient::golden(seen, domains.as_deref())).collect::<Vec<_>>();
        Ok(Found { people: found, answer: (ids, domains, patients) })
    };
    let (_permit, (ids, domains, patients)) =
        disclose(state, client, Action::SearchPeople, about, find).await?;
    let total = ids.len();
    let saved = Saved { client: client.name.clone(), ids, domains, count, start: count };
    let next = saved.keep(state);
    Ok(Shown { own, next, total, patients, ignored })
}

/// The page behind an opaque address, seen as the client may see it now.
async fn next(state: &ApiState, client: &Client, token: &str) -> Result<Shown, Error> {
    let now = state.clock.now();
    let saved = state.people.pages.get(token, now).filter(|saved| saved.client == client.name);
    let saved = saved.ok_or(Error::PageGone)?;
    let (page, wanted) = (saved.clone(), saved.page().to_vec());
    let find = move |tx: &mut Tx, sight: &Sight<'_>| {
        let mut people: Vec<Seen> = Vec::new();
        for id in wanted {
            people.extend(sight.look(tx, id)?);
        }
        let domains = page.domains.as_deref();
        let answer = people.iter().map(|seen| patient::golden(seen, domains)).collect();
        Ok(Found { people, answer })
    };
    let about = "a further page of a search (ITI-78)".to_owned();
    let (_permit, patients) = disclose(state, client, Action::SearchPeople, about, find).await?;
    let total = saved.ids.len();
    let own = format!("Patient?_page={token}");
    Ok(Shown { own, next: saved.following().keep(state), total, patients, ignored: Vec::new() })
}

/// `Prefer: handling=strict`: an unknown parameter is an error (FHIR R4 §3.1.1.1.1).
fn is_strict(headers: &HeaderMap) -> bool {
    let said = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|value| value.split([',', ';'])).any(|one| one.trim() == "handling=strict")
}

/// By surname, forename and birth date, as a list is read.
fn order(seen: &Seen) -> (String, String, Option<jiff::civil::Date>, PersonId) {
    let said = &seen.person.demographics;
    let name = said.name().cloned().unwrap_or_default();
    (empi::fold(&name.family), empi::fold(&name.given.join(" ")), said.birth_date, seen.person.id)
}

impl Shown {
    fn bundle(self, base: &Base) -> Resource {
        let link =
            |relation: &str, path: &str| json!({"relation": relation, "url": base.of_path(path)});
        let links =
            [Some(link("self", &self.own)), self.next.as_ref().map(|path| link("next", path))];
        let entries = self.patients.into_iter().map(|patient| entry(patient, base));
        let ignored = ignored(&self.ignored);
        Resource::new("Bundle")
            .with("type", "searchset")
            .with("total", self.total)
            .with("link", links.into_iter().flatten().collect::<Vec<_>>())
            .with("entry", entries.chain(ignored).collect::<Vec<_>>())
    }
}

fn entry(patient: Resource, base: &Base) -> Value {
    let address = base.of_path(&format!("Patient/{}", patient.id().unwrap_or_default()));
    json!({"fullUrl": address, "resource": patient.into_value(), "search": {"mode": "match"}})
}

/// What was asked for and not respected is said, not only left out of the `self` link.
fn ignored(names: &[String]) -> Option<Value> {
    if names.is_empty() {
        return None;
    }
    let told = format!("not respected: {}", names.join(", "));
    let issue = Issue { severity: Severity::Warning, ..Issue::error("not-supported", told) };
    let outcome = outcome(&[issue]).into_value();
    Some(
        Element::new().with("resource", outcome).with("search", json!({"mode": "outcome"})).build(),
    )
}
