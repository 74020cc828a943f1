//! What a steward can decide: the choices, what each would change, the decision, and taking it back.
//!
//! A decision has two steps: the choice shows what will change, and a button there decides. The
//! button carries what the steward saw; if a message has changed that meanwhile, nothing happens.

use std::sync::Arc;

use access::Action;
use audit::{By, Event, Note};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use db::Tx;
use empi::{Decision, Preview, ReviewState};
use maud::{Markup, html};
use model::{Category, LocalPatientId, OdsCode};

use crate::layout::{Place, Reader, page};
use crate::page::review::Asked;
use crate::page::review_preview;
use crate::page::review_question::{self, Question, open, read};
use crate::permit::permit;
use crate::view::waterfall::Thresholds;
use crate::{Error, PortalState};

/// A choice as the pages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Same,
    Different,
    Split,
    Refer,
    Undo,
}

impl Choice {
    const ALL: [Self; 5] = [Self::Same, Self::Different, Self::Split, Self::Refer, Self::Undo];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Split => "split",
            Self::Refer => "refer",
            Self::Undo => "undo",
        }
    }

    fn parse(code: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|choice| choice.code() == code);
        found.ok_or(Error::Invalid("choose what to decide"))
    }

    fn key(self) -> &'static str {
        match self {
            Self::Same => "s",
            Self::Different => "d",
            Self::Split => "p",
            Self::Refer => "r",
            Self::Undo => "u",
        }
    }

    /// What the choice says where the question stands as it does.
    pub(crate) fn words(self, question: &Question) -> &'static str {
        let second = matches!(question.review.state, ReviewState::AwaitingSecond { .. });
        match (self, &question.review.state, question.review.is_together()) {
            (Self::Same, ..) if question.review.is_one_record() => "It is right as it stands",
            (Self::Same, _, _) if second => "Same person: I agree, link them",
            (Self::Same, _, true) => "Same person: keep them linked",
            (Self::Same, _, false) => "Same person: link them",
            (Self::Different, _, _) if second => "Not the same: I do not agree",
            (Self::Different, _, true) => "Not the same: part them",
            (Self::Different, _, false) => "Not the same: keep them apart",
            (Self::Split, ..) => "Not the same: choose the records",
            (Self::Refer, ..) => "Refer to a source",
            (Self::Undo, ReviewState::AwaitingSecond { .. }, _) => "Take my answer back",
            (Self::Undo, ReviewState::Referred { .. }, _) => "Take the referral back",
            (Self::Undo, ..) => "Take the decision back",
        }
    }

    /// Whether `reader` can choose this where the question stands as it does.
    fn is_open(self, question: &Question, reader: &Reader) -> bool {
        let together = question.review.is_together();
        if question.review.is_one_record() && matches!(self, Self::Different | Self::Split) {
            return false;
        }
        match (&question.review.state, self) {
            (ReviewState::Open, Self::Undo) | (ReviewState::Resolved { .. }, _) => false,
            (ReviewState::AwaitingSecond { user, .. }, choice) => {
                let is_first = *user == reader.actor.user;
                matches!(
                    (choice, is_first),
                    (Self::Same | Self::Different, false) | (Self::Undo, true) | (Self::Refer, _)
                )
            }
            (ReviewState::Decided { .. }, choice) => choice == Self::Undo,
            (_, Self::Split) => together,
            (_, _) => true,
        }
    }
}

/// The panel beside the question.
pub(crate) fn choices(question: &Question, asked: &Asked, reader: &Reader) -> Markup {
    let review = &question.review;
    let open = || Choice::ALL.into_iter().filter(|choice| choice.is_open(question, reader));
    html! {
        section.cs-card.cs-decide aria-labelledby="decide" {
            h2 #decide { "Your decision" }
            p { @if review.is_one_record() { "This is one record of one source." } @else if review.is_together() { "The two records are linked as one person now." } @else { "The two records are two people now." } }
            @if open().next().is_some() {
                p.cs-quiet { "A choice shows what will change. Nothing happens before you press the button there." }
                ul.cs-options {
                    @for choice in open() {
                        @let href = format!("/review/{}/preview?decision={}&{}", review.id, choice.code(), asked.query());
                        li {
                            a href=(href) data-key=(choice.key()) data-choice=(choice.code()) hx-get=(href) hx-target="#preview" {
                                (choice.words(question)) kbd aria-hidden="true" { (choice.key()) }
                            }
                        }
                    }
                }
            } @else {
                p { "There is nothing to decide." }
            }
            div #preview {}
        }
    }
}

/// What a form or an address of these pages says.
#[derive(Default)]
pub(crate) struct Said {
    pub choice: String,
    /// What the steward saw when they chose.
    seen: String,
    kind: String,
    state: String,
    pub records: Vec<LocalPatientId>,
    pub to: String,
    pub note: String,
}

