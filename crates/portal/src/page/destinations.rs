//! Destinations: what goes on to other systems, what stands still, and what an operator can do about
//! it. No content is shown here.

use access::Action;
use audit::{By, Event, Note};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use db::Tx;
use engine::outbound::{self, Filter, Line, State as Standing, Summary};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::{Place, Reader, page};
use crate::page::message::Reason;
use crate::permit::permit;
use crate::{Error, PortalState, format};

/// Lines of a page.
const PAGE: u32 = 60;
/// What of a queue is not done, in the order of a message's way.
const OPEN: [Standing; 4] =
    [Standing::Waiting, Standing::Retrying, Standing::Held, Standing::Parked];

/// `GET /destinations`.
pub(crate) async fn get(State(state): State<PortalState>, reader: Reader) -> Result<Markup, Error> {
    permit(&state, &reader, Action::ViewMessages, None, "the destinations").await?;
    let (names, now) = (names(&state), state.now());
    let job = move |tx: &mut Tx| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Ok(outbound::summary(tx, &names, now)?)
    };
    let summaries = state.read(job).await?;
    let main = html! {
        section.cs-card aria-labelledby="destinations" {
            h1 #destinations { "Destinations " span.cs-count { (summaries.len()) } }
            @if summaries.is_empty() {
                p { "Messages go on to no other system. Add a file to destinations/ in the configuration; docs/configuration.md says what may stand in it." }
            } @else {
                (table(&summaries, now))
            }
            p.cs-quiet { "A message goes on once it is in the record. What a destination refuses is parked, and only that patient's later messages wait behind it." }
        }
    };
    Ok(page("Destinations", Some(&reader), Place::Destinations, html! {}, main))
}

fn names(state: &PortalState) -> Vec<String> {
    state.ingest.destinations().map(str::to_owned).collect()
}

fn known(state: &PortalState, destination: String) -> Result<String, Error> {
    if names(state).contains(&destination) { Ok(destination) } else { Err(Error::NotFound) }
}

fn table(summaries: &[Summary], now: Timestamp) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="destinations" {
            table.cs-lines {
                thead { tr {
                    th scope="col" { "Destination" } th scope="col" { "State" }
                    @for state in OPEN { th.cs-number scope="col" { (label(state)) } }
                    th scope="col" { "Oldest waiting" } th.cs-number scope="col" { "Delivered, 24 h" } th scope="col" { "Last" }
                } }
                tbody { @for one in summaries { tr {
                    td { a href={ "/destinations/" (one.destination) } { (one.destination) } }
                    td { (state(one, now)) }
                    @for state in OPEN { td.cs-number { (count(one, state)) } }
                    td { (since(one.oldest_waiting_since, now)) }
                    td.cs-number { (one.delivered_in_a_day) }
                    td { (since(one.last_ended_at, now)) }
                } } }
            }
        }
    }
}

fn count(one: &Summary, state: Standing) -> i64 {
    one.counts.get(&state).copied().unwrap_or_default()
}

fn since(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "–".to_owned(), |at| format::time_or_date(at, now))
}

fn state(one: &Summary, now: Timestamp) -> Markup {
    html! {
        @if let Some(paused) = &one.paused {
            strong { "Paused" } " by " (paused.by) " since " (format::time_or_date(paused.at, now)) ": " (paused.reason)
        } @else if let Some(failing) = &one.failing {
            strong { "Takes nothing" } " since " (format::time_or_date(failing.since, now)) ", " (failing.failures) " attempts: " (failing.error)
            @if let Some(next) = failing.next_attempt_at { ". Tried again at " (format::exact(next)) }
        } @else if count(one, Standing::Parked) > 0 {
            "Running; some are parked"
        } @else {
            "Running"
        }
    }
}

fn label(state: Standing) -> &'static str {
    match state {
        Standing::Waiting => "Waiting",
        Standing::Retrying => "Retrying",
        Standing::Held => "Held",
        Standing::Parked => "Parked",
        Standing::Delivered => "Delivered",
        Standing::Skipped => "Skipped",
    }
}

/// Which of a queue are asked for.
#[derive(Deserialize, Default)]
pub(crate) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: Option<i64>,
}

