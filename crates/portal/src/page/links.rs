//! Which local records make this person, and why they were linked.

use std::collections::BTreeSet;

use access::Action;
use axum::extract::{Path, State};
use db::Tx;
use empi::{LinkEvent, LinkKind, LocalPatient, Person, ReviewState};
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
    let (links, names) = state
        .read(move |tx| {
            let person = empi::person(tx, id)?.ok_or(Error::NotFound)?;
            let history = empi::link_history(tx, person.id)?;
            let standing = standing(tx, &history)?;
            Ok((Links { person, history, standing }, names(tx)?))
        })
        .await?;
    let about = identity_about(&links.person, &names, &reader, state.now());
    let thresholds = Thresholds::of(&state.model);
    Ok(show(&about, &links, thresholds, &names, &reader))
}

/// A person's links, and how they came about.
pub(crate) struct Links {
    person: Person,
    history: Vec<LinkEvent>,
    /// The questions whose decision stands and can be taken back.
    standing: BTreeSet<i64>,
}

fn standing(tx: &mut Tx, history: &[LinkEvent]) -> Result<BTreeSet<i64>, Error> {
    let asked: BTreeSet<i64> = history.iter().filter_map(|event| question(&event.rule)).collect();
    let mut standing = BTreeSet::new();
    for id in asked {
        let review = empi::review(tx, id)?;
        let decided = |review: &empi::Review| matches!(review.state, ReviewState::Decided { .. });
        standing.extend(review.filter(decided).map(|review| review.id));
    }
    Ok(standing)
}

/// The question that a steward's event names: `decided by a steward, review 12`.
fn question(rule: &str) -> Option<i64> {
    rule.rsplit_once("review ")?.1.parse().ok()
}

/// The page.
fn show(
    about: &About,
    links: &Links,
    thresholds: Thresholds,
    names: &Names,
    reader: &Reader,
) -> Markup {
    let is_steward = reader.actor.role == Role::Steward;
    page(
        "Linked records",
        Some(reader),
        Place::Elsewhere,
        above(about, Tab::Links),
        html! {
            section.cs-card aria-labelledby="records" {
                h2 #records { "Records that are linked as this person" }
                (records(&links.person.local_patients, names))
                p.cs-quiet { "Nothing was copied or merged: each organisation's record stays as it is, and a wrong link can be taken back." }
                @if is_steward { (questions(&links.person, names)) }
            }
            section.cs-card aria-labelledby="history" {
                h2 #history { "Why, and what happened" }
                ol.cs-said reversed {
                    @for event in links.history.iter().rev() { li { (happened(event, links, thresholds, names, about.now, is_steward)) } }
                }
                @if links.history.is_empty() { p { "No link has been recorded." } }
            }
        },
    )
}

/// What waits for a steward about this person's own links.
fn questions(person: &Person, names: &Names) -> Markup {
    html! {
        @for question in &person.questions {
            p.cs-notice.cs-notice--warn {
                "Somebody has to say whether the records of " (names.of(&question.a)) " and " (names.of(&question.b)) " are one person's: "
                a href={ "/review/" (question.review) } { "question " (question.review) } "."
            }
        }
        p {
            a href={ "/review/raise?person=" (person.id) } data-key="a" { "Ask whether these records are one person’s, or another person’s too " kbd aria-hidden="true" { "a" } }
        }
        p { a href="/review" { "Open the queue of identity questions" } }
    }
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
    links: &Links,
    thresholds: Thresholds,
    names: &Names,
    now: Timestamp,
    is_steward: bool,
) -> Markup {
    let records = &links.person.local_patients;
    let record = records.iter().find(|record| record.id == event.local_patient);
    html! {
        p {
            strong {
                @match record {
                    Some(record) => { (names.of(&record.organisation)) " " (record.identity.value) }
                    None => "A record that belongs to another person now"
                }
                " " (what(event.kind))
            }
            ": " (event.rule) "."
            br;
            span.cs-quiet { (format::date_time(event.at)) " (" (format::ago(event.at, now)) "), by " (by(&event.actor)) "." }
            @if let Some(id) = question(&event.rule).filter(|_| is_steward) {
                " " a href={ "/review/" (id) } { "Question " (id) }
                @if links.standing.contains(&id) { " · " a href={ "/review/" (id) "/preview?decision=undo" } { "Take the decision back" span.nhsuk-u-visually-hidden { " on question " (id) } } }
            }
        }
        @if !event.waterfall.is_empty() {
            details {
                summary { "The evidence" @if let Some(weight) = event.weight { ": sum of weights " b { (signed(weight)) } } }
                (waterfall(&event.waterfall, event.weight.unwrap_or_default(), thresholds))
                @if !event.model_version.is_empty() { p.cs-quiet { "Weighed with model " (event.model_version) "." } }
            }
        }
    }
}

/// What happened to the record, after its name.
fn what(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Linked => "was linked",
        LinkKind::Unlinked => "was taken out",
        LinkKind::Merged => "came with a person who was joined with another",
        LinkKind::Split => "began a person of its own",
        LinkKind::Confirmed => "was confirmed",
        LinkKind::Refused => "was kept apart",
    }
}

fn by(actor: &str) -> &str {
    match actor {
        "engine" => "the matching engine",
        "source" => "the organisation itself",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_leads_back_to_its_question() {
        assert_eq!(question("decided by a steward, review 12"), Some(12));
        assert_eq!(question("a steward took back the decision, review 7"), Some(7));
        assert_eq!(question("the details agree well enough"), None);
    }
}
