//! `chesil channel list`: the channels of a configuration.

use anyhow::Result;
use engine::ChannelKind;

use super::{Folder, hl7_files, tests_of};
use crate::config::{self, ChannelSettings};

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