/// `GET /destinations/{destination}`.
pub(crate) async fn one(
    State(state): State<PortalState>,
    reader: Reader,
    Path(destination): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let destination = known(&state, destination)?;
    let about = format!("destination {destination}");
    permit(&state, &reader, Action::ViewMessages, None, about).await?;
    let now = state.now();
    let wanted = Standing::parse(&asked.state);
    let job = move |tx: &mut Tx| {
        let summary = outbound::summary(tx, &[&destination], now)?.pop().ok_or(Error::NotFound)?;
        let filter = Filter { destination, state: wanted, before: asked.before };
        Ok((summary, outbound::list(tx, &filter, PAGE)?))
    };
    let (summary, lines) = state.read(job).await?;
    Ok(show(&summary, &lines, wanted, &reader, now))
}

fn show(
    summary: &Summary,
    lines: &[Line],
    wanted: Option<Standing>,
    reader: &Reader,
    now: Timestamp,
) -> Markup {
    let address = format!("/destinations/{}", summary.destination);
    let main = html! {
        h1 { "Destination " (summary.destination) }
        section.cs-card aria-labelledby="state" {
            h2 #state { "How it stands" }
            p role="status" { (state(summary, now)) }
            (pausing(summary, &address))
            @if count(summary, Standing::Parked) > 0 {
                form method="post" action={ (address) "/retry" } { button.cs-small-button { "Retry everything parked" } }
            }
        }
        section.cs-card aria-labelledby="queue" {
            h2 #queue { "Its queue, newest first" }
            p {
                @if wanted.is_some() { a href=(address) { "All" } } @else { strong { "All" } }
                @for state in Standing::ALL {
                    " · "
                    @if wanted == Some(state) { strong { (label(state)) } }
                    @else { a href={ (address) "?state=" (state.code()) } { (label(state)) } }
                    @if count(summary, state) > 0 { " (" (count(summary, state)) ")" }
                }
            }
            @if lines.is_empty() { p { "Nothing stands here." } } @else { (queue(lines, &address, now)) }
            @if let Some(last) = lines.last().filter(|_| u32::try_from(lines.len()).is_ok_and(|count| count >= PAGE)) {
                p { a href={ (address) "?before=" (last.id) "&state=" (wanted.map_or("", Standing::code)) } { "Older" } }
            }
        }
    };
    page("Destination", Some(reader), Place::Destinations, html! {}, main)
}

fn pausing(summary: &Summary, address: &str) -> Markup {
    html! {
        @if summary.paused.is_some() {
            form method="post" action={ (address) "/resume" } { button.cs-small-button { "Let it go on" } }
        } @else {
            form method="post" action={ (address) "/pause" } {
                label { "Why it is paused " input name="reason" required autocomplete="off"; }
                " " button.cs-small-button { "Pause" }
            }
            p.cs-quiet { "Nothing is lost meanwhile: what comes for it waits, over restarts too, and goes on in order." }
        }
    }
}

fn queue(lines: &[Line], address: &str, now: Timestamp) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="queue" {
            table.cs-lines {
                thead { tr {
                    th scope="col" { "Since" } th scope="col" { "Message" } th scope="col" { "Known there as" } th scope="col" { "From" }
                    th scope="col" { "State" } th.cs-number scope="col" { "Attempts" } th scope="col" { "What came of it" } th scope="col" { "Decide" }
                } }
                tbody { @for one in lines { tr {
                    td { (format::time_or_date(one.made_at, now)) }
                    td { a href={ "/messages/" (one.message) } { (one.message) @if one.part > 0 { "." (one.part) } } }
                    td { (one.control_id) }
                    td { (one.channel) }
                    td { (label(one.state)) }
                    td.cs-number { (one.attempts) }
                    td.cs-what {
                        @if let Some(error) = &one.error { (error) }
                        @if let Some(at) = one.next_attempt_at { " Tried again at " (format::exact(at)) }
                        @if let Some(at) = one.ended_at { (format::time_or_date(at, now)) }
                        @if one.state == Standing::Held { "behind an earlier one of its patient" }
                    }
                    td { (deeds(one, address)) }
                } } }
            }
        }
    }
}

fn deeds(one: &Line, address: &str) -> Markup {
    let may_retry = matches!(one.state, Standing::Parked | Standing::Retrying);
    html! {
        @if may_retry {
            form method="post" action={ (address) "/" (one.id) "/retry" } { button.cs-small-button { "Retry" } }
        }
        @if may_retry || one.state == Standing::Held {
            form method="post" action={ (address) "/" (one.id) "/skip" } {
                label { span.nhsuk-u-visually-hidden { "Why it is not sent" } input name="reason" placeholder="Why it is not sent" required autocomplete="off"; }
                " " button.cs-small-button { "Skip" }
            }
        }
    }
}

