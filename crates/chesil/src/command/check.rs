//! `chesil check`: every mistake that can be found without starting.

use anyhow::{Result, bail};

use super::Folder;
use crate::config;

pub(super) fn run(folder: &Folder) -> Result<()> {
    let settings = match config::load(&folder.config) {
        Ok(settings) => settings,
        Err(problems) => {
            println!("{problems}");
            bail!("{} to mend", counted(problems.0.len(), "mistake"));
        }
    };
    if let Some(policies) = &settings.policies {
        access::Policies::load(policies)?;
    }
    println!(
        "{}: {}, {}, {}, {}; configuration {}",
        settings.title,
        counted(settings.organisations.len(), "organisation"),
        counted(settings.channels.len(), "channel"),
        counted(settings.destinations.len(), "destination"),
        counted(settings.gateway.practices.len(), "practice"),
        settings.hash
    );
    Ok(())
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
