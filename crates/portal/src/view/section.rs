//! One section of a record, and the sentence that says what its emptiness means.

use maud::{Markup, html};
use model::Section;

use super::line::{Line, row};

/// A section as one reader may see it.
pub(crate) struct SectionView {
    /// Which.
    pub section: Section,
    /// Where all its lines are.
    pub href: String,
    /// Its lines, or why they are not shown.
    pub content: Content,
}

/// What a section holds.
pub(crate) enum Content {
    /// Not shown to this reader, in one sentence. There may or may not be something.
    NotShown(String),
    /// Shown.
    Shown {
        /// Newest first.
        lines: Vec<Line>,
        /// How many lines there are, here or not, besides the live ones that are here.
        besides_live: u64,
        /// The GP practice is being asked for this section.
        asking: bool,
        /// Why lines may be missing, in one sentence.
        incomplete: Option<String>,
        /// What to say if there are no lines.
        empty: Empty,
    },
}

/// What a section without lines means. Only the first is "none".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Empty {
    /// Everybody who could have said something answered, and recorded nothing.
    NoneRecorded {
        /// Who answered.
        by: Vec<String>,
    },
    /// The GP practice has not answered yet.
    Asking,
    /// An answer is missing, so nothing can be concluded: one sentence.
    Unknown(String),
}

/// The section as a tile of the record page.
pub(crate) fn tile(view: &SectionView, out_of_band: bool) -> Markup {
    let code = view.section.code();
    html! {
        section.cs-tile id=(code) aria-labelledby={ (code) "-heading" } hx-swap-oob=[out_of_band.then_some("true")] {
            h2.cs-tile__heading id={ (code) "-heading" } {
                a href=(view.href) { (view.section.label()) }
                (count(&view.content))
            }
            (body(view))
            (show_all(view))
        }
    }
}

/// Notices, then the lines or what their absence means.
pub(crate) fn body(view: &SectionView) -> Markup {
    match &view.content {
        Content::NotShown(why) => html! { p.cs-notice { (why) } },
        Content::Shown { lines, asking, incomplete, empty, .. } => html! {
            @if *asking {
                p.cs-notice data-live-failed-text="The GP practice could not be asked. What it holds is not known; reload the page to try again." {
                    "Asking the GP practice… more may come."
                }
            }
            @if let Some(why) = incomplete { p.cs-notice.cs-notice--warn { (why) } }
            @if lines.is_empty() { (nothing(empty, *asking || incomplete.is_some())) } @else { (table(view.section, lines)) }
        },
    }
}

fn count(content: &Content) -> Markup {
    let Content::Shown { lines, besides_live, .. } = content else { return html! {} };
    let live = lines.iter().filter(|line| line.live).count();
    let total = besides_live.saturating_add(u64::try_from(live).unwrap_or_default());
    html! { @if total > 0 { " " span.cs-count { (total) } } }
}

fn show_all(view: &SectionView) -> Markup {
    let Content::Shown { lines, besides_live, .. } = &view.content else { return html! {} };
    let stored = lines.iter().filter(|line| !line.live).count();
    let more = besides_live.saturating_sub(u64::try_from(stored).unwrap_or(u64::MAX));
    html! {
        @if more > 0 {
            p.cs-tile__more {
                a href=(view.href) { "Show " (more) " older" span.nhsuk-u-visually-hidden { " in " (view.section.label()) } }
            }
        }
    }
}

fn table(section: Section, lines: &[Line]) -> Markup {
    html! {
        table.cs-lines aria-labelledby={ (section.code()) "-heading" } {
            thead.nhsuk-u-visually-hidden {
                tr { th scope="col" { "Date" } th scope="col" { "What" } th scope="col" { "Source" } }
            }
            @let groups: Vec<&[Line]> = lines.chunk_by(|a, b| a.heading == b.heading && a.source == b.source).collect();
            @for (index, group) in groups.iter().enumerate() {
                @let above = index.checked_sub(1).and_then(|before| groups.get(before)?.first());
                @let first = group.first();
                // Lines without a heading must not seem to stand under the one before them.
                tbody.cs-free[first.is_some_and(|line| line.heading.is_none()) && above.is_some_and(|line| line.heading.is_some())] {
                    @if let Some(heading) = first.and_then(heading) { tr { th.cs-lines__group colspan="3" scope="rowgroup" { (heading) } } }
                    @for line in *group { (row(line)) }
                }
            }
        }
    }
}

