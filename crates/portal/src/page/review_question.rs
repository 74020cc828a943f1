//! One question of the queue: two records side by side, the evidence, and what can be decided.

use std::collections::BTreeSet;

use access::Action;
use axum::extract::{Path, Query, State};
use db::Tx;
use empi::{Answer, AnswerKind, LocalPatient, Review, ReviewKind, ReviewState};
use jiff::Timestamp;
use maud::{Markup, html};
use model::{OdsCode, PersonId};

use crate::layout::{Place, Reader, page};
use crate::page::names::{Names, names};
use crate::page::review::{Asked, holds_two_numbers, reasons};
use crate::page::review_decision::choices;
use crate::page::{review_death, review_done, review_keys};
use crate::permit::{decide, permit_to_show};
use crate::view::comparison::{self, Field};
use crate::view::waterfall::{Thresholds, signed, waterfall};
use crate::{Error, PortalState, format};

/// What the page shows.
pub(crate) struct Question {
    pub review: Review,
    /// Every record of the one person.
    pub a: Vec<LocalPatient>,
    /// Every record of the other; the same as `a` where both records are in one person.
    pub b: Vec<LocalPatient>,
    /// Everything that was said about it.
    pub history: Vec<Answer>,
    /// The question after this one.
    pub next: Option<i64>,
    /// The question before this one.
    pub previous: Option<i64>,
    /// What was decided just before.
    pub done: Option<review_done::Done>,
    pub names: Names,
}

/// `GET /review/{review}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let question = open(&state, &reader, id, &asked, format!("question {id}")).await?;
    let thresholds = Thresholds::of(&state.model);
    Ok(show(&question, &asked, None, thresholds, &reader, state.now()))
}

/// Reads the question and writes into the trail that everybody on it was shown, in this order that
/// nothing leaves before it is written.
pub(crate) async fn open(
    state: &PortalState,
    reader: &Reader,
    id: i64,
    asked: &Asked,
    about: String,
) -> Result<Question, Error> {
    let now = state.now();
    let decision = decide(state, &reader.actor, Action::ReviewMatches, None, now).await?;
    let asked = asked.clone();
    let job = move |tx: &mut Tx| read(tx, id, &asked, now);
    let read = if decision.allowed() { Some(state.read(job).await) } else { None };
    let people: BTreeSet<PersonId> = read.iter().flatten().flat_map(Question::people).collect();
    permit_to_show(state, reader, decision, people.into_iter().collect(), about).await?;
    read.ok_or(Error::NotFound)?
}

/// The question as it stands.
pub(crate) fn read(tx: &mut Tx, id: i64, asked: &Asked, now: Timestamp) -> Result<Question, Error> {
    let review = empi::review(tx, id)?.ok_or(Error::NotFound)?;
    Ok(Question {
        a: empi::local_patients(tx, review.a.person)?,
        b: empi::local_patients(tx, review.b.person)?,
        history: empi::review_history(tx, id)?,
        next: empi::next_review(tx, &asked.waiting(), id, now)?,
        previous: empi::previous_review(tx, &asked.waiting(), id, now)?,
        done: review_done::read(tx, asked.done)?,
        names: names(tx)?,
        review,
    })
}

impl Question {
    fn people(&self) -> [PersonId; 2] {
        [self.review.a.person, self.review.b.person]
    }

    /// What was seen: changes when any record of either person does, or moves, or somebody answers.
    pub(crate) fn seen(&self) -> String {
        let one = |record: &LocalPatient| {
            format!("{} {} {}", record.id, record.person, record.updated_at.as_microsecond())
        };
        let answers = format!("{} {}", self.review.state.code(), self.history.len());
        let records = self.a.iter().chain(&self.b).map(one);
        let words: Vec<String> = records.chain([answers]).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        model::stable_id(&words).to_string()
    }

    /// `A`, `B` or nothing: which of the two in question a record is.
    pub(crate) fn letter(&self, record: &LocalPatient) -> &'static str {
        match record.id {
            id if id == self.review.a.id => "A",
            id if id == self.review.b.id => "B",
            _ => "",
        }
    }
}

