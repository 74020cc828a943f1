//! The privacy officer's page: alerts to answer, and the audit trail to search.

use access::{Action, Alert};
use audit::{AlertItem, Entry, Filter, Page, Verification};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use db::Tx;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use model::{OdsCode, PersonId, UserId};
use serde::Deserialize;

use crate::layout::{Place, Reader, page};
use crate::page::access_log::table;
use crate::page::names::{Names, names};
use crate::permit::permit;
use crate::{Error, PortalState, format};

const ALERTS: u16 = 40;
const PAGE: u16 = 60;

/// What is looked for in the trail. A person by id only: no patient data stands in an address.
#[derive(Deserialize, Default)]
pub(crate) struct Asked {
    #[serde(default)]
    person: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    before: Option<i64>,
    #[serde(default)]
    verify: String,
}

impl Asked {
    fn filter(&self) -> Result<Filter, Error> {
        let text = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let person: Option<PersonId> =
            text(&self.person).map(|id| id.parse()).transpose().map_err(|_| {
                Error::Invalid("a person is looked for by the id in the address of their record")
            })?;
        let user: Option<UserId> = text(&self.user)
            .map(|id| id.parse())
            .transpose()
            .map_err(|_| Error::Invalid("choose the user from the list"))?;
        let organisation =
            text(&self.organisation)
                .map(|code| OdsCode::parse(&code))
                .transpose()
                .map_err(|_| Error::Invalid("an organisation is looked for by its ODS code"))?;
        let since = day(&self.since)?;
        let until = self.until()?;
        Ok(Filter { user, person, organisation, action: text(&self.action), since, until })
    }

    /// The end of the last day; the end of the calendar where there is no day after it.
    fn until(&self) -> Result<Option<Timestamp>, Error> {
        let start = day(&self.until)?;
        let end = |start: Timestamp| {
            start.checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX)
        };
        Ok(start.map(end))
    }
}

/// The start of a day typed into a date field.
fn day(text: &str) -> Result<Option<Timestamp>, Error> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let wrong = |_| Error::Invalid("a day is written like 2026-11-22");
    let date: Date = text.trim().parse().map_err(wrong)?;
    let london = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    Ok(Some(date.to_zoned(london).map_err(wrong)?.timestamp()))
}

/// Everything the page shows.
pub(crate) struct View {
    alerts: Vec<AlertItem>,
    entries: Vec<Entry>,
    users: Vec<accounts::User>,
    names: Names,
    verification: Option<Verification>,
}

