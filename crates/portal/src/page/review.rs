//! The steward's queue: which questions wait, whoever is in hospital first, then the most dangerous.

use std::collections::BTreeSet;

use access::Action;
use axum::extract::{Query, State};
use db::Tx;
use empi::{Counts, LocalPatient, Review, ReviewFilter, ReviewKind, ReviewState, ReviewStates};
use jiff::Timestamp;
use maud::{Markup, html};
use model::{NhsNumberStatus, PersonId};
use serde::Deserialize;

use crate::layout::{Place, Reader, page};
use crate::page::names::{Names, names};
use crate::page::{review_done, review_keys};
use crate::permit::{decide, permit_to_show};
use crate::view::waterfall::signed;
use crate::{Error, PortalState, format};

const PAGE: u32 = 40;

/// Which part of the queue somebody works through; it goes along from question to question.
#[derive(Deserialize, Default, Clone)]
pub(crate) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
    /// Pages already read.
    #[serde(default)]
    page: u32,
    /// The question that was just decided, to say so and offer to take it back.
    #[serde(default)]
    pub done: Option<i64>,
}

impl Asked {
    /// Where a form says that somebody works.
    pub(crate) fn of(kind: &str, state: &str) -> Self {
        Self { kind: kind.to_owned(), state: state.to_owned(), ..Self::default() }
    }

    pub(crate) fn filter(&self) -> ReviewFilter {
        let states = ReviewStates::parse(&self.state).unwrap_or_default();
        ReviewFilter { kind: ReviewKind::parse(&self.kind), states }
    }

    /// The questions that still wait here; of a list of what is settled, those to do.
    pub(crate) fn waiting(&self) -> ReviewFilter {
        let filter = self.filter();
        match filter.states {
            ReviewStates::Decided | ReviewStates::Resolved => {
                ReviewFilter { states: ReviewStates::ToDo, ..filter }
            }
            _ => filter,
        }
    }

    /// The same part in an address: `kind=twins&state=to_do`.
    pub(crate) fn query(&self) -> String {
        query(self.filter().kind, self.filter().states)
    }

    /// The same part in a form.
    pub(crate) fn hidden(&self) -> Markup {
        let filter = self.filter();
        html! {
            input type="hidden" name="kind" value=(filter.kind.map_or("", ReviewKind::code));
            input type="hidden" name="state" value=(filter.states.code());
        }
    }
}

fn query(kind: Option<ReviewKind>, states: ReviewStates) -> String {
    format!("kind={}&state={}", kind.map_or("", ReviewKind::code), states.code())
}

/// `GET /review`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let now = state.now();
    let decision = decide(&state, &reader.actor, Action::ReviewMatches, None, now).await?;
    let (filter, done) = (asked.filter(), asked.done);
    // One more than is shown tells whether there is a next page.
    let part = empi::Page { offset: asked.page.saturating_mul(PAGE), limit: PAGE + 1 };
    let job = move |tx: &mut Tx| {
        let reviews = empi::review_queue(tx, &filter, part, now)?;
        let counts = empi::review_counts(tx)?;
        Ok(Queue { reviews, counts, done: review_done::read(tx, done)?, names: names(tx)? })
    };
    let read = if decision.allowed() { Some(state.read(job).await) } else { None };
    let people: BTreeSet<PersonId> = read
        .iter()
        .flatten()
        .flat_map(Queue::shown)
        .flat_map(|review| [review.a.person, review.b.person])
        .collect();
    let people = people.into_iter().collect();
    permit_to_show(&state, &reader, decision, people, "the queue of identity questions").await?;
    Ok(show(&read.ok_or(Error::NotFound)??, &asked, &reader, now))
}

struct Queue {
    reviews: Vec<Review>,
    counts: Counts,
    done: Option<review_done::Done>,
    names: Names,
}

impl Queue {
    fn shown(&self) -> impl Iterator<Item = &Review> {
        self.reviews.iter().take(usize::try_from(PAGE).unwrap_or(usize::MAX))
    }

    fn has_more(&self) -> bool {
        self.reviews.len() > self.shown().count()
    }
}