impl Said {
    fn read(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut said = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "decision" => said.choice = value,
                "seen" => said.seen = value,
                "kind" => said.kind = value,
                "state" => said.state = value,
                "record" => said.records.push(value.parse().map_err(|_| Error::NotFound)?),
                "to" => said.to = value,
                "note" => said.note = value,
                _ => {}
            }
        }
        Ok(said)
    }

    fn asked(&self) -> Asked {
        Asked::of(&self.kind, &self.state)
    }

    /// The decision, and how the trail names it.
    fn decision(&self, choice: Choice) -> Result<(Option<Decision>, String), Error> {
        Ok(match choice {
            Choice::Same => (Some(Decision::SamePerson), "same person".into()),
            Choice::Different => (Some(Decision::NotTheSame), "not the same person".into()),
            Choice::Split => {
                let words =
                    format!("not the same person, {} records split out", self.records.len());
                (Some(Decision::Split(self.records.clone())), words)
            }
            Choice::Refer => {
                let to = OdsCode::parse(&self.to)
                    .map_err(|_| Error::Invalid("choose the organisation to ask"))?;
                let words = format!("referred to {to}");
                (Some(Decision::Refer { to, note: self.note.clone() }), words)
            }
            Choice::Undo => (None, "taken back".into()),
        })
    }
}

/// `GET /review/{review}/preview`: a piece of the question's page, or a page of its own.
pub(crate) async fn preview(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Markup, Error> {
    let said = Said::read(pairs)?;
    let choice = Choice::parse(&said.choice)?;
    let asked = said.asked();
    let about = format!("question {id}: what would change");
    let question = open(&state, &reader, id, &asked, about).await?;
    let piece = match what_changes(&state, &reader, &said, choice, id).await {
        Ok(preview) => review_preview::show(&question, choice, &said, preview.as_ref(), &asked),
        Err(error) => review_preview::refused(&question, choice, &reason(error)?, &asked),
    };
    if headers.contains_key("hx-request") {
        return Ok(piece);
    }
    let body = html! {
        nav.cs-trail aria-label="Queue" { a href={ "/review/" (id) "?" (asked.query()) } { "Back to the question" } }
        div.cs-main--narrow {
            div.cs-card.cs-decide {
                h1 { (question.review.kind.label()) " " span.cs-count { "question " (id) } }
                h2 { "Your choice" }
                (piece)
            }
        }
    };
    Ok(page(
        &format!("Question {id}: what will change"),
        Some(&reader),
        Place::Review,
        html! {},
        body,
    ))
}

/// The decision tried and rolled back. A split without records and a referral have a form first.
async fn what_changes(
    state: &PortalState,
    reader: &Reader,
    said: &Said,
    choice: Choice,
    id: i64,
) -> Result<Option<Preview>, Error> {
    let nothing_yet = choice == Choice::Split && said.records.is_empty();
    if choice == Choice::Refer || nothing_yet {
        return Ok(None);
    }
    let (decision, _) = said.decision(choice)?;
    let (actor, now, model) = (reader.actor.clone(), state.now(), Arc::clone(&state.model));
    let job = move |tx: &mut Tx| {
        Ok(match decision {
            Some(decision) => empi::preview(tx, &model, id, &decision, &actor, now)?,
            None => empi::preview_undo(tx, &model, id, &actor, now)?,
        })
    };
    state.write(job).await.map(Some)
}

/// Why an answer was not taken, where that is the steward's to know; other errors stay errors.
pub(crate) fn reason(error: Error) -> Result<String, Error> {
    match error.category() {
        Category::Conflict | Category::Invalid => Ok(error.sentence().unwrap_or_default()),
        _ => Err(error),
    }
}

/// `POST /review/{review}`: the answer and its note are one commit; then the next question.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let said = Said::read(pairs)?;
    let asked = said.asked();
    let choice = Choice::parse(&said.choice)?;
    let answered = match said.decision(choice) {
        Ok((decision, words)) => answer(&state, &reader, id, &said.seen, decision, words).await,
        Err(error) => Err(error),
    };
    if let Err(error) = answered {
        let problem = reason(error)?;
        let about = format!("question {id}");
        let question = open(&state, &reader, id, &asked, about).await?;
        let thresholds = Thresholds::of(&state.model);
        let html = review_question::show(
            &question,
            &asked,
            Some(&problem),
            thresholds,
            &reader,
            state.now(),
        );
        return Ok((StatusCode::CONFLICT, html).into_response());
    }
    let (waiting, now) = (asked.waiting(), state.now());
    let next = state.read(move |tx| Ok(empi::next_review(tx, &waiting, id, now)?)).await?;
    let to = match next {
        _ if choice == Choice::Undo => format!("/review/{id}?{}&done={id}", asked.query()),
        Some(next) => format!("/review/{next}?{}&done={id}", asked.query()),
        None => format!("/review?{}&done={id}", asked.query()),
    };
    Ok(Redirect::to(&to).into_response())
}

async fn answer(
    state: &PortalState,
    reader: &Reader,
    id: i64,
    seen: &str,
    decision: Option<Decision>,
    words: String,
) -> Result<(), Error> {
    let about = format!("question {id}: {words}");
    permit(state, reader, Action::ReviewMatches, None, about.as_str()).await?;
    let (actor, now, model) = (reader.actor.clone(), state.now(), Arc::clone(&state.model));
    let seen = seen.to_owned();
    let job = move |tx: &mut Tx| {
        let links = empi::last_change(tx)?;
        // An answer is taken back for what it is; every other one for what was seen.
        match &decision {
            None => empi::undo(tx, &model, id, &actor, now)?,
            Some(_) if read(tx, id, &Asked::default(), now)?.seen() != seen => {
                return Err(Error::Changed);
            }
            Some(decision) => {
                empi::decide(tx, &model, id, decision, &actor, now)?;
            }
        }
        ingest::refold_since(tx, &model, links, now)?;
        audit::note(tx, &Note::new(By::Actor(&actor), Event::ReviewDecided, &about), now)?;
        Ok(())
    };
    state.write(job).await
}
