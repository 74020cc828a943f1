//! What an operator can do with a message: try it, let it go on, or decide that it shall have no effect.

use access::Action;
use audit::{By, Event as TrailEvent, Note};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use db::Tx;
use engine::{Row, State as Standing};
use ingest::{Change, Rehearsal};
use maud::{Markup, html};

use crate::layout::Reader;
use crate::page::message::{Reason, View, short, show, view};
use crate::permit::permit;
use crate::{Error, PortalState};

/// `POST /messages/{seq}/test`: delivers it under the rules of now, and takes it back.
pub(crate) async fn test(
    State(state): State<PortalState>,
    reader: Reader,
    Path(seq): Path<i64>,
) -> Result<Markup, Error> {
    let about = format!("message {seq}: test");
    permit(&state, &reader, Action::OperateMessages, None, about).await?;
    let about = format!("message {seq}");
    let may_view = permit(&state, &reader, Action::ViewMessages, None, about).await?;
    let ingest = state.ingest.clone();
    let job = move |tx: &mut Tx| {
        let received = engine::received(tx, seq)?;
        let rehearsal = ingest::rehearse(&ingest, tx, &received)?;
        Ok(View { rehearsal: Some(rehearsal), ..view(tx, &may_view, seq)? })
    };
    Ok(show(&state.write(job).await?, &reader))
}

/// `POST /messages/{seq}/retry`.
pub(crate) async fn retry(
    State(state): State<PortalState>,
    reader: Reader,
    Path(seq): Path<i64>,
) -> Result<Response, Error> {
    permit(&state, &reader, Action::OperateMessages, None, format!("message {seq}: retry")).await?;
    let (actor, now) = (reader.actor, state.now());
    state
        .write(move |tx| {
            engine::retry(tx, seq, &actor.name, now)?;
            let detail = format!("message {seq}");
            audit::note(
                tx,
                &Note::new(By::Actor(&actor), TrailEvent::MessageRetried, &detail),
                now,
            )?;
            Ok(())
        })
        .await?;
    state.inbox.wake();
    Ok(Redirect::to(&format!("/messages/{seq}")).into_response())
}

/// `POST /messages/{seq}/skip`.
pub(crate) async fn skip(
    State(state): State<PortalState>,
    reader: Reader,
    Path(seq): Path<i64>,
    Form(reason): Form<Reason>,
) -> Result<Response, Error> {
    let reason = reason.given()?.to_owned();
    permit(&state, &reader, Action::OperateMessages, None, format!("message {seq}: skip")).await?;
    let (actor, now) = (reader.actor, state.now());
    state
        .write(move |tx| {
            engine::skip(tx, seq, &reason, &actor.name, now)?;
            let detail = format!("message {seq}: {reason}");
            audit::note(
                tx,
                &Note::new(By::Actor(&actor), TrailEvent::MessageSkipped, &detail),
                now,
            )?;
            Ok(())
        })
        .await?;
    state.inbox.wake();
    Ok(Redirect::to(&format!("/messages/{seq}")).into_response())
}

/// What a test came to.
pub(crate) fn rehearsed(rehearsal: &Rehearsal, row: &Row) -> Markup {
    html! {
        section.cs-card aria-labelledby="test" {
            h2 #test { "Tested under the rules of now" }
            @if let Some(sentence) = &rehearsal.refused {
                p.cs-notice.cs-notice--danger role="status" { "It would not be delivered: " (sentence) "." }
            } @else {
                p.cs-notice role="status" {
                    "It would be delivered"
                    @if rehearsal.changes.is_empty() { ", and would change nothing: all it says is known." }
                    @else { ", and would write " (counted(rehearsal.changes.len(), "version", "versions")) "." }
                    @if matches!(row.state, Standing::Parked | Standing::Retrying) { " Retry it to let that happen." }
                }
                @if !rehearsal.changes.is_empty() { (changes(&rehearsal.changes)) }
                @if !rehearsal.unmapped.is_empty() {
                    details {
                        summary { (counted(rehearsal.unmapped.len(), "field", "fields")) " with a value would not be used" }
                        p.cs-message { (rehearsal.unmapped.join(" ")) }
                    }
                }
            }
            p.cs-quiet { "Nothing was kept of this test." }
        }
    }
}

fn changes(changes: &[Change]) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="test" {
            table.cs-lines {
                thead { tr { th scope="col" { "Resource" } th scope="col" { "Would be" } th scope="col" { "Elements that would differ" } } }
                tbody {
                    @for change in changes {
                        tr {
                            td { (change.resource_type) " " (short(change.id)) }
                            td { (if change.is_new { "new" } else if change.is_older { "older news, kept in the history" } else { "changed" }) }
                            td.cs-what { @if change.is_new { "all of it" } @else { (change.paths.join(", ")) } }
                        }
                    }
                }
            }
        }
    }
}

fn counted(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}
