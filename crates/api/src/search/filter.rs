//! Whether a person, as the client may see them, is one that was asked for.

use empi::{fold, telephone_digits};
use model::{Demographics, PostalAddress};

use super::parameter::{Asked, How, Query, Token};
use crate::domain::Named;
use crate::sight::{Seen, Sight};

impl Query {
    /// Everything asked fits. `domains` are those whose numbers are wanted.
    pub(crate) fn fits(&self, sight: &Sight<'_>, seen: &Seen, domains: Option<&[Named]>) -> bool {
        let in_domain = |named: &Named| has_number_in(seen, named);
        domains.is_none_or(|domains| domains.iter().any(in_domain))
            && self.asked.iter().all(|asked| fits(sight, asked, seen))
    }
}

fn fits(sight: &Sight<'_>, asked: &Asked, seen: &Seen) -> bool {
    let said = &seen.person.demographics;
    match asked {
        Asked::Id(ids) => ids.iter().any(|id| is_called(seen, id)),
        Asked::Active(wanted) => wanted.contains(&!seen.inactive),
        Asked::Family(how, texts) => {
            any(*how, texts, said.names.iter().map(|name| name.family.as_str()))
        }
        Asked::Given(how, texts) => {
            let given = said.names.iter().flat_map(|name| &name.given);
            any(*how, texts, given.map(String::as_str))
        }
        Asked::Identifier(tokens) => tokens.iter().any(|token| has_number(sight, seen, token)),
        Asked::Telecom(tokens) => tokens.iter().any(|token| has_contact(said, token)),
        Asked::BirthDate(spans) => said
            .birth_date
            .is_some_and(|born| spans.iter().any(|(from, to)| *from <= born && born <= *to)),
        Asked::Address(how, texts) => any(*how, texts, said.addresses.iter().flat_map(parts)),
        Asked::City(how, texts) => {
            any(*how, texts, said.addresses.iter().filter_map(|one| one.city.as_deref()))
        }
        Asked::Postcode(how, texts) => {
            any(*how, texts, said.addresses.iter().filter_map(|one| one.postcode.as_deref()))
        }
        Asked::Gender(wanted) => said.gender.is_some_and(|gender| wanted.contains(&gender)),
    }
}

/// One of the values fits one of the texts.
fn any<'a>(how: How, texts: &[String], mut values: impl Iterator<Item = &'a str>) -> bool {
    values.any(|value| {
        texts.iter().any(|text| match how {
            How::Exactly => value == text,
            How::Begins => !fold(text).is_empty() && fold(value).starts_with(&fold(text)),
        })
    })
}

/// An address is searched by its lines, town and postcode.
fn parts(address: &PostalAddress) -> impl Iterator<Item = &str> {
    let lines = address.lines.iter().map(String::as_str);
    lines.chain(address.city.as_deref()).chain(address.postcode.as_deref())
}

fn is_called(seen: &Seen, id: &str) -> bool {
    let own = std::iter::once(&seen.person.id).chain(&seen.former);
    let mut own = own.map(ToString::to_string);
    own.any(|own| own == id.to_ascii_lowercase())
}

/// The person has a number that this client may see. A number without a system may be of any domain.
fn has_number(sight: &Sight<'_>, seen: &Seen, token: &Token) -> bool {
    if token.value.is_empty() {
        let named = sight.named(token.system.as_deref().unwrap_or_default());
        return named.is_some_and(|named| has_number_in(seen, &named));
    }
    match token.system.as_deref() {
        // Every number that is kept has a system.
        Some("") => false,
        Some(text) => sight.named(text).is_some_and(|named| has(seen, &named, &token.value)),
        None => {
            let number = seen.person.demographics.nhs_number;
            number.is_some_and(|number| number.to_string() == digits(&token.value))
                || seen.records().any(|record| record.identity.value == token.value)
        }
    }
}

fn has(seen: &Seen, named: &Named, value: &str) -> bool {
    match named {
        Named::Nhs => {
            let number = seen.person.demographics.nhs_number;
            number.is_some_and(|number| number.to_string() == digits(value))
        }
        Named::Local(domain) => seen.records().any(|record| {
            record.identity.authority == domain.authority && record.identity.value == value
        }),
    }
}

fn has_number_in(seen: &Seen, named: &Named) -> bool {
    match named {
        Named::Nhs => seen.person.demographics.nhs_number.is_some(),
        Named::Local(domain) => {
            seen.numbered().any(|record| record.identity.authority == domain.authority)
        }
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect()
}

/// `phone|01305 496007`, `email|a@example.org`, or either without saying which.
fn has_contact(said: &Demographics, token: &Token) -> bool {
    let system = token.system.as_deref();
    let phone = matches!(system, None | Some("phone"));
    let email = matches!(system, None | Some("email"));
    let wanted = telephone_digits(&token.value);
    let is_number = |number: &str| !wanted.is_empty() && telephone_digits(number) == wanted;
    (phone && said.telephones.iter().any(|one| is_number(&one.number)))
        || (email && said.emails.iter().any(|one| one.eq_ignore_ascii_case(&token.value)))
}
