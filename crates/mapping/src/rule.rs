//! What a channel's own rules change in a message before it is mapped: a number in the wrong field, a
//! suffix nobody else writes, local codes.
//!
//! Rules act on a copy, in the order they are written; the log keeps what came. Each acts on every
//! repetition that its path names in every segment of that name, where its `when` holds.

mod place;
pub(crate) mod draft;
mod leaves;
mod condition;
mod code_table;
mod script;

use std::fmt;
use std::sync::Arc;

use hl7v2::Message;
use model::NhsNumber;

pub use code_table::{CodeTable, Unknown};
pub use condition::Condition;
use draft::{Draft, Target};
pub use place::Place;
pub use script::Script;

use crate::error::Error;

/// The rules of a channel, in order.
#[derive(Clone, Default)]
pub struct Rules(Arc<[Rule]>);

/// One rule.
pub struct Rule {
    /// Where it holds; everywhere if nothing is said.
    pub when: Option<Condition>,
    /// What it does.
    pub act: Act,
}

/// What a rule does.
pub enum Act {
    /// Puts what stands in one place into another, and empties the first. Into a field that says
    /// something already, it goes as one more repetition.
    Move {
        /// From where.
        from: Place,
        /// To where.
        to: Place,
        /// Only a valid NHS number, which then says so (`9990000018^^^NHS^NH`).
        if_nhs_number: bool,
    },
    /// Takes a text out, wherever it stands in the field as it was sent, separators included.
    Strip {
        /// Of what.
        path: Place,
        /// The text: `+^D`.
        text: String,
    },
    /// Empties a field or a part of one, or leaves out a whole segment.
    Drop(Place),
    /// Writes a value, whatever stood there. In a part of a field: of each repetition that says
    /// anything.
    Set {
        /// Where.
        path: Place,
        /// What.
        value: String,
    },
    /// Translates a code. In a whole field, by a table with words or systems: code, words and system,
    /// with what was sent kept as the alternative code.
    Table {
        /// Where.
        path: Place,
        /// From what to what.
        table: CodeTable,
        /// What becomes of a code the table does not hold.
        unknown: Unknown,
    },
    /// Whatever else: a script.
    Script(Box<Script>),
}

impl Rules {
    /// These rules.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self(rules.into())
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The message as these rules leave it, in UTF-8.
    ///
    /// # Errors
    /// A sentence of a rule that refuses the message, or of a script that failed.
    pub fn applied(&self, message: &Message<'_>) -> Result<Vec<u8>, Error> {
        let mut draft = Draft::of(message);
        for rule in self.0.iter() {
            rule.apply(&mut draft)?;
        }
        Ok(draft.finish())
    }
}

impl Rule {
    fn apply(&self, draft: &mut Draft) -> Result<(), Error> {
        let place = match &self.act {
            Act::Move { from, .. } => from,
            Act::Strip { path, .. }
            | Act::Set { path, .. }
            | Act::Table { path, .. }
            | Act::Drop(path) => path,
            Act::Script(script) => {
                let holds = self.when.as_ref().is_none_or(|when| when.holds(draft, None));
                return if holds { script.run(draft) } else { Ok(()) };
            }
        };
        let holds =
            |target: &Target| self.when.as_ref().is_none_or(|when| when.holds(draft, Some(target)));
        let mut targets: Vec<Target> = draft.targets(place).into_iter().filter(holds).collect();
        // From the last to the first, so that what is taken out moves nothing still to come.
        targets.reverse();
        for target in targets {
            self.act_on(draft, &target)?;
        }
        draft.tidy();
        Ok(())
    }

    fn act_on(&self, draft: &mut Draft, target: &Target) -> Result<(), Error> {
        match &self.act {
            Act::Move { to, if_nhs_number, .. } => move_to(draft, target, to, *if_nhs_number),
            Act::Strip { text, .. } => {
                let stripped = draft.raw(target).replace(text.as_str(), "");
                draft.set_raw(target, &stripped);
            }
            Act::Drop(_) => draft.leave_out(target),
            Act::Set { value, .. } => {
                if target.is_whole_field() || draft.says_anything(target) {
                    let raw = draft.escaped(value);
                    draft.set_raw(target, &raw);
                }
            }
            Act::Table { table, unknown, .. } => table.translate(draft, target, *unknown)?,
            Act::Script(_) => {}
        }
        Ok(())
    }
}

fn move_to(draft: &mut Draft, from: &Target, to: &Place, if_nhs_number: bool) {
    let raw = draft.raw(from);
    if raw.is_empty() {
        return;
    }
    let moved = if if_nhs_number {
        let first = draft.first_component(&raw);
        match NhsNumber::parse(&first) {
            Ok(number) => draft.joined(&[&number.to_string(), "", "", "NHS", "NH"]),
            Err(_) => return,
        }
    } else {
        raw
    };
    let Some(into) = draft.targets(to).into_iter().next() else { return };
    draft.set_raw(from, "");
    if into.is_whole_field() { draft.add(&into, &moved) } else { draft.set_raw(&into, &moved) }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rules({})", self.0.len())
    }
}

impl PartialEq for Rules {
    /// The same rules, not rules that do the same.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.is_empty() && other.is_empty())
    }
}

impl Eq for Rules {}

#[cfg(test)]
mod tests;
