//! The way out where no rule fits: a Rhai script, bounded and shut in.
//!
//! It sees one message, `msg`, and nothing else: no files, no clock, no other script. Its steps, the
//! depth of its calls, its texts, its lists and what it writes are bounded, so the longest it can take
//! is known. A script that oversteps, fails or says `park("…")` parks the message.
//!
//! All it can do: `msg.get(path)`, `msg.set(path, text)`, `msg.add(path, text)` (one more
//! repetition), `msg.drop(path)`, `msg.count(segment)`, `is_nhs_number(text)` and `park(sentence)`.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::NhsNumber;
use rhai::{AST, Dynamic, Engine, EvalAltResult, Position, Scope};

use super::draft::Draft;
use super::place::Place;
use crate::error::Error;

/// The most steps a script may take for one message.
const OPERATIONS: u64 = 100_000;
/// How deep its functions may call each other.
const CALLS: usize = 16;
/// The longest text, in bytes: as long as formatted text (FT) may be in HL7 v2.5.1.
const TEXT_BYTES: usize = 1 << 16;
/// How often it may look at the message or change it.
const LOOKS: usize = 10_000;
/// How often it may change it.
const CHANGES: usize = 1_000;
/// How much it may write into the message, in bytes.
const WRITTEN_BYTES: usize = 1 << 16;
/// The longest list or map.
const ITEMS: usize = 10_000;

/// A script, compiled.
pub struct Script {
    name: String,
    text: String,
    engine: Engine,
    program: AST,
}

/// The message as a script holds it.
#[derive(Clone)]
struct Held(Arc<Mutex<Open>>);

/// A message, and what has been done to it.
#[derive(Default)]
struct Open {
    draft: Draft,
    looks: usize,
    changes: usize,
    written_bytes: usize,
}

/// What `park` throws.
#[derive(Clone)]
struct Parked(String);

/// A path that names no place, and why.
#[derive(Clone)]
struct Misplaced {
    path: String,
    because: String,
}

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

impl Script {
    /// Compiles a script.
    ///
    /// # Errors
    /// The line, counted from 1, and what is wrong there.
    pub fn compile(name: &str, text: &str) -> std::result::Result<Self, (usize, String)> {
        let engine = engine();
        match engine.compile(text) {
            Ok(program) => {
                let (name, text) = (name.to_owned(), text.to_owned());
                Ok(Self { name, text, engine, program })
            }
            Err(error) => Err((error.position().line().unwrap_or(1), error.err_type().to_string())),
        }
    }

    /// Runs it over a message.
    pub(super) fn run(&self, draft: &mut Draft) -> std::result::Result<(), Error> {
        let open = Open { draft: std::mem::take(draft), ..Open::default() };
        let held = Held(Arc::new(Mutex::new(open)));
        let mut scope = Scope::new();
        scope.push_constant("msg", held.clone());
        let ran = self.engine.run_ast_with_scope(&mut scope, &self.program);
        *draft = std::mem::take(&mut held.open().draft);
        ran.map_err(|error| Error::Rule(self.sentence(&error)))
    }

    /// Why it failed, without a value of the message: a sentence of `park` or a path is repeated only
    /// where the script holds it as it stands.
    fn sentence(&self, error: &EvalAltResult) -> String {
        let line = error.position().line().unwrap_or(1);
        let name = &self.name;
        match inner(error) {
            EvalAltResult::ErrorRuntime(thrown, _) => {
                let misplaced = thrown.clone().try_cast::<Misplaced>();
                let misplaced = misplaced.filter(|one| self.text.contains(one.path.as_str()));
                if let Some(Misplaced { because, .. }) = misplaced {
                    return format!("{name}: {because} (line {line})");
                }
                let parked = thrown.clone().try_cast::<Parked>();
                match parked.filter(|Parked(sentence)| self.text.contains(sentence.as_str())) {
                    Some(Parked(sentence)) => sentence,
                    None => format!("{name} parks it (line {line})"),
                }
            }
            EvalAltResult::ErrorTooManyOperations(_) => {
                format!(
                    "{name} takes more than {OPERATIONS} steps (line {line}); does a loop not end?"
                )
            }
            EvalAltResult::ErrorStackOverflow(_) => {
                format!("{name} calls more than {CALLS} deep (line {line})")
            }
            EvalAltResult::ErrorDataTooLarge(_, _) => {
                format!("{name} makes or writes too much (line {line})")
            }
            EvalAltResult::ErrorFunctionNotFound(_, _) => {
                format!("{name} calls a function that there is not (line {line})")
            }
            _ => format!("{name} fails at line {line}"),
        }
    }
}