/// `GET /privacy`. Looking into the trail is itself in the trail.
pub(crate) async fn get(
    State(state): State<PortalState>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Result<Markup, Error> {
    let filter = asked.filter()?;
    permit(&state, &reader, Action::SearchAuditTrail, filter.person, "alerts and the audit trail")
        .await?;
    let (part, verify) = (Page { before: asked.before, size: PAGE }, !asked.verify.is_empty());
    let job = move |tx: &mut Tx| {
        let verification = if verify { Some(audit::verify(tx)?) } else { None };
        let alerts = audit::alerts(tx, Alert::Notification, Page::first(ALERTS))?;
        let entries = audit::search(tx, &filter, part)?;
        Ok(View { alerts, entries, users: accounts::users(tx)?, names: names(tx)?, verification })
    };
    let view = state.read(job).await?;
    Ok(show(&view, &asked, &reader, state.now()))
}

/// A privacy officer's remark on an alert.
#[derive(Deserialize)]
pub(crate) struct Remark {
    remark: String,
}

/// `POST /privacy/alerts/{entry}`.
pub(crate) async fn answer(
    State(state): State<PortalState>,
    reader: Reader,
    Path(seq): Path<i64>,
    Form(remark): Form<Remark>,
) -> Result<Redirect, Error> {
    if remark.remark.trim().is_empty() {
        return Err(Error::Invalid("say what you found or did"));
    }
    permit(&state, &reader, Action::SearchAuditTrail, None, format!("answer to alert {seq}"))
        .await?;
    let (actor, now) = (reader.actor, state.now());
    state.write(move |tx| Ok(audit::answer(tx, &actor, seq, remark.remark.trim(), now)?)).await?;
    Ok(Redirect::to("/privacy"))
}

/// The page.
pub(crate) fn show(view: &View, asked: &Asked, reader: &Reader, now: Timestamp) -> Markup {
    let open = view.alerts.iter().filter(|item| item.answer.is_none()).count();
    page(
        "Privacy",
        Some(reader),
        Place::Privacy,
        html! {},
        html! {
            section.cs-card aria-labelledby="alerts" {
                h1 #alerts { "Alerts " span.cs-count { (open) " to answer" } }
                @if view.alerts.is_empty() { p { "None. Broken glass, overridden dissent and locked accounts appear here." } }
                @else { (alerts(view, now)) }
            }
            section.cs-card aria-labelledby="trail" {
                h2 #trail { "Audit trail" }
                (search_form(view, asked))
                (verified(view.verification.as_ref()))
                @if view.entries.is_empty() { p { "No entry fits." } } @else { (table(&view.entries, &view.names, "trail")) }
                (older(view, asked))
            }
        },
    )
}

fn alerts(view: &View, now: Timestamp) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="alerts" {
            table.cs-lines {
                thead { tr { th scope="col" { "Level" } th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What and why" } th scope="col" { "Person" } th scope="col" { "Answer" } } }
                tbody { @for item in &view.alerts { (alert_row(item, &view.names, now)) } }
            }
        }
    }
}

fn alert_row(item: &AlertItem, names: &Names, now: Timestamp) -> Markup {
    let entry = &item.entry;
    html! {
        tr {
            td { span.cs-tag.cs-tag--warn[entry.alert == Alert::Alert] { @if entry.alert == Alert::Alert { "Alert" } @else { "Notification" } } }
            td.cs-when title=(format::exact(entry.at)) { (format::ago(entry.at, now)) }
            td { (entry.name) span.cs-quiet { ", " (entry.role_label()) ", " (names.of_code(&entry.organisation)) } }
            td { (entry.action_label()) span.cs-quiet { " " (entry.reason.replace('_', " ")) " " (entry.detail) } }
            td { @if let Some(person) = entry.person { a href={ "/people/" (person) "/access-log" } { "Who has looked" span.nhsuk-u-visually-hidden { " at the person of alert " (entry.seq) } } } }
            td {
                @match &item.answer {
                    Some(answer) => { (answer.remark) span.cs-quiet { " – " (answer.name) ", " (format::date_time(answer.at)) } }
                    None => {
                        form.cs-filter method="post" action={ "/privacy/alerts/" (entry.seq) } {
                            label { span.nhsuk-u-visually-hidden { "Answer to alert " (entry.seq) } input name="remark" maxlength="300" required; }
                            button.cs-small-button { "Answer" }
                        }
                    }
                }
            }
        }
    }
}

fn search_form(view: &View, asked: &Asked) -> Markup {
    let actions = Action::ALL.into_iter().map(|action| (action.code(), action.label()));
    let events = audit::Event::ALL.into_iter().map(|event| (event.code(), event.label()));
    html! {
        form.cs-filter method="get" action="/privacy" {
            label { "User"
                select name="user" {
                    option value="" { "Anyone" }
                    @for user in &view.users { option value=(user.id) selected[user.id.to_string() == asked.user] { (user.name) } }
                }
            }
            label { "What"
                select name="action" {
                    option value="" { "Anything" }
                    @for (code, label) in actions.chain(events) { option value=(code) selected[code == asked.action] { (label) } }
                }
            }
            label { "Organisation" input name="organisation" value=(asked.organisation) size="8" placeholder="ODS code"; }
            label { "From" input type="date" name="since" value=(asked.since); }
            label { "To" input type="date" name="until" value=(asked.until); }
            label { "Person id" input name="person" value=(asked.person) size="20"; }
            button.cs-small-button { "Search" }
            button.cs-small-button name="verify" value="yes" { "Verify the trail" }
        }
    }
}

fn verified(verification: Option<&Verification>) -> Markup {
    match verification {
        None => html! {},
        Some(Verification::Intact { entries, head }) => html! {
            p.cs-notice role="status" { "All " (entries) " entries are as they were written. Last seal " (head) "." }
        },
        Some(broken) => html! {
            p.cs-notice.cs-notice--danger role="alert" { "The trail has been changed: " (format!("{broken:?}")) }
        },
    }
}

fn older(view: &View, asked: &Asked) -> Markup {
    let full = view.entries.len() == usize::from(PAGE);
    html! {
        @if let Some(last) = view.entries.last().filter(|_| full) {
            nav.cs-pages aria-label="Pages" {
                a rel="next" href={ "/privacy?person=" (asked.person) "&user=" (asked.user) "&organisation=" (asked.organisation)
                    "&action=" (asked.action) "&since=" (asked.since) "&until=" (asked.until) "&before=" (last.seq) } { "Older" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_day_that_can_be_typed_is_an_answer_and_never_a_fault() {
        let until = |text: &str| Asked { until: text.into(), ..Asked::default() }.filter();
        assert_eq!(
            until("2026-11-22").unwrap().until,
            "2026-11-23T00:00:00Z".parse::<Timestamp>().ok()
        );
        for text in ["9999-12-30", "9999-12-31", "-9999-01-01", "0000-00-00", "tomorrow"] {
            let _ = until(text);
        }
        assert!(until("9999-12-30").unwrap().until.is_some());
    }
}
