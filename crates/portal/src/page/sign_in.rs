//! Signing in and out.

use accounts::SignIn;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::{Place, error_summary, page};
use crate::{Error, PortalState, session};

/// What the page shows.
#[derive(Default)]
pub(crate) struct View<'a> {
    /// What went wrong last time, in one sentence.
    pub problem: Option<String>,
    /// What was typed as the username.
    pub username: &'a str,
    /// Where to go afterwards: a path of ours.
    pub next: &'a str,
    /// For the demonstration: whom to sign in as.
    pub demo_hint: Option<&'a str>,
    /// The reader has just signed out.
    pub signed_out: bool,
}

/// The sign-in page.
pub(crate) fn show(view: &View<'_>) -> Markup {
    let problem = view.problem.as_deref();
    let errors: Vec<(&str, &str)> = problem.map(|text| ("username", text)).into_iter().collect();
    page(
        "Sign in",
        None,
        Place::Elsewhere,
        html! {},
        html! {
            div.cs-main--narrow {
                (error_summary(&errors))
                @if view.signed_out { p.cs-card role="status" { "You have signed out." } }
                div.cs-card {
                    h1 { "Sign in to the shared care record" }
                    (form(view))
                }
                @if let Some(hint) = view.demo_hint {
                    section.cs-card.cs-demo aria-label="Demonstration" { h2 { "This is a demonstration" } pre { (hint) } }
                }
            }
        },
    )
}

/// Where to go afterwards, and why the page is shown.
#[derive(Deserialize, Default)]
pub(crate) struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    out: String,
}

/// `GET /sign-in`.
pub(crate) async fn get(State(state): State<PortalState>, Query(asked): Query<Asked>) -> Markup {
    show(&View {
        next: own_path(&asked.next),
        signed_out: !asked.out.is_empty(),
        demo_hint: state.demo_hint.as_deref(),
        ..View::default()
    })
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`: a session in a cookie, or the same one sentence for every failure.
pub(crate) async fn post(
    State(state): State<PortalState>,
    Form(form): Form<Credentials>,
) -> Result<Response, Error> {
    let (username, next) = (form.username.clone(), form.next.clone());
    let (db, random, cost, now) =
        (state.db.clone(), (state.random)(), state.password_cost, state.now());
    // Checking a password is slow on purpose, so it has a thread of its own.
    let check = move || accounts::sign_in(&db, &form.username, &form.password, random, cost, now);
    let outcome = tokio::task::spawn_blocking(check).await.map_err(|_| Error::Unanswered)??;
    let SignIn::In(token, _) = outcome else {
        let problem = Some(accounts::REFUSAL.to_owned());
        let view = View {
            problem,
            username: &username,
            next: own_path(&next),
            demo_hint: state.demo_hint.as_deref(),
            ..View::default()
        };
        return Ok((StatusCode::UNAUTHORIZED, show(&view)).into_response());
    };
    let mut response = Redirect::to(own_path(&next)).into_response();
    if let Some(cookie) = session::cookie(token.as_str(), state.secure_cookies) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `POST /sign-out`: ends the session and has the browser forget what it kept of us.
pub(crate) async fn sign_out(
    State(state): State<PortalState>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if let Some(token) = session::token(&headers, state.secure_cookies) {
        let now = state.now();
        state.write(move |tx| Ok(accounts::sign_out(tx, &token, now)?)).await?;
    }
    let mut response = Redirect::to("/sign-in?out=1").into_response();
    let answer = response.headers_mut();
    answer.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"cookies\""));
    if let Some(cookie) = session::cookie("", state.secure_cookies) {
        answer.insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Only a path of ours is followed after signing in.
fn own_path(next: &str) -> &str {
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if ours && !next.chars().any(char::is_control) { next } else { "/" }
}

fn form(view: &View<'_>) -> Markup {
    html! {
        form method="post" action="/sign-in" {
            input type="hidden" name="next" value=(view.next);
            div.nhsuk-form-group {
                label.nhsuk-label for="username" { "Username" }
                input.nhsuk-input #username name="username" value=(view.username) autocomplete="username" autocapitalize="none" spellcheck="false" required;
            }
            div.nhsuk-form-group {
                label.nhsuk-label for="password" { "Password" }
                input.nhsuk-input #password name="password" type="password" autocomplete="current-password" required;
            }
            button.nhsuk-button { "Sign in" }
            p.cs-quiet { "Use your own account. Everything you open is recorded with your name, role and organisation." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site_after_signing_in() {
        assert_eq!(own_path("/people/x"), "/people/x");
        for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\nb"]
        {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
        }
    }

    #[test]
    fn a_failed_attempt_says_why_and_keeps_the_username_only() {
        let html = show(&View {
            problem: Some("The username or password is wrong.".into()),
            username: "amy",
            ..View::default()
        })
        .into_string();
        assert!(
            html.contains("The username or password is wrong.") && html.contains("value=\"amy\"")
        );
        assert!(!html.contains("demonstration"));
    }
}
