//! `chesil channel test`: golden messages of a channel, and what stands beside them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use mapping::Feed;
use serde_json::{Value, json};

use super::{explained, feed, hl7_files, messages, paths, tests_of};

#[derive(Debug, Args)]
pub(super) struct Test {
    /// The channel; every channel with tests, if none is named
    pub(super) name: Option<String>,
    /// The folder with chesil.toml and channels/
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) config: PathBuf,
    /// Write what the messages become now; read the difference before you keep it
    #[arg(long)]
    pub(super) bless: bool,
}

pub(super) fn run(test: &Test) -> Result<()> {
    let names = match &test.name {
        Some(name) => vec![name.clone()],
        None => tested(&test.config)?,
    };
    let (mut passed, mut failed) = (0, 0);
    for name in &names {
        let feed = feed(&test.config, name)?;
        let files = hl7_files(&tests_of(&test.config, name))?;
        for file in &files {
            if check(file, &feed, test.bless)? { passed += 1 } else { failed += 1 }
        }
    }
    if passed + failed == 0 {
        bail!(
            "there is nothing to test: put messages into channels/NAME/tests/*.hl7, then run with --bless"
        );
    }
    println!("{passed} as expected, {failed} otherwise");
    if failed > 0 {
        bail!("{failed} of {} say something else; read what --bless changes", passed + failed);
    }
    Ok(())
}

/// The channels that have tests.
fn tested(config: &Path) -> Result<Vec<String>> {
    let folder = config.join("channels");
    let entries = fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("tests").is_dir())
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Whether a file's messages become what stands beside it; what differs is printed by element.
fn check(file: &Path, feed: &Feed, bless: bool) -> Result<bool> {
    let beside = file.with_extension("json");
    let now: Vec<Value> =
        messages(file)?.iter().map(|one| said(one, feed)).collect::<Result<_>>()?;
    let now = Value::from(now);
    if bless {
        fs::write(&beside, format!("{now:#}\n"))
            .with_context(|| format!("writing {}", beside.display()))?;
        return Ok(true);
    }
    let text = fs::read_to_string(&beside).with_context(|| {
        format!("reading {}; make it with --bless, and read it", beside.display())
    })?;
    let expected: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", beside.display()))?;
    let mut differences = Vec::new();
    differ("", &expected, &now, &mut differences);
    for difference in &differences {
        println!("{}: {difference}", file.display());
    }
    Ok(differences.is_empty())
}

/// What a message becomes, and what nobody understands of it: paths only.
fn said(bytes: &[u8], feed: &Feed) -> Result<Value> {
    let explanation = explained(bytes, Some(feed))?;
    Ok(json!({
        "event": explanation.event,
        "refused": explanation.refused,
        "out_of_scope": explanation.out_of_scope,
        "resources": explanation.resources,
        "not_understood": paths(&explanation),
    }))
}

/// Where two values differ, each as a sentence.
pub(super) fn differ(path: &str, expected: &Value, now: &Value, differences: &mut Vec<String>) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (expected, now) {
        (Value::Object(expected), Value::Object(now)) => {
            for (name, value) in expected {
                differ(&below(name), value, now.get(name).unwrap_or(&Value::Null), differences);
            }
            for (name, value) in now.iter().filter(|(name, _)| !expected.contains_key(*name)) {
                differ(&below(name), &Value::Null, value, differences);
            }
        }
        (Value::Array(expected), Value::Array(now)) => {
            for index in 0..expected.len().max(now.len()) {
                let one = |list: &[Value]| list.get(index).cloned().unwrap_or(Value::Null);
                differ(&below(&index.to_string()), &one(expected), &one(now), differences);
            }
        }
        (expected, now) if expected != now => {
            differences.push(format!("{path} was {expected}, and is {now}"));
        }
        _ => {}
    }
}