/// `POST /destinations/{destination}/pause`.
pub(crate) async fn pause(
    state: State<PortalState>,
    reader: Reader,
    Path(destination): Path<String>,
    Form(reason): Form<Reason>,
) -> Result<Redirect, Error> {
    let reason = reason.given()?.to_owned();
    let deed = Deed { destination, what: "pause", event: Event::DestinationPaused, detail: reason };
    deed.done(&state, reader, |tx, deed, actor, now| {
        Ok(outbound::pause(tx, &deed.destination, actor, &deed.detail, now)?)
    })
    .await
}

/// `POST /destinations/{destination}/resume`.
pub(crate) async fn resume(
    state: State<PortalState>,
    reader: Reader,
    Path(destination): Path<String>,
) -> Result<Redirect, Error> {
    let detail = "let go on".to_owned();
    let deed = Deed { destination, what: "resume", event: Event::DestinationPaused, detail };
    deed.done(&state, reader, |tx, deed, _, _| {
        outbound::resume(tx, &deed.destination)?;
        Ok(())
    })
    .await
}

/// `POST /destinations/{destination}/retry`: everything parked.
pub(crate) async fn retry_parked(
    state: State<PortalState>,
    reader: Reader,
    Path(destination): Path<String>,
) -> Result<Redirect, Error> {
    let detail = "everything parked".to_owned();
    let deed = Deed { destination, what: "retry", event: Event::MessageRetried, detail };
    deed.done(&state, reader, |tx, deed, actor, now| {
        outbound::retry_parked(tx, &deed.destination, actor, now)?;
        Ok(())
    })
    .await
}

/// `POST /destinations/{destination}/{id}/retry`.
pub(crate) async fn retry(
    state: State<PortalState>,
    reader: Reader,
    Path((destination, id)): Path<(String, i64)>,
) -> Result<Redirect, Error> {
    let detail = format!("{id} of the queue");
    let deed = Deed { destination, what: "retry", event: Event::MessageRetried, detail };
    deed.done(&state, reader, move |tx, deed, actor, now| {
        deed.has(tx, id)?;
        Ok(outbound::retry(tx, id, actor, now)?)
    })
    .await
}

/// `POST /destinations/{destination}/{id}/skip`.
pub(crate) async fn skip(
    state: State<PortalState>,
    reader: Reader,
    Path((destination, id)): Path<(String, i64)>,
    Form(reason): Form<Reason>,
) -> Result<Redirect, Error> {
    let reason = reason.given()?.to_owned();
    let detail = format!("{id} of the queue: {reason}");
    let deed = Deed { destination, what: "skip", event: Event::MessageSkipped, detail };
    deed.done(&state, reader, move |tx, deed, actor, now| {
        deed.has(tx, id)?;
        Ok(outbound::skip(tx, id, &reason, actor, now)?)
    })
    .await
}

/// What an operator does with a destination, for the permit and for the trail.
struct Deed {
    destination: String,
    what: &'static str,
    event: Event,
    detail: String,
}

impl Deed {
    /// The permit, the deed with its entry in the trail, and the bell.
    async fn done(
        self,
        state: &PortalState,
        reader: Reader,
        job: impl FnOnce(&mut Tx, &Self, &str, Timestamp) -> Result<(), Error> + Send + 'static,
    ) -> Result<Redirect, Error> {
        let destination = known(state, self.destination.clone())?;
        let about = format!("destination {destination}: {}", self.what);
        permit(state, &reader, Action::OperateMessages, None, about).await?;
        let (actor, now) = (reader.actor, state.now());
        state
            .write(move |tx| {
                job(tx, &self, &actor.name, now)?;
                let detail = format!("destination {}: {}", self.destination, self.detail);
                audit::note(tx, &Note::new(By::Actor(&actor), self.event, &detail), now)?;
                Ok(())
            })
            .await?;
        state.ingest.ring(&destination);
        Ok(Redirect::to(&format!("/destinations/{destination}")))
    }

    /// It is in this destination's queue, and not in another's.
    fn has(&self, tx: &mut Tx, id: i64) -> Result<(), Error> {
        let line = outbound::line(tx, id)?;
        if line.destination == self.destination { Ok(()) } else { Err(Error::NotFound) }
    }
}