/// The queue.
fn show(queue: &Queue, asked: &Asked, reader: &Reader, now: Timestamp) -> Markup {
    let states = asked.filter().states;
    page(
        "Identity questions",
        Some(reader),
        Place::Review,
        html! {},
        html! {
            nav.cs-trail aria-label="Stewardship" {
                a href="/review/measures" { "Measures and samples" }
                (review_keys::button())
            }
            (review_done::banner(queue.done.as_ref(), asked, &queue.names))
            h1 #queue { "Identity questions " span.cs-count { (queue.counts.total()) " to do" } }
            (tabs(queue, asked))
            section.cs-card aria-labelledby="list" {
                h2 #list { (states.label()) @if let Some(kind) = asked.filter().kind { ": " (kind.label()) } }
                @if queue.reviews.is_empty() && asked.page > 0 {
                    p { "This page is past the end of the list. " a href={ "/review?" (asked.query()) } { "To its first page" } }
                } @else if queue.reviews.is_empty() {
                    p { (nothing(asked.filter())) }
                } @else {
                    p.cs-quiet { (order(states, queue.counts.in_hospital)) }
                    (list(queue, asked, now))
                }
                (paging(queue, asked))
            }
            (review_keys::help())
        },
    )
}

fn tabs(queue: &Queue, asked: &Asked) -> Markup {
    let (filter, counts) = (asked.filter(), &queue.counts);
    let kinds = [(None, "All", counts.total())];
    let kinds = kinds
        .into_iter()
        .chain(counts.to_do.iter().map(|(kind, count)| (Some(*kind), kind.label(), *count)));
    let waiting = |states| match states {
        ReviewStates::ToDo => Some(counts.total()),
        ReviewStates::AwaitingSecond => Some(counts.awaiting_second),
        ReviewStates::Referred => Some(counts.referred),
        ReviewStates::Decided | ReviewStates::Resolved => None,
    };
    let current = |is| if is { Some("page") } else { None };
    html! {
        nav.cs-tabs aria-label="Kinds of question" {
            ul {
                @for (kind, label, count) in kinds {
                    li { a href={ "/review?" (query(kind, filter.states)) } aria-current=[current(kind == filter.kind)] { (label) " " span.cs-count { "(" (count) ")" } } }
                }
            }
        }
        nav.cs-tabs.cs-tabs--small aria-label="Where they stand" {
            ul {
                @for states in ReviewStates::ALL {
                    li { a href={ "/review?" (query(filter.kind, states)) } aria-current=[current(states == filter.states)] { (states.label()) @if let Some(count) = waiting(states) { " " span.cs-count { "(" (count) ")" } } } }
                }
            }
        }
    }
}

fn nothing(filter: ReviewFilter) -> &'static str {
    match (filter.states, filter.kind) {
        (ReviewStates::ToDo, None) => {
            "Nothing waits for a decision. Questions appear here when sources send records that are alike, or that contradict each other."
        }
        (ReviewStates::ToDo, Some(_)) => {
            "Nothing of this kind waits for a decision. Look under All."
        }
        (ReviewStates::AwaitingSecond, _) => {
            "Nothing waits for a second steward. Questions stand here after one steward has said that two people with two verified NHS numbers are one."
        }
        (ReviewStates::Referred, _) => {
            "No source is being asked. Questions that you refer stand here until their source sends new details."
        }
        (ReviewStates::Decided, _) => "No steward has decided anything here yet.",
        (ReviewStates::Resolved, _) => "No question has been settled by newer details yet.",
    }
}

fn order(states: ReviewStates, in_hospital: i64) -> String {
    match (states, in_hospital) {
        (ReviewStates::Decided | ReviewStates::Resolved, _) => "The newest first.".into(),
        (_, 0) => "People seen lately first, and the kinds that can do most harm.".into(),
        (_, 1) => "Whoever is in hospital now first (one question), then people seen lately, and the kinds that can do most harm.".into(),
        (_, count) => format!("Whoever is in hospital now first ({count} questions), then people seen lately, and the kinds that can do most harm."),
    }
}