/// The page. `problem` says why the last answer was not taken.
pub(crate) fn show(
    question: &Question,
    asked: &Asked,
    problem: Option<&str>,
    thresholds: Thresholds,
    reader: &Reader,
    now: Timestamp,
) -> Markup {
    let review = &question.review;
    let kind = review.kind.label();
    page(
        &format!("Question {}", review.id),
        Some(reader),
        Place::Review,
        html! {},
        html! {
            (trail(question, asked))
            (review_done::banner(question.done.as_ref(), asked, &question.names))
            @if let Some(problem) = problem { (refused(problem)) }
            h1 #question tabindex="-1" { (kind) " " span.cs-count { "question " (review.id) } }
            p.cs-lead { (what_is_asked(review)) }
            (review_death::signs(question))
            (reasons(review))
            p.cs-quiet { "Filed by " (filed_by(&review.filed_by)) " " (format::ago(review.at, now)) ", " (format::day(review.at)) "." }
            (stands(question, reader, now))
            (reasons_given(question, now))
            div.cs-question {
                div {
                    section.cs-card aria-labelledby="records" { h2 #records { @if review.is_one_record() { "The record" } @else { "The two records" } } (comparison(question)) }
                    @if !review.is_one_record() { (evidence(review, thresholds)) }
                    (everything(question))
                    (said(question, now))
                }
                (choices(question, asked, reader))
            }
            (review_keys::help())
        },
    )
}

fn trail(question: &Question, asked: &Asked) -> Markup {
    let to = |id: i64| format!("/review/{id}?{}", asked.query());
    html! {
        nav.cs-trail aria-label="Queue" {
            a href={ "/review?" (asked.query()) } data-key="q" { "Back to the queue" }
            @if let Some(id) = question.previous { a href=(to(id)) data-key="k" rel="prev" { "Question before" } }
            @if let Some(id) = question.next { a href=(to(id)) data-key="j" rel="next" { "Next question" } }
            a.cs-to-decide href="#decide" { "To your decision" }
            (review_keys::button())
        }
    }
}

fn refused(problem: &str) -> Markup {
    html! {
        div.nhsuk-error-summary role="alert" tabindex="-1" {
            h2.nhsuk-error-summary__title { "Nothing was decided" }
            p { (problem) }
        }
    }
}

fn filed_by(who: &str) -> &str {
    match who {
        "engine" => "the matching engine",
        "source" => "a source that asked for a merge",
        "sample" => "a steward who read the pair blind",
        other => other,
    }
}

/// Why stewards have asked by hand, the first first.
fn reasons_given(question: &Question, now: Timestamp) -> Markup {
    let raised = question.history.iter().filter(|answer| answer.kind == AnswerKind::Raised);
    html! {
        @for said in raised {
            div.cs-stands { p { strong { (said.by) } " asked " (format::ago(said.at, now)) ": “" (said.note) "”" } }
        }
    }
}

/// Where the question stands, where that is not simply open.
fn stands(question: &Question, reader: &Reader, now: Timestamp) -> Markup {
    let names = &question.names;
    html! {
        @match &question.review.state {
            ReviewState::Open => {},
            ReviewState::AwaitingSecond { user, by, at } => div.cs-stands {
                p { strong { "Waits for a second steward. " } "These are two people with two verified NHS numbers. " (by) " said " (format::ago(*at, now)) ": the same person. Nothing has moved yet." }
                @if *user == reader.actor.user { p { "Somebody else must look now. You can take your answer back." } }
                @else { p { "Compare them yourself before you agree. If you do not agree, say “Not the same”: the question is then open again, for both of you to talk about." } }
            },
            ReviewState::Referred { to, note, by, at } => div.cs-stands {
                p { strong { "Referred to " (names.of(to)) } " by " (by) ", " (format::ago(*at, now)) ". It comes back by itself when they send new details; you can still decide." }
                (to_send(question, to, note))
            },
            ReviewState::Decided { by, at } => div.cs-stands {
                p { strong { "Decided" } " by " (by) ", " (format::date_time(*at)) ". It can be taken back." }
            },
            ReviewState::Resolved { by, at } => div.cs-stands {
                p { strong { "Settled" } " " (format::date_time(*at)) " by " (if by == "engine" { "newer details from the sources" } else { by }) ". Nothing is left to decide." }
            },
        }
    }
}

/// What to send to the organisation that is asked: it has no page here, and knows its own numbers.
fn to_send(question: &Question, to: &OdsCode, note: &str) -> Markup {
    let records =
        question.a.iter().chain(question.b.iter().filter(|_| !question.review.is_together()));
    let numbers: Vec<&str> = records
        .filter(|record| record.organisation == *to)
        .map(|record| record.identity.value.as_str())
        .collect();
    let text = format!(
        "Identity question {} of the shared care record, about your patient {} {}:\n\n{note}\n\nPlease correct your record where it is wrong, or send it once more (ADT^A31) where it is right: the question then comes back to us by itself.",
        question.review.id,
        if numbers.len() == 1 { "number" } else { "numbers" },
        numbers.join(" and ")
    );
    html! {
        p { "Chesil does not write to them. Send them this, by a way that is safe for patient numbers:" }
        textarea.nhsuk-textarea readonly rows="6" aria-label="Text to send" { (text) }
    }
}

/// The question in a sentence, and what it turns on.
fn what_is_asked(review: &Review) -> &'static str {
    match (review.kind, review.is_together()) {
        (ReviewKind::PossibleDuplicate, _) if holds_two_numbers(review) => {
            "Much agrees, but the records hold two different verified NHS numbers. One person with two numbers, or two people?"
        }
        (ReviewKind::ConfusedNumber, true) if holds_two_numbers(review) => {
            "The two records are linked as one person, and hold two different verified NHS numbers now. One person with two numbers, or two people?"
        }
        (ReviewKind::ConfusedNumber, _) => {
            "One NHS number stands on records that contradict each other. Two people, or one with a mistake in a record?"
        }
        (ReviewKind::DoubtedLink, _) if matches!(review.filed_by.as_str(), "engine" | "source") => {
            "The records are linked as one person, and what they say now fits two people. Was a number used again, or the wrong patient changed or merged?"
        }
        (ReviewKind::DoubtedLink, _) => {
            "Somebody who has read both records doubts that they are one person's. Two people, or one?"
        }
        (ReviewKind::ConflictingDeath, _) if review.is_one_record() => {
            "The record says that its patient has died, and the patient was attended afterwards. Is the death this patient's? Ask the source."
        }
        (ReviewKind::ConflictingDeath, true) => {
            "Records linked as one person contradict each other about a death. Is it one person, and what has to be put right at a source?"
        }
        (ReviewKind::ConflictingDeath, false) => {
            "Much agrees, but the records name two days of death. One person?"
        }
        (ReviewKind::Twins, _) => {
            "Born on one day with one surname, and the forenames do not settle it. Twins, or one child twice?"
        }
        (ReviewKind::Newborn, _) => {
            "One record was made before the baby had a name. Is it this child? Mother, birth order and the NHS number decide."
        }
        (ReviewKind::PossibleDuplicate, true) => {
            "The two records are linked as one person, and something speaks against it. Is it one person?"
        }
        (ReviewKind::PossibleDuplicate, false) => {
            "Much agrees, but not enough to link without asking. Is it one person?"
        }
    }
}

