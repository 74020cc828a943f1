//! What a steward can decide: the choices, what each would change, and the decision itself.
//!
//! A decision has two steps: the choice shows what will change, and a button there decides. The
//! button carries what the steward saw; if a message has changed that meanwhile, nothing happens.

use std::sync::Arc;

use access::Action;
use audit::{By, Event, Note};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Redirect;
use empi::Decision;
use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::{Place, Reader, page};
use crate::page::review::Asked;
use crate::page::review_question::{Question, open, read};
use crate::permit::permit;
use crate::{Error, PortalState};

/// A choice as the pages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Same,
    Different,
}

impl Choice {
    const ALL: [Self; 2] = [Self::Same, Self::Different];

    fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
        }
    }

    fn parse(code: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.code() == code)
            .ok_or(Error::Invalid("choose what to decide"))
    }

    fn key(self) -> &'static str {
        match self {
            Self::Same => "s",
            Self::Different => "d",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Same => "Same person",
            Self::Different => "Not the same",
        }
    }
}

/// The panel beside the question.
pub(crate) fn choices(question: &Question, asked: &Asked) -> Markup {
    let review = &question.review;
    html! {
        section.cs-card.cs-decide aria-labelledby="decide" {
            h2 #decide { "Your decision" }
            @if review.state.is_unsettled() {
                p { @if question.together() { "The two records are linked as one person now." } @else { "The two records are two people now." } }
                ul.cs-options {
                    @for choice in Choice::ALL {
                        @let href = format!("/review/{}/preview?decision={}&{}", review.id, choice.code(), asked.query());
                        li {
                            a href=(href) data-key=(choice.key()) data-choice=(choice.code()) hx-get=(href) hx-target="#preview" {
                                (choice.words()) kbd aria-hidden="true" { (choice.key()) }
                            }
                        }
                    }
                }
                div #preview aria-live="polite" {}
            } @else {
                p { "This review is closed." }
            }
        }
    }
}

/// Which choice to preview.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    decision: String,
}

/// `GET /review/{review}/preview`: a piece of the question's page, or a page of its own.
pub(crate) async fn preview(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
    Query(chosen): Query<Chosen>,
    headers: HeaderMap,
) -> Result<Markup, Error> {
    let choice = Choice::parse(&chosen.decision)?;
    let about = format!("review {id}: what would change");
    let question = open(&state, &reader, id, about).await?;
    let piece = what_changes(&question, choice);
    if headers.contains_key("hx-request") {
        return Ok(piece);
    }
    Ok(page(
        "What will change",
        Some(&reader),
        Place::Review,
        html! {},
        html! { div.cs-main--narrow { div.cs-card.cs-decide { (piece) } } },
    ))
}

fn what_changes(question: &Question, choice: Choice) -> Markup {
    let review = &question.review;
    html! {
        div.cs-preview {
            h3 tabindex="-1" data-focus=(choice.code()) { "What will change: " (choice.words()) }
            p { (sentence(question, choice)) }
            p { "Your decision is kept, and nothing overrules it but another steward's." }
            form method="post" action={ "/review/" (review.id) } {
                input type="hidden" name="decision" value=(choice.code());
                input type="hidden" name="seen" value=(question.seen());
                button.nhsuk-button { (choice.words()) }
                " " a.cs-cancel href={ "/review/" (review.id) } data-close-preview { "Cancel" }
            }
        }
    }
}

fn sentence(question: &Question, choice: Choice) -> String {
    let (a, b) = (question.a.len(), question.b.len());
    match (choice, question.together()) {
        (Choice::Same, true) => format!("Nothing moves: the {a} records stay one person."),
        (Choice::Same, false) => {
            format!("Two people of {a} and {b} records become one of {}.", a + b)
        }
        (Choice::Different, true) => {
            "The two records become two people; records with the number of either go along with it."
                .into()
        }
        (Choice::Different, false) => "Nothing moves: they stay two people.".into(),
    }
}

/// The steward's answer.
#[derive(Deserialize)]
pub(crate) struct Answer {
    decision: String,
    #[serde(default)]
    seen: String,
}

/// `POST /review/{review}`: the decision and its note are one commit.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
    Form(answer): Form<Answer>,
) -> Result<Redirect, Error> {
    let choice = Choice::parse(&answer.decision)?;
    let (decision, words) = match choice {
        Choice::Same => (Decision::SamePerson, "same person"),
        Choice::Different => (Decision::NotTheSame, "not the same person"),
    };
    permit(&state, &reader, Action::ReviewMatches, None, format!("review {id}: {words}")).await?;
    let (actor, now, model) = (reader.actor, state.now(), Arc::clone(&state.model));
    state
        .write(move |tx| {
            if read(tx, id)?.seen() != answer.seen {
                return Err(Error::Changed);
            }
            empi::decide(tx, &model, id, &decision, &actor, now)?;
            let detail = format!("review {id}: {words}");
            audit::note(tx, &Note::new(By::Actor(&actor), Event::ReviewDecided, &detail), now)?;
            Ok(())
        })
        .await?;
    Ok(Redirect::to("/review"))
}