fn list(queue: &Queue, asked: &Asked, now: Timestamp) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="list" {
            table.cs-lines.cs-queue {
                thead { tr { th scope="col" { "Question" } th scope="col" { "Record A" } th scope="col" { "Record B" } th scope="col" { "Why here" } th.cs-number scope="col" { "Weight" } th scope="col" { "Filed" } } }
                tbody { @for review in queue.shown() { (row(review, asked, &queue.names, now)) } }
            }
        }
    }
}

fn row(review: &Review, asked: &Asked, names: &Names, now: Timestamp) -> Markup {
    let side = |record: &LocalPatient| {
        html! {
            (super::find::name(&record.demographics)) br; span.cs-quiet { (names.of(&record.organisation)) }
        }
    };
    html! {
        tr {
            td {
                a data-row href={ "/review/" (review.id) "?" (asked.query()) } { (review.kind.label()) span.nhsuk-u-visually-hidden { ", question " (review.id) } }
                @if holds_two_numbers(review) { br; span.cs-tag { "two verified NHS numbers" } }
                @if review.state != ReviewState::Open { br; (stands(&review.state, names)) }
            }
            td { (side(&review.a)) }
            td { @if review.is_one_record() { span.cs-quiet { "The same record" } } @else { (side(&review.b)) } }
            td.cs-queue__why { (reasons(review)) }
            td.cs-number { span.cs-on-phone { "Weight " } (signed(review.weight)) }
            td.cs-queue__filed { span.cs-on-phone { "filed " } span title=(format::date_time(review.at)) { (format::ago(review.at, now)) } }
        }
    }
}

/// Both records hold a verified NHS number, and not the same: joining them takes two stewards.
pub(crate) fn holds_two_numbers(review: &Review) -> bool {
    let verified = |record: &LocalPatient| {
        let status = record.demographics.nhs_number_status;
        record.demographics.nhs_number.filter(|_| status == NhsNumberStatus::Verified)
    };
    verified(&review.a).zip(verified(&review.b)).is_some_and(|(a, b)| a != b)
}

/// Where a question stands, short.
fn stands(state: &ReviewState, names: &Names) -> Markup {
    html! {
        @match state {
            ReviewState::Open => {},
            ReviewState::AwaitingSecond { by, .. } => span.cs-tag { "first answer by " (by) },
            ReviewState::Referred { to, .. } => span.cs-tag { "referred to " (names.of(to)) },
            ReviewState::Decided { by, at } | ReviewState::Resolved { by, at } => span.cs-quiet { "by " (by) ", " (format::day(*at)) },
        }
    }
}

/// Why a question stands where it stands; being in hospital first, with a ground of its own.
pub(crate) fn reasons(review: &Review) -> Markup {
    let now = |place: usize| place == 0 && review.priority.in_hospital;
    html! {
        ul.cs-reasons {
            @for (place, reason) in review.priority.reasons.iter().enumerate() {
                li.cs-reason--now[now(place)] { (reason) }
            }
        }
    }
}

fn paging(queue: &Queue, asked: &Asked) -> Markup {
    let to = |page: u32| format!("/review?{}&page={page}", asked.query());
    html! {
        @if asked.page > 0 || queue.has_more() {
            nav.cs-pages aria-label="Pages" {
                @if asked.page > 0 { a href=(to(asked.page - 1)) rel="prev" { "Page before" } }
                @if queue.has_more() { a href=(to(asked.page + 1)) rel="next" { "Next page" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_where_somebody_works_and_nothing_else() {
        let asked = Asked { page: 3, done: Some(7), ..Asked::of("twins", "referred") };
        assert_eq!(asked.query(), "kind=twins&state=referred");
        assert_eq!(Asked::of("<b>", "anything").query(), "kind=&state=to_do");
    }

    #[test]
    fn after_a_decision_on_something_settled_the_next_question_is_one_to_do() {
        assert_eq!(Asked::of("", "decided").waiting().states, ReviewStates::ToDo);
        assert_eq!(Asked::of("", "referred").waiting().states, ReviewStates::Referred);
    }

    #[test]
    fn every_empty_list_says_what_would_stand_there() {
        for states in ReviewStates::ALL {
            assert!(!nothing(ReviewFilter { kind: None, states }).is_empty());
        }
    }
}
