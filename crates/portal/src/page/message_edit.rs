//! An edited copy of a message that stands still: the copy goes in as a message of its own, the original
//! is skipped, and both stay.

use access::Action;
use audit::{By, Event, Note};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use engine::{Accepts, Channel, ChannelKind, Format, Row, State as Standing};
use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::Reader;
use crate::page::message::enough;
use crate::page::message_fields::Content;
use crate::permit::permit;
use crate::{Error, PortalState};

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Edited {
    #[serde(default)]
    text: String,
    #[serde(default)]
    reason: String,
}

/// `POST /messages/{seq}/edit`. The copy is stored first: if the server stops between the two, the same
/// again finds it and goes on.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Path(seq): Path<i64>,
    Form(edited): Form<Edited>,
) -> Result<Response, Error> {
    let reason = enough(&edited.reason)?.to_owned();
    let about = format!("message {seq}: an edited copy");
    permit(&state, &reader, Action::OperateMessages, None, about).await?;
    let row = state.read(move |tx| Ok(engine::message(tx, seq)?)).await?;
    if !may_edit(&row) {
        return Err(Error::Invalid("only an HL7 v2 message that stands still can be edited"));
    }
    let channel = channel(&state, &row)?;
    let now = state.now();
    let copy = engine::edited_copy(&channel, &edited.text, now)?;
    let inbox = state.inbox.clone();
    let stored = tokio::task::spawn_blocking(move || inbox.store(vec![copy]));
    let stored = stored.await.map_err(|_| Error::Unanswered)??;
    let copy = stored.first().map(|receipt| receipt.seq).ok_or(Error::Unanswered)?;
    if copy == seq {
        return Err(Error::Invalid("nothing differs from the message; retry it instead"));
    }
    let actor = reader.actor;
    state
        .write(move |tx| {
            engine::note_copy(tx, (seq, copy), &reason, &actor.name, now)?;
            let detail = format!("message {seq}: as message {copy}: {reason}");
            audit::note(tx, &Note::new(By::Actor(&actor), Event::MessageEdited, &detail), now)?;
            Ok(())
        })
        .await?;
    state.inbox.wake();
    Ok(Redirect::to(&format!("/messages/{copy}")).into_response())
}

/// The channel as the copy is read: whose numbers are its own.
fn channel(state: &PortalState, row: &Row) -> Result<Channel, Error> {
    let feed = state
        .ingest
        .feed(&row.channel)
        .ok_or(Error::Invalid("its channel is not in the configuration any more"))?;
    Ok(Channel {
        name: row.channel.clone(),
        organisation: feed.organisation.clone(),
        authority: feed.authority.clone(),
        aliases: feed.aliases.clone(),
        accepts: Accepts::default(),
        kind: ChannelKind::Hl7Http { path: String::new() },
    })
}

fn may_edit(row: &Row) -> bool {
    row.format == Format::Hl7v2
        && matches!(
            row.state,
            Standing::Parked | Standing::Retrying | Standing::Held | Standing::Quarantined
        )
}

/// The form, below a content that was shown.
pub(crate) fn edit_form(row: &Row, content: &Content) -> Markup {
    if !may_edit(row) {
        return html! {};
    }
    html! {
        details {
            summary { "Edit a copy" }
            form method="post" action={ "/messages/" (row.seq) "/edit" } {
                p { "The copy takes this message's place: it is delivered under the rules of now, and this one is skipped. Both stay in the log. It is better to mend the sender or the channel's rules where more messages will come like this." }
                label.nhsuk-label for="text" { "The message, one segment a line" }
                textarea #text.nhsuk-textarea.cs-message name="text" rows="14" spellcheck="false" required { "\n" (content.text()) }
                label.nhsuk-label for="edit-reason" { "Why is it edited?" }
                input #edit-reason.nhsuk-input name="reason" minlength="5" maxlength="300" required;
                button.nhsuk-button { "Put the copy in its place" }
            }
        }
    }
}
