//! What was just decided, above the next question, and the way to take it back.

use db::Tx;
use empi::{Answer, AnswerKind, Review, ReviewState};
use maud::{Markup, html};

use crate::Error;
use crate::page::names::Names;
use crate::page::review::Asked;

/// A question that was just answered, and the last answer. Nobody's name is in it: it stands above
/// questions about others.
pub(crate) struct Done {
    review: Review,
    last: Answer,
}

/// What became of question `id`; nothing where nobody has answered it.
pub(crate) fn read(tx: &mut Tx, id: Option<i64>) -> Result<Option<Done>, Error> {
    let Some(id) = id else { return Ok(None) };
    let Some(review) = empi::review(tx, id)? else { return Ok(None) };
    let last = empi::review_history(tx, id)?.pop();
    Ok(last.map(|last| Done { review, last }))
}

/// The banner; it takes the focus, so that it is read before the next question.
pub(crate) fn banner(done: Option<&Done>, asked: &Asked, names: &Names) -> Markup {
    let Some(Done { review, last }) = done else { return html! {} };
    let undone = last.kind == AnswerKind::Undone;
    html! {
        section.cs-done role="status" aria-label="What was decided" tabindex="-1" data-focus-first {
            p { strong { "Question " (review.id) ": " } (sentence(&review.state, last.kind, names)) }
            @if last.kind != AnswerKind::Raised { a href={ "/review/" (review.id) "?" (asked.query()) } { "Look at it" } }
            @if !undone && takes_back(&review.state) {
                form method="post" action={ "/review/" (review.id) } {
                    input type="hidden" name="decision" value="undo";
                    (asked.hidden())
                    button.cs-small-button data-key="u" { "Undo " kbd aria-hidden="true" { "u" } }
                }
            }
        }
    }
}

fn takes_back(state: &ReviewState) -> bool {
    !matches!(state, ReviewState::Open | ReviewState::Resolved { .. })
}

fn sentence(state: &ReviewState, last: AnswerKind, names: &Names) -> String {
    match (last, state) {
        (AnswerKind::Raised, _) => "your reason is kept, and it waits for a decision.".into(),
        (AnswerKind::SamePerson, _) => "decided: the same person.".into(),
        (AnswerKind::NotTheSame, _) => "decided: not the same.".into(),
        (AnswerKind::Split, _) => "decided: not the same, records split out.".into(),
        (AnswerKind::FirstOfTwo, _) => {
            "your answer is kept. It joins two verified NHS numbers, so nothing moves until a second steward agrees.".into()
        }
        (AnswerKind::Disagreed, _) => {
            "the two stewards disagree. Nothing has moved, and the question is open again.".into()
        }
        (AnswerKind::Referred, ReviewState::Referred { to, .. }) => {
            format!("referred to {}. It comes back when they send new details.", names.of(to))
        }
        (AnswerKind::Undone, ReviewState::AwaitingSecond { .. }) => {
            "taken back. Nothing is joined; the first answer still waits for a second.".into()
        }
        (AnswerKind::Undone, _) => "taken back. Everything stands as before, and it is open again.".into(),
        (kind, _) => format!("{}.", kind.label()),
    }
}
