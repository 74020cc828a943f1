//! Finding a person: by NHS number, or by name and date of birth. Answers to POST only.

use access::Action;
use axum::Form;
use axum::extract::State;
use empi::{Exactness, Found, FoundPeople, Search};
use jiff::civil::Date;
use maud::{Markup, html};
use model::{Demographics, NhsNumber, PersonId, Role};
use serde::Deserialize;

use crate::error::sentence;
use crate::layout::{Place, Reader, page};
use crate::page::home;
use crate::permit::{decide, permit_to_show};
use crate::view::banner::gender;
use crate::{Error, PortalState, format};

/// What the form sends.
#[derive(Deserialize, Default)]
pub(crate) struct Asked {
    #[serde(default)]
    who: String,
    #[serde(default)]
    born: String,
}

/// `POST /find`. What was typed is in the answer's form only: never in an address, log or trail.
pub(crate) async fn post(
    State(state): State<PortalState>,
    reader: Reader,
    Form(asked): Form<Asked>,
) -> Result<Markup, Error> {
    let today = format::today(state.now());
    let search = match read(&asked.who, &asked.born, today) {
        Ok(search) => search,
        Err(problem) => return Ok(show(&reader, &asked, &Answer::Problem(problem), today)),
    };
    let by =
        if search.nhs_number.is_some() { "by NHS number" } else { "by name and date of birth" };
    let decision = decide(&state, &reader.actor, Action::SearchPeople, None, state.now()).await?;
    let found = if decision.allowed() {
        state.read(move |tx| Ok(empi::find(tx, &search)?)).await
    } else {
        Ok(FoundPeople::default())
    };
    let people = found.iter().flat_map(|found| &found.people).map(|person| person.id).collect();
    permit_to_show(&state, &reader, decision, people, format!("found in a search {by}")).await?;
    let found = found?;
    Ok(show(&reader, &asked, &Answer::Found(found), today))
}

/// What the page says.
pub(crate) enum Answer {
    /// What was typed cannot be searched for: one sentence.
    Problem(String),
    /// The people found, perhaps none.
    Found(FoundPeople),
}

/// Reads the two fields forgivingly: digits are an NHS number, and a date may stand in either field.
pub(crate) fn read(who: &str, born: &str, today: Date) -> Result<Search, String> {
    let (who, born) = (who.trim(), born.trim());
    let by_number = |number| Search { nhs_number: Some(number), ..Search::default() };
    let bare = without_label(who);
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    if digits >= 6 && !bare.chars().any(char::is_alphabetic) {
        let number = NhsNumber::parse(bare).map_err(|error| sentence(&error.to_string()))?;
        return Ok(by_number(number));
    }
    if let Some(number) = number_within(who) {
        return Ok(by_number(number));
    }
    let (name, date) = match who.find(|c: char| c.is_ascii_digit()) {
        Some(at) if born.is_empty() => who.split_at(at),
        _ => (who, born),
    };
    if name.trim().is_empty() {
        return Err("Type an NHS number, or a name and a date of birth.".into());
    }
    if date.is_empty() {
        return Err("Add the date of birth: a name alone fits too many people.".into());
    }
    let birth_date = format::parse_date(date, today)
        .ok_or("That date of birth could not be read. Type it like 2/6/1940 or 02-Jun-1940.")?;
    if birth_date > today {
        return Err("That date of birth is in the future.".into());
    }
    Ok(Search { family: name.trim().to_owned(), birth_date: Some(birth_date), ..Search::default() })
}

/// `NHS No. 999 000 0018` without the words before the number.
fn without_label(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let label = ["nhs", "number", "no", "nr", "num"];
        if !label.iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return rest;
        }
        rest = after;
    }
}

/// An NHS number among other words, written as ten digits or as 3-3-4.
fn number_within(text: &str) -> Option<NhsNumber> {
    let groups: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let whole = groups.iter().map(|group| (*group).to_owned());
    let three = groups.windows(3).filter(|parts| parts.iter().map(|part| part.len()).eq([3, 3, 4]));
    let mut candidates = whole.chain(three.map(<[&str]>::concat));
    candidates.find_map(|digits| {
        let is_ten = digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
        NhsNumber::parse(&digits).ok().filter(|_| is_ten)
    })
}

/// The page: the form again, and the answer below it. It shows several people, so no banner (PAB-0015).
pub(crate) fn show(reader: &Reader, asked: &Asked, answer: &Answer, today: Date) -> Markup {
    let problem = match answer {
        Answer::Problem(text) => Some(text.as_str()),
        Answer::Found(_) => None,
    };
    page(
        "Find a person",
        Some(reader),
        Place::Home,
        html! {},
        html! {
            section.cs-card { h1 { "Find a person" } (home::form(&asked.who, &asked.born, problem)) }
            @if let Answer::Found(found) = answer {
                section.cs-card aria-labelledby="found" {
                    @if found.people.is_empty() { (nothing()) } @else { (people(found, today, &|id| format!("/people/{id}{}", page_for(reader.actor.role)))) }
                }
            }
        },
    )
}

