//! `chesil explain`: what each message of a file becomes, and what came of each of its fields.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use mapping::Feed;
use mapping::explain::{Explanation, Fate, explain};
use model::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::config;

/// `chesil explain FILE`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A file with one HL7 v2 message, or a batch of them
    file: PathBuf,
    /// The channel whose settings and rules apply; without one, the message's own numbers are taken
    /// for its sender's
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// The folder with chesil.toml and channels/
    #[arg(long, value_name = "DIR", default_value = ".")]
    config: PathBuf,
    /// One JSON object for each message
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Explain) -> Result<()> {
    let feed = command.channel.as_deref().map(|name| feed(&command.config, name)).transpose()?;
    for bytes in messages(&command.file)? {
        let explanation = match explained(&bytes, feed.as_ref()) {
            Ok(explanation) => explanation,
            Err(error) => bail!("{}: {error}", command.file.display()),
        };
        let text =
            if command.json { as_json(&explanation).to_string() } else { as_text(&explanation) };
        print(&text)?;
    }
    Ok(())
}

/// The feed of a configured channel.
pub(super) fn feed(config: &Path, name: &str) -> Result<Feed> {
    let settings = config::load(config)?;
    let names: Vec<&str> = settings.channels.iter().map(|one| one.channel.name.as_str()).collect();
    let found = settings.channels.iter().find(|one| one.channel.name == name);
    let found = found
        .with_context(|| format!("there is no channel {name}; there are {}", names.join(", ")))?;
    Ok(found.feed.clone())
}

/// The messages of a file: one, or those of a batch (FHS, BHS), or several one after the other.
pub(super) fn messages(file: &Path) -> Result<Vec<Vec<u8>>> {
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let mut messages: Vec<Vec<u8>> = Vec::new();
    for line in bytes.split_inclusive(|one| matches!(one, b'\r' | b'\n')) {
        let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let text = text.strip_prefix(b"\x0B").unwrap_or(text);
        let envelope = [b"FHS", b"BHS", b"BTS", b"FTS"].iter().any(|one| text.starts_with(*one));
        match messages.last_mut() {
            _ if envelope => {}
            _ if text.starts_with(b"MSH") => messages.push(text.to_vec()),
            Some(message) => message.extend_from_slice(line),
            None => {}
        }
    }
    if messages.is_empty() {
        bail!("{} holds no HL7 v2 message: no line begins with MSH", file.display());
    }
    Ok(messages)
}

/// A message explained as this feed's, or as that of whoever seems to have sent it.
pub(super) fn explained(bytes: &[u8], feed: Option<&Feed>) -> Result<Explanation> {
    let message = hl7v2::parse(bytes)?;
    let now = SystemClock.now();
    let Some(feed) = feed else { return Ok(explain(&message, &Feed::of(&message)?, now)) };
    let charset = feed.default_charset.as_deref().map(hl7v2::Charset::named);
    let message = match charset {
        Some(charset) => message.with_default_charset(charset),
        None => message,
    };
    Ok(explain(&message, feed, now))
}

/// As a person reads it.
fn as_text(explanation: &Explanation) -> String {
    let mut lines = vec![explanation.event.clone()];
    if let Some(sentence) = &explanation.refused {
        lines.push(format!("  It would be parked: {sentence}."));
    }
    if let Some(because) = explanation.out_of_scope {
        lines.push(format!("  It changes nothing, on purpose: {because}."));
    }
    let mut resource = "";
    for element in &explanation.elements {
        let (name, path) = element.path.split_once('.').unwrap_or((&element.path, ""));
        if name != resource {
            lines.push(format!("\n{name}"));
            resource = name;
        }
        let from =
            if element.from.is_empty() { "always so".to_owned() } else { element.from.join(", ") };
        lines.push(format!("  {path} = {}  ← {from}", short(&element.value)));
    }
    let mut list = |title: &str, wanted: &dyn Fn(&Fate) -> Option<String>| {
        let said = explanation.fields.iter().filter_map(|one| {
            Some(format!("  {} = {}{}", one.path, short(&one.value), wanted(&one.fate)?))
        });
        let said: Vec<String> = said.collect();
        if !said.is_empty() {
            lines.push(format!("\n{title}"));
            lines.extend(said);
        }
    };
    list("Needed: without it the message would be parked", &|fate| {
        if let Fate::Needed(sentence) = fate { Some(format!("  ({sentence})")) } else { None }
    });
    list("Said by another field, or following from the rest", &|fate| match fate {
        Fate::SaidBy(other) => Some(format!("  (as {other})")),
        Fate::Follows => Some(String::new()),
        _ => None,
    });
    list("Left out on purpose", &|fate| {
        if let Fate::Ignored(because) = fate { Some(format!("  ({because})")) } else { None }
    });
    list("Not understood", &|fate| (*fate == Fate::NotUnderstood).then(String::new));
    lines.push(String::new());
    lines.join("\n")
}

/// Prints a message's lines; whoever reads them may stop reading.
fn print(text: &str) -> Result<()> {
    match writeln!(stdout().lock(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        printed => Ok(printed?),
    }
}

/// A value in one line; documents are long.
fn short(value: &str) -> String {
    let mut short: String =
        value.chars().take(80).map(|one| if one.is_control() { ' ' } else { one }).collect();
    if value.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}

fn as_json(explanation: &Explanation) -> Value {
    let mut lists: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for field in &explanation.fields {
        let (list, more) = match &field.fate {
            Fate::Becomes(elements) => ("used", json!({"elements": elements})),
            Fate::Needed(sentence) => ("needed", json!({"because": sentence})),
            Fate::Follows => ("follows", json!({})),
            Fate::SaidBy(other) => ("said_by_another", json!({"field": other})),
            Fate::Ignored(because) => ("ignored", json!({"because": because})),
            Fate::NotUnderstood => ("not_understood", json!({})),
        };
        let mut entry = json!({"path": field.path, "value": field.value});
        if let (Some(entry), Some(more)) = (entry.as_object_mut(), more.as_object()) {
            entry.extend(more.clone());
        }
        lists.entry(list).or_default().push(entry);
    }
    let elements = explanation
        .elements
        .iter()
        .map(|one| json!({"element": one.path, "value": one.value, "from": one.from}));
    json!({
        "event": explanation.event,
        "refused": explanation.refused,
        "out_of_scope": explanation.out_of_scope,
        "elements": elements.collect::<Vec<_>>(),
        "fields": lists,
        "resources": explanation.resources,
    })
}
