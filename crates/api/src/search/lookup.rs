//! Who may be meant: by id, by number, or by the index. Nobody is browsed.

use db::Tx;
use empi::{Clue, Search};
use model::{LocalIdentity, NhsNumber, PersonId};

use super::parameter::{Asked, Query, Token};
use crate::Error;
use crate::domain::{Domain, Named};
use crate::sight::Sight;

/// A question that fits more people than this is too broad.
const MOST: usize = 500;

const NOTHING: &str = "give an id, an identifier, a birth date, a surname, a forename, a postcode or \
                       a telephone: with less than that nobody is searched for";
const TOO_MANY: &str = "too many people fit; add a birth date, a fuller name or a postcode";

/// The people to look at, each once.
pub(super) fn candidates(
    tx: &mut Tx,
    sight: &Sight<'_>,
    query: &Query,
) -> Result<Vec<PersonId>, Error> {
    let mut clues = Vec::new();
    for asked in &query.asked {
        match asked {
            Asked::Id(ids) => {
                let ids = ids.iter().filter_map(|id| id.parse().ok());
                return distinct(ids.map(|id| Ok(empi::resolve(tx, id)?)));
            }
            Asked::Identifier(tokens) if tokens.iter().all(|token| !token.value.is_empty()) => {
                let mut people = Vec::new();
                for token in tokens.iter().take(MOST) {
                    people.extend(by_token(tx, sight, token)?);
                }
                return distinct(people.into_iter().map(|id| Ok(Some(id))));
            }
            other => clues.extend(clue(other)),
        }
    }
    if clues.is_empty() {
        return Err(Error::TooBroad(NOTHING));
    }
    empi::people_like(tx, &clues, MOST)?.ok_or(Error::TooBroad(TOO_MANY))
}

fn distinct(
    found: impl Iterator<Item = Result<Option<PersonId>, Error>>,
) -> Result<Vec<PersonId>, Error> {
    let found: Result<Vec<Option<PersonId>>, Error> = found.collect();
    let mut people: Vec<PersonId> = found?.into_iter().flatten().collect();
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

/// What the index can tell of something asked.
fn clue(asked: &Asked) -> Option<Clue> {
    fn texts(values: &[String]) -> impl Iterator<Item = &str> {
        values.iter().map(String::as_str)
    }
    Some(match asked {
        Asked::BirthDate(spans) => Clue::born(spans),
        Asked::Family(_, values) => Clue::family(texts(values)),
        Asked::Given(_, values) => Clue::given(texts(values)),
        Asked::Postcode(_, values) => Clue::postcode(texts(values)),
        Asked::Telecom(tokens) => contact(tokens),
        _ => return None,
    })
}

fn contact(tokens: &[Token]) -> Clue {
    let is_email = |token: &&Token| token.value.contains('@');
    let values = |tokens: Vec<&Token>| -> Vec<String> {
        tokens.into_iter().map(|token| token.value.clone()).collect()
    };
    let emails = values(tokens.iter().filter(is_email).collect());
    let numbers = values(tokens.iter().filter(|token| !is_email(token)).collect());
    Clue::telephone(numbers.iter().map(String::as_str))
        .or(Clue::email(emails.iter().map(String::as_str)))
}

fn by_token(tx: &mut Tx, sight: &Sight<'_>, token: &Token) -> Result<Vec<PersonId>, Error> {
    let named = match token.system.as_deref() {
        None => None,
        Some(text) => match sight.named(text) {
            Some(named) => Some(named),
            None => return Ok(Vec::new()),
        },
    };
    let mut people = Vec::new();
    if matches!(named, None | Some(Named::Nhs))
        && let Ok(number) = NhsNumber::parse(&token.value)
    {
        people.extend(by_nhs_number(tx, number)?);
    }
    let open = sight.domains.iter().filter(|domain| domain.is_open_to(sight.client));
    let is_meant = |domain: &&Domain| match &named {
        None => true,
        Some(named) => *named == Named::Local((*domain).clone()),
    };
    for domain in open.filter(is_meant) {
        let identity = LocalIdentity::new(&domain.authority, &token.value);
        people.extend(sight.by_number(tx, &identity)?.map(|seen| seen.person.id));
    }
    Ok(people)
}

/// The people whose NHS number it is.
pub(crate) fn by_nhs_number(tx: &mut Tx, number: NhsNumber) -> Result<Vec<PersonId>, Error> {
    let search = Search { nhs_number: Some(number), ..Search::default() };
    let found = empi::find(tx, &search)?.people.into_iter();
    let own = found.filter(|one| one.demographics.nhs_number == Some(number));
    Ok(own.map(|one| one.id).collect())
}
