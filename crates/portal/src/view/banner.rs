//! The patient banner (NHS CUI patient banner, PAB-0001 to 0076): who this record is about.

use jiff::civil::Date;
use maud::{Markup, html};
use model::{Gender, NhsNumberStatus};

use crate::format;

/// Everything the banner shows. `None` and empty are written as "Not recorded" (PAB-0019).
#[derive(Default)]
pub(crate) struct Banner {
    /// `HARDY, Thomasina (Mrs)`.
    pub name: String,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// Administrative gender.
    pub gender: Option<Gender>,
    /// The NHS number in its 3-3-4 form.
    pub nhs_number: Option<String>,
    /// How sure the sources are of it.
    pub nhs_number_status: NhsNumberStatus,
    /// Alive, as far as is known, or not.
    pub life: Life,
    /// Address in one line; `None` when not recorded.
    pub address: Option<String>,
    /// Telephone numbers.
    pub telephones: Vec<String>,
    /// GP practice: name or code.
    pub practice: Option<String>,
    /// The address and telephone numbers are protected and not shown to anyone here.
    pub sensitive: bool,
    /// Allergies, if this reader may see them.
    pub allergies: Allergies,
    /// Where the allergies section is.
    pub allergies_href: String,
}

/// Whether somebody has died, and when if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Life {
    /// No source says that they have died.
    #[default]
    Living,
    /// They have died.
    Died(Option<Date>),
}

/// The banner's allergy line: the four states of PAB-0064, and two of our own: the live source is
/// still being asked, and the reader's role does not show clinical facts (PAB-0008).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Allergies {
    /// Allergies are known; what they are.
    Known(Vec<String>),
    /// Allergies are known from other sources; the practice has not answered yet.
    KnownAsking(Vec<String>),
    /// Allergies are known from other sources; the practice could not be asked.
    KnownIncomplete(Vec<String>),
    /// A source recorded "no known allergies", and every source answered.
    NoneKnown,
    /// Every source answered, and none recorded anything either way.
    NotRecorded,
    /// The practice is being asked.
    Asking,
    /// What is recorded is not known here.
    #[default]
    Unavailable,
    /// Not shown to this role.
    NotForRole,
    /// This page shows nothing clinical.
    NotHere,
}

/// The banner, in the CUI's order: name, born, gender, NHS number (PAB-0016, PAB-0076).
pub(crate) fn banner(banner: &Banner, today: Date) -> Markup {
    let class = if banner.life == Life::Living { "cs-banner" } else { "cs-banner cs-banner--died" };
    html! {
        section class=(class) aria-label="Patient" {
            div.cs-banner__who {
                h1.cs-banner__name { @if banner.name.is_empty() { "Name not recorded" } @else { (banner.name) } }
                (facts(banner, today))
            }
            (contact(banner))
            (allergies(banner, false))
        }
    }
}

fn facts(banner: &Banner, today: Date) -> Markup {
    html! {
        dl.cs-facts {
            (fact("Born", "Date of birth, with the age in parentheses", html! { (born(banner, today)) }))
            @if let Life::Died(died) = banner.life {
                (fact("Died", "Date of death", html! { (died.map_or_else(|| "Date not recorded".to_owned(), format::date)) }))
                (fact("Age at Death", "Age on the day of death", html! { (age_at_death(banner, died)) }))
            }
            (fact("Gender", "For identifying and addressing the person, not for clinical judgement", html! { (gender(banner.gender)) }))
            (fact("NHS No.", "Ten-digit NHS number", nhs_number(banner)))
        }
    }
}

/// Label and value, without a colon (PAB-0042); what the label means is its tooltip (PAB-0047).
fn fact(label: &str, meaning: &str, value: Markup) -> Markup {
    html! {
        div { dt { abbr.cs-plain title=(meaning) { (label) } } dd { (value) } }
    }
}

fn born(banner: &Banner, today: Date) -> String {
    let Some(birth) = banner.birth_date else { return "Not recorded".into() };
    let shown = format::date(birth);
    // The age of a living person only; that at death stands beside the date of death (PAB-0034, 0059).
    match format::age(birth, today) {
        Some(age) if banner.life == Life::Living => format!("{shown} ({age})"),
        _ => shown,
    }
}

fn age_at_death(banner: &Banner, died: Option<Date>) -> String {
    let age = banner.birth_date.zip(died).and_then(|(birth, died)| format::age(birth, died));
    age.unwrap_or_else(|| "Not known".to_owned())
}

/// Gender in full (PAB-0035).
pub(crate) fn gender(gender: Option<Gender>) -> &'static str {
    match gender {
        Some(Gender::Male) => "Male",
        Some(Gender::Female) => "Female",
        Some(Gender::Other) => "Other",
        Some(Gender::Unknown) => "Not known",
        None => "Not recorded",
    }
}

fn nhs_number(banner: &Banner) -> Markup {
    let Some(number) = &banner.nhs_number else { return html! { "Not recorded" } };
    html! {
        // One field that copies whole and never breaks (NUM-0001 to 0003, 0010).
        span.cs-nhs { (number) }
        @if banner.nhs_number_status != NhsNumberStatus::Verified {
            " " span.cs-tag.cs-tag--warn title="No source says that this number was traced and verified" { "not verified" }
        }
    }
}

fn contact(banner: &Banner) -> Markup {
    html! {
        details.cs-banner__more {
            summary { "Address, telephone, GP practice" }
            dl.cs-facts {
                (fact("Usual address", "The address the sources gave last", protected(banner, banner.address.as_deref().unwrap_or("Not recorded"))))
                (fact("Telephone", "Telephone numbers", protected(banner, &if banner.telephones.is_empty() { "Not recorded".to_owned() } else { banner.telephones.join(", ") })))
                (fact("GP practice", "Where the person is registered", html! { (banner.practice.as_deref().unwrap_or("Not recorded")) }))
            }
        }
    }
}

