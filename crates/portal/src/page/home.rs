//! The first page: find a person, and the people opened lately.

use access::Action;
use audit::{EntryOutcome, Filter};
use axum::extract::State;
use db::Tx;
use empi::Person;
use jiff::Timestamp;
use maud::{Markup, html};
use model::PersonId;

use crate::layout::{Place, Reader, error_summary, page};
use crate::permit::{decide, permit_to_show};
use crate::view::banner::gender;
use crate::{Error, PortalState, format};

/// As many people as the list of those opened lately holds.
const RECENT: usize = 12;
/// Audit entries looked through for them.
const LOOKED_THROUGH: u16 = 120;

/// `GET /`.
pub(crate) async fn get(State(state): State<PortalState>, reader: Reader) -> Result<Markup, Error> {
    let now = state.now();
    let decision = decide(&state, &reader.actor, Action::SearchPeople, None, now).await?;
    let may_search = decision.allowed();
    let mut recent = Vec::new();
    if may_search {
        let actor = reader.actor.clone();
        recent = state.read(move |tx| opened_lately(tx, &actor)).await?;
        let people = recent.iter().map(|(_, person)| person.id).collect();
        let about = "people opened lately, on the home page";
        permit_to_show(&state, &reader, decision, people, about).await?;
    }
    Ok(show(&reader, may_search, &recent, now))
}

/// The people whose records this user has opened, the latest first.
fn opened_lately(tx: &mut Tx, actor: &model::Actor) -> Result<Vec<(Timestamp, Person)>, Error> {
    let action = Some(Action::ViewRecord.code().to_owned());
    let filter = Filter { user: Some(actor.user), action, ..Filter::default() };
    let entries = audit::search(tx, &filter, audit::Page::first(LOOKED_THROUGH))?;
    let mut seen: Vec<PersonId> = Vec::new();
    let mut people: Vec<(Timestamp, Person)> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.outcome == EntryOutcome::Allowed) {
        let Some(id) = entry.person.filter(|id| !seen.contains(id)) else { continue };
        seen.push(id);
        // An id that was merged away stands for somebody who may be listed already.
        let person = empi::person(tx, id)?;
        let person = person.filter(|found| people.iter().all(|(_, known)| known.id != found.id));
        people.extend(person.map(|person| (entry.at, person)));
        if people.len() >= RECENT {
            break;
        }
    }
    Ok(people)
}

/// The page.
pub(crate) fn show(
    reader: &Reader,
    may_search: bool,
    recent: &[(Timestamp, Person)],
    now: Timestamp,
) -> Markup {
    page(
        "Home",
        Some(reader),
        Place::Home,
        html! {},
        html! {
            @if may_search {
                section.cs-card { h1 { "Find a person" } (form("", "", None)) }
                section.cs-card aria-labelledby="recent" {
                    h2 #recent { "Opened by you lately" }
                    @if recent.is_empty() { p { "Nobody yet. People whose records you open are listed here." } } @else { (list(recent, now)) }
                }
            } @else {
                section.cs-card {
                    h1 { "Welcome, " (reader.actor.name) }
                    p { "Your role, " (reader.actor.role.label()) ", works with the pages named at the top. It does not find or open people's records." }
                }
            }
        },
    )
}

/// The find form: two forgiving fields, sent by POST so that nothing typed becomes an address.
pub(crate) fn form(who: &str, born: &str, problem: Option<&str>) -> Markup {
    let errors: Vec<(&str, &str)> = problem.map(|text| ("who", text)).into_iter().collect();
    html! {
        (error_summary(&errors))
        form.cs-find method="post" action="/find" role="search" { (fields(who, born)) }
    }
}

/// The two fields of a find form, and its button.
pub(crate) fn fields(who: &str, born: &str) -> Markup {
    html! {
        div.nhsuk-form-group {
            label.nhsuk-label for="who" { "NHS number, or name" }
            div.nhsuk-hint #who-hint { "For example 999 123 4567, or Hardy Thomasina, or Thomasina Hardy" }
            input.nhsuk-input #who name="who" value=(who) aria-describedby="who-hint" autocomplete="off" spellcheck="false" data-find;
        }
        div.nhsuk-form-group {
            label.nhsuk-label for="born" { "Date of birth" }
            div.nhsuk-hint #born-hint { "With a name: 2/6/1940 or 02-Jun-1940" }
            input.nhsuk-input #born name="born" value=(born) aria-describedby="born-hint" autocomplete="off";
        }
        div.nhsuk-form-group { button.nhsuk-button { "Find" } }
    }
}

fn list(recent: &[(Timestamp, Person)], now: Timestamp) -> Markup {
    html! {
        div.cs-scroll tabindex="0" role="group" aria-labelledby="recent" {
            table.cs-lines {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Born" } th scope="col" { "Gender" } th scope="col" { "NHS No." } th scope="col" { "Opened" } } }
                tbody {
                    @for (at, person) in recent {
                        @let who = &person.demographics;
                        tr {
                            td { a href={ "/people/" (person.id) } { (super::find::name(who)) } @if who.deceased { " " span.cs-tag { "died" } } }
                            td { (super::find::born(who, format::today(now))) }
                            td { (gender(who.gender)) }
                            td.cs-nhs { (who.nhs_number.map_or_else(|| "Not recorded".to_owned(), |number| number.spaced())) }
                            td { (format::ago(*at, now)) }
                        }
                    }
                }
            }
        }
    }
}
