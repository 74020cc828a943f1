//! The source strip: every source of this record, what it is doing, and how fresh it is.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::format;

/// One source of a person's record.
pub(crate) struct Source {
    /// A key fit for an element id: `gp`, `r0d`.
    pub key: String,
    /// Its name as staff know it.
    pub name: String,
    /// What it is doing.
    pub state: State,
    /// What else must be known of it: that it holds no record, that messages are not in the record yet.
    pub note: Option<String>,
}

/// What a source is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Sends messages as things happen; this is when the last about anyone came.
    Heard(Timestamp),
    /// Sends messages, but none has come for longer than it should.
    Late(Timestamp),
    /// Nothing has ever come from it.
    Silent,
    /// Was asked for this page and has not answered yet.
    Asking,
    /// Answered for this page.
    Answered(Timestamp),
    /// Was not, or could not be, read: why, in one sentence.
    Failed(String),
}

/// The strip.
pub(crate) fn strip(sources: &[Source], now: Timestamp) -> Markup {
    html! {
        section.cs-sources aria-label="Sources of this record" {
            ul {
                @for source in sources { (chip(source, now, false)) }
            }
        }
    }
}

/// One source's chip; the live source's is replaced out of band when its answer comes.
pub(crate) fn chip(source: &Source, now: Timestamp, out_of_band: bool) -> Markup {
    let (class, icon, said) = words(&source.state, now);
    html! {
        li id={ "source-" (source.key) } class={ "cs-chip cs-chip--" (class) } hx-swap-oob=[out_of_band.then_some("true")] {
            span aria-hidden="true" { (icon) } " " strong { (source.name) } span.cs-chip__said { " " (said) }
            @if let Some(note) = &source.note { " · " b { (note) } }
        }
    }
}

fn words(state: &State, now: Timestamp) -> (&'static str, &'static str, String) {
    match state {
        State::Heard(at) => ("fresh", "●", format!("last message {}", format::ago(*at, now))),
        State::Late(at) => ("late", "◐", format!("quiet: last message {}", format::ago(*at, now))),
        State::Silent => ("late", "◌", "has never sent a message".to_owned()),
        State::Asking => ("asking", "…", "being asked now".to_owned()),
        State::Answered(at) => {
            ("fresh", "●", format!("answered live {}", format::time_or_date(*at, now)))
        }
        State::Failed(why) => ("failed", "✕", why.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_said_in_words_not_only_in_colour() {
        let now: Timestamp = "2026-11-22T10:42:00Z".parse().unwrap();
        let then: Timestamp = "2026-11-22T10:38:00Z".parse().unwrap();
        for (state, said) in [
            (State::Heard(then), "last message 4 min ago"),
            (State::Late(then), "quiet: last message 4 min ago"),
            (State::Silent, "has never sent a message"),
            (State::Asking, "being asked now"),
            (State::Answered(then), "answered live 10:38"),
            (
                State::Failed("The practice has not answered in time.".into()),
                "not answered in time",
            ),
        ] {
            let source =
                Source { key: "gp".into(), name: "Wimborne Surgery".into(), state, note: None };
            let html = chip(&source, now, false).into_string();
            assert!(html.contains(said), "{html}");
            assert!(!html.contains("hx-swap-oob"));
        }
    }
}
