//! What the terminal says when the county is ready: where to look, as whom, at whom.

use std::path::Path;

use simulator::County;

use super::settings::CLIENT_TOKEN;
use super::users::PASSWORD;
use super::{Demo, say};
use crate::running::Running;

/// Says it.
pub(super) fn announce(demo: &Demo, county: &County, running: &Running, folder: &Path) {
    let kept = if demo.data.is_some() { "kept in" } else { "in the temporary folder" };
    let sections = [
        "\nReady.\n".to_owned(),
        addresses(running),
        format!("\nSign in as (the password is always {PASSWORD}):"),
        users(county),
        "\nWorth opening:".to_owned(),
        people(county),
        format!("\nEverybody here is invented. Data is {kept} {}. Ctrl-C stops.", folder.display()),
    ];
    say(&sections.join("\n"));
}

fn addresses(running: &Running) -> String {
    let portal = running.portal;
    let mut lines = vec![
        format!("  Portal       http://{portal}/"),
        format!(
            "  FHIR base    http://{portal}/fhir  (token {CLIENT_TOKEN}, see docs/identity-api.md)"
        ),
    ];
    let listeners = running.listeners.iter();
    lines.extend(listeners.map(|(channel, address)| format!("  {channel:<12} mllp://{address}")));
    lines.join("\n")
}

fn users(county: &County) -> String {
    let line = |user: simulator::DemoUser| {
        let role = user.role.label();
        format!("  {:<18} {role}, {} at {}", user.username, user.name, user.organisation)
    };
    county.users().into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn people(county: &County) -> String {
    let line = |person: simulator::WorthOpening| {
        format!("  {}  {}\n      {}", person.nhs_number.spaced(), person.name, person.sentence)
    };
    county.people_worth_opening().into_iter().map(line).collect::<Vec<_>>().join("\n")
}
