//! The steward's queue: are these two records one person? Side by side, with the evidence.

use std::collections::BTreeSet;
use std::sync::Arc;

use access::Action;
use audit::{By, Event, Note};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use db::Tx;
use empi::{Decision, LocalPatient, Review};
use jiff::Timestamp;
use maud::{Markup, html};
use model::{Demographics, PersonId};
use serde::Deserialize;

use crate::layout::{Place, Reader, page, paging};
use crate::page::Paging;
use crate::page::links::{signed, waterfall};
use crate::page::names::{Names, names};
use crate::permit::{decide, permit, permit_to_show};
use crate::view::banner::gender;
use crate::{Error, PortalState, format};

const PAGE: u32 = 40;

/// `GET /review`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Query(paging): Query<Paging>,
) -> Result<Markup, Error> {
    let decision = decide(&state, &reader.actor, Action::ReviewMatches, None, state.now()).await?;
    let part = empi::Page { offset: paging.page.saturating_mul(PAGE), limit: PAGE };
    let job =
        move |tx: &mut Tx| Ok((empi::review_queue(tx, part)?, empi::review_count(tx)?, names(tx)?));
    let read = if decision.allowed() { Some(state.read(job).await) } else { None };
    let people = people(read.iter().flatten().flat_map(|(queue, _, _)| queue));
    permit_to_show(&state, &reader, decision, people, "the queue of possible duplicates").await?;
    let (queue, count, names) = read.ok_or(Error::NotFound)??;
    Ok(show_queue(&queue, count, paging.page, &names, &reader, state.now()))
}

/// `GET /review/{review}`.
pub(crate) async fn get_one(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
) -> Result<Markup, Error> {
    let decision = decide(&state, &reader.actor, Action::ReviewMatches, None, state.now()).await?;
    let job = move |tx: &mut Tx| Ok((empi::review(tx, id)?.ok_or(Error::NotFound)?, names(tx)?));
    let read = if decision.allowed() { Some(state.read(job).await) } else { None };
    let people = people(read.iter().flatten().map(|(review, _)| review));
    permit_to_show(&state, &reader, decision, people, format!("review {id}")).await?;
    let (review, names) = read.ok_or(Error::NotFound)??;
    Ok(show(&review, &names, &reader, state.now()))
}

/// Everybody whose records stand in these reviews.
fn people<'a>(reviews: impl Iterator<Item = &'a Review>) -> Vec<PersonId> {
    let people: BTreeSet<PersonId> =
        reviews.flat_map(|review| [review.a.person, review.b.person]).collect();
    people.into_iter().collect()
}

/// The steward's answer.
#[derive(Deserialize)]
pub(crate) struct Answer {
    decision: String,
    #[serde(default)]
    checked: String,
}

/// `POST /review/{review}`: the decision and its note are one commit.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
    Form(answer): Form<Answer>,
) -> Result<Redirect, Error> {
    let (decision, words) = match answer.decision.as_str() {
        "same" => (Decision::SamePerson, "same person"),
        "different" => (Decision::NotTheSame, "not the same person"),
        _ => return Err(Error::Invalid("choose whether the two records are one person")),
    };
    if answer.checked.is_empty() {
        return Err(Error::Invalid("tick that you have compared both records before deciding"));
    }
    permit(&state, &reader, Action::ReviewMatches, None, format!("review {id}: {words}")).await?;
    let (actor, now, model) = (reader.actor, state.now(), Arc::clone(&state.model));
    state
        .write(move |tx| {
            empi::decide(tx, &model, id, decision, &actor, now)?;
            let detail = format!("review {id}: {words}");
            audit::note(tx, &Note::new(By::Actor(&actor), Event::ReviewDecided, &detail), now)?;
            Ok(())
        })
        .await?;
    Ok(Redirect::to("/review"))
}

