//! What the records say of a death, where that is the question.

use empi::{Died, LifeSign};
use maud::{Markup, html};

use crate::format;
use crate::page::review_question::Question;

/// One line for each record that tells of a death, or of an attendance.
pub(crate) fn signs(question: &Question) -> Markup {
    let signs = &question.review.life_signs;
    html! {
        @if !signs.is_empty() {
            ul.cs-signs aria-label="What the records say" {
                @for sign in signs { li { strong { (question.names.of(&sign.organisation)) } " says: " (words(sign)) "." } }
            }
        }
    }
}

fn words(sign: &LifeSign) -> String {
    let died = sign.died.map(|on| match on {
        Died::On(date) => format!("died on {}", format::date(date)),
        Died::Undated => "has died, without a date".to_owned(),
    });
    let attended = sign.attended.map(|(how, at)| format!("{} on {}", how.label(), format::day(at)));
    let both: Vec<String> = died.into_iter().chain(attended).collect();
    both.join("; ")
}
