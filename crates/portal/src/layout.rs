//! The frame of every page: head, header, main, footer. No inline style or script anywhere.

use maud::{DOCTYPE, Markup, html};
use model::{Actor, Role};

use crate::files;

/// Who is signed in, as the header shows it.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    /// The user in the role and organisation of this session.
    pub actor: Actor,
    /// The organisation's name.
    pub organisation_name: String,
}

/// The place of a page in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The home page.
    Home,
    /// The queue of identity questions.
    Review,
    /// Channels.
    Channels,
    /// Messages.
    Messages,
    /// What goes on to other systems.
    Destinations,
    /// The privacy officer's page.
    Privacy,
    /// Users and sessions.
    Users,
    /// A page that the navigation does not name.
    Elsewhere,
}

/// A page. `about` stands between header and main: the patient banner and what belongs to it.
/// Titles carry no name, because browsers keep them in their history.
pub(crate) fn page(
    title: &str,
    reader: Option<&Reader>,
    place: Place,
    about: Markup,
    main: Markup,
) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body.cs-page {
                a.nhsuk-skip-link href="#main" { "Skip to main content" }
                (header(reader, place))
                (about)
                main #main.cs-main tabindex="-1" { (main) }
                (footer(reader))
                @if reader.is_some() { (idle_warning()) }
            }
        }
    }
}

/// Shown by the script five minutes before half an hour without a click ends the session. It
/// offers no reload, which would lose what is being typed.
fn idle_warning() -> Markup {
    html! {
        p.cs-idle role="status" data-warn-after-minutes="25" {
            span hidden { "You will be signed out in a few minutes. To stay signed in, open any page, here or in another tab." }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            title { (title) " – Chesil" }
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            // Clinical pages stay out of every client-side store: no history, no injected style.
            meta name="htmx-config" content=r#"{"includeIndicatorCSS":false,"history":false,"defaultTimeout":25000}"#;
            link rel="icon" href=(files::href("icon.svg"));
            link rel="stylesheet" href=(files::href("nhsuk-frontend.min.css"));
            link rel="stylesheet" href=(files::href("chesil.css"));
            link rel="stylesheet" href=(files::href("review.css"));
            script src=(files::href("htmx.min.js")) defer {}
            script src=(files::href("chesil.js")) defer {}
            script src=(files::href("review.js")) defer {}
        }
    }
}

fn header(reader: Option<&Reader>, place: Place) -> Markup {
    html! {
        header.cs-header {
            a.cs-header__name href="/" { "Chesil" }
            @if let Some(reader) = reader {
                (navigation(reader.actor.role, place))
                @if place != Place::Home && reader.actor.role != Role::Administrator { (find()) }
                div.cs-header__who {
                    (reader.actor.name) " · " (reader.actor.role.label()) " · " (reader.organisation_name)
                    form method="post" action="/sign-out" { button.cs-small-button { "Sign out" } }
                }
            }
        }
    }
}

fn navigation(role: Role, place: Place) -> Markup {
    let links = [
        (Place::Home, "/", "Home", true),
        (Place::Review, "/review", "Identity questions", role == Role::Steward),
        (Place::Channels, "/channels", "Channels", role == Role::Administrator),
        (Place::Messages, "/messages", "Messages", role == Role::Administrator),
        (Place::Destinations, "/destinations", "Destinations", role == Role::Administrator),
        (Place::Privacy, "/privacy", "Privacy", role == Role::PrivacyOfficer),
        (Place::Users, "/users", "Users", role == Role::Administrator),
    ];
    html! {
        nav aria-label="Main" {
            ul {
                @for (there, href, label, shown) in links {
                    @if shown { li { a href=(href) aria-current=[(there == place).then_some("page")] { (label) } } }
                }
            }
        }
    }
}

/// The find form of every page but home. POST: what is typed never becomes part of an address.
fn find() -> Markup {
    html! {
        form.cs-header__find method="post" action="/find" role="search" aria-label="Find a person" {
            label {
                span.nhsuk-u-visually-hidden { "NHS number, or name" }
                input name="who" placeholder="NHS number, or name" autocomplete="off" data-find;
            }
            label {
                span.nhsuk-u-visually-hidden { "Date of birth" }
                input name="born" placeholder="Date of birth" autocomplete="off";
            }
            button.cs-small-button { "Find" }
        }
    }
}

fn footer(reader: Option<&Reader>) -> Markup {
    html! {
        footer.cs-footer {
            @if let Some(reader) = reader {
                p.cs-print-only {
                    "NHS Confidential: Personal Data about a patient. Printed by " (reader.actor.name) ", "
                    (reader.actor.role.label()) ", " (reader.organisation_name) "."
                }
                @if reader.actor.role != Role::Administrator { "Press / to find a person. " }
                button.cs-small-button type="button" data-shortcut-toggle hidden {}
                " Everything you open here is recorded."
            }
        }
    }
}

/// A heading and a sentence, for pages that have little to say.
pub(crate) fn plain(title: &str, reader: Option<&Reader>, body: Markup) -> Markup {
    page(
        title,
        reader,
        Place::Elsewhere,
        html! {},
        html! {
            div.cs-main--narrow { div.cs-card { h1 { (title) } (body) } }
        },
    )
}

/// An error summary at the top of a form's page (NHS.UK error summary); empty without errors.
pub(crate) fn error_summary(errors: &[(&str, &str)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.nhsuk-error-summary role="alert" tabindex="-1" {
                h2.nhsuk-error-summary__title { "There is a problem" }
                ul.nhsuk-list.nhsuk-error-summary__list {
                    @for (field, message) in errors { li { a href={ "#" (field) } { (message) } } }
                }
            }
        }
    }
}

/// Links to the page before and after.
pub(crate) fn paging(path: &str, page: u32, more: bool) -> Markup {
    html! {
        @if page > 0 || more {
            nav.cs-pages aria-label="Pages" {
                @if page > 0 { a href={ (path) "page=" (page.saturating_sub(1)) } rel="prev" { "Newer" } }
                @if more { a href={ (path) "page=" (page.saturating_add(1)) } rel="next" { "Older" } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_signed_in_can_be_warned_of_being_signed_out() {
        let html = plain("Test", None, html! {}).into_string();
        assert!(!html.contains("signed out"));
        let warning = idle_warning().into_string();
        assert!(warning.contains("<span hidden>You will be signed out"), "not before its time");
    }

    #[test]
    fn no_page_carries_inline_script_or_style() {
        let html = plain("Test", None, html! { p { "x" } }).into_string();
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("onclick"));
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/assets/"), "{script}");
        }
    }
}