fn comparison(question: &Question) -> Markup {
    let (a, b, names) = (&question.review.a, &question.review.b, &question.names);
    let changed = |record: &LocalPatient| format::date_time(record.updated_at);
    let number =
        |record: &LocalPatient| format!("{} {}", record.identity.authority, record.identity.value);
    let merged = |record: &LocalPatient| match record.merged_into {
        Some(_) => "merged away by its source".to_owned(),
        None => "in use".to_owned(),
    };
    let mut fields =
        comparison::fields(&a.demographics, &b.demographics, |code| names.of(code).to_owned());
    fields.push(Field::shown("Local number", number(a), number(b)));
    fields.push(Field::shown("At its source", merged(a), merged(b)));
    fields.push(Field::shown("Last changed", changed(a), changed(b)));
    let side = |letter: &str, record: &LocalPatient| {
        html! { span.cs-letter { (letter) } " " (names.of(&record.organisation)) }
    };
    comparison::table(&fields, (side("A", a), side("B", b)), "The two records, field by field")
}

fn evidence(review: &Review, thresholds: Thresholds) -> Markup {
    html! {
        section.cs-card aria-labelledby="evidence" {
            h2 #evidence { "The evidence: " (signed(review.weight)) }
            p { "Each bar is what one field adds. +1 doubles the odds that the two are one person, \u{2212}1 halves them." }
            @if [&review.a, &review.b].iter().any(|record| record.demographics.sensitive) {
                p { "One of the records is protected: place and contacts are neither weighed nor shown." }
            }
            (waterfall(&review.waterfall, review.weight, thresholds))
            p.cs-quiet { "Weighed with model " (review.model_version) " when the question was filed." }
        }
    }
}

