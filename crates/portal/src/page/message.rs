//! One message: where it stands and what happened to it. Its content is a patient's: it is shown only
//! after somebody says why they must see it, and that is in the trail.

use std::collections::BTreeSet;

use access::Action;
use audit::Permit;
use axum::Form;
use axum::extract::{Path, State};
use db::Tx;
use empi::Search;
use engine::{Copied, Event, Format, Neighbours, Received, Row, State as Standing};
use ingest::Rehearsal;
use maud::{Markup, html};
use model::{LocalIdentity, NhsNumber, PersonId};
use record::Trace;
use serde::Deserialize;

use crate::layout::{Place, Reader, page};
use crate::page::message_deed::rehearsed;
use crate::page::message_edit::edit_form;
use crate::page::message_fields::Content;
use crate::page::messages::label;
use crate::permit::{decide, permit, permit_to_show};
use crate::{Error, PortalState, format};

/// As many identifiers of one patient as are looked up.
const MOST_IDENTIFIERS: usize = 10;
/// As many NHS numbers as are looked up in one message.
const MOST_NUMBERS: usize = 50;

/// What the page shows of a message.
pub(crate) struct View {
    /// The message without its bytes.
    pub row: Row,
    /// What happened to it.
    pub events: Vec<Event>,
    /// The messages held behind it.
    pub held: Vec<i64>,
    /// What it wrote into the record.
    pub written: Vec<Trace>,
    /// The same patient's messages before and after it.
    pub neighbours: Neighbours,
    /// What it was made of, and what was made of it.
    pub copies: Vec<Copied>,
    /// Its content, after an audited reveal.
    pub content: Option<Content>,
    /// What trying it now came to.
    pub rehearsal: Option<Rehearsal>,
}

/// Why an operator does something.
#[derive(Deserialize)]
pub(crate) struct Reason {
    #[serde(default)]
    reason: String,
}

impl Reason {
    pub(crate) fn given(&self) -> Result<&str, Error> {
        enough(&self.reason)
    }
}

/// A reason with a few words in it.
pub(crate) fn enough(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    if reason.chars().count() < 5 {
        Err(Error::Invalid("say why, in a few words"))
    } else {
        Ok(reason)
    }
}

/// `GET /messages/{seq}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(seq): Path<i64>,
) -> Result<Markup, Error> {
    let permit =
        permit(&state, &reader, Action::ViewMessages, None, format!("message {seq}")).await?;
    let view = state.read(move |tx| view(tx, &permit, seq)).await?;
    Ok(show(&view, &reader))
}

/// `POST /messages/{seq}/content`: the reason goes into the trail before the content goes out.
pub(crate) async fn reveal(
    State(state): State<PortalState>,
    reader: Reader,
    Path(seq): Path<i64>,
    Form(reason): Form<Reason>,
) -> Result<Markup, Error> {
    let about = format!("content of message {seq}: {}", reason.given()?);
    let decision = decide(&state, &reader.actor, Action::ViewMessages, None, state.now()).await?;
    let job = move |tx: &mut Tx| {
        let received = engine::received(tx, seq)?;
        let people = people(tx, &received)?;
        Ok((received, people))
    };
    let read = if decision.allowed() { Some(state.read(job).await) } else { None };
    let people = read.iter().flatten().flat_map(|(_, people)| people.iter().copied()).collect();
    let permit = permit_to_show(&state, &reader, decision, people, about).await?;
    let (received, _) = read.ok_or(Error::NotFound)??;
    let ingest = state.ingest.clone();
    let job = move |tx: &mut Tx| {
        let view = view(tx, &permit, seq)?;
        let content = Content::read(received, &ingest);
        Ok(View { content: Some(content), ..view })
    };
    Ok(show(&state.read(job).await?, &reader))
}

/// The people that a message names, as far as they are known: by the sender's numbers in PID-3 and
/// MRG-1, and by any NHS number that stands in it.
fn people(tx: &mut Tx, received: &Received) -> Result<BTreeSet<PersonId>, Error> {
    let mut people = BTreeSet::new();
    for identity in identities(received) {
        people.extend(empi::person_of(tx, identity.local_patient())?);
    }
    for nhs_number in nhs_numbers(&received.bytes) {
        let search = Search { nhs_number: Some(nhs_number), ..Search::default() };
        people.extend(empi::find(tx, &search)?.people.into_iter().map(|found| found.id));
    }
    Ok(people)
}

