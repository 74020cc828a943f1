//! The page on which a steward asks: the linked records of one person, who else it may be, or two
//! people side by side; each with a reason.

use empi::{FoundPeople, Person};
use maud::{Markup, html};
use model::PersonId;

use crate::layout::{Place, Reader, error_summary, page};
use crate::page::review_raise::{Problem, Raising, Said};
use crate::page::{find, home, review_keys};
use crate::view::comparison;
use crate::{PortalState, format};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 1000;

/// The page: about the links of one person, and who else it may be; or about two people.
pub(crate) fn show(
    raising: &Raising,
    said: &Said,
    problem: Option<&Problem>,
    found: Option<&FoundPeople>,
    reader: &Reader,
    state: &PortalState,
) -> Markup {
    let errors: Vec<(&str, &str)> =
        problem.map(|problem| (problem.field, problem.text.as_str())).into_iter().collect();
    let person = &raising.person;
    page(
        "Ask an identity question",
        Some(reader),
        Place::Review,
        html! {},
        html! {
            nav.cs-trail aria-label="Stewardship" {
                a href={ "/people/" (person.id) "/links" } data-key="q" { "Back to the linked records" }
                @if raising.other.is_some() { a href={ "/review/raise?person=" (person.id) } data-key="k" { "Choose somebody else" } }
                (review_keys::button())
            }
            (error_summary(&errors))
            @if let Some(review) = problem.and_then(|problem| problem.answered) {
                p { a href={ "/review/" (review) } { "Open question " (review) } }
            }
            h1 #question { "Ask an identity question" }
            @if raising.protected { p.cs-notice.cs-notice--warn role="alert" { "These two are not shown side by side: one of them is protected. Only a verified NHS number or the source joins their records." } }
            p.cs-lead { "About " (who(person)) ". The question goes into the queue with your reason. Nothing moves before a steward decides it, you or somebody else." }
            @match &raising.other {
                Some(other) => (two_people(raising, other, said)),
                None => {
                    (links(raising, said))
                    (somebody_else(person, said, found, state))
                }
            }
            (review_keys::help())
        },
    )
}

/// The person in a line.
fn who(person: &Person) -> Markup {
    let who = &person.demographics;
    html! {
        strong { (find::name(who)) }
        @if let Some(born) = who.birth_date { ", born " (format::date(born)) }
        @if let Some(number) = who.nhs_number { ", NHS No. " span.cs-nhs { (number.spaced()) } }
    }
}

/// Which two of the linked records are doubted.
fn links(raising: &Raising, said: &Said) -> Markup {
    let records = &raising.person.local_patients;
    html! {
        section.cs-card aria-labelledby="links" {
            h2 #links { "These records are not one person’s" }
            @if records.len() < 2 {
                p { "There is one record of " (find::name(&raising.person.demographics)) ", so there is no link to doubt." }
            } @else {
                form.cs-raise method="post" action="/review/raise" {
                    input type="hidden" name="person" value=(raising.person.id);
                    fieldset.cs-pick {
                        legend { "Choose two records: one of each person" }
                        @for record in records {
                            label {
                                input type="checkbox" name="record" value=(record.id) checked[records.len() == 2 || said.records.contains(&record.id)];
                                span {
                                    (raising.names.of(&record.organisation)) " " (record.identity.value) br;
                                    span.cs-quiet { (find::name(&record.demographics)) @if let Some(born) = record.demographics.birth_date { ", " (format::date(born)) } @if let Some(number) = record.demographics.nhs_number { ", " (number.spaced()) } }
                                }
                            }
                        }
                    }
                    (reason(said, "What speaks against one person?"))
                    button.nhsuk-button { "Ask whether they are one person" }
                }
            }
        }
    }
}

/// Who else may be this person: found first, then compared.
fn somebody_else(
    person: &Person,
    said: &Said,
    found: Option<&FoundPeople>,
    state: &PortalState,
) -> Markup {
    let to = |other: PersonId| format!("/review/raise?person={}&other={other}", person.id);
    html! {
        section.cs-card aria-labelledby="else" {
            h2 #else { "Somebody else is this person too" }
            p { "Find the other one, then compare the two before you ask." }
            form.cs-find method="post" action="/review/raise/find" role="search" {
                input type="hidden" name="person" value=(person.id);
                (home::fields(&said.who, &said.born))
            }
            @if let Some(found) = found {
                @let others: Vec<_> = found.people.iter().filter(|one| one.id != person.id).cloned().collect();
                div #found tabindex="-1" data-focus-first {
                    @if !others.is_empty() {
                        (find::people(&FoundPeople { people: others, more: found.more }, format::today(state.now()), &to))
                    } @else if found.people.is_empty() {
                        (find::nothing())
                    } @else {
                        h2 { "Nobody else was found" }
                        p { "Only the person that you came from fits. Try a former surname, another spelling, or the date with day and month the other way round." }
                    }
                }
            }
        }
    }
}

/// The two people side by side, and the reason.
fn two_people(raising: &Raising, other: &Person, said: &Said) -> Markup {
    let person = &raising.person;
    let name = |code: &model::OdsCode| raising.names.of(code).to_owned();
    let fields = comparison::fields(&person.demographics, &other.demographics, name);
    let side = |letter: &str, who: &Person| {
        let count = who.local_patients.len();
        html! { span.cs-letter { (letter) } " " (count) @if count == 1 { " record" } @else { " records" } }
    };
    html! {
        section.cs-card aria-labelledby="two" {
            h2 #two { "Are these two one person?" }
            (comparison::table(&fields, (side("A", person), side("B", other)), "The two people, field by field"))
        }
        section.cs-card aria-labelledby="ask" {
            h2 #ask { "Your question" }
            form.cs-raise method="post" action="/review/raise" {
                input type="hidden" name="person" value=(person.id);
                input type="hidden" name="other" value=(other.id);
                (reason(said, "What speaks for one person?"))
                button.nhsuk-button { "Ask whether they are one person" }
            }
        }
    }
}

fn reason(said: &Said, label: &str) -> Markup {
    html! {
        div.nhsuk-form-group {
            label.nhsuk-label for="reason" { (label) }
            div.nhsuk-hint #reason-hint { "Whoever decides reads this. No clinical details. 1,000 characters at most." }
            textarea.nhsuk-textarea #reason name="reason" rows="4" maxlength=(LONGEST_REASON) required aria-describedby="reason-hint" { (said.reason) }
        }
    }
}