fn protected(banner: &Banner, value: &str) -> Markup {
    html! { @if banner.sensitive { "Protected: not shown" } @else { (value) } }
}

/// The allergy line. It stands alone so that the practice's answer can replace it out of band.
pub(crate) fn allergies(banner: &Banner, out_of_band: bool) -> Markup {
    if banner.allergies == Allergies::NotHere {
        return html! {};
    }
    let (class, icon, label, names) = allergy_words(&banner.allergies);
    html! {
        p #banner-allergies class={ "cs-allergy cs-allergy--" (class) } hx-swap-oob=[out_of_band.then_some("true")] {
            span.cs-allergy__icon aria-hidden="true" { (icon) }
            @if banner.allergies == Allergies::NotForRole { (label) }
            @else { a href=(banner.allergies_href) { (label) } }
            @if !names.is_empty() { " " strong { (names.join(", ")) } }
            @match banner.allergies {
                Allergies::KnownAsking(_) => { span.cs-quiet { " – asking the GP practice…" } }
                Allergies::KnownIncomplete(_) => { span.cs-quiet { " – not complete: the GP practice’s list is unavailable" } }
                _ => {}
            }
        }
    }
}

fn allergy_words(allergies: &Allergies) -> (&'static str, &'static str, &'static str, &[String]) {
    match allergies {
        Allergies::Known(names)
        | Allergies::KnownAsking(names)
        | Allergies::KnownIncomplete(names) => ("known", "▲", "Known allergies", names),
        Allergies::NoneKnown => ("none", "✓", "No known allergies", &[]),
        Allergies::NotRecorded => ("unrecorded", "○", "Allergies not recorded", &[]),
        Allergies::Asking => ("asking", "…", "Allergies: asking the GP practice…", &[]),
        Allergies::Unavailable => ("unavailable", "✕", "Allergies unavailable", &[]),
        Allergies::NotForRole | Allergies::NotHere => {
            ("role", "–", "Allergies are not shown to your role", &[])
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn thomasina() -> Banner {
        Banner {
            name: "HARDY, Thomasina (Mrs)".into(),
            birth_date: Some(date(1940, 6, 2)),
            gender: Some(Gender::Female),
            nhs_number: Some("999 040 2132".into()),
            nhs_number_status: NhsNumberStatus::Verified,
            ..Banner::default()
        }
    }

    fn text(shown: &Banner) -> String {
        let html = banner(shown, date(2026, 11, 22)).into_string();
        let mut text = String::new();
        let mut inside = false;
        for c in html.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn name_birth_gender_and_number_stand_in_this_order() {
        let text = text(&thomasina());
        assert!(
            text.starts_with(
                "HARDY, Thomasina (Mrs) Born 02-Jun-1940 (86y) Gender Female NHS No. 999 040 2132"
            ),
            "{text}"
        );
    }

    #[test]
    fn the_dead_are_shown_otherwise_with_their_age_at_death() {
        let died = Banner { life: Life::Died(Some(date(2026, 5, 1))), ..thomasina() };
        let html = banner(&died, date(2026, 11, 22)).into_string();
        assert!(html.contains("cs-banner--died"));
        assert!(text(&died).contains("Born 02-Jun-1940 Died 01-May-2026 Age at Death 85y"));
    }

    #[test]
    fn what_is_missing_is_said_to_be_missing() {
        let text = text(&Banner::default());
        assert!(
            text.starts_with(
                "Name not recorded Born Not recorded Gender Not recorded NHS No. Not recorded"
            ),
            "{text}"
        );
        assert!(!text.contains('?'));
    }

    #[test]
    fn an_unverified_number_says_so() {
        let shown = Banner { nhs_number_status: NhsNumberStatus::NotTraced, ..thomasina() };
        assert!(text(&shown).contains("999 040 2132 not verified"));
    }

    #[test]
    fn only_a_complete_answer_may_read_as_no_known_allergies() {
        for (state, words) in [
            (Allergies::Known(vec!["Penicillin".into()]), "Known allergies Penicillin"),
            (
                Allergies::KnownAsking(vec!["Penicillin".into()]),
                "Known allergies Penicillin – asking the GP practice…",
            ),
            (Allergies::NoneKnown, "No known allergies"),
            (Allergies::NotRecorded, "Allergies not recorded"),
            (Allergies::Unavailable, "Allergies unavailable"),
            (Allergies::Asking, "Allergies: asking the GP practice…"),
            (Allergies::NotForRole, "Allergies are not shown to your role"),
        ] {
            let shown = text(&Banner { allergies: state.clone(), ..thomasina() });
            assert!(shown.ends_with(words), "{shown}");
            assert_eq!(shown.contains("No known allergies"), state == Allergies::NoneKnown);
        }
    }

    #[test]
    fn a_protected_address_is_never_written() {
        let shown = Banner {
            sensitive: true,
            address: Some("1 High Street".into()),
            telephones: vec!["01202 000000".into()],
            ..thomasina()
        };
        let text = text(&shown);
        assert!(!text.contains("High Street") && !text.contains("01202"));
    }

    #[test]
    fn names_cannot_carry_markup() {
        let shown = Banner { name: "<script>alert(1)</script>".into(), ..thomasina() };
        assert!(!banner(&shown, date(2026, 11, 22)).into_string().contains("<script>"));
    }
}
