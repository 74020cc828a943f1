//! A record that may not be opened on the reader's present basis: why, and how to open it anyway
//! where a claim would allow it ("breaking the glass").

use access::{Action, ClaimReason};
use accounts::SHORTEST_REASON;
use audit::Refusal;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::Tx;
use maud::{Markup, html};
use model::PersonId;
use serde::Deserialize;

use crate::layout::{Place, Reader, error_summary, page, plain};
use crate::page::PersonPath;
use crate::permit::permit;
use crate::{Error, PortalState};

/// What the page shows. It names nobody: the reader may not know more than they asked.
pub(crate) struct View<'a> {
    /// Whose record.
    pub person: PersonId,
    /// Why not, as the decision says it.
    pub why: &'a str,
    /// A claim would open it.
    pub may_break_glass: bool,
    /// What was wrong with the claim just made.
    pub problem: Option<&'a str>,
    /// The words of the claim just made.
    pub text: &'a str,
}

/// The refusal page.
pub(crate) fn show(view: &View<'_>, reader: &Reader) -> (StatusCode, Markup) {
    let errors: Vec<(&str, &str)> = view.problem.map(|text| ("text", text)).into_iter().collect();
    let markup = page(
        "Not opened",
        Some(reader),
        Place::Elsewhere,
        html! {},
        html! {
            div.cs-main--narrow {
                (error_summary(&errors))
                div.cs-card {
                    h1 { "This record was not opened" }
                    p { (view.why) }
                    p.cs-quiet { "This attempt has been recorded." }
                }
                @if view.may_break_glass { (form(view)) }
                p { a href="/" { "Go back to the home page" } }
            }
        },
    );
    (StatusCode::FORBIDDEN, markup)
}

/// The page for a refusal that is in the trail.
pub(crate) fn answer(refusal: &Refusal, reader: &Reader) -> (StatusCode, Markup) {
    let Some(person) = refusal.person else {
        let markup = plain(
            "Not allowed for your role",
            Some(reader),
            html! {
                p { (refusal.why) }
                p.cs-quiet { "This attempt has been recorded." }
                p { a href="/" { "Go back to the home page" } }
            },
        );
        return (StatusCode::FORBIDDEN, markup);
    };
    let may_break_glass = refusal.may_break_glass;
    show(&View { person, why: &refusal.why, may_break_glass, problem: None, text: "" }, reader)
}

/// The claim as the form sends it.
#[derive(Deserialize)]
pub(crate) struct Claim {
    reason: String,
    text: String,
}

/// `POST /people/{person}/break-glass`: the claim is decided, recorded with its alert and kept; then
/// the record opens by the ordinary way.
pub(crate) async fn break_glass(
    State(state): State<PortalState>,
    reader: Reader,
    Path(person): Path<PersonPath>,
    Form(claim): Form<Claim>,
) -> Result<Response, Error> {
    let person = person.id()?;
    let reason = ClaimReason::parse(&claim.reason).ok_or(Error::Invalid("choose a reason"))?;
    if claim.text.trim().chars().count() < SHORTEST_REASON {
        let problem = Some("Say in at least ten characters why you need this record.");
        let view = View {
            person,
            why: "A reason is needed.",
            may_break_glass: true,
            problem,
            text: &claim.text,
        };
        return Ok((StatusCode::BAD_REQUEST, show(&view, &reader).1).into_response());
    }
    let about = format!("{}: {}", reason.code(), claim.text.trim());
    let permit = permit(&state, &reader, Action::BreakGlass, Some(person), about).await?;
    let (now, person) = (state.now(), permit.person().ok_or(Error::NotFound)?);
    let text = claim.text;
    let claimed = move |tx: &mut Tx| {
        Ok(accounts::break_glass(tx, permit.actor(), person, reason, &text, now)?)
    };
    state.write(claimed).await?;
    Ok(Redirect::to(&format!("/people/{person}")).into_response())
}

fn form(view: &View<'_>) -> Markup {
    html! {
        form.cs-card method="post" action={ "/people/" (view.person) "/break-glass" } {
            h2 { "Open it with a reason" }
            p { "The record opens for eight hours, for you alone. Your reason is kept, and "
                strong { "a privacy officer will review it" } ". The person can ask who has looked." }
            fieldset.nhsuk-fieldset {
                legend.nhsuk-fieldset__legend { "Why do you need this record?" }
                div.nhsuk-radios.nhsuk-radios--small {
                    @for (index, reason) in ClaimReason::ALL.into_iter().enumerate() {
                        div.nhsuk-radios__item {
                            input.nhsuk-radios__input type="radio" name="reason" id={ "reason-" (index) } value=(reason.code()) required;
                            label.nhsuk-label.nhsuk-radios__label for={ "reason-" (index) } { (reason.label()) }
                        }
                    }
                }
            }
            div.nhsuk-form-group {
                label.nhsuk-label for="text" { "In your own words" }
                div.nhsuk-hint #text-hint { "For example: brought in by ambulance, unconscious, no other history available" }
                textarea.nhsuk-textarea #text name="text" rows="2" maxlength="500" aria-describedby="text-hint" required { (view.text) }
            }
            button.nhsuk-button.nhsuk-button--warning { "Open the record" }
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Actor, OdsCode, Role, UserId};
    use uuid::Uuid;

    use super::*;

    fn reader() -> Reader {
        Reader {
            actor: Actor {
                user: UserId::from_uuid(Uuid::nil()),
                name: "Amy Clarke".into(),
                role: Role::Clinician,
                organisation: OdsCode::parse("R0D").unwrap(),
            },
            organisation_name: "University Hospitals Dorset".into(),
        }
    }

    fn view(may_break_glass: bool) -> View<'static> {
        View {
            person: PersonId::from_uuid(Uuid::nil()),
            why: "Your organisation has no relationship with this person.",
            may_break_glass,
            problem: None,
            text: "",
        }
    }

    #[test]
    fn a_refusal_says_why_and_that_a_claim_will_be_reviewed() {
        let (status, markup) = show(&view(true), &reader());
        let html = markup.into_string();
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(
            html.contains("no relationship") && html.contains("privacy officer will review it")
        );
        assert_eq!(html.matches("type=\"radio\"").count(), ClaimReason::ALL.len());
    }

    #[test]
    fn where_a_claim_would_not_help_none_is_offered() {
        assert!(!show(&view(false), &reader()).1.into_string().contains("break-glass"));
    }
}