/// The error at the bottom of calls.
fn inner(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, cause, _) => inner(cause),
        other => other,
    }
}

/// Rhai with its bounds, and nothing to reach out with.
fn engine() -> Engine {
    let mut engine = Engine::new();
    for word in ["eval", "print", "debug"] {
        engine.disable_symbol(word);
    }
    engine
        .set_max_operations(OPERATIONS)
        .set_max_call_levels(CALLS)
        .set_max_string_size(TEXT_BYTES)
        .set_max_array_size(ITEMS)
        .set_max_map_size(ITEMS)
        .set_max_variables(200)
        .set_max_functions(100)
        .set_max_expr_depths(64, 32);
    engine.register_type_with_name::<Held>("Message");
    engine.register_fn("get", |held: &mut Held, path: &str| held.get(path));
    engine.register_fn("set", |held: &mut Held, path: &str, text: &str| held.set(path, text));
    engine.register_fn("add", |held: &mut Held, path: &str, text: &str| held.add(path, text));
    engine.register_fn("drop", |held: &mut Held, path: &str| held.drop(path));
    engine.register_fn("count", |held: &mut Held, segment: &str| held.count(segment));
    engine.register_fn("is_nhs_number", |text: &str| NhsNumber::parse(text).is_ok());
    engine.register_fn("park", |sentence: &str| -> Result<()> {
        let thrown = Dynamic::from(Parked(sentence.to_owned()));
        Err(EvalAltResult::ErrorRuntime(thrown, Position::NONE).into())
    });
    engine
}

impl Held {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The message, for one more look.
    fn look(&self) -> Result<MutexGuard<'_, Open>> {
        let mut open = self.open();
        open.looks += 1;
        if open.looks > LOOKS {
            return Err(EvalAltResult::ErrorTooManyOperations(Position::NONE).into());
        }
        Ok(open)
    }

    /// The message, to write so many bytes into it.
    fn write(&self, bytes: usize) -> Result<MutexGuard<'_, Open>> {
        let mut open = self.look()?;
        open.changes += 1;
        open.written_bytes += bytes;
        if open.changes > CHANGES || open.written_bytes > WRITTEN_BYTES {
            let what = "what is written into the message".to_owned();
            return Err(EvalAltResult::ErrorDataTooLarge(what, Position::NONE).into());
        }
        Ok(open)
    }

    /// The text at the first place a path names; nothing where nothing was sent.
    fn get(&self, path: &str) -> Result<String> {
        let place = place(path)?;
        let draft = &self.look()?.draft;
        Ok(draft.each(&place).next().map(|one| draft.text(&one)).unwrap_or_default())
    }

    /// Writes at the first place.
    fn set(&self, path: &str, text: &str) -> Result<()> {
        let place = place(path)?;
        let draft = &mut self.write(text.len())?.draft;
        let first = draft.each(&place).next();
        if let Some(target) = first {
            let raw = draft.escaped(text);
            draft.set_raw(&target, &raw);
        }
        Ok(())
    }

    /// Adds a repetition to a field.
    fn add(&self, path: &str, text: &str) -> Result<()> {
        let place = place(path)?;
        let draft = &mut self.write(text.len())?.draft;
        let first = draft.each(&place).next();
        if let Some(target) = first {
            let raw = draft.escaped(text);
            draft.add(&target, &raw);
        }
        Ok(())
    }

    /// Empties every place that a path names.
    fn drop(&self, path: &str) -> Result<()> {
        let place = place(path)?;
        let draft = &mut self.write(0)?.draft;
        for target in draft.targets(&place).into_iter().rev() {
            draft.leave_out(&target);
        }
        draft.tidy();
        Ok(())
    }

    /// How many segments there are of a name.
    fn count(&self, segment: &str) -> Result<i64> {
        let place = place(segment)?;
        i64::try_from(self.look()?.draft.each(&place).count()).or(Ok(0))
    }
}

fn place(path: &str) -> Result<Place> {
    path.parse::<Place>().map_err(|because| {
        let thrown = Dynamic::from(Misplaced { path: path.to_owned(), because });
        EvalAltResult::ErrorRuntime(thrown, Position::NONE).into()
    })
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({})", self.name)
    }
}
