//! `chesil channel list`: the ways in and out of a configuration.

use anyhow::Result;
use engine::ChannelKind;
use ingest::Forward;

use super::{Folder, hl7_files, tests_of};
use crate::config::{self, ChannelSettings, DestinationSettings, To};

pub(super) fn run(folder: &Folder) -> Result<()> {
    let settings = config::load(&folder.config)?;
    if settings.channels.is_empty() {
        println!("there are no channels; docs/channels.md tells how to add one");
    }
    for one in &settings.channels {
        let tests = tests_of(&folder.config, &one.channel.name);
        let tests = if tests.is_dir() { hl7_files(&tests)?.len() } else { 0 };
        println!("{}", line(one, tests));
    }
    for one in &settings.destinations {
        println!("{}", way_out(one));
    }
    Ok(())
}

/// `poole: HL7 v2 at 127.0.0.1:2576, of RD3 (numbers RD3), 2 rules, 3 tests`
fn line(one: &ChannelSettings, tests: usize) -> String {
    let channel = &one.channel;
    let how = match &channel.kind {
        ChannelKind::Mllp(mllp) => format!("HL7 v2 at {}", mllp.listen),
        ChannelKind::FileDrop(drop) => format!("files in {}", drop.folder.display()),
        ChannelKind::Http { path } => format!("FHIR at {path}"),
        ChannelKind::Hl7Http { path } => format!("HL7 v2 at {path}"),
    };
    let counted = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    format!(
        "{}: {how}, of {} (numbers {}), {}, {}",
        channel.name,
        channel.organisation,
        channel.authority,
        counted(one.feed.rules.len(), "rule"),
        counted(tests, "test"),
    )
}

/// `→ registry: HL7 v2 to 10.30.0.9:2575 over TLS, from poole, 1 rule`
fn way_out(one: &DestinationSettings) -> String {
    let over = |tls: bool| if tls { " over TLS" } else { "" };
    let to = match &one.to {
        To::Mllp { address, tls } => format!("HL7 v2 to {address}{}", over(tls.is_some())),
        To::Http { url, .. } => {
            format!("as it came to {}", url.host().unwrap_or_default())
        }
        To::Fhir { base, .. } => format!("FHIR to {base}"),
        To::File { folder } => format!("files in {}", folder.display()),
    };
    let Forward { destination, from, types, .. } = &one.forward;
    let from = if from.is_empty() { "all channels".to_owned() } else { from.join(", ") };
    let types = match types.len() {
        0 => String::new(),
        1 => ", of 1 type".to_owned(),
        count => format!(", of {count} types"),
    };
    let rules = match one.rules.len() {
        0 => String::new(),
        1 => ", 1 rule".to_owned(),
        count => format!(", {count} rules"),
    };
    format!("→ {destination}: {to}, from {from}{types}{rules}")
}
