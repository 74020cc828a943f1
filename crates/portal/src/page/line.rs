//! Which messages said a line of a record: for those who may see the line, and, without what it says,
//! for those who keep the messages flowing.

use access::Action;
use axum::extract::{Path, State};
use maud::{Markup, html};
use model::{PersonId, Role};
use record::Lineage;
use serde::Deserialize;
use uuid::Uuid;

use crate::layout::{Place, Reader, page};
use crate::page::message::{short, stands};
use crate::page::names::{Names, names};
use crate::page::record::{Tab, above};
use crate::page::record_view::identity_about;
use crate::permit::permit;
use crate::{Error, PortalState, format};

/// A line of a person's record in an address.
#[derive(Deserialize)]
pub(crate) struct LinePath {
    person: String,
    kind: String,
    id: String,
}

/// A resource in an address.
#[derive(Deserialize)]
pub(crate) struct WrittenPath {
    kind: String,
    id: String,
}

/// `GET /people/{person}/lines/{type}/{id}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(path): Path<LinePath>,
) -> Result<Markup, Error> {
    let person: PersonId = path.person.parse().map_err(|_| Error::NotFound)?;
    let id: Uuid = path.id.parse().map_err(|_| Error::NotFound)?;
    let kind = resource_type(path.kind)?;
    let about = format!("where {kind} {id} came from");
    let permit = permit(&state, &reader, Action::ViewRecord, Some(person), about).await?;
    let job = move |tx: &mut db::Tx| {
        let lineage = record::of_line(tx, &permit, &kind, id)?.ok_or(Error::NotFound)?;
        let person = permit.person().ok_or(Error::NotFound)?;
        let person = empi::person(tx, person)?.ok_or(Error::NotFound)?;
        Ok((lineage, person, names(tx)?, kind))
    };
    let (lineage, person, names, kind) = state.read(job).await?;
    let about = identity_about(&person, &names, &reader, state.now());
    let title = lineage.text.clone().unwrap_or_else(|| kind.clone());
    Ok(page(
        "Where a line came from",
        Some(&reader),
        Place::Elsewhere,
        above(&about, Tab::Other),
        html! {
            section.cs-card aria-labelledby="line" {
                h1 #line { (title) }
                p.cs-quiet { (kind) " " (short(id)) ". Every message that said or changed this line, newest first." }
                (versions(&lineage, &names, &reader))
            }
        },
    ))
}

/// `GET /messages/written/{type}/{id}`.
pub(crate) async fn written(
    State(state): State<PortalState>,
    reader: Reader,
    Path(path): Path<WrittenPath>,
) -> Result<Markup, Error> {
    let id: Uuid = path.id.parse().map_err(|_| Error::NotFound)?;
    let kind = resource_type(path.kind)?;
    let about = format!("the messages behind {kind} {id}");
    let permit = permit(&state, &reader, Action::ViewMessages, None, about).await?;
    let job = move |tx: &mut db::Tx| {
        let lineage = record::of_resource(tx, &permit, &kind, id)?.ok_or(Error::NotFound)?;
        Ok((lineage, names(tx)?, kind))
    };
    let (lineage, names, kind) = state.read(job).await?;
    Ok(page(
        "Messages behind a resource",
        Some(&reader),
        Place::Messages,
        html! {},
        html! {
            section.cs-card aria-labelledby="line" {
                h1 #line { "Messages behind " (kind) " " (short(id)) }
                (versions(&lineage, &names, &reader))
            }
        },
    ))
}

/// Letters only: it goes into the trail and onto the page.
fn resource_type(text: String) -> Result<String, Error> {
    let is_name = !text.is_empty() && text.len() <= 64;
    if is_name && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(text)
    } else {
        Err(Error::NotFound)
    }
}

fn versions(lineage: &Lineage, names: &Names, reader: &Reader) -> Markup {
    let operates = reader.actor.role == Role::Administrator;
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="line" {
            table.cs-lines {
                thead {
                    tr {
                        th scope="col" { "Version" } th scope="col" { "Speaks of" } th scope="col" { "Written" }
                        th scope="col" { "Said by" } th scope="col" { "Message" } th scope="col" { "Channel" }
                        th scope="col" { "Rules" } th scope="col" { "Stands" }
                    }
                }
                tbody {
                    @for (trace, message) in &lineage.versions {
                        tr {
                            td { (trace.version) }
                            td.cs-when { (format::date_time(trace.event_time)) }
                            td.cs-when { (format::exact(trace.recorded_at)) }
                            td { (names.of_code(&trace.organisation)) }
                            @match message {
                                Some(row) => {
                                    td {
                                        @if operates { a href={ "/messages/" (row.seq) } { (row.seq) } } @else { (row.seq) }
                                        " " (row.message_type)
                                    }
                                    td { (row.channel) }
                                    td { (row.config_hash.as_deref().map_or("", |hash| hash.get(..8).unwrap_or(hash))) }
                                }
                                None => td colspan="3" { "not in the log" }
                            }
                            td { (stands(trace)) }
                        }
                    }
                }
            }
        }
        @if !operates {
            p.cs-quiet { "If a line is wrong, give the message's number to those who run this record: they can show what was sent." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_type_and_nothing_else() {
        assert!(resource_type("Observation".into()).is_ok());
        for text in ["", "a b", "<b>", "Observation/1"] {
            assert!(resource_type(text.into()).is_err(), "{text}");
        }
    }
}
