//! Users, for administrators: who may sign in, and ending somebody's sessions at once.

use access::Action;
use accounts::User;
use axum::extract::{Path, State};
use axum::response::Redirect;
use jiff::Timestamp;
use maud::{Markup, html};
use model::UserId;

use crate::layout::{Place, Reader, page};
use crate::page::names::{Names, names};
use crate::permit::permit;
use crate::{Error, PortalState, format};

/// `GET /users`.
pub(crate) async fn get(State(state): State<PortalState>, reader: Reader) -> Result<Markup, Error> {
    permit(&state, &reader, Action::ManageUsers, None, "the list of users").await?;
    let (users, names) = state.read(|tx| Ok((accounts::users(tx)?, names(tx)?))).await?;
    Ok(show(&users, &names, &reader, state.now()))
}

/// `POST /users/{user}/end-sessions`.
pub(crate) async fn end_sessions(
    State(state): State<PortalState>,
    reader: Reader,
    Path(user): Path<String>,
) -> Result<Redirect, Error> {
    let user: UserId = user.parse().map_err(|_| Error::NotFound)?;
    permit(&state, &reader, Action::ManageUsers, None, format!("end sessions of user {user}"))
        .await?;
    let (actor, now) = (reader.actor, state.now());
    state.write(move |tx| Ok(accounts::end_sessions(tx, &actor, user, now)?)).await?;
    Ok(Redirect::to("/users"))
}

/// The page.
pub(crate) fn show(users: &[User], names: &Names, reader: &Reader, now: Timestamp) -> Markup {
    page(
        "Users",
        Some(reader),
        Place::Users,
        html! {},
        html! {
            section.cs-card aria-labelledby="users" {
                h1 #users { "Users " span.cs-count { (users.len()) } }
                div.cs-scroll tabindex="0" role="group" aria-labelledby="users" {
                    table.cs-lines {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "Username" } th scope="col" { "Role" } th scope="col" { "Organisation" } th scope="col" { "State" } th scope="col" { "Sessions" } } }
                        tbody { @for user in users { (row(user, names, now)) } }
                    }
                }
            }
        },
    )
}

fn row(user: &User, names: &Names, now: Timestamp) -> Markup {
    html! {
        tr {
            th scope="row" { (user.name) }
            td { (user.username) }
            td { (user.role.label()) }
            td { (names.of(&user.organisation)) }
            td {
                @match user.locked_until.filter(|until| *until > now) {
                    _ if user.disabled => { span.cs-tag.cs-tag--warn { "disabled" } }
                    Some(until) => { span.cs-tag.cs-tag--warn { "locked until " (format::time(until)) } }
                    None => "active"
                }
            }
            td {
                form method="post" action={ "/users/" (user.id) "/end-sessions" } {
                    button.cs-small-button { "End sessions" span.nhsuk-u-visually-hidden { " of " (user.name) } }
                }
            }
        }
    }
}