/// The other records of the two people: what else would move, and what else speaks.
fn everything(question: &Question) -> Markup {
    html! {
        section.cs-card aria-labelledby="others" {
            h2 #others { "Everything linked with them" }
            @if question.review.is_together() {
                p { "Both records are linked as one person of " (question.a.len()) " records." }
                (records(&question.a, question))
            } @else {
                h3 { "The person of record A" }
                (records(&question.a, question))
                h3 { "The person of record B" }
                (records(&question.b, question))
            }
        }
    }
}

/// Records of one person, the compared ones lettered.
fn records(records: &[LocalPatient], question: &Question) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-label="Records" {
            table.cs-lines {
                thead { tr { th scope="col" { "Organisation" } th scope="col" { "Number" } th scope="col" { "Name" } th scope="col" { "Born" } th scope="col" { "NHS No." } th scope="col" { "Postcode" } th scope="col" { "Changed" } } }
                tbody { @for record in records { (record_row(record, question)) } }
            }
        }
    }
}

fn record_row(record: &LocalPatient, question: &Question) -> Markup {
    let who = &record.demographics;
    let postcode = who.addresses.first().and_then(|address| address.postcode.clone());
    let not_recorded = || "Not recorded".to_owned();
    html! {
        tr {
            td { @if !question.letter(record).is_empty() { span.cs-letter { (question.letter(record)) } " " } (question.names.of(&record.organisation)) @if record.merged_into.is_some() { " " span.cs-tag { "merged by them" } } }
            td { (record.identity.value) }
            td { (super::find::name(who)) }
            td.cs-nhs { (who.birth_date.map_or_else(not_recorded, format::date)) }
            td.cs-nhs { (who.nhs_number.map_or_else(not_recorded, |number| number.spaced())) @if who.nhs_number.is_some() { " " span.cs-quiet { (comparison::number_status(who.nhs_number_status)) } } }
            td { @if who.sensitive { "Protected" } @else { (postcode.unwrap_or_else(not_recorded)) } }
            td.cs-when { (format::day(record.updated_at)) }
        }
    }
}

/// What was said about the question, the newest first.
fn said(question: &Question, now: Timestamp) -> Markup {
    let review = &question.review;
    html! {
        section.cs-card aria-labelledby="said" {
            h2 #said { "What was said" }
            ol.cs-said reversed {
                @for answer in question.history.iter().rev() {
                    li {
                        strong { (answer.kind.label()) } " · " (answer.by) " · "
                        span title=(format::exact(answer.at)) { (format::ago(answer.at, now)) }
                        @if !answer.note.is_empty() { br; span.cs-what { "“" (answer.note) "”" } }
                    }
                }
                li { strong { "Filed" } " · " (filed_by(&review.filed_by)) " · " span title=(format::exact(review.at)) { (format::ago(review.at, now)) } }
            }
        }
    }
}