/// The queue.
pub(crate) fn show_queue(
    queue: &[Review],
    count: i64,
    at_page: u32,
    names: &Names,
    reader: &Reader,
    now: Timestamp,
) -> Markup {
    let more = (i64::from(at_page) + 1) * i64::from(PAGE) < count;
    page(
        "Possible duplicates",
        Some(reader),
        Place::Review,
        html! {},
        html! {
            section.cs-card aria-labelledby="queue" {
                h1 #queue { "Possible duplicates " span.cs-count { (count) } }
                @if queue.is_empty() {
                    p { "Nothing waits for a decision. New pairs appear here when sources send records that are alike." }
                } @else {
                    p.cs-quiet { "The most dangerous kinds stand first." }
                    div.cs-scroll tabindex="0" role="group" aria-labelledby="queue" {
                        table.cs-lines {
                            thead { tr { th scope="col" { "Question" } th scope="col" { "One record" } th scope="col" { "The other" } th.cs-number scope="col" { "Weight" } th scope="col" { "Since" } } }
                            tbody { @for review in queue { (queue_row(review, names, now)) } }
                        }
                    }
                }
                (paging("/review?", at_page, more))
            }
        },
    )
}

fn queue_row(review: &Review, names: &Names, now: Timestamp) -> Markup {
    let side = |record: &LocalPatient| {
        html! {
            (super::find::name(&record.demographics)) span.cs-quiet { " " (names.of(&record.organisation)) }
        }
    };
    html! {
        tr {
            td { a href={ "/review/" (review.id) } { (review.kind.label()) span.nhsuk-u-visually-hidden { ", review " (review.id) } } }
            td { (side(&review.a)) }
            td { (side(&review.b)) }
            td.cs-number { (signed(review.weight)) }
            td { (format::ago(review.at, now)) }
        }
    }
}

/// One review.
pub(crate) fn show(review: &Review, names: &Names, reader: &Reader, now: Timestamp) -> Markup {
    page(
        "Compare two records",
        Some(reader),
        Place::Review,
        html! {},
        html! {
            h1 { (review.kind.label()) }
            p.cs-quiet { "Review " (review.id) ", filed by " (review.filed_by) " " (format::ago(review.at, now)) "." }
            div.cs-columns {
                section.cs-card aria-labelledby="records" { h2 #records { "The two records" } (comparison(review, names)) }
                section.cs-card aria-labelledby="evidence" {
                    h2 #evidence { "The evidence" }
                    p { "Sum of weights " b { (signed(review.weight)) } ". A weight of 1 doubles the odds that these are one person." }
                    (waterfall(&review.waterfall))
                    p.cs-quiet { "Weighed with model " (review.model_version) "." }
                }
            }
            @if review.open { (decision(review)) } @else { p.cs-card { "This review is closed." } }
        },
    )
}

fn decision(review: &Review) -> Markup {
    let together = review.a.person == review.b.person;
    html! {
        form.cs-card method="post" action={ "/review/" (review.id) } {
            h2 { "Your decision" }
            p {
                @if together { "The two records are linked as one person now. " b { "Not the same" } " parts them." }
                @else { "The two records are two people now. " b { "Same person" } " links them." }
                " Your decision is kept, and nothing overrules it but another steward's."
            }
            div.nhsuk-checkboxes.nhsuk-checkboxes--small {
                div.nhsuk-checkboxes__item {
                    input.nhsuk-checkboxes__input #checked type="checkbox" name="checked" value="yes" required;
                    label.nhsuk-label.nhsuk-checkboxes__label for="checked" { "I have compared both records" }
                }
            }
            div.cs-choices {
                button.nhsuk-button name="decision" value="same" { "Same person" }
                button.nhsuk-button.nhsuk-button--secondary name="decision" value="different" { "Not the same" }
            }
        }
    }
}

fn comparison(review: &Review, names: &Names) -> Markup {
    let (a, b) = (&review.a, &review.b);
    let rows = [
        (
            "Organisation",
            names.of(&a.organisation).to_owned(),
            names.of(&b.organisation).to_owned(),
            false,
        ),
        ("Their number", a.identity.value.clone(), b.identity.value.clone(), false),
    ];
    let facts = facts(&a.demographics).into_iter().zip(facts(&b.demographics));
    let facts = facts.map(|((label, x), (_, y))| (label, x, y, true));
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="records" {
            table.cs-lines {
                thead { tr { th scope="col" { span.nhsuk-u-visually-hidden { "Field" } } th scope="col" { "One record" } th scope="col" { "The other" } th scope="col" { "" span.nhsuk-u-visually-hidden { "Compared" } } } }
                tbody {
                    @for (label, x, y, compared) in rows.into_iter().chain(facts) {
                        tr { th scope="row" { (label) } td { (said(&x)) } td { (said(&y)) } td { @if compared { (verdict(&x, &y)) } } }
                    }
                }
            }
        }
    }
}