fn identities(received: &Received) -> Vec<LocalIdentity> {
    let Ok(message) = hl7v2::parse(&received.bytes) else { return Vec::new() };
    let fields = ["PID-3", "MRG-1"].into_iter().flat_map(|field| {
        (1..=MOST_IDENTIFIERS).map(move |repetition| format!("{field}[{repetition}]"))
    });
    let identity = |field: String| {
        let value = message.get(&format!("{field}.1"))?;
        let authority = message.get(&format!("{field}.4.1"))?;
        Some(LocalIdentity::new(authority.into_owned(), value.into_owned()))
    };
    fields.filter_map(identity).collect()
}

/// Every run of ten digits that is an NHS number.
fn nhs_numbers(bytes: &[u8]) -> BTreeSet<NhsNumber> {
    let text = String::from_utf8_lossy(bytes);
    let runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 10);
    runs.filter_map(|run| NhsNumber::parse(run).ok()).take(MOST_NUMBERS).collect()
}

/// A message without its content.
pub(crate) fn view(tx: &mut Tx, permit: &Permit, seq: i64) -> Result<View, Error> {
    Ok(View {
        row: engine::message(tx, seq)?,
        events: engine::events(tx, seq)?,
        held: engine::held_behind(tx, seq)?,
        written: record::of_message(tx, permit, seq)?,
        neighbours: engine::neighbours(tx, seq)?,
        copies: engine::copies(tx, seq)?,
        content: None,
        rehearsal: None,
    })
}

