//! The steward's queue: which questions wait, the most dangerous and busiest first.

use std::collections::BTreeSet;

use access::Action;
use axum::extract::{Query, State};
use db::Tx;
use empi::{LocalPatient, Review};
use jiff::Timestamp;
use maud::{Markup, html};
use model::PersonId;
use serde::Deserialize;

use crate::layout::{Place, Reader, page, paging};
use crate::page::names::{Names, names};
use crate::page::review_keys;
use crate::permit::{decide, permit_to_show};
use crate::view::waterfall::signed;
use crate::{Error, PortalState, format};

const PAGE: u32 = 40;

/// Which part of the queue somebody works through; it goes along from question to question.
#[derive(Deserialize, Default)]
pub(crate) struct Asked {
    /// Pages already read.
    #[serde(default)]
    page: u32,
}

impl Asked {
    /// The same part in an address.
    pub(crate) fn query(&self) -> String {
        format!("page={}", self.page)
    }
}

/// `GET /review`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let decision = decide(&state, &reader.actor, Action::ReviewMatches, None, state.now()).await?;
    let (filter, now) = (empi::ReviewFilter::default(), state.now());
    let part = empi::Page { offset: asked.page.saturating_mul(PAGE), limit: PAGE };
    let job = move |tx: &mut Tx| {
        Ok((empi::review_queue(tx, &filter, part, now)?, empi::review_count(tx)?, names(tx)?))
    };
    let read = if decision.allowed() { Some(state.read(job).await) } else { None };
    let people: BTreeSet<PersonId> = read
        .iter()
        .flatten()
        .flat_map(|(queue, _, _)| queue)
        .flat_map(|review| [review.a.person, review.b.person])
        .collect();
    let people = people.into_iter().collect();
    permit_to_show(&state, &reader, decision, people, "the queue of possible duplicates").await?;
    let (queue, count, names) = read.ok_or(Error::NotFound)??;
    Ok(show(&queue, count, asked.page, &names, &reader, state.now()))
}

/// The queue.
fn show(
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
                    p.cs-quiet { "The most dangerous kinds stand first. " (review_keys::button()) }
                    div.cs-scroll tabindex="0" role="group" aria-labelledby="queue" {
                        table.cs-lines.cs-queue {
                            thead { tr { th scope="col" { "Question" } th scope="col" { "One record" } th scope="col" { "The other" } th.cs-number scope="col" { "Weight" } th scope="col" { "Since" } } }
                            tbody { @for review in queue { (row(review, names, now)) } }
                        }
                    }
                }
                (paging("/review?", at_page, more))
            }
            (review_keys::help())
        },
    )
}

fn row(review: &Review, names: &Names, now: Timestamp) -> Markup {
    let side = |record: &LocalPatient| {
        html! {
            (super::find::name(&record.demographics)) span.cs-quiet { " " (names.of(&record.organisation)) }
        }
    };
    html! {
        tr {
            td { a data-row href={ "/review/" (review.id) } { (review.kind.label()) span.nhsuk-u-visually-hidden { ", review " (review.id) } } }
            td { (side(&review.a)) }
            td { (side(&review.b)) }
            td.cs-number { (signed(review.weight)) }
            td { (format::ago(review.at, now)) }
        }
    }
}
