//! The record page: one person, every source, one screen.

use jiff::Timestamp;
use maud::{Markup, html};
use model::{PersonId, Section};

use crate::format;
use crate::layout::{Place, Reader, page};
use crate::view::banner::{self, Banner};
use crate::view::in_hospital::{self, InHospital};
use crate::view::section::{self, SectionView};
use crate::view::source::{self, Source};

/// What stands to the left and to the right. The live GP sections are on the left, so that their
/// arrival does not move what a reader has begun to read on the right.
const LEFT: [Section; 5] = [
    Section::Allergies,
    Section::Problems,
    Section::Medicines,
    Section::Consultations,
    Section::Immunisations,
];
const RIGHT: [Section; 5] = [
    Section::Results,
    Section::Encounters,
    Section::Documents,
    Section::Appointments,
    Section::SocialCare,
];

/// Everything above the sections, on every page about one person.
pub(crate) struct About {
    /// Whose record.
    pub person: PersonId,
    /// Who this is.
    pub banner: Banner,
    /// Where it comes from; empty on pages that show nothing clinical.
    pub sources: Vec<Source>,
    /// Which of the person's own links are questioned: the two organisations of each.
    pub questions: Vec<(String, String)>,
    /// In hospital now?
    pub in_hospital: Option<InHospital>,
    /// This reader's role asks who has looked.
    pub asks_who_looked: bool,
    /// The page's moment.
    pub now: Timestamp,
}

/// What became of the GP practice's answer.
pub(crate) enum Gp {
    /// This reader's role sees nothing that a practice holds.
    NotAsked,
    /// The page asks after it has been drawn.
    Asking,
    /// It has answered, or could not.
    Answered(GpAnswer),
}

/// The practice's answer as a whole.
pub(crate) struct GpAnswer {
    /// Its name.
    pub practice: String,
    /// What became of the call, in one sentence.
    pub sentence: String,
    /// It answered.
    pub answered: bool,
    /// When.
    pub at: Timestamp,
    /// How long it took.
    pub took_ms: u64,
    /// Its own warnings, word for word.
    pub warnings: Vec<String>,
    /// How its idea of the person differs from ours.
    pub mismatch: Vec<String>,
}

/// What a live answer is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The record page.
    Whole,
    /// The first page of a section.
    Section(Section),
    /// A later page of a section: the practice's lines stand on the first, only the banner waits.
    Banner(Section),
}

/// [`Part::Banner`] in an address.
pub(crate) const BANNER: &str = "banner";

/// The part of a record's page that stays the same from section to section.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    /// The record page.
    Summary,
    /// One section.
    Section(Section),
    /// Which local records make this person.
    Links,
    /// Who has looked.
    AccessLog,
    /// Anything else.
    Other,
}

/// The record page.
pub(crate) fn show(
    about: &About,
    gp: &Gp,
    sections: &[SectionView],
    why: &str,
    reader: &Reader,
) -> Markup {
    let column = |codes: &[Section]| {
        let found = |code: &Section| sections.iter().find(|view| view.section == *code);
        html! { div.cs-stack { @for view in codes.iter().filter_map(found) { (section::tile(view, false)) } } }
    };
    page(
        "Record",
        Some(reader),
        Place::Elsewhere,
        above(about, Tab::Summary),
        html! {
            (gp_part(about, gp, Part::Whole))
            div.cs-record { (column(&LEFT)) (column(&RIGHT)) }
            p.cs-quiet { (why) " Shown at " (format::date_time(about.now)) "." }
        },
    )
}

/// One section with all its stored lines in reach.
pub(crate) fn show_section(
    about: &About,
    gp: &Gp,
    part: Part,
    view: &SectionView,
    paging: Markup,
    reader: &Reader,
) -> Markup {
    let title = view.section.label();
    page(
        title,
        Some(reader),
        Place::Elsewhere,
        above(about, Tab::Section(view.section)),
        html! {
            (gp_part(about, gp, part))
            (section::tile(view, false))
            (paging)
        },
    )
}

/// Banner, "in hospital now?", source strip and the links between a person's pages.
pub(crate) fn above(about: &About, tab: Tab) -> Markup {
    html! {
        (banner::banner(&about.banner, format::today(about.now)))
        @for (a, b) in &about.questions { (questioned(a, b)) }
        @if let Some(answer) = &about.in_hospital { (in_hospital::band(answer, about.now)) }
        @if !about.sources.is_empty() { (source::strip(&about.sources, about.now)) }
        (tabs(about, tab))
    }
}

fn questioned(a: &str, b: &str) -> Markup {
    html! {
        p.cs-notice.cs-notice--danger {
            strong { "Two records linked here may be two people" } ": one from " (a) ", one from " (b)
            ". Check whose each line is; a steward has been asked."
        }
    }
}

fn tabs(about: &About, tab: Tab) -> Markup {
    let person = about.person;
    let place = |there: Tab| (there == tab).then_some("page");
    html! {
        nav.cs-record-nav aria-label="This person" {
            ul {
                li { a href={ "/people/" (person) } aria-current=[place(Tab::Summary)] { "Record" } }
                @if let Tab::Section(section) = tab { li { a href={ "/people/" (person) "/" (slug(section)) } aria-current="page" { (section.label()) } } }
                li { a href={ "/people/" (person) "/links" } aria-current=[place(Tab::Links)] { "Linked records" } }
                @if about.asks_who_looked { li { a href={ "/people/" (person) "/access-log" } aria-current=[place(Tab::AccessLog)] { "Who has looked" } } }
            }
        }
    }
}

/// A section's place in an address: `social-care`.
pub(crate) fn slug(section: Section) -> String {
    section.code().replace('_', "-")
}

