//! Which local records make this person, and why they were linked.

use access::Action;
use axum::extract::{Path, State};
use empi::{LinkEvent, LocalPatient, Person};
use jiff::Timestamp;
use maud::{Markup, html};
use model::Role;

use crate::layout::{Place, Reader, page};
use crate::page::PersonPath;
use crate::page::names::{Names, names};
use crate::page::record::{About, Tab, above};
use crate::page::record_view::identity_about;
use crate::permit::permit;
use crate::view::banner::gender;
use crate::view::waterfall::{Thresholds, signed, waterfall};
use crate::{Error, PortalState, format};

/// `GET /people/{person}/links`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(path): Path<PersonPath>,
) -> Result<Markup, Error> {
    let permit = permit(&state, &reader, Action::ViewIdentity, Some(path.id()?), "").await?;
    let id = permit.person().ok_or(Error::NotFound)?;
    let (person, history, names) = state
        .read(move |tx| {
            let person = empi::person(tx, id)?.ok_or(Error::NotFound)?;
            let history = empi::link_history(tx, person.id)?;
            Ok((person, history, names(tx)?))
        })
        .await?;
    let about = identity_about(&person, &names, &reader, state.now());
    let thresholds = Thresholds::of(&state.model);
    Ok(show(&about, &person, &history, thresholds, &names, &reader))
}

/// The page.
pub(crate) fn show(
    about: &About,
    person: &Person,
    history: &[LinkEvent],
    thresholds: Thresholds,
    names: &Names,
    reader: &Reader,
) -> Markup {
    page(
        "Linked records",
        Some(reader),
        Place::Elsewhere,
        above(about, Tab::Links),
        html! {
            section.cs-card aria-labelledby="records" {
                h2 #records { "Records that are linked as this person" }
                (records(&person.local_patients, names))
                p.cs-quiet { "Nothing was copied or merged: each organisation's record stays as it is, and a wrong link can be taken back." }
                @if reader.actor.role == Role::Steward { p { a href="/review" { "Open the queue of possible duplicates" } } }
            }
            section.cs-card aria-labelledby="history" {
                h2 #history { "Why, and what happened" }
                @for event in history.iter().rev() { (happened(event, person, thresholds, names, about.now)) }
                @if history.is_empty() { p { "No link has been recorded." } }
            }
        },
    )
}

fn records(records: &[LocalPatient], names: &Names) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="records" {
            table.cs-lines {
                thead { tr { th scope="col" { "Organisation" } th scope="col" { "Their number" } th scope="col" { "Name" } th scope="col" { "Born" } th scope="col" { "Gender" } th scope="col" { "NHS No." } th scope="col" { "Address" } th scope="col" { "Changed" } } }
                tbody {
                    @for record in records {
                        @let who = &record.demographics;
                        tr {
                            td { (names.of(&record.organisation)) @if record.merged_into.is_some() { " " span.cs-tag { "merged by them" } } }
                            td { (record.identity.value) }
                            td { (super::find::name(who)) }
                            td { (who.birth_date.map_or_else(|| "Not recorded".to_owned(), format::date)) }
                            td { (gender(who.gender)) }
                            td.cs-nhs { (who.nhs_number.map_or_else(|| "Not recorded".to_owned(), |number| number.spaced())) }
                            td { @if who.sensitive { "Protected" } @else { (who.addresses.first().and_then(|address| address.postcode.clone()).unwrap_or_else(|| "Not recorded".into())) } }
                            td.cs-when { (format::day(record.updated_at)) }
                        }
                    }
                }
            }
        }
    }
}

fn happened(
    event: &LinkEvent,
    person: &Person,
    thresholds: Thresholds,
    names: &Names,
    now: Timestamp,
) -> Markup {
    let record = person.local_patients.iter().find(|record| record.id == event.local_patient);
    html! {
        details open[event.waterfall.is_empty()] {
            summary {
                strong { (event.kind.label()) } " "
                @match record {
                    Some(record) => { (names.of(&record.organisation)) " " (record.identity.value) }
                    None => "a record that belongs to another person now"
                }
                " · " (format::date_time(event.at)) " (" (format::ago(event.at, now)) ") · by " (event.actor)
            }
            p { (event.rule) @if let Some(weight) = event.weight { " Sum of weights " b { (signed(weight)) } "." } }
            (waterfall(&event.waterfall, event.weight.unwrap_or_default(), thresholds))
            @if !event.model_version.is_empty() { p.cs-quiet { "Weighed with model " (event.model_version) "." } }
        }
    }
}
