//! What a choice will change, and the button that decides.

use std::collections::BTreeSet;

use empi::{LocalPatient, Person, Preview};
use maud::{Markup, html};
use model::{LocalPatientId, NhsNumber, NhsNumberStatus, PersonId};

use crate::format;
use crate::page::review::Asked;
use crate::page::review_decision::{Choice, Said};
use crate::page::review_question::Question;

/// The longest note that a source is sent.
const LONGEST_NOTE: usize = 1000;

/// The piece: what will change and the button, or what has to be filled in first.
pub(crate) fn show(
    question: &Question,
    choice: Choice,
    said: &Said,
    preview: Option<&Preview>,
    asked: &Asked,
) -> Markup {
    let body = match (choice, preview) {
        (Choice::Refer, _) => refer(question, asked),
        (Choice::Split, None) => pick(question, asked),
        (_, Some(preview)) => html! {
            (changes(question, preview))
            (decide(question, choice, &said.records, preview, asked))
        },
        (_, None) => html! {},
    };
    frame(question, choice, &body)
}

/// The piece where the choice cannot be carried out.
pub(crate) fn refused(question: &Question, choice: Choice, why: &str, asked: &Asked) -> Markup {
    let body = html! {
        p.cs-notice.cs-notice--danger role="alert" { (why) }
        @if choice == Choice::Split { (pick(question, asked)) }
        (cancel(question, asked))
    };
    frame(question, choice, &body)
}

fn frame(question: &Question, choice: Choice, body: &Markup) -> Markup {
    html! {
        div.cs-preview {
            h3 tabindex="-1" data-focus=(choice.code()) { (choice.words(question)) }
            (body)
        }
    }
}

/// People after, with what moves, and what else happens.
fn changes(question: &Question, preview: &Preview) -> Markup {
    let moved = moved(preview);
    html! {
        @if preview.needs_second {
            p.cs-notice.cs-notice--warn { strong { "A second steward must agree." } " Two verified NHS numbers would belong to one person. Your answer is kept; what is shown here happens only when somebody else says the same." }
        }
        @if moved.is_empty() { p { "No record moves: everything stays linked as it is, and the engine will not ask again." } }
        @else { p { (count(moved.len(), "record moves", "records move")) ". Afterwards:" } }
        ul.cs-after {
            @for (place, person) in preview.after.iter().enumerate() { (after(person, place, preview.after.len(), &moved, question)) }
        }
        @if !preview.redirects.is_empty() { p.cs-quiet { "Addresses and lists that name the joined person by their former id lead to the one that stays." } }
        (others("This settles another question: ", &preview.closed))
        (others("This opens another question again: ", &preview.opened))
        @if !moved.is_empty() { p.cs-quiet { "Only links move. No organisation's record is changed, and it can be taken back." } }
    }
}

fn others(label: &str, questions: &[i64]) -> Markup {
    html! {
        @if !questions.is_empty() {
            p { (label) @for (place, id) in questions.iter().enumerate() { @if place > 0 { ", " } a href={ "/review/" (id) } { (id) } } "." }
        }
    }
}

/// Records whose person's other records change: for a join, those that come to the person that stays;
/// for a split, those that leave the person that was.
fn moved(preview: &Preview) -> BTreeSet<LocalPatientId> {
    let home = |people: &[Person], record: LocalPatientId| -> Option<PersonId> {
        let holds = |person: &&Person| person.local_patients.iter().any(|one| one.id == record);
        people.iter().find(holds).map(|person| person.id)
    };
    let records = preview.after.iter().flat_map(|person| &person.local_patients);
    records
        .map(|record| record.id)
        .filter(|id| home(&preview.before, *id) != home(&preview.after, *id))
        .collect()
}

fn after(
    person: &Person,
    place: usize,
    of: usize,
    moved: &BTreeSet<LocalPatientId>,
    question: &Question,
) -> Markup {
    let numbers = verified(&person.local_patients);
    html! {
        li {
            p {
                strong { @if of == 1 { "One person" } @else { "Person " (place + 1) } }
                " of " (count(person.local_patients.len(), "record", "records")) ": " (super::find::name(&person.demographics))
                @if let Some(born) = person.demographics.birth_date { ", born " (format::date(born)) }
                @if let Some(number) = person.demographics.nhs_number { ", NHS No. " span.cs-nhs { (number.spaced()) } }
            }
            @if numbers.len() > 1 { p.cs-notice.cs-notice--warn { "Holds " (numbers.len()) " verified NHS numbers: " @for (place, number) in numbers.iter().enumerate() { @if place > 0 { ", " } span.cs-nhs { (number.spaced()) } } } }
            ul {
                @for record in &person.local_patients {
                    @let comes = moved.contains(&record.id);
                    li.cs-moves[comes] { (named(record, question)) @if comes { " " span.cs-tag { "moves" } } }
                }
            }
        }
    }
}

