//! `chesil channel coverage`: which fields of a channel's messages nobody understands yet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use mapping::explain::Explanation;
use serde_json::{Value, json};

use super::{explained, feed, hl7_files, messages, paths, tests_of};

#[derive(Debug, Args)]
pub(super) struct Coverage {
    /// The channel
    name: String,
    /// Files with messages, or folders of `*.hl7`. Default: channels/NAME/tests
    messages: Vec<PathBuf>,
    /// The folder with chesil.toml and channels/
    #[arg(long, value_name = "DIR", default_value = ".")]
    config: PathBuf,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(coverage: &Coverage) -> Result<()> {
    let feed = feed(&coverage.config, &coverage.name)?;
    let given = if coverage.messages.is_empty() {
        vec![tests_of(&coverage.config, &coverage.name)]
    } else {
        coverage.messages.clone()
    };
    let mut seen = Seen::default();
    for path in &given {
        let files = if path.is_dir() { hl7_files(path)? } else { vec![path.clone()] };
        for file in files {
            for bytes in messages(&file)? {
                seen.add(&file, explained(&bytes, Some(&feed)));
            }
        }
    }
    if seen.messages == 0 {
        bail!("there are no messages; name files or folders with *.hl7");
    }
    if coverage.json {
        println!("{}", seen.as_json());
    } else {
        seen.print();
    }
    Ok(())
}

/// What was seen of many messages. Never a value.
#[derive(Default)]
pub(super) struct Seen {
    messages: usize,
    values: usize,
    unreadable: usize,
    /// Sentences with which messages would be parked.
    parked: BTreeMap<String, usize>,
    /// Path without numbers of segments and repetitions → how often, and one file to look at.
    not_understood: BTreeMap<String, (usize, PathBuf)>,
}

impl Seen {
    pub(super) fn add(&mut self, file: &Path, explained: Result<Explanation>) {
        self.messages += 1;
        let Ok(explanation) = explained else {
            self.unreadable += 1;
            return;
        };
        self.values += explanation.fields.len();
        if let Some(sentence) = &explanation.refused {
            *self.parked.entry(sentence.clone()).or_default() += 1;
        }
        for path in paths(&explanation) {
            let path = format!("{} {}", explanation.event, without_numbers(path));
            let seen = self.not_understood.entry(path).or_insert((0, file.to_path_buf()));
            seen.0 += 1;
        }
    }

    fn print(&self) {
        let unknown: usize = self.not_understood.values().map(|(count, _)| count).sum();
        println!(
            "{} messages, {} values: {} not understood; {} messages would be parked, {} cannot be read",
            self.messages,
            self.values,
            unknown,
            self.parked.values().sum::<usize>(),
            self.unreadable
        );
        for (sentence, count) in &self.parked {
            println!("  {count} parked: {sentence}");
        }
        let mut paths: Vec<_> = self.not_understood.iter().collect();
        paths.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        for (path, (count, file)) in paths {
            println!("  {count} {path}  ({})", file.display());
        }
    }

    pub(super) fn as_json(&self) -> Value {
        let paths = self
            .not_understood
            .iter()
            .map(|(path, (count, file))| json!({"path": path, "count": count, "file": file}));
        json!({
            "messages": self.messages,
            "values": self.values,
            "unreadable": self.unreadable,
            "parked": self.parked,
            "not_understood": paths.collect::<Vec<_>>(),
        })
    }
}

/// `OBX[2]-5[1].1` as `OBX-5.1`.
pub(super) fn without_numbers(path: &str) -> String {
    let mut text = String::new();
    let mut within = false;
    for one in path.chars() {
        match one {
            '[' => within = true,
            ']' => within = false,
            one if !within => text.push(one),
            _ => {}
        }
    }
    text
}