/// Nobody fits, and what else to try.
pub(crate) fn nothing() -> Markup {
    html! {
        h2 #found { "Nobody was found" }
        p { "That does not mean that nothing is known about them. Try:" }
        ul {
            li { "the NHS number, if a letter, wristband or the person has it;" }
            li { "a former or maiden surname, or the full forename;" }
            li { "the date of birth with day and month the other way round;" }
            li { "the spelling a hospital would have typed." }
        }
    }
}

/// The people found; `to` gives the address that each leads to.
pub(crate) fn people(found: &FoundPeople, today: Date, to: &dyn Fn(PersonId) -> String) -> Markup {
    html! {
        h2 #found { @if found.people.len() == 1 { "1 person found" } @else { (found.people.len()) " people found" } }
        @if found.more { p.cs-notice.cs-notice--warn { "There are more. Type the full forename, a middle name, or the NHS number." } }
        div.cs-scroll tabindex="0" role="group" aria-labelledby="found" {
            table.cs-lines {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Born" } th scope="col" { "Gender" } th scope="col" { "NHS No." } th scope="col" { "Address" } th scope="col" { "Fits" } } }
                tbody { @for one in &found.people { (row(one, today, to)) } }
            }
        }
    }
}

fn row(found: &Found, today: Date, to: &dyn Fn(PersonId) -> String) -> Markup {
    let who = &found.demographics;
    html! {
        tr {
            td { a href=(to(found.id)) { (name(who)) } @if who.deceased { " " span.cs-tag { "died" } } }
            td { (born(who, today)) }
            td { (gender(who.gender)) }
            td.cs-nhs { (who.nhs_number.map_or_else(|| "Not recorded".to_owned(), |number| number.spaced())) }
            td { (address(who)) }
            td { @match found.exactness { Exactness::NhsNumber => "by NHS number", Exactness::Exact => "exactly", Exactness::Similar => "similar: check" } }
        }
    }
}

/// The page about a person that this role works with.
fn page_for(role: Role) -> &'static str {
    match role {
        Role::Steward => "/links",
        Role::PrivacyOfficer => "/access-log",
        _ => "",
    }
}

/// `HARDY, Thomasina (Mrs)`, or that it is not recorded.
pub(crate) fn name(who: &Demographics) -> String {
    who.name()
        .map(format::name)
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "Name not recorded".into())
}

/// `02-Jun-1940 (86y)`.
pub(crate) fn born(who: &Demographics, today: Date) -> String {
    let Some(birth) = who.birth_date else { return "Not recorded".into() };
    match format::age(birth, today).filter(|_| !who.deceased) {
        Some(age) => format!("{} ({age})", format::date(birth)),
        None => format::date(birth),
    }
}

fn address(who: &Demographics) -> String {
    if who.sensitive {
        return "Protected".into();
    }
    let Some(address) = who.addresses.first() else { return "Not recorded".into() };
    let parts = address.lines.first().into_iter().chain(&address.city).chain(&address.postcode);
    parts.map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn check(who: &str, born: &str) -> Result<(Option<String>, String, Option<Date>), String> {
        let search = read(who, born, date(2026, 11, 22))?;
        Ok((search.nhs_number.map(|number| number.to_string()), search.family, search.birth_date))
    }

    #[test]
    fn two_fields_forgive_where_things_are_typed() {
        let june = Some(date(1940, 6, 2));
        assert_eq!(check("999 000 0018", ""), Ok((Some("9990000018".into()), String::new(), None)));
        for typed in [
            "NHS 999 000 0018",
            "nhs number: 9990000018",
            "NHS No. 999-000-0018",
            "Thomasina Hardy 999 000 0018",
            "9990000018 Hardy",
            "Hardy 02-06-1940 999 000 0018",
        ] {
            assert_eq!(check(typed, ""), Ok((Some("9990000018".into()), String::new(), None)));
        }
        assert_eq!(
            check("Hardy, Thomasina", "2/6/1940"),
            Ok((None, "Hardy, Thomasina".into(), june))
        );
        assert_eq!(
            check("thomasina hardy 02-Jun-1940", ""),
            Ok((None, "thomasina hardy".into(), june))
        );
    }

    #[test]
    fn what_cannot_be_searched_for_says_what_to_change() {
        for (who, born, said) in [
            ("", "", "Type an NHS number"),
            ("Hardy", "", "Add the date of birth"),
            ("Hardy", "yesterday", "could not be read"),
            ("Hardy", "1/1/2030", "in the future"),
            ("999 000 0019", "", "check digit"),
            ("999 000 001", "", "ten digits"),
            ("NHS 999 000 0019", "", "check digit"),
        ] {
            let problem = check(who, born).unwrap_err();
            assert!(problem.contains(said), "{who} {born}: {problem}");
        }
    }
}