/// The page.
pub(crate) fn show(view: &View, reader: &Reader) -> Markup {
    let row = &view.row;
    page(
        "Message",
        Some(reader),
        Place::Messages,
        html! {},
        html! {
            h1 { "Message " (row.seq) }
            @if let Some(rehearsal) = &view.rehearsal { (rehearsed(rehearsal, row)) }
            div.cs-columns {
                section.cs-card aria-labelledby="about" { h2 #about { "About it" } (facts(view)) }
                section.cs-card aria-labelledby="history" { h2 #history { "What happened" } (history(view)) (actions(row)) }
            }
            section.cs-card aria-labelledby="written" { h2 #written { "What it wrote" } (written(view)) }
            section.cs-card aria-labelledby="content" {
                h2 #content { "Content" }
                @match &view.content { Some(content) => { (content.show()) (edit_form(row, content)) } None => (reveal_form(row.seq)) }
            }
        },
    )
}

fn facts(view: &View) -> Markup {
    let row = &view.row;
    let facts = [
        ("State", label(row.state).to_owned()),
        ("Channel", row.channel.clone()),
        (
            "Type",
            if row.message_type.is_empty() {
                "unreadable".into()
            } else {
                row.message_type.clone()
            },
        ),
        ("Received", format::exact(row.received_at)),
        ("Processed", row.processed_at.map_or_else(|| "not yet".into(), format::exact)),
        ("Sender", row.sender.clone()),
        (
            "Control id",
            format!(
                "{}{}",
                row.control_id,
                if row.control_id_reused { " (used before for another message)" } else { "" }
            ),
        ),
        ("Size", format!("{} bytes", row.body_bytes)),
        ("Attempts", row.attempts.to_string()),
        ("Repeats", row.duplicates.to_string()),
        ("Configuration", row.config_hash.clone().unwrap_or_else(|| "none yet".into())),
    ];
    html! {
        table.cs-lines { tbody { @for (label, value) in facts { tr { th scope="row" { (label) } td { (value) } } } } }
        @if let Some((_, why)) = &row.error { p.cs-notice.cs-notice--warn { (why) } }
        @for copied in &view.copies {
            p.cs-notice {
                @if copied.copy == row.seq { "An edited copy of " a href={ "/messages/" (copied.original) } { "message " (copied.original) } }
                @else { "Replaced by an edited copy, " a href={ "/messages/" (copied.copy) } { "message " (copied.copy) } }
                ", by " (copied.actor) ": " (copied.reason)
            }
        }
        (neighbours(&view.neighbours))
        @if !view.held.is_empty() {
            p { "Held behind it: " @for seq in &view.held { a href={ "/messages/" (seq) } { (seq) } " " } }
        }
    }
}

fn history(view: &View) -> Markup {
    html! {
        @if view.events.is_empty() { p { "Nothing went wrong with it." } }
        @else {
            table.cs-lines {
                tbody {
                    @for event in &view.events {
                        tr {
                            td.cs-when { (format::exact(event.at)) }
                            td { (event.kind.code()) @if !event.actor.is_empty() { " by " (event.actor) } @if !event.note.is_empty() { span.cs-quiet { " " (event.note) } } }
                        }
                    }
                }
            }
        }
    }
}

fn actions(row: &Row) -> Markup {
    let may_retry = matches!(row.state, Standing::Parked | Standing::Retrying);
    let may_skip = may_retry || matches!(row.state, Standing::Held | Standing::Quarantined);
    html! {
        @if row.format == Format::Hl7v2 || row.state != Standing::Quarantined {
            form method="post" action={ "/messages/" (row.seq) "/test" } {
                button.nhsuk-button.nhsuk-button--secondary { "Test under the rules of now" }
                span.cs-quiet { " Changes nothing: shows what delivering it would do." }
            }
        }
        @if may_retry {
            form method="post" action={ "/messages/" (row.seq) "/retry" } { button.nhsuk-button { "Retry now" } }
        }
        @if may_skip {
            form.cs-filter method="post" action={ "/messages/" (row.seq) "/skip" } {
                label { "Skip it for good, because" input name="reason" minlength="5" maxlength="300" required; }
                button.nhsuk-button.nhsuk-button--secondary { "Skip" }
            }
        }
    }
}

fn reveal_form(seq: i64) -> Markup {
    html! {
        p { "The content is about a patient. Showing it is recorded with your reason." }
        form.cs-filter method="post" action={ "/messages/" (seq) "/content" } {
            label { "Why must you see it?" input name="reason" minlength="5" maxlength="300" required; }
            button.nhsuk-button.nhsuk-button--secondary { "Show the content" }
        }
    }
}

/// The patient's earlier and later message: what came before a fault, and what it holds up.
fn neighbours(neighbours: &Neighbours) -> Markup {
    html! {
        @if neighbours.earlier.is_some() || neighbours.later.is_some() {
            nav.cs-pages aria-label="Messages of this patient" {
                @if let Some(seq) = neighbours.earlier { a href={ "/messages/" (seq) } rel="prev" { "Same patient, earlier: " (seq) } }
                @if let Some(seq) = neighbours.later { a href={ "/messages/" (seq) } rel="next" { "Same patient, later: " (seq) } }
            }
        }
    }
}

fn written(view: &View) -> Markup {
    html! {
        @if view.written.is_empty() {
            p {
                @if view.row.state == Standing::Processed { "No resource got a new version: it said nothing new." }
                @else { "Nothing: it has had no effect." }
            }
        } @else {
            div.cs-scroll tabindex="0" role="group" aria-labelledby="written" {
                table.cs-lines {
                    thead { tr { th scope="col" { "Resource" } th scope="col" { "Version" } th scope="col" { "Of" } th scope="col" { "Stands" } } }
                    tbody {
                        @for trace in &view.written {
                            tr {
                                td { a href={ "/messages/written/" (trace.resource_type) "/" (trace.id) } { (trace.resource_type) " " (short(trace.id)) } }
                                td { (trace.version) }
                                td.cs-when { (format::date_time(trace.event_time)) }
                                td { (stands(trace)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Enough of an id to tell two apart on one page.
pub(crate) fn short(id: uuid::Uuid) -> String {
    id.to_string().chars().take(8).collect()
}

/// What became of a version.
pub(crate) fn stands(trace: &Trace) -> String {
    if trace.version == trace.current_version {
        "is current".to_owned()
    } else if trace.was_current {
        format!("was replaced; version {} is current", trace.current_version)
    } else {
        "older news: kept in the history".to_owned()
    }
}