fn said(text: &str) -> &str {
    if text.is_empty() { "Not recorded" } else { text }
}

/// In words as well as in colour. A title in parentheses is no difference; what is protected or not
/// recorded cannot be compared.
fn verdict(x: &str, y: &str) -> Markup {
    let unknown = |text: &str| text.is_empty() || text == PROTECTED;
    let bare = |text: &str| text.split_once(" (").map_or(text, |(name, _)| name).to_lowercase();
    html! {
        @if unknown(x) || unknown(y) { span.cs-quiet { "cannot tell" } }
        @else if bare(x) == bare(y) { "same" }
        @else { span.cs-differs { "differs" } }
    }
}

/// Where a sensitive person lives, and with it their practice, is shown to no one (PDS S-flag).
const PROTECTED: &str = "Protected: not shown";

fn facts(who: &Demographics) -> [(&'static str, String); 8] {
    let former: Vec<String> = who.names.iter().skip(1).map(format::name).collect();
    let address = who.addresses.first().map(|address| {
        let parts = address.lines.iter().chain(&address.city).chain(&address.postcode);
        parts.map(String::as_str).collect::<Vec<_>>().join(", ")
    });
    let practice = who.gp_practice.as_ref().map(ToString::to_string);
    let place = |known: Option<String>| {
        if who.sensitive { PROTECTED.to_owned() } else { known.unwrap_or_default() }
    };
    let died = match (who.deceased, who.death_date) {
        (true, Some(date)) => format::date(date),
        (true, None) => "Yes, date not recorded".to_owned(),
        (false, _) => String::new(),
    };
    [
        ("Name", who.name().map(format::name).unwrap_or_default()),
        ("Other names", former.join("; ")),
        ("Born", who.birth_date.map(format::date).unwrap_or_default()),
        ("Gender", who.gender.map(|known| gender(Some(known)).to_owned()).unwrap_or_default()),
        ("NHS No.", who.nhs_number.map(|number| number.spaced()).unwrap_or_default()),
        ("Address", place(address)),
        ("GP practice", place(practice)),
        ("Died", died),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_side_does_not_say_is_not_called_a_difference() {
        assert!(
            verdict("HARDY, Thomasina (Mrs)", "Hardy, Thomasina").into_string().contains("same")
        );
        assert!(verdict("HARDY", "HANDY").into_string().contains("differs"));
        assert!(verdict("HARDY", "").into_string().contains("cannot tell"));
    }

    #[test]
    fn a_protected_place_is_named_as_protected_and_not_compared() {
        let who = Demographics { sensitive: true, ..Demographics::default() };
        let shown: Vec<_> = facts(&who).into_iter().filter(|(_, text)| text == PROTECTED).collect();
        assert_eq!(
            shown.iter().map(|(label, _)| *label).collect::<Vec<_>>(),
            ["Address", "GP practice"]
        );
        assert!(verdict(PROTECTED, PROTECTED).into_string().contains("cannot tell"));
    }
}
