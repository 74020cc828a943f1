//! Which local records make this person, and why they were linked.

use access::Action;
use axum::extract::{Path, State};
use empi::{Evidence, LinkEvent, LocalPatient, Person};
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
    Ok(show(&about, &person, &history, &names, &reader))
}

/// The page.
pub(crate) fn show(
    about: &About,
    person: &Person,
    history: &[LinkEvent],
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
                @for event in history.iter().rev() { (happened(event, person, names, about.now)) }
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

fn happened(event: &LinkEvent, person: &Person, names: &Names, now: Timestamp) -> Markup {
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
            (waterfall(&event.waterfall))
            @if !event.model_version.is_empty() { p.cs-quiet { "Weighed with model " (event.model_version) "." } }
        }
    }
}

/// What each field added: table and bars. A weight of 1 doubles the odds that two records are one person.
pub(crate) fn waterfall(parts: &[Evidence]) -> Markup {
    html! {
        @if !parts.is_empty() {
            table.cs-lines {
                thead { tr { th scope="col" { "Field" } th scope="col" { "Agreement" } th.cs-number scope="col" { "Weight" } th scope="col" { span.nhsuk-u-visually-hidden { "Bar" } } } }
                tbody {
                    @for part in parts {
                        tr { td { (part.field) } td { (part.level) } td.cs-number { (signed(part.weight)) } td { (bar(part.weight)) } }
                    }
                }
            }
        }
    }
}

/// For to the right, against to the left of the middle; the number beside it says the same.
fn bar(weight: f64) -> Markup {
    let length = weight.abs().min(20.0);
    let start = if weight < 0.0 { -length } else { 0.0 };
    html! {
        svg.cs-weight viewBox="-20 0 40 6" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect x=(format!("{start:.1}")) y="1" width=(format!("{length:.1}")) height="4" class=(if weight < 0.0 { "cs-against" } else { "cs-for" }) {}
            line x1="0" y1="0" x2="0" y2="6" stroke-width="0.3" {}
        }
    }
}

/// `+8.2`, `−3.1`.
pub(crate) fn signed(weight: f64) -> String {
    if weight < 0.0 { format!("\u{2212}{:.1}", weight.abs()) } else { format!("+{weight:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_signed_and_drawn_to_their_side() {
        assert_eq!((signed(8.25), signed(-3.1)), ("+8.2".into(), "\u{2212}3.1".into()));
        assert!(bar(-3.0).into_string().contains("x=\"-3.0\""));
        assert!(bar(99.0).into_string().contains("width=\"20.0\""));
    }
}
