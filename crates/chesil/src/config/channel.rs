//! One file for each channel, and what must hold between them.

use std::path::Path;

use accounts::Organisation;
use engine::{Accepts, Channel, ChannelKind, Retry};
use mapping::Feed;
use model::OdsCode;

use super::file::{ChannelToml, TokenToml};
use super::file_drop::{columns, file_drop};
use super::mllp::{accepts, mllp};
use super::rules;
use super::{Problem, Source, ods_code, toml_files};

/// A channel, how its messages are mapped, and who may send.
#[derive(Clone)]
pub(crate) struct ChannelSettings {
    pub(crate) channel: Channel,
    pub(crate) feed: Feed,
    /// When what failed for a reason that may pass is tried again.
    pub(crate) retry: Retry,
    /// The bearer token of a channel that is fed over HTTP.
    pub(crate) token: Option<String>,
}

impl std::fmt::Debug for ChannelSettings {
    /// A token is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChannelSettings({:?})", self.channel)
    }
}

/// The shortest token that cannot be guessed.
pub(super) const SHORTEST_TOKEN: usize = 20;

/// Names that are addresses below /fhir already.
const RESERVED: [&str; 3] = ["Patient", "Subscription", "metadata"];

pub(super) fn load_all(
    folder: &Path,
    root: &Path,
    problems: &mut Vec<Problem>,
) -> Vec<(Source, ChannelSettings)> {
    let mut channels = Vec::new();
    for path in toml_files(folder) {
        let Some(mut source) = Source::read(&path, problems) else { continue };
        let Some(mut parsed) = source.parse::<ChannelToml>(problems) else { continue };
        let listed = std::mem::take(&mut parsed.rule);
        let ignored = rules::ignored(&source, std::mem::take(&mut parsed.ignore), problems);
        let name =
            path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(mut settings) = settings(&source, parsed, &name, root, problems) {
            settings.feed.ignored = ignored;
            settings.feed.rules = rules::rules(&mut source, listed, root, problems);
            channels.push((source, settings));
        }
    }
    channels
}

fn settings(
    source: &Source,
    mut parsed: ChannelToml,
    name: &str,
    root: &Path,
    problems: &mut Vec<Problem>,
) -> Option<ChannelSettings> {
    let organisation = ods_code(source, &parsed.organisation, problems)?;
    let accepts = accepts(source, &parsed, problems);
    let retry = super::retry::retry(source, parsed.retry.take(), problems);
    let columns = parsed.file_drop.as_ref().map(columns).unwrap_or_default();
    let (kind, token) = match (parsed.mllp, parsed.file_drop, parsed.fhir, parsed.hl7_http) {
        (Some(listener), None, None, None) => (mllp(source, listener, root, problems), None),
        (None, Some(drop), None, None) => (file_drop(source, drop, root, problems)?, None),
        (None, None, Some(_), None) if RESERVED.contains(&name) => {
            let sentence = format!("{name} is an address of the FHIR interface; rename the file");
            problems.push(source.problem(0..0, sentence));
            return None;
        }
        (None, None, Some(fhir), None) => {
            let token = token(source, fhir, problems)?;
            (ChannelKind::Http { path: format!("/fhir/{name}") }, Some(token))
        }
        (None, None, None, Some(hl7)) => {
            let token = token(source, hl7, problems)?;
            (ChannelKind::Hl7Http { path: format!("/hl7/{name}") }, Some(token))
        }
        _ => {
            let sentence =
                "a channel has exactly one of [mllp], [hl7_http], [file_drop] and [fhir]";
            problems.push(source.problem(0..0, sentence));
            return None;
        }
    };
    let mut settings =
        ChannelSettings::new(name, organisation, &parsed.authority, parsed.aliases, kind)
            .with(parsed.charset, token);
    settings.channel.accepts = accepts;
    settings.retry = retry;
    settings.feed.columns = columns;
    Some(settings)
}

impl ChannelSettings {
    /// A channel whose feed has the same authority.
    pub(crate) fn new(
        name: &str,
        organisation: OdsCode,
        authority: &str,
        aliases: Vec<String>,
        kind: ChannelKind,
    ) -> Self {
        let mut feed = Feed::new(organisation.clone(), authority);
        feed.aliases.clone_from(&aliases);
        let channel = Channel {
            name: name.to_owned(),
            organisation,
            authority: authority.to_owned(),
            aliases,
            accepts: Accepts::default(),
            kind,
        };
        Self { channel, feed, retry: Retry::default(), token: None }
    }

    /// With a default character set and a token.
    pub(crate) fn with(mut self, charset: Option<String>, token: Option<String>) -> Self {
        self.feed.default_charset = charset;
        self.token = token;
        self
    }
}

fn token(source: &Source, parsed: TokenToml, problems: &mut Vec<Problem>) -> Option<String> {
    if parsed.token.get_ref().len() < SHORTEST_TOKEN {
        let sentence = format!("a token has at least {SHORTEST_TOKEN} characters");
        problems.push(source.problem(parsed.token.span(), sentence));
        return None;
    }
    Some(parsed.token.into_inner())
}

/// What no single file can get wrong: unknown organisations, two listeners on one port.
pub(super) fn check_together(
    channels: &[(Source, ChannelSettings)],
    organisations: &[Organisation],
    problems: &mut Vec<Problem>,
) {
    let mut taken: Vec<(std::net::SocketAddr, &str)> = Vec::new();
    for (source, settings) in channels {
        let channel = &settings.channel;
        if !organisations.iter().any(|organisation| organisation.ods == channel.organisation) {
            let sentence =
                format!("{} is not an [[organisation]] of chesil.toml", channel.organisation);
            problems.push(
                source
                    .problem(source.text.find("organisation").map_or(0..0, |at| at..at), sentence),
            );
        }
        let ChannelKind::Mllp(mllp) = &channel.kind else { continue };
        let at = source.text.find("listen").map_or(0..0, |at| at..at);
        match taken.iter().find(|(address, _)| *address == mllp.listen && address.port() != 0) {
            Some((address, by)) => {
                problems.push(source.problem(at, format!("{address} is taken by channel {by}")));
            }
            None => taken.push((mllp.listen, &channel.name)),
        }
    }
}
