//! The parameters of a search, read (FHIR R4 §3.1.1, ITI-78 §3.78.4.1.2.1).

use std::collections::BTreeSet;

use jiff::civil::Date;
use model::Gender;

use crate::Error;
use crate::domain::Named;
use crate::negotiate::Pairs;
use crate::sight::Sight;

/// As many patients on a page as the NHS's own tracing service gives.
const LARGEST_PAGE: usize = 50;
const USUAL_PAGE: usize = 20;

/// How the text of a string parameter is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// The value begins so; case, accents and punctuation do not count.
    Begins,
    /// `:exact`
    Exactly,
}

/// A number with or without a system: `system|value`, `system|`, `|value`, `value`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// `None` where none was given; empty for a value without any.
    pub(super) system: Option<String>,
    pub(super) value: String,
}

/// One thing asked of a patient; its alternatives count as "or", and all things together as "and".
pub(super) enum Asked {
    Id(Vec<String>),
    Active(Vec<bool>),
    Family(How, Vec<String>),
    Given(How, Vec<String>),
    Identifier(Vec<Token>),
    Telecom(Vec<Token>),
    /// Born within one of these spans.
    BirthDate(Vec<(Date, Date)>),
    Address(How, Vec<String>),
    City(How, Vec<String>),
    Postcode(How, Vec<String>),
    Gender(Vec<Gender>),
}

/// A search, read whole.
pub(crate) struct Query {
    pub(super) asked: Vec<Asked>,
    pub(super) count: usize,
    /// Names of parameters that were not respected.
    pub(super) ignored: Vec<String>,
    used: Pairs,
}

impl Query {
    /// Reads a search; with `strict` an unknown parameter is an error.
    pub(crate) fn read(pairs: &Pairs, strict: bool) -> Result<Self, Error> {
        let mut query =
            Self { asked: Vec::new(), count: USUAL_PAGE, ignored: Vec::new(), used: Vec::new() };
        for (name, value) in pairs {
            if value.trim().is_empty() || name == "_format" {
                continue;
            }
            if name == "_count" {
                query.count = count(value)?;
            } else if let Some(asked) = asked(name, value)? {
                query.asked.push(asked);
            } else if strict {
                let problem = "is not known here".to_owned();
                let (name, code) = (plain(name), "not-supported");
                return Err(Error::Parameter { name, code, problem });
            } else {
                query.ignored.push(plain(name));
                continue;
            }
            query.used.push((name.clone(), value.clone()));
        }
        Ok(query)
    }

