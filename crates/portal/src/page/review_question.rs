//! One question of the queue: two records side by side, the evidence, and what can be decided.

use std::collections::BTreeSet;

use access::Action;
use axum::extract::{Path, Query, State};
use db::Tx;
use empi::{LocalPatient, Review, ReviewKind};
use jiff::Timestamp;
use maud::{Markup, html};
use model::PersonId;

use crate::layout::{Place, Reader, page};
use crate::page::names::{Names, names};
use crate::page::review::Asked;
use crate::page::review_decision::choices;
use crate::page::review_keys;
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
    pub names: Names,
}

/// `GET /review/{review}`.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let question = open(&state, &reader, id, format!("review {id}")).await?;
    let thresholds = Thresholds::of(&state.model);
    Ok(show(&question, &asked, thresholds, &reader, state.now()))
}

/// Reads the question and writes that everybody on it was shown, in this order that nothing leaves
/// before it is written.
pub(crate) async fn open(
    state: &PortalState,
    reader: &Reader,
    id: i64,
    about: String,
) -> Result<Question, Error> {
    let decision = decide(state, &reader.actor, Action::ReviewMatches, None, state.now()).await?;
    let read =
        if decision.allowed() { Some(state.read(move |tx| read(tx, id)).await) } else { None };
    let people: BTreeSet<PersonId> = read.iter().flatten().flat_map(Question::people).collect();
    permit_to_show(state, reader, decision, people.into_iter().collect(), about).await?;
    read.ok_or(Error::NotFound)?
}

/// The question as it stands.
pub(crate) fn read(tx: &mut Tx, id: i64) -> Result<Question, Error> {
    let review = empi::review(tx, id)?.ok_or(Error::NotFound)?;
    let a = empi::local_patients(tx, review.a.person)?;
    let b = empi::local_patients(tx, review.b.person)?;
    Ok(Question { review, a, b, names: names(tx)? })
}

impl Question {
    fn people(&self) -> [PersonId; 2] {
        [self.review.a.person, self.review.b.person]
    }

    /// What was seen: changes when any record of either person does, or moves.
    pub(crate) fn seen(&self) -> String {
        let one = |record: &LocalPatient| {
            format!("{} {} {}", record.id, record.person, record.updated_at.as_microsecond())
        };
        let words: Vec<String> = self.a.iter().chain(&self.b).map(one).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        model::stable_id(&words).to_string()
    }

    /// Both records are linked as one person now.
    pub(crate) fn together(&self) -> bool {
        self.review.a.person == self.review.b.person
    }
}

/// The page.
fn show(
    question: &Question,
    asked: &Asked,
    thresholds: Thresholds,
    reader: &Reader,
    now: Timestamp,
) -> Markup {
    let review = &question.review;
    page(
        "Compare two records",
        Some(reader),
        Place::Review,
        html! {},
        html! {
            (trail(asked))
            h1 #question tabindex="-1" { (review.kind.label()) }
            p.cs-lead { (what_is_asked(review.kind, question.together())) }
            p.cs-quiet { "Review " (review.id) ", filed by " (review.filed_by) " " (format::ago(review.at, now)) "." }
            div.cs-question {
                div {
                    section.cs-card aria-labelledby="records" { h2 #records { "The two records" } (comparison(question)) }
                    section.cs-card aria-labelledby="evidence" {
                        h2 #evidence { "The evidence: " (signed(review.weight)) }
                        p { "Each bar is what one field adds. +1 doubles the odds that the two are one person, \u{2212}1 halves them." }
                        (waterfall(&review.waterfall, review.weight, thresholds))
                        p.cs-quiet { "Weighed with model " (review.model_version) " when the question was filed." }
                    }
                    (everything(question))
                }
                (choices(question, asked))
            }
            (review_keys::help())
        },
    )
}

fn trail(asked: &Asked) -> Markup {
    html! {
        nav.cs-trail aria-label="Queue" {
            a href={ "/review?" (asked.query()) } data-key="q" { "Back to the queue" }
            a.cs-to-decide href="#decide" { "To your decision" }
            (review_keys::button())
        }
    }
}

/// The question in a sentence, and what it turns on.
fn what_is_asked(kind: ReviewKind, together: bool) -> &'static str {
    match (kind, together) {
        (ReviewKind::ConfusedNumber, _) => {
            "One NHS number stands on records that contradict each other. Two people, or one with a mistake in a record?"
        }
        (ReviewKind::ConflictingDeath, _) => {
            "Much agrees, but one record says that the person has died and the other does not, or on another day. One person?"
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

/// The other records of the two people: what else would move, and what else speaks.
fn everything(question: &Question) -> Markup {
    html! {
        section.cs-card aria-labelledby="others" {
            h2 #others { "Everything linked with them" }
            @if question.together() {
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
pub(crate) fn records(records: &[LocalPatient], question: &Question) -> Markup {
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
            td { (letter(record, question)) (question.names.of(&record.organisation)) @if record.merged_into.is_some() { " " span.cs-tag { "merged by them" } } }
            td { (record.identity.value) }
            td { (super::find::name(who)) }
            td.cs-nhs { (who.birth_date.map_or_else(not_recorded, format::date)) }
            td.cs-nhs { (who.nhs_number.map_or_else(not_recorded, |number| number.spaced())) @if who.nhs_number.is_some() { " " span.cs-quiet { (comparison::number_status(who.nhs_number_status)) } } }
            td { @if who.sensitive { "Protected" } @else { (postcode.unwrap_or_else(not_recorded)) } }
            td.cs-when { (format::day(record.updated_at)) }
        }
    }
}

fn letter(record: &LocalPatient, question: &Question) -> Markup {
    let letter = if record.id == question.review.a.id {
        "A"
    } else if record.id == question.review.b.id {
        "B"
    } else {
        return html! {};
    };
    html! { span.cs-letter { (letter) } " " }
}
