//! One line of a record: when, what, how much, who says so.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::format::{self, Precision};

/// A line as every section shows it. Texts are the source's own words.
#[derive(Default)]
pub(crate) struct Line {
    /// When it happened or began.
    pub at: Option<Timestamp>,
    /// How much of `at` was said.
    pub precision: Precision,
    /// When it ended.
    pub end: Option<Timestamp>,
    /// What it is.
    pub text: String,
    /// Result, dose, or other value with its unit.
    pub value: Option<String>,
    /// Reference range.
    pub range: Option<String>,
    /// How to read the value: `High`.
    pub flag: Option<String>,
    /// `active`, `ended`, `final`, …
    pub status: Option<String>,
    /// What must be read with it.
    pub detail: Option<String>,
    /// Who says so.
    pub source: String,
    /// It came live from the GP practice with this page.
    pub live: bool,
    /// Who recorded it.
    pub author: Option<String>,
    /// Where it can be opened.
    pub href: Option<String>,
    /// Where it is told which messages said it.
    pub origin: Option<String>,
    /// The heading it stands under, for lines that belong together.
    pub heading: Option<String>,
}

/// The line as a table row.
pub(crate) fn row(line: &Line) -> Markup {
    let ended = line.end.is_some() || line.status.as_deref().is_some_and(is_over);
    html! {
        tr.cs-over[ended] {
            td.cs-when {
                @match line.at {
                    Some(at) => { time datetime=(format::machine(at)) { (format::moment(at, line.precision)) } }
                    None => { span.cs-quiet { "No date" } }
                }
            }
            td.cs-what {
                @match &line.href {
                    Some(href) => { a href=(href) { (line.text) } }
                    None => (line.text)
                }
                (value(line))
                (more(line))
            }
            td.cs-who title=(line.source) {
                @if line.live { span.cs-live { "live " } }
                @match &line.origin {
                    Some(origin) => { a href=(origin) { (line.source) span.nhsuk-u-visually-hidden { ": where this line came from" } } }
                    None => (line.source)
                }
            }
        }
    }
}

fn value(line: &Line) -> Markup {
    html! {
        @if let Some(value) = &line.value { " " b.cs-value { (value) } }
        @if let Some(flag) = &line.flag { " " span class={ "cs-tag" @if is_abnormal(flag) { " cs-tag--warn" } } { (flag) } }
        @if let Some(range) = &line.range { span.cs-quiet { " (" (range) ")" } }
    }
}

fn more(line: &Line) -> Markup {
    let status = line.status.as_deref().filter(|status| !is_ordinary(status));
    html! {
        @if let Some(status) = status { " " span.cs-tag { (status.replace(['_', '-'], " ")) } }
        @if let Some(end) = line.end { span.cs-quiet { " until " (format::day(end)) } }
        @if let Some(detail) = &line.detail { span.cs-detail { " · " (detail) } }
        @if let Some(author) = &line.author { span.cs-quiet { " – " (author) } }
    }
}

/// States that need no word: they are what a reader expects of a line.
fn is_ordinary(status: &str) -> bool {
    matches!(
        status,
        "active" | "final" | "current" | "completed" | "finished" | "fulfilled" | "confirmed" | ""
    )
}

fn is_over(status: &str) -> bool {
    matches!(
        status,
        "ended" | "inactive" | "resolved" | "stopped" | "cancelled" | "entered-in-error"
    )
}

fn is_abnormal(flag: &str) -> bool {
    !matches!(flag.to_ascii_lowercase().as_str(), "normal" | "n" | "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_when_what_how_much_and_who() {
        let line = Line {
            at: Some("2026-11-20T09:00:00Z".parse().unwrap()),
            text: "Serum potassium".into(),
            value: Some("5.9 mmol/L".into()),
            range: Some("3.5 – 5.3".into()),
            flag: Some("High".into()),
            status: Some("final".into()),
            source: "Poole Hospital".into(),
            ..Line::default()
        };
        let html = row(&line).into_string();
        for part in [
            "20-Nov-2026",
            "Serum potassium",
            "5.9 mmol/L",
            "cs-tag--warn",
            "High",
            "(3.5 – 5.3)",
            "Poole Hospital",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains(">final<"));
    }

    #[test]
    fn no_date_is_said_and_an_unusual_status_is_shown() {
        let html = row(&Line {
            text: "Aspirin".into(),
            status: Some("stopped".into()),
            ..Line::default()
        })
        .into_string();
        assert!(html.contains("No date") && html.contains(">stopped<") && html.contains("cs-over"));
    }
}
