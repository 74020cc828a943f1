//! The systems that may ask who people are, and what must hold between them and the channels.

use std::collections::BTreeSet;

use access::Scope;
use accounts::Organisation;
use api::Client;
use engine::ChannelKind;

use super::channel::SHORTEST_TOKEN;
use super::file::ClientToml;
use super::{ChannelSettings, Problem, Source, ods_code};

/// What a client is checked against.
pub(super) struct Known<'a> {
    pub(super) organisations: &'a [Organisation],
    pub(super) channels: &'a [(Source, ChannelSettings)],
}

pub(super) fn clients(
    source: &Source,
    listed: Vec<ClientToml>,
    known: &Known<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Client> {
    let mut clients: Vec<Client> = Vec::new();
    for one in listed {
        let name = one.name.get_ref();
        if clients.iter().any(|client| client.name == *name) {
            problems.push(source.problem(one.name.span(), format!("{name} is listed twice")));
        }
        let is_taken = |token: &str| {
            let channels = known.channels.iter().filter_map(|(_, own)| own.token.as_deref());
            channels.chain(clients.iter().map(|own| own.token.as_str())).any(|own| own == token)
        };
        if is_taken(one.token.get_ref()) {
            let sentence = "this token is another's; each client and channel has its own";
            problems.push(source.problem(one.token.span(), sentence));
        }
        clients.extend(client(source, one, known, problems));
    }
    clients
}

fn client(
    source: &Source,
    listed: ClientToml,
    known: &Known<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Client> {
    let organisation = ods_code(source, &listed.organisation, problems)?;
    let mut wrong = Vec::new();
    if !known.organisations.iter().any(|one| one.ods == organisation) {
        let sentence = format!("{organisation} is not an [[organisation]] of chesil.toml");
        wrong.push((listed.organisation.span(), sentence));
    }
    if listed.name.get_ref().trim().is_empty() {
        wrong.push((listed.name.span(), "a client has a name, for the audit trail".to_owned()));
    }
    if listed.token.get_ref().len() < SHORTEST_TOKEN {
        let sentence = format!("a token has at least {SHORTEST_TOKEN} characters");
        wrong.push((listed.token.span(), sentence));
    }
    let scopes: Option<BTreeSet<Scope>> =
        listed.scopes.get_ref().iter().map(|code| Scope::parse(code)).collect();
    let scopes = scopes.filter(|scopes| !scopes.is_empty());
    if scopes.is_none() {
        let codes = Scope::ALL.map(Scope::code).join(", ");
        wrong.push((listed.scopes.span(), format!("scopes are one or more of {codes}")));
    }
    let scopes = scopes.unwrap_or_default();
    for domain in &listed.domains {
        let authority = domain.get_ref();
        if !known.channels.iter().any(|(_, own)| own.channel.authority == *authority) {
            let sentence = format!("no channel has the authority {authority}");
            wrong.push((domain.span(), sentence));
        }
    }
    match &listed.channel {
        Some(channel) if !is_fed_by(known, channel.get_ref(), &organisation) => {
            let sentence = format!("there is no [fhir] channel of {organisation} with this name");
            wrong.push((channel.span(), sentence));
        }
        None if scopes.contains(&Scope::Feed) => {
            let sentence = "the scope feed needs a channel: the [fhir] channel of its messages";
            wrong.push((listed.scopes.span(), sentence.to_owned()));
        }
        _ => {}
    }
    for address in &listed.notify {
        let text = address.get_ref();
        // What is not as a browser would write it no endpoint ever begins with.
        let is_plain = reqwest::Url::parse(text).is_ok_and(|url| url.as_str() == text);
        if !is_plain
            || !(text.starts_with("http://") || text.starts_with("https://"))
            || text.contains('@')
        {
            let sentence = "an address to notify is https:// or http://, a host in small letters, no usual port, and a path, if only /";
            wrong.push((address.span(), sentence.to_owned()));
        }
    }
    let hears = [Scope::Subscribe, Scope::Events].iter().any(|one| scopes.contains(one));
    if hears && listed.notify.is_empty() {
        let sentence =
            "the scopes subscribe and events need notify: how the addresses to notify begin";
        wrong.push((listed.scopes.span(), sentence.to_owned()));
    }
    let is_right = wrong.is_empty();
    problems.extend(wrong.into_iter().map(|(span, sentence)| source.problem(span, sentence)));
    is_right.then(|| Client {
        name: listed.name.into_inner(),
        organisation,
        token: listed.token.into_inner(),
        scopes,
        domains: listed.domains.into_iter().map(toml::Spanned::into_inner).collect(),
        channel: listed.channel.map(toml::Spanned::into_inner),
        notify: listed.notify.into_iter().map(toml::Spanned::into_inner).collect(),
    })
}

/// The channel exists, takes FHIR, and is the client's own organisation's.
fn is_fed_by(known: &Known<'_>, name: &str, organisation: &model::OdsCode) -> bool {
    known.channels.iter().map(|(_, own)| &own.channel).any(|channel| {
        channel.name == name
            && channel.organisation == *organisation
            && matches!(channel.kind, ChannelKind::Http { .. })
    })
}