    /// The parameters that were respected, as the query of an address.
    pub(super) fn respected(&self) -> String {
        let pairs =
            self.used.iter().map(|(name, value)| format!("{}={}", coded(name), coded(value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The names of the parameters, for the trail. Never their values.
    pub(super) fn names(&self) -> String {
        let names: BTreeSet<&str> = self.used.iter().map(|(name, _)| name.as_str()).collect();
        let names: Vec<&str> = names.into_iter().filter(|name| *name != "_count").collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    }

    /// The domains whose numbers are wanted (ITI-78 §3.78.4.1.2.3), all known; `None` for any.
    pub(super) fn domains(&self, sight: &Sight<'_>) -> Result<Option<Vec<Named>>, Error> {
        let mut wanted = None;
        for asked in &self.asked {
            let Asked::Identifier(tokens) = asked else { continue };
            for token in tokens.iter().filter(|token| token.value.is_empty()) {
                let named = sight.named(token.system.as_deref().unwrap_or_default());
                let named = named.ok_or(Error::NoSuchDomain)?;
                wanted.get_or_insert_with(Vec::new).push(named);
            }
        }
        Ok(wanted)
    }
}

/// `None` for what is not known, or known and not kept here.
fn asked(name: &str, value: &str) -> Result<Option<Asked>, Error> {
    let (own, modifier) = name.split_once(':').unwrap_or((name, ""));
    let is_text = ["family", "given"].contains(&own) || own.starts_with("address");
    let how = match modifier {
        "" => How::Begins,
        "exact" if is_text => How::Exactly,
        _ => {
            let problem =
                "has a modifier that is not supported; only :exact is, on text".to_owned();
            return Err(Error::Parameter { name: plain(own), code: "not-supported", problem });
        }
    };
    let texts = || alternatives(value);
    let tokens = || texts().iter().map(|text| token(text)).collect();
    Ok(Some(match own {
        "_id" => Asked::Id(texts()),
        "active" => Asked::Active(each(own, &texts(), boolean)?),
        "family" => Asked::Family(how, texts()),
        "given" => Asked::Given(how, texts()),
        "identifier" => Asked::Identifier(tokens()),
        "telecom" => Asked::Telecom(tokens()),
        "birthdate" => Asked::BirthDate(spans(&texts())?),
        "address" => Asked::Address(how, texts()),
        "address-city" => Asked::City(how, texts()),
        "address-postalcode" => Asked::Postcode(how, texts()),
        "gender" => Asked::Gender(each(own, &texts(), gender)?),
        _ => return Ok(None),
    }))
}

fn count(value: &str) -> Result<usize, Error> {
    let read = value.trim().parse::<usize>();
    let count = read.map_err(|_| Error::parameter("_count", "is a whole number from 0"))?;
    Ok(count.min(LARGEST_PAGE))
}

fn each<T>(name: &str, texts: &[String], read: fn(&str) -> Option<T>) -> Result<Vec<T>, Error> {
    let values: Option<Vec<T>> = texts.iter().map(|text| read(text)).collect();
    values.ok_or_else(|| Error::parameter(name, "has a value that is not one of its codes"))
}

fn boolean(text: &str) -> Option<bool> {
    code(text).parse().ok()
}

fn gender(text: &str) -> Option<Gender> {
    Gender::parse(code(text))
}

/// The code of a token, whatever its system.
fn code(text: &str) -> &str {
    text.rsplit_once('|').map_or(text, |(_, code)| code)
}

/// `system|value`; a bar within a value is written `\|`.
fn token(text: &str) -> Token {
    match text.split_once('|') {
        Some((system, value)) => Token { system: Some(system.into()), value: value.into() },
        None => Token { system: None, value: text.into() },
    }
}

/// Values between commas; `\,` is a comma that belongs to one.
fn alternatives(value: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut escaped = false;
    for letter in value.chars() {
        let last = texts.len() - 1;
        let Some(text) = texts.get_mut(last) else { break };
        match letter {
            '\\' if !escaped => escaped = true,
            ',' if !escaped => texts.push(String::new()),
            other => {
                text.push(other);
                escaped = false;
            }
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    texts.into_iter().map(|text| text.trim().to_owned()).collect()
}

/// The spans of days that prefixed dates mean (FHIR R4 §3.1.1.4.7). A birth date is a whole day, so
/// `sa` and `eb` are `gt` and `lt`; `ap` is a year either way.
fn spans(texts: &[String]) -> Result<Vec<(Date, Date)>, Error> {
    let wrong = || {
        Error::parameter(
            "birthdate",
            "is a date like 1947-02-21, 1947-02 or 1947, perhaps after eq, \
                          ne, gt, lt, ge, le, sa, eb or ap",
        )
    };
    let mut spans = Vec::new();
    for text in texts {
        let letters = text.chars().take_while(char::is_ascii_alphabetic).count();
        let (prefix, date) = text.split_at_checked(letters).ok_or_else(wrong)?;
        let (first, last) = days(date).ok_or_else(wrong)?;
        let before = || first.yesterday().ok().map(|end| (Date::MIN, end));
        let after = || last.tomorrow().ok().map(|start| (start, Date::MAX));
        match prefix {
            "" | "eq" => spans.push((first, last)),
            "ne" => spans.extend(before().into_iter().chain(after())),
            "gt" | "sa" => spans.extend(after()),
            "lt" | "eb" => spans.extend(before()),
            "ge" => spans.push((first, Date::MAX)),
            "le" => spans.push((Date::MIN, last)),
            "ap" => {
                let year = jiff::Span::new().years(1);
                spans.push((first.saturating_sub(year), last.saturating_add(year)));
            }
            _ => return Err(wrong()),
        }
    }
    // No one was born before the year 1; keys of the index have four digits.
    let earliest = jiff::civil::date(1, 1, 1);
    Ok(spans.into_iter().map(|(from, to)| (from.max(earliest), to)).collect())
}

fn days(text: &str) -> Option<(Date, Date)> {
    let parts: Vec<i16> = text.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let small = |number: i16| i8::try_from(number).ok();
    match (text.len(), parts.as_slice()) {
        (4, [year]) => Some((Date::new(*year, 1, 1).ok()?, Date::new(*year, 12, 31).ok()?)),
        (7, [year, month]) => {
            let first = Date::new(*year, small(*month)?, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        (10, [year, month, day]) => {
            let day = Date::new(*year, small(*month)?, small(*day)?).ok()?;
            Some((day, day))
        }
        _ => None,
    }
}

/// A parameter's name as it may be repeated in an answer: it is the client's own text.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "-_:".contains(*letter))
        .take(40)
        .collect()
}

/// Percent encoding of everything but what is unreserved (RFC 3986 §2.3).
fn coded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_mean_spans_of_days() {
        for (text, expected) in [
            ("1947-02-21", "1947-02-21..1947-02-21"),
            ("eq1947-02", "1947-02-01..1947-02-28"),
            ("1947", "1947-01-01..1947-12-31"),
            ("ge1947-02-21", "1947-02-21..9999-12-31"),
            ("lt1947", "0001-01-01..1946-12-31"),
            ("ne1947-02-21", "0001-01-01..1947-02-20 1947-02-22..9999-12-31"),
            ("ap1947-02-21", "1946-02-21..1948-02-21"),
        ] {
            let said: Vec<String> = spans(&[text.to_owned()])
                .unwrap()
                .iter()
                .map(|(from, to)| format!("{from}..{to}"))
                .collect();
            assert_eq!(said.join(" "), expected, "{text}");
        }
        for text in ["", "21/02/1947", "1947-13", "1947-02-30", "xx1947", "47", "1947-2-1"] {
            assert!(spans(&[text.to_owned()]).is_err(), "{text}");
        }
    }

    #[test]
    fn commas_part_alternatives_unless_escaped() {
        for (text, expected) in [
            ("a,b", vec!["a", "b"]),
            ("a\\,b", vec!["a,b"]),
            (",", vec![]),
            (" a , ", vec!["a"]),
            ("a\\", vec!["a"]),
        ] {
            assert_eq!(alternatives(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_named_and_left_out() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let pairs = vec![pair("family", "Hárdy"), pair("favourite<b>", "x"), pair("_count", "3")];
        let query = Query::read(&pairs, false).unwrap();
        assert_eq!(query.ignored, ["favouriteb"]);
        assert_eq!(query.respected(), "family=H%C3%A1rdy&_count=3");
        assert_eq!((query.names(), query.count), ("family".to_owned(), 3));
        assert!(Query::read(&pairs, true).is_err());
        assert!(Query::read(&vec![pair("family:contains", "a")], false).is_err());
        assert!(Query::read(&vec![pair("gender:exact", "male")], false).is_err());
    }
}