/// The live part: asks once when the page is there; without JavaScript, a link that waits.
fn gp_part(about: &About, gp: &Gp, part: Part) -> Markup {
    match gp {
        Gp::NotAsked => html! {},
        Gp::Answered(answer) => answered(answer, about.now),
        Gp::Asking => {
            let page = |section| format!("/{}", slug(section));
            let (path, query) = match part {
                Part::Whole => (String::new(), String::new()),
                Part::Section(section) => (page(section), format!("?only={}", section.code())),
                Part::Banner(section) => (page(section), format!("?only={BANNER}")),
            };
            html! {
                div #gp.cs-gp data-live hx-get={ "/people/" (about.person) "/gp" (query) } hx-trigger="load" hx-swap="outerHTML" {
                    noscript {
                        p { a href={ "/people/" (about.person) (path) "?gp=wait" } { "Show the GP record too (waits for the practice, up to 20 seconds)" } }
                    }
                }
            }
        }
    }
}

/// The practice's answer as it is swapped in: its own line, and everything that depends on it.
pub(crate) fn gp_arrived(
    about: &About,
    answer: &GpAnswer,
    chip: Option<&Source>,
    sections: &[SectionView],
) -> Markup {
    html! {
        (answered(answer, about.now))
        @if let Some(chip) = chip { (source::chip(chip, about.now, true)) }
        (banner::allergies(&about.banner, true))
        @for view in sections { (section::tile(view, true)) }
    }
}

fn answered(answer: &GpAnswer, now: Timestamp) -> Markup {
    html! {
        div #gp.cs-gp role="status" {
            @if answer.answered {
                p.cs-quiet { "GP record from " (answer.practice) ", read live at " (format::time_or_date(answer.at, now)) " (" (seconds(answer.took_ms)) ")." }
            } @else {
                p.cs-notice.cs-notice--danger { strong { (answer.practice) ": " } (answer.sentence) " What the practice holds is not known here." }
            }
            @for line in &answer.mismatch { p.cs-notice.cs-notice--danger { strong { "Check that this is the same person: " } (line) } }
            @for line in &answer.warnings { p.cs-notice.cs-notice--warn { (line) } }
        }
    }
}

fn seconds(milliseconds: u64) -> String {
    if milliseconds < 100 {
        return format!("{milliseconds} ms");
    }
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::view::section::{Content, Empty};
    use crate::view::source::State;

    fn about() -> About {
        About {
            person: PersonId::from_uuid(Uuid::nil()),
            banner: Banner::default(),
            sources: Vec::new(),
            questions: Vec::new(),
            in_hospital: None,
            asks_who_looked: false,
            now: "2026-11-22T10:42:00Z".parse().unwrap(),
        }
    }

    fn answer(answered: bool) -> GpAnswer {
        GpAnswer {
            practice: "Wimborne Surgery".into(),
            sentence: "The practice has not answered in time.".into(),
            answered,
            at: "2026-11-22T10:42:00Z".parse().unwrap(),
            took_ms: 840,
            warnings: vec![
                "Items excluded due to confidentiality and/or patient preferences.".into(),
            ],
            mismatch: vec!["The practice says born 03-Jun-1940.".into()],
        }
    }

    #[test]
    fn the_answer_replaces_everything_that_waited_for_it() {
        let chip = Source {
            key: "gp".into(),
            name: "Wimborne Surgery".into(),
            state: State::Answered(about().now),
            note: None,
        };
        let view = SectionView {
            section: Section::Problems,
            href: "/x".into(),
            content: Content::Shown {
                lines: Vec::new(),
                besides_live: 0,
                asking: false,
                incomplete: None,
                empty: Empty::NoneRecorded { by: Vec::new() },
            },
        };
        let html = gp_arrived(&about(), &answer(true), Some(&chip), &[view]).into_string();
        for id in ["source-gp", "banner-allergies", "problems"] {
            assert!(html.contains(&format!("id=\"{id}\"")), "{id}: {html}");
        }
        assert_eq!(html.matches("hx-swap-oob").count(), 3);
        assert!(html.contains("(0.8 s)"));
    }

    #[test]
    fn warnings_and_differences_are_shown_word_for_word() {
        let html = answered(&answer(true), about().now).into_string();
        assert!(html.contains("Items excluded due to confidentiality and/or patient preferences."));
        assert!(html.contains("The practice says born 03-Jun-1940."));
    }

    #[test]
    fn no_answer_says_that_the_content_is_not_known() {
        let html = answered(&answer(false), about().now).into_string();
        assert!(html.contains("not answered in time") && html.contains("not known here"));
    }

    #[test]
    fn a_questioned_link_is_said_on_every_page_of_the_person() {
        let questions = vec![("Poole Hospital".to_owned(), "Dorset County Hospital".to_owned())];
        for tab in [Tab::Summary, Tab::Section(Section::Results), Tab::Links, Tab::Other] {
            let html = above(&About { questions: questions.clone(), ..about() }, tab).into_string();
            assert!(html.contains("cs-notice--danger") && html.contains("may be two people"));
            assert!(html.contains("Dorset County Hospital"), "{html}");
        }
        assert!(!above(&about(), Tab::Summary).into_string().contains("two people"));
    }

    #[test]
    fn addresses_hold_the_person_id_and_nothing_else() {
        let html = gp_part(&about(), &Gp::Asking, Part::Section(Section::SocialCare)).into_string();
        assert!(
            html.contains("/people/00000000-0000-0000-0000-000000000000/gp?only=social_care"),
            "{html}"
        );
        assert!(html.contains("/social-care?gp=wait"));
    }
}
