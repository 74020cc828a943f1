//! `chesil compare`: what messages become here, beside FHIR bundles that others made of them, fact by
//! fact.

mod facts;
mod pair;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use mapping::Feed;
use mapping::explain;
use model::{Clock, SystemClock};
use serde_json::Value;

use self::facts::{Fact, Kind, facts, words};
use self::pair::{Pair, pairs};

/// `chesil compare FOLDER`
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// A folder with MANIFEST.json (a list of `file` and `expected`), or of NAME.hl7 beside NAME.json
    folder: PathBuf,
    /// Only the facts of this element, each with its message: `Patient.name`. Prints values
    #[arg(long, value_name = "ELEMENT")]
    only: Option<String>,
}

pub(super) fn run(command: &Compare) -> Result<()> {
    let pairs = pairs(&command.folder)?;
    if pairs.is_empty() {
        bail!("{} holds no message with a bundle beside it", command.folder.display());
    }
    let mut tally = Tally::default();
    for pair in &pairs {
        match compared(pair) {
            Ok(compared) => tally.add(pair, &compared, command.only.as_deref()),
            Err(error) => {
                tally.left_out.push(format!("{}: {error:#}", pair.name));
            }
        }
    }
    tally.print();
    Ok(())
}

/// The facts of one pair.
struct Compared {
    refused: Option<String>,
    expected: Vec<Fact>,
    ours: Vec<Fact>,
    /// Every word of our output, to find what is said in another element.
    our_words: String,
    expected_words: String,
}

fn compared(pair: &Pair) -> Result<Compared> {
    let expected = pair.expected()?;
    let bytes = pair.message()?;
    let message = hl7v2::parse(&bytes)?;
    let feed = Feed::of(&message)?;
    let (resources, refused) = explain::resources(&message, &feed, SystemClock.now());
    Ok(Compared {
        refused,
        our_words: words(&resources),
        expected_words: words(&expected),
        ours: facts(&resources),
        expected: facts(&expected),
    })
}

/// How the facts of one element agree, over all pairs.
#[derive(Default)]
struct Agreement {
    agree: usize,
    /// We say it in another element.
    elsewhere: usize,
    /// We do not say it.
    lacking: usize,
    /// Only we say it.
    ours_alone: usize,
}

#[derive(Default)]
struct Tally {
    pairs: usize,
    parked: BTreeMap<String, usize>,
    left_out: Vec<String>,
    elements: BTreeMap<(String, Kind), Agreement>,
}

impl Tally {
    fn add(&mut self, pair: &Pair, compared: &Compared, only: Option<&str>) {
        self.pairs += 1;
        if let Some(sentence) = &compared.refused {
            *self.parked.entry(sentence.clone()).or_default() += 1;
        }
        for fact in &compared.expected {
            let entry = self.elements.entry((fact.element.clone(), fact.kind)).or_default();
            let told = if compared.ours.contains(fact) {
                entry.agree += 1;
                continue;
            } else if fact.is_within(&compared.our_words) {
                entry.elsewhere += 1;
                "elsewhere"
            } else {
                entry.lacking += 1;
                "lacking"
            };
            if only.is_some_and(|only| fact.element.starts_with(only)) {
                println!("{told}: {} = {}  ({})", fact.element, fact.value, pair.name);
            }
        }
        for fact in &compared.ours {
            if !compared.expected.contains(fact) && !fact.is_within(&compared.expected_words) {
                self.elements.entry((fact.element.clone(), fact.kind)).or_default().ours_alone += 1;
                if only.is_some_and(|only| fact.element.starts_with(only)) {
                    println!("ours alone: {} = {}  ({})", fact.element, fact.value, pair.name);
                }
            }
        }
    }

    fn print(&self) {
        println!("{} pairs; {} cannot be compared", self.pairs, self.left_out.len());
        for sentence in &self.left_out {
            println!("  {sentence}");
        }
        let parked: usize = self.parked.values().sum();
        println!(
            "{parked} messages would be parked, and are compared as if they had named whom they lack"
        );
        for (sentence, count) in &self.parked {
            println!("  {count}: {sentence}");
        }
        println!("{:>7} {:>9} {:>7} {:>10}", "agree", "elsewhere", "lacking", "ours alone");
        let mut kinds: BTreeMap<Kind, Agreement> = BTreeMap::new();
        for ((element, kind), one) in &self.elements {
            println!(
                "{:>7} {:>9} {:>7} {:>10}  {element} ({})",
                one.agree,
                one.elsewhere,
                one.lacking,
                one.ours_alone,
                kind.word()
            );
            let all = kinds.entry(*kind).or_default();
            all.agree += one.agree;
            all.elsewhere += one.elsewhere;
            all.lacking += one.lacking;
            all.ours_alone += one.ours_alone;
        }
        println!();
        for (kind, one) in &kinds {
            println!(
                "{:>7} {:>9} {:>7} {:>10}  {}",
                one.agree,
                one.elsewhere,
                one.lacking,
                one.ours_alone,
                kind.word()
            );
        }
    }
}

/// The resources of a bundle, or of a list of them.
fn resources_of(value: &Value) -> Vec<Value> {
    let entries = value.get("entry").and_then(Value::as_array);
    let resource = |entry: &Value| entry.get("resource").cloned();
    match (entries, value) {
        (Some(entries), _) => entries.iter().filter_map(resource).collect(),
        (None, Value::Array(list)) => list.iter().flat_map(resources_of).collect(),
        (None, other) if other.get("resources").is_some_and(Value::is_array) => {
            other.get("resources").map(resources_of).unwrap_or_default()
        }
        (None, other) if other.get("resourceType").is_some() => vec![other.clone()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