/// A record in one line: its letter, whose it is, and its number there.
fn named(record: &LocalPatient, question: &Question) -> Markup {
    let letter = question.letter(record);
    html! {
        @if !letter.is_empty() { span.cs-letter { (letter) } " " }
        (question.names.of(&record.organisation)) " " (record.identity.value)
    }
}

fn verified(records: &[LocalPatient]) -> BTreeSet<NhsNumber> {
    let is =
        |record: &&LocalPatient| record.demographics.nhs_number_status == NhsNumberStatus::Verified;
    records.iter().filter(is).filter_map(|record| record.demographics.nhs_number).collect()
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The button that decides, and the way out.
fn decide(
    question: &Question,
    choice: Choice,
    records: &[LocalPatientId],
    preview: &Preview,
    asked: &Asked,
) -> Markup {
    let words = match choice {
        Choice::Same if preview.needs_second => "Ask a second steward to agree",
        _ => choice.words(question),
    };
    html! {
        form method="post" action={ "/review/" (question.review.id) } {
            input type="hidden" name="decision" value=(choice.code());
            input type="hidden" name="seen" value=(question.seen());
            @for record in records { input type="hidden" name="record" value=(record); }
            (asked.hidden())
            button.nhsuk-button data-confirm { (words) }
            " " (cancel(question, asked))
        }
    }
}

fn cancel(question: &Question, asked: &Asked) -> Markup {
    html! { a.cs-cancel href={ "/review/" (question.review.id) "?" (asked.query()) } data-close-preview { "Close without deciding" } }
}

/// Which records are the other person's: to begin with, B and those that hold its verified number.
fn pick(question: &Question, asked: &Asked) -> Markup {
    let review = &question.review;
    let number = |record: &LocalPatient| {
        let verified = record.demographics.nhs_number_status == NhsNumberStatus::Verified;
        record.demographics.nhs_number.filter(|_| verified)
    };
    let theirs = number(&review.b).filter(|theirs| number(&review.a) != Some(*theirs));
    let leaves = |record: &LocalPatient| {
        record.id == review.b.id
            || record.merged_into == Some(review.b.id)
            || (theirs.is_some() && number(record) == theirs)
    };
    let action = format!("/review/{}/preview", review.id);
    let mut records: Vec<&LocalPatient> = question.a.iter().collect();
    records.sort_by_key(|record| match question.letter(record) {
        "" => 2,
        "B" => 1,
        _ => 0,
    });
    html! {
        form method="get" action=(action) hx-get=(action) hx-target="#preview" {
            input type="hidden" name="decision" value="split";
            (asked.hidden())
            fieldset.cs-pick {
                legend { "Which records are the other person's? A and B must end on different sides." }
                @for record in records {
                    label {
                        input type="checkbox" name="record" value=(record.id) checked[leaves(record)];
                        span { (named(record, question)) br; span.cs-quiet { (super::find::name(&record.demographics)) @if let Some(born) = record.demographics.birth_date { ", " (format::date(born)) } @if let Some(number) = record.demographics.nhs_number { ", " (number.spaced()) } } }
                    }
                }
            }
            button.nhsuk-button.nhsuk-button--secondary { "Show what will change" }
            " " (cancel(question, asked))
        }
    }
}

/// Whom to ask, and what.
fn refer(question: &Question, asked: &Asked) -> Markup {
    let review = &question.review;
    let mut sources = vec![&review.a.organisation];
    for record in [&review.b].into_iter().chain(&question.a).chain(&question.b) {
        if !sources.contains(&&record.organisation) {
            sources.push(&record.organisation);
        }
    }
    html! {
        p { "The question leaves your queue, stands under “Referred to a source”, and comes back when they send new details. No record moves." }
        p { strong { "Chesil does not write to them: you do." } " The next page has the text to send." }
        form method="post" action={ "/review/" (review.id) } {
            input type="hidden" name="decision" value="refer";
            input type="hidden" name="seen" value=(question.seen());
            (asked.hidden())
            fieldset.cs-pick {
                legend { "Who is asked?" }
                @for (place, source) in sources.iter().enumerate() {
                    label { input type="radio" name="to" value=(source) checked[place == 0] required; span { (question.names.of(source)) } }
                }
            }
            div.nhsuk-form-group {
                label.nhsuk-label for="note" { "What are they to check?" }
                div.nhsuk-hint #note-hint { "Say what to check, and what you found. No clinical details. 1,000 characters at most." }
                textarea.nhsuk-textarea #note name="note" rows="4" maxlength=(LONGEST_NOTE) required aria-describedby="note-hint" {}
            }
            button.nhsuk-button { "Refer the question" }
            " " (cancel(question, asked))
        }
    }
}
