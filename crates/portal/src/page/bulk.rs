//! Retrying or skipping every message that a search found: how many, why, and how far it has come.

use access::Action;
use audit::{By, Event, Note};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use engine::{Bulk, Deed, Filter, State as Standing};
use maud::{Markup, html};

use crate::layout::{Place, Reader, page};
use crate::page::found;
use crate::page::message::Reason;
use crate::permit::permit;
use crate::{Error, PortalState, format};

/// What can be done to all that stand there.
fn fits(deed: Deed, state: Option<Standing>) -> bool {
    match state {
        Some(Standing::Parked | Standing::Retrying) => true,
        Some(Standing::Quarantined | Standing::Held) => deed == Deed::Skip,
        _ => false,
    }
}

fn word(deed: Deed) -> &'static str {
    match deed {
        Deed::Retry => "Retry",
        Deed::Skip => "Skip",
    }
}

/// Below the messages a search found, where all of them stand still in one state.
pub(crate) fn offer(search: &str, state: Option<Standing>, total: i64) -> Markup {
    html! {
        @if total > 0 {
            p {
                @for deed in [Deed::Retry, Deed::Skip] {
                    @if fits(deed, state) {
                        a.nhsuk-button.nhsuk-button--secondary href={ "/messages/found/" (search) "/" (deed.code()) } { (word(deed)) " all " (total) "…" }
                    }
                }
            }
            @if !fits(Deed::Skip, state) {
                p.cs-quiet { "To retry or skip all that are found at once, search for one state: parked, retrying or quarantined." }
            }
        }
    }
}

/// `GET /messages/found/{search}/{deed}`: asks before it does anything.
pub(crate) async fn confirm(
    State(state): State<PortalState>,
    reader: Reader,
    Path((search, deed)): Path<(String, String)>,
) -> Result<Markup, Error> {
    let deed = Deed::parse(&deed).ok_or(Error::NotFound)?;
    let (about, filter) = asked(&state, &reader, &search, deed)?;
    let what = format!("how many {} for {}", about, deed.code());
    permit(&state, &reader, Action::OperateMessages, None, what).await?;
    let total = state.read(move |tx| Ok(engine::count(tx, &filter)?)).await?;
    Ok(page(
        "Many messages at once",
        Some(&reader),
        Place::Messages,
        html! {},
        html! {
            div.cs-main--narrow { section.cs-card aria-labelledby="bulk" {
                h1 #bulk { (word(deed)) " " (total) " messages?" }
                p { "All that fit: " (about) "." }
                p {
                    @match deed {
                        Deed::Retry => "Each is tried again under the rules of now, in its patient's order; what is held behind it follows.",
                        Deed::Skip => "Each is decided to have no effect, for good. What is held behind it goes on.",
                    }
                }
                form method="post" {
                    label.nhsuk-label for="reason" { "Why?" }
                    input #reason.nhsuk-input name="reason" minlength="5" maxlength="300" required;
                    button.nhsuk-button { (word(deed)) " all " (total) }
                }
                p { a href={ "/messages/found/" (search) } { "Back to the list" } }
            } }
        },
    ))
}

/// `POST /messages/found/{search}/{deed}`: begins, and leads to how far it has come.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Path((search, deed)): Path<(String, String)>,
    Form(reason): Form<Reason>,
) -> Result<Response, Error> {
    let deed = Deed::parse(&deed).ok_or(Error::NotFound)?;
    let (about, filter) = asked(&state, &reader, &search, deed)?;
    let reason = reason.given()?.to_owned();
    let what = format!("{} all: {about}", deed.code());
    permit(&state, &reader, Action::OperateMessages, None, what).await?;
    let (actor, now, asked_for) = (reader.actor, state.now(), filter.clone());
    let begun = state
        .write(move |tx| {
            let words = (about.as_str(), reason.as_str());
            let bulk = engine::begin_bulk(tx, deed, &asked_for, words, &actor.name, now)?;
            let event = match deed {
                Deed::Retry => Event::MessageRetried,
                Deed::Skip => Event::MessageSkipped,
            };
            let detail = format!("{} messages at once ({}): {}", bulk.asked, about, bulk.reason);
            audit::note(tx, &Note::new(By::Actor(&actor), event, &detail), now)?;
            Ok(bulk)
        })
        .await?;
    let address = format!("/messages/bulk/{}", begun.id);
    tokio::spawn(work(state, begun, filter));
    Ok(Redirect::to(&address).into_response())
}

fn asked(
    state: &PortalState,
    reader: &Reader,
    search: &str,
    deed: Deed,
) -> Result<(String, Filter), Error> {
    let ended = Error::Invalid("this search is not kept any more; search again");
    let (typed, filter) = found::of(state, reader, search).ok_or(ended)?;
    if !fits(deed, filter.state) {
        return Err(Error::Invalid("search for messages of one state that allows this"));
    }
    Ok((typed.about(), filter))
}

/// A hundred at a time until the end. If the server stops meanwhile, what is done stays done.
async fn work(state: PortalState, bulk: Bulk, filter: Filter) {
    let mut before = None;
    loop {
        let (one, asked, now) = (bulk.clone(), filter.clone(), state.now());
        let step = state.write(move |tx| Ok(engine::bulk_step(tx, &one, &asked, before, now)?));
        match step.await {
            Ok((next, again)) => {
                state.inbox.waiting_again(again);
                let Some(next) = next else { return };
                before = Some(next);
            }
            Err(error) => {
                return tracing::error!("{} {} stopped: {error}", bulk.deed.code(), bulk.id);
            }
        }
    }
}

/// `GET /messages/bulk/{bulk}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
) -> Result<Markup, Error> {
    let about = format!("messages treated at once, {id}");
    permit(&state, &reader, Action::ViewMessages, None, about).await?;
    let bulk = state.read(move |tx| Ok(engine::bulk(tx, id)?)).await?;
    Ok(show(&bulk, &reader))
}

fn show(bulk: &Bulk, reader: &Reader) -> Markup {
    let left = bulk.asked.saturating_sub(bulk.done + bulk.refused).max(0);
    page(
        "Many messages at once",
        Some(reader),
        Place::Messages,
        html! {},
        html! {
            div.cs-main--narrow { section.cs-card aria-labelledby="bulk" {
                h1 #bulk { (word(bulk.deed)) " " (bulk.asked) " messages" }
                p role="status" {
                    @match bulk.ended_at {
                        Some(at) => { "Done at " (format::exact(at)) ": " (bulk.done) " of " (bulk.asked) "." }
                        None => {
                            progress max=(bulk.asked.max(1)) value=(bulk.done + bulk.refused) aria-label="Messages done" {}
                            " " (bulk.done) " of " (bulk.asked) " so far, " (left) " left. "
                            a href={ "/messages/bulk/" (bulk.id) } { "Look again" }
                        }
                    }
                    @if bulk.refused > 0 { " " (bulk.refused) " had gone on meanwhile and were left alone." }
                }
                table.cs-lines { tbody {
                    tr { th scope="row" { "Which" } td { (bulk.about) } }
                    tr { th scope="row" { "Why" } td { (bulk.reason) } }
                    tr { th scope="row" { "By" } td { (bulk.actor) } }
                    tr { th scope="row" { "Begun" } td { (format::exact(bulk.begun_at)) } }
                } }
                @if bulk.ended_at.is_none() {
                    p.cs-quiet { "If the server stops meanwhile, what is done stays done; search again for the rest." }
                }
                @if bulk.deed == Deed::Retry {
                    p { "What fails again is parked again, with its reason: see " a href="/channels" { "the channels" } "." }
                }
            } }
        },
    )
}
