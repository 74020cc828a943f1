//! The messages that a search found. The search itself is in nobody's address bar: an operator's NHS
//! numbers go by POST, and lead to a page with a number of its own.

use std::collections::BTreeSet;

use access::Action;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use db::Tx;
use empi::Search;
use engine::{Filter, Page, Row};
use maud::{Markup, html};
use model::{LocalIdentity, PersonId};
use uuid::Builder;

use crate::layout::{Place, Reader, page};
use crate::page::Paging;
use crate::page::message_search::{Problem, Typed, form};
use crate::page::messages::{PAGE, list};
use crate::permit::{decide, permit, permit_to_show};
use crate::{Error, PortalState};

/// `POST /messages/find`: keeps the search and leads to its page.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    if let Err(problem) = typed.filter(&state.channels()) {
        permit(&state, &reader, Action::ViewMessages, None, "the form to find messages").await?;
        return Ok(
            show(&typed, &state.channels(), &Answer::Problem(problem), &reader).into_response()
        );
    }
    let mut random = [0; 16];
    for (byte, fresh) in random.iter_mut().zip((state.random)()) {
        *byte = fresh;
    }
    let id = Builder::from_random_bytes(random).into_uuid().simple().to_string();
    state.searches.keep(id.clone(), reader.actor.user, typed);
    Ok(Redirect::to(&format!("/messages/found/{id}")).into_response())
}

/// `GET /messages/found/{search}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(search): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Markup, Error> {
    let channels = state.channels();
    let Some((typed, filter)) = of(&state, &reader, &search) else {
        permit(&state, &reader, Action::ViewMessages, None, "a search that has ended").await?;
        return Ok(show(&Typed::default(), &channels, &Answer::Ended, &reader));
    };
    let decision = decide(&state, &reader.actor, Action::ViewMessages, None, state.now()).await?;
    if !decision.allowed() {
        permit_to_show(&state, &reader, decision, Vec::new(), typed.about()).await?;
        return Err(Error::NotFound);
    }
    let (part, asked, ingest) =
        (Page { before: paging.before, size: PAGE }, filter.clone(), state.ingest.clone());
    let job = move |tx: &mut Tx| {
        let authority = |channel: &str| Some(ingest.feed(channel)?.authority.clone());
        let people = people(tx, &asked, authority)?;
        let rows = engine::list(tx, &asked, part)?;
        let total = engine::count(tx, &asked)?;
        Ok((people, rows, total))
    };
    let (people, rows, total) = state.read(job).await?;
    permit_to_show(&state, &reader, decision, people, typed.about()).await?;
    let found = Found { rows, total, search, first: paging.before.is_none(), filter };
    Ok(show(&typed, &channels, &Answer::Found(Box::new(found), state.now()), &reader))
}

/// A search of this reader's, and what it asks for.
pub(crate) fn of(state: &PortalState, reader: &Reader, search: &str) -> Option<(Typed, Filter)> {
    let typed = state.searches.find(search, reader.actor.user)?;
    let filter = typed.filter(&state.channels()).ok()?;
    Some((typed, filter))
}

/// Whom a search is for, as far as they are known here: so that "who has looked" tells them.
fn people(
    tx: &mut Tx,
    filter: &Filter,
    authority: impl Fn(&str) -> Option<String>,
) -> Result<Vec<PersonId>, Error> {
    let mut people = BTreeSet::new();
    if let Some(nhs_number) = filter.nhs_number {
        let search = Search { nhs_number: Some(nhs_number), ..Search::default() };
        people.extend(empi::find(tx, &search)?.people.into_iter().map(|found| found.id));
    }
    if let Some(local) = &filter.local_number {
        for authority in local.channels.iter().filter_map(|channel| authority(channel)) {
            let identity = LocalIdentity::new(authority, local.number.clone());
            people.extend(empi::person_of(tx, identity.local_patient())?);
        }
    }
    Ok(people.into_iter().collect())
}

struct Found {
    rows: Vec<Row>,
    total: i64,
    search: String,
    first: bool,
    filter: Filter,
}

enum Answer {
    Problem(Problem),
    Ended,
    Found(Box<Found>, jiff::Timestamp),
}

fn show(typed: &Typed, channels: &[String], answer: &Answer, reader: &Reader) -> Markup {
    let problem = if let Answer::Problem(problem) = answer { Some(*problem) } else { None };
    let errors: Vec<(&str, &str)> = problem.into_iter().collect();
    page(
        "Messages found",
        Some(reader),
        Place::Messages,
        html! {},
        html! {
            (crate::layout::error_summary(&errors))
            section.cs-card aria-labelledby="list" {
                h1 #list { "Messages found" @if let Answer::Found(found, _) = answer { (counted(found)) } }
                (form(typed, channels, problem))
                @match answer {
                    Answer::Problem(_) => {}
                    Answer::Ended => { p.cs-notice.cs-notice--warn { "This search is not kept any more, or was somebody else's. Fill in the form to search again." } }
                    Answer::Found(found, now) => {
                        @if found.rows.is_empty() { (nothing(typed, found)) }
                        @else { (list(&found.rows, *now)) (older(found)) (crate::page::bulk::offer(&found.search, found.filter.state, found.total)) }
                    }
                }
            }
        },
    )
}

fn counted(found: &Found) -> Markup {
    html! { " " span.cs-count { (found.total) @if found.total == 0 && !found.rows.is_empty() { " processed yet" } } }
}

/// Says what was looked for, so that a slip is seen.
fn nothing(typed: &Typed, found: &Found) -> Markup {
    html! {
        @if found.first { p { "No message fits all of this." } } @else { p { "No older message fits." } }
        @if !typed.local_number.trim().is_empty() && found.filter.channel.is_none() {
            p.cs-quiet { "The sender's patient number was looked for as each channel's own number, as it stands in PID-3 or MRG-1, with all its zeros and letters." }
        }
        @if !typed.nhs_number.trim().is_empty() {
            p.cs-quiet { "Messages are found by the NHS number that they carry themselves. For messages without it, search by the sender's patient number." }
        }
        @if !typed.error.trim().is_empty() {
            p.cs-quiet { "An error is kept until its message is processed; the history on a message's page keeps it for good." }
        }
    }
}

fn older(found: &Found) -> Markup {
    let full = found.rows.len() == usize::from(PAGE);
    html! {
        @if !found.first || full {
            nav.cs-pages aria-label="Pages" {
                @if !found.first { a href={ "/messages/found/" (found.search) } { "Newest" } }
                @if let Some(last) = found.rows.last().filter(|_| full) {
                    a href={ "/messages/found/" (found.search) "?before=" (last.seq) } rel="next" { "Older" }
                }
            }
        }
    }
}
