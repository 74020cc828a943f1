//! `[[rule]]` of a channel: what is put right in its messages before they are mapped, with the tables
//! and scripts they read, all checked before anything starts.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use mapping::Ignored;
use mapping::rule::{Act, CodeTable, Condition, Place, Rule, Rules, Script, Unknown};
use serde::Deserialize;
use toml::Spanned;

use super::{Problem, Source};

/// `[[rule]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleToml {
    when: Option<Spanned<String>>,
    #[serde(rename = "move")]
    moves: Option<Spanned<Vec<String>>>,
    if_nhs_number: Option<Spanned<bool>>,
    strip: Option<StripToml>,
    drop: Option<Spanned<String>>,
    set: Option<SetToml>,
    table: Option<TableToml>,
    script: Option<Spanned<String>>,
}

/// `strip = { path, text }`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StripToml {
    path: Spanned<String>,
    text: Spanned<String>,
}

/// `set = { path, value }`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetToml {
    path: Spanned<String>,
    value: String,
}

/// `table = { path, file, unknown }`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableToml {
    path: Spanned<String>,
    file: Spanned<String>,
    unknown: Option<Spanned<String>>,
}

/// `[[ignore]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IgnoreToml {
    path: Spanned<String>,
    because: Spanned<String>,
}

/// What is left out on purpose, each with its reason.
pub(super) fn ignored(
    source: &Source,
    listed: Vec<IgnoreToml>,
    problems: &mut Vec<Problem>,
) -> Vec<Ignored> {
    let mut ignored = Vec::new();
    for IgnoreToml { path, because } in listed {
        match path.get_ref().parse::<Place>() {
            Ok(_) if because.get_ref().trim().is_empty() => {
                let sentence = "say why it may be left out";
                problems.push(source.problem(because.span(), sentence));
            }
            Ok(place) => ignored.push(Ignored { place, because: because.into_inner() }),
            Err(sentence) => problems.push(source.problem(path.span(), sentence)),
        }
    }
    ignored
}

/// The rules, each mistake in them named; and every text they read, which is part of the
/// configuration as much as the channel's own file. Files are found from `root`, the configuration
/// folder.
pub(super) fn rules(
    source: &mut Source,
    listed: Vec<Spanned<RuleToml>>,
    root: &Path,
    problems: &mut Vec<Problem>,
) -> Rules {
    let mut read = Reading { source, root, texts: String::new(), problems };
    let rules = listed.into_iter().filter_map(|one| read.rule(one)).collect();
    let texts = read.texts;
    source.text.push_str(&texts);
    Rules::new(rules)
}

struct Reading<'a> {
    source: &'a Source,
    root: &'a Path,
    texts: String,
    problems: &'a mut Vec<Problem>,
}

impl Reading<'_> {
    fn rule(&mut self, listed: Spanned<RuleToml>) -> Option<Rule> {
        let span = listed.span();
        let RuleToml { when, moves, if_nhs_number, strip, drop, set, table, script } =
            listed.into_inner();
        if let (Some(flag), None) = (&if_nhs_number, &moves) {
            let sentence = "if_nhs_number belongs to a rule that moves";
            self.problems.push(self.source.problem(flag.span(), sentence));
        }
        let when = match when {
            Some(text) => Some(self.parsed::<Condition>(&text)?),
            None => None,
        };
        let only_nhs = if_nhs_number.is_some_and(Spanned::into_inner);
        let act = match (moves, strip, drop, set, table, script) {
            (Some(moves), None, None, None, None, None) => self.moving(&moves, only_nhs)?,
            (None, Some(strip), None, None, None, None) => self.strip(strip)?,
            (None, None, Some(path), None, None, None) => Act::Drop(self.parsed(&path)?),
            (None, None, None, Some(set), None, None) => {
                Act::Set { path: self.field(&set.path)?, value: set.value }
            }
            (None, None, None, None, Some(table), None) => self.table(table)?,
            (None, None, None, None, None, Some(file)) => self.script(&file)?,
            _ => {
                let sentence =
                    "a rule does exactly one of move, strip, drop, set, table and script";
                self.problems.push(self.source.problem(span, sentence));
                return None;
            }
        };
        Some(Rule { when, act })
    }

    fn parsed<T: FromStr<Err = String>>(&mut self, text: &Spanned<String>) -> Option<T> {
        let parsed = text.get_ref().parse::<T>();
        parsed
            .map_err(|sentence| self.problems.push(self.source.problem(text.span(), sentence)))
            .ok()
    }

    /// A place that is not a whole segment.
    fn field(&mut self, text: &Spanned<String>) -> Option<Place> {
        let place = self.parsed::<Place>(text)?;
        if place.is_segment() {
            let sentence = "a whole segment can only be dropped; name a field, such as PID-3";
            self.problems.push(self.source.problem(text.span(), sentence));
            return None;
        }
        Some(place)
    }

    fn moving(&mut self, moves: &Spanned<Vec<String>>, if_nhs_number: bool) -> Option<Act> {
        let [from, to] = moves.get_ref().as_slice() else {
            let sentence = "move names two places: from where, to where";
            self.problems.push(self.source.problem(moves.span(), sentence));
            return None;
        };
        let at = |text: &String| Spanned::new(moves.span(), text.clone());
        let (from, to) = (self.field(&at(from))?, self.field(&at(to))?);
        Some(Act::Move { from, to, if_nhs_number })
    }

    fn strip(&mut self, strip: StripToml) -> Option<Act> {
        if strip.text.get_ref().is_empty() {
            let sentence = "there is no text to strip";
            self.problems.push(self.source.problem(strip.text.span(), sentence));
            return None;
        }
        let path = self.field(&strip.path)?;
        Some(Act::Strip { path, text: strip.text.into_inner() })
    }

    fn table(&mut self, listed: TableToml) -> Option<Act> {
        let path = self.field(&listed.path)?;
        let unknown = match listed.unknown.as_ref().map(|one| one.get_ref().as_str()) {
            None | Some("keep") => Unknown::Keep,
            Some("park") => Unknown::Park,
            Some(_) => {
                let span = listed.unknown.map_or(0..0, |one| one.span());
                let sentence = "unknown is keep (the default) or park";
                self.problems.push(self.source.problem(span, sentence));
                return None;
            }
        };
        let text = self.text(&listed.file)?;
        match CodeTable::read(listed.file.get_ref(), &text) {
            Ok(table) => Some(Act::Table { path, table, unknown }),
            Err(mistake) => self.mistake_in(&listed.file, mistake),
        }
    }

    fn script(&mut self, file: &Spanned<String>) -> Option<Act> {
        let text = self.text(file)?;
        match Script::compile(file.get_ref(), &text) {
            Ok(script) => Some(Act::Script(Box::new(script))),
            Err(mistake) => self.mistake_in(file, mistake),
        }
    }

    /// A file that a rule reads.
    fn text(&mut self, file: &Spanned<String>) -> Option<String> {
        match fs::read_to_string(self.root.join(file.get_ref())) {
            Ok(text) => {
                self.texts.push('\0');
                self.texts.push_str(&text);
                Some(text)
            }
            Err(error) => {
                let sentence = format!("{} cannot be read: {error}", file.get_ref());
                self.problems.push(self.source.problem(file.span(), sentence));
                None
            }
        }
    }

    /// A mistake in a file that a rule reads, by that file's line.
    fn mistake_in(
        &mut self,
        file: &Spanned<String>,
        (line, sentence): (usize, String),
    ) -> Option<Act> {
        self.problems.push(Problem { file: self.root.join(file.get_ref()), line, sentence });
        None
    }
}

#[cfg(test)]
mod tests;
