//! When a rule holds: `PID-3.4 = ''`, `MSH-3 = 'PAS' and PID-3.5 in ('MR', 'PI')`, `not PID-19`.

use std::str::FromStr;

use super::draft::{Draft, Target};
use super::place::Place;

/// Every clause must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition(Vec<Clause>);

/// A place, and what must stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Clause {
    place: Place,
    /// What it is compared with; nothing: whether it says anything.
    words: Option<Vec<String>>,
    negated: bool,
}

impl Condition {
    /// Whether it holds. Asked about a target, a path into its own segment means that segment, and a
    /// path into its own field that repetition; any other means any of that name.
    pub(super) fn holds(&self, draft: &Draft, target: Option<&Target>) -> bool {
        self.0.iter().all(|clause| {
            let places = draft.beside(&clause.place, target);
            let fits = |text: &str| match &clause.words {
                Some(words) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
                None => !text.is_empty(),
            };
            let nothing = places.is_empty() && fits("");
            let any = nothing || places.iter().any(|one| fits(&draft.text(one)));
            any != clause.negated
        })
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        clauses(text).into_iter().map(clause).collect::<Result<Vec<_>, _>>().map(Self)
    }
}

/// The text parted at every `and` outside quotes.
fn clauses(text: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut quoted) = (Vec::new(), 0, false);
    for (at, one) in text.char_indices() {
        quoted ^= one == '\'';
        if !quoted && at >= begin && text.get(at..).is_some_and(|rest| rest.starts_with(" and ")) {
            parts.push(text.get(begin..at).unwrap_or_default());
            begin = at + " and ".len();
        }
    }
    parts.push(text.get(begin..).unwrap_or_default());
    parts
}

fn clause(text: &str) -> Result<Clause, String> {
    let text = text.trim();
    let (bare, negated) = text.strip_prefix("not ").map_or((text, false), |rest| (rest, true));
    if let Some((place, words)) = bare.split_once(" in ") {
        let words = words.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let words = words.ok_or_else(|| mistake(text))?.split(',').map(quoted);
        let words = words.collect::<Option<Vec<_>>>().ok_or_else(|| mistake(text))?;
        return Ok(Clause { place: place.trim().parse()?, words: Some(words), negated });
    }
    let (place, word, unequal) = match (bare.split_once("!="), bare.split_once('=')) {
        (Some((place, word)), _) => (place, word, true),
        (None, Some((place, word))) => (place, word, false),
        (None, None) => return Ok(Clause { place: bare.trim().parse()?, words: None, negated }),
    };
    let word = quoted(word).ok_or_else(|| mistake(text))?;
    let place = place.trim().parse()?;
    Ok(Clause { place, words: Some(vec![word]), negated: negated != unequal })
}

fn quoted(text: &str) -> Option<String> {
    let inside = text.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    (!inside.contains('\'')).then(|| inside.to_owned())
}

fn mistake(text: &str) -> String {
    format!(
        "{text} is no condition; write PID-3.4 = 'RD3', PID-3.4 != '', PID-3.5 in ('MR', 'PI'), \
         PID-19 or not PID-19, joined by and"
    )
}