/// The heading above a group; a first line that says the same, as a report does, needs none.
fn heading(line: &Line) -> Option<&str> {
    line.heading.as_deref().filter(|heading| *heading != line.text)
}

fn nothing(empty: &Empty, said_already: bool) -> Markup {
    let words = match empty {
        Empty::NoneRecorded { .. } if said_already => {
            "No lines were sent. Whether anything is recorded is not known.".to_owned()
        }
        Empty::NoneRecorded { by } if by.is_empty() => "None recorded.".to_owned(),
        Empty::NoneRecorded { by } => format!("None recorded by {}.", listed(by)),
        Empty::Asking => "Nothing from the other sources.".to_owned(),
        Empty::Unknown(_) if said_already => {
            "Whether anything is recorded is not known.".to_owned()
        }
        Empty::Unknown(why) => format!("Not known. {why}"),
    };
    html! { p.cs-empty { (words) } }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: Vec<Line>, asking: bool, incomplete: Option<&str>, empty: Empty) -> String {
        let content = Content::Shown {
            besides_live: 0,
            lines,
            asking,
            incomplete: incomplete.map(Into::into),
            empty,
        };
        tile(&SectionView { section: Section::Problems, href: "/x".into(), content }, false)
            .into_string()
    }

    fn by(names: &[&str]) -> Empty {
        Empty::NoneRecorded { by: names.iter().map(|name| (*name).into()).collect() }
    }

    #[test]
    fn unknown_is_never_shown_as_none() {
        let missing = "The GP practice has not answered in time.";
        for (asking, incomplete, empty, none) in [
            (false, None, by(&["the GP practice", "Poole Hospital"]), true),
            (true, None, Empty::Asking, false),
            (false, Some(missing), Empty::Unknown(missing.into()), false),
            (false, None, Empty::Unknown(missing.into()), false),
            // A contradiction upstream must still not read as none.
            (true, None, by(&["Poole Hospital"]), false),
            (false, Some(missing), by(&["Poole Hospital"]), false),
        ] {
            let html = shown(Vec::new(), asking, incomplete, empty.clone());
            assert_eq!(html.contains("None recorded"), none, "{empty:?}: {html}");
        }
    }

    #[test]
    fn none_says_who_answered() {
        let html = shown(Vec::new(), false, None, by(&["the GP practice", "Poole Hospital"]));
        assert!(html.contains("None recorded by the GP practice and Poole Hospital."), "{html}");
    }

    #[test]
    fn what_a_role_does_not_see_is_named_as_not_shown() {
        let view = SectionView {
            section: Section::Results,
            href: "/x".into(),
            content: Content::NotShown("Results are not shown to social workers.".into()),
        };
        let html = tile(&view, false).into_string();
        assert!(
            html.contains("not shown to social workers") && !html.to_lowercase().contains("none")
        );
    }

    #[test]
    fn an_incomplete_section_says_so_above_its_lines() {
        let line = Line { text: "Asthma".into(), ..Line::default() };
        let html = shown(vec![line], false, Some("The practice refused."), by(&[]));
        assert!(html.find("The practice refused.").unwrap() < html.find("Asthma").unwrap());
    }

    #[test]
    fn lines_of_one_heading_stand_under_it_once() {
        let line = |text: &str| Line {
            text: text.into(),
            heading: Some("Full blood count".into()),
            ..Line::default()
        };
        let html = shown(vec![line("Haemoglobin"), line("Platelets")], false, None, by(&[]));
        assert_eq!(html.matches("Full blood count").count(), 1);
    }

    #[test]
    fn a_line_without_a_heading_is_set_apart_from_the_heading_above_it() {
        let line = |text: &str, heading: Option<&str>| Line {
            text: text.into(),
            heading: heading.map(Into::into),
            ..Line::default()
        };
        let lines = vec![line("Platelets", Some("Full blood count")), line("Sodium", None)];
        assert!(shown(lines, false, None, by(&[])).contains("cs-free"));
        let report = vec![line("Full blood count", Some("Full blood count"))];
        assert!(!shown(report, false, None, by(&[])).contains("cs-lines__group"));
    }

    #[test]
    fn what_a_source_says_cannot_become_markup() {
        let line = Line { text: "<img src=x onerror=alert(1)>".into(), ..Line::default() };
        let html = shown(vec![line], false, None, by(&[]));
        assert!(!html.contains("<img") && html.contains("&lt;img"));
    }
}
