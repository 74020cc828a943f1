//! `[mllp]`: where a channel listens, who may connect, and how that is made sure of; and which messages
//! an HL7 v2 channel takes.

use std::path::Path;
use std::str::FromStr;

use engine::{Accepts, Certificates, ChannelKind, Mllp, Peer, Tls};
use toml::Spanned;

use super::file::{ChannelToml, MllpToml, TlsToml};
use super::{Problem, Source};

pub(super) fn mllp(
    source: &Source,
    parsed: MllpToml,
    root: &Path,
    problems: &mut Vec<Problem>,
) -> ChannelKind {
    let mut mllp = Mllp::on(parsed.listen.into_inner());
    mllp.allow = each(source, &parsed.allow, problems);
    mllp.frame_limit_bytes = parsed.frame_limit_bytes.unwrap_or(mllp.frame_limit_bytes);
    let peers = each(source, &parsed.peers, problems);
    let shows_certificates = parsed.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some());
    if let (Some(peer), false) = (parsed.peers.first(), shows_certificates) {
        let sentence = "peers are told by their certificates: tls needs a client_ca";
        problems.push(source.problem(peer.span(), sentence));
    }
    mllp.tls = parsed.tls.map(|tls| self::tls(source, tls, peers, root, problems));
    ChannelKind::Mllp(mllp)
}

/// `accept_processing` and `receiver`.
pub(super) fn accepts(
    source: &Source,
    parsed: &ChannelToml,
    problems: &mut Vec<Problem>,
) -> Accepts {
    let given = parsed.accept_processing.first().or(parsed.receiver.first());
    if let (Some(first), true) = (given, parsed.fhir.is_some()) {
        let sentence = "accept_processing and receiver are read in HL7 v2 headers, and this channel takes FHIR";
        problems.push(source.problem(first.span(), sentence));
    }
    for one in &parsed.accept_processing {
        // HL7 table 0103, and nothing said.
        if !["P", "T", "D", ""].contains(&one.get_ref().as_str()) {
            let sentence = "a processing id is P, T, D, or \"\" for messages that say nothing";
            problems.push(source.problem(one.span(), sentence));
        }
    }
    let processing = parsed.accept_processing.iter().map(|one| one.get_ref().clone()).collect();
    Accepts { processing, receivers: each(source, &parsed.receiver, problems) }
}

/// What can be read; the rest is named by line.
fn each<T: FromStr<Err = String>>(
    source: &Source,
    listed: &[Spanned<String>],
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let mut read = Vec::with_capacity(listed.len());
    for one in listed {
        match one.get_ref().parse() {
            Ok(value) => read.push(value),
            Err(sentence) => problems.push(source.problem(one.span(), sentence)),
        }
    }
    read
}

/// The files are read here already: a certificate that cannot be used is a mistake like any other.
fn tls(
    source: &Source,
    parsed: TlsToml,
    peers: Vec<Peer>,
    root: &Path,
    problems: &mut Vec<Problem>,
) -> Tls {
    let span = parsed.certificate.span();
    let tls = Tls {
        certificate: root.join(parsed.certificate.into_inner()),
        key: root.join(parsed.key),
        client_ca: parsed.client_ca.map(|path| root.join(path)),
        peers,
    };
    if let Err(error) = Certificates::read(tls.clone()) {
        problems.push(source.problem(span, error.to_string()));
    }
    tls
}

#[cfg(test)]
mod tests {
    use crate::config::tests::{CHESIL, POOLE, check, problems};

    #[test]
    fn who_may_connect_and_which_messages_are_taken_is_read() {
        let poole = format!(
            "accept_processing = [\"P\"]\nreceiver = [\"CHESIL|DCR\"]\n{POOLE}allow = [\"10.30.0.0/16\", \"10.31.0.7\"]\n"
        );
        let settings = check(&[("chesil.toml", CHESIL), ("channels/poole.toml", &poole)]).unwrap();
        let channel = &settings.channels[0].channel;
        assert_eq!(channel.accepts.processing, ["P"]);
        assert_eq!(channel.accepts.receivers, ["CHESIL|DCR".parse().unwrap()]);
        let engine::ChannelKind::Mllp(mllp) = &channel.kind else { panic!("not MLLP") };
        assert_eq!(mllp.allow, ["10.30.0.0/16", "10.31.0.7"].map(|one| one.parse().unwrap()));
    }

    #[test]
    fn every_mistake_about_who_may_send_is_named_by_line() {
        let line = |text: &str| format!("{POOLE}{text}\n");
        let tls = "tls = { certificate = \"own.pem\", key = \"own.key\" }";
        for (text, said) in [
            (line("allow = [\"poole\"]"), "poole.toml:6: poole is neither an IP address"),
            (line("allow = [\"10.30.0.1/16\"]"), "poole.toml:6: 10.30.0.1/16 has bits after"),
            (
                line("peers = [\"pas.nhs.uk\"]"),
                "poole.toml:6: peers are told by their certificates",
            ),
            (line(tls), "poole.toml:6: cannot use"),
            (format!("receiver = [\"A|B|C\"]\n{POOLE}"), "poole.toml:1: a receiver is MSH-5"),
            (format!("accept_processing = [\"X\"]\n{POOLE}"), "poole.toml:1: a processing id is P"),
        ] {
            let named = problems(&[("chesil.toml", CHESIL), ("channels/poole.toml", &text)]);
            assert!(named.iter().any(|one| one.contains(said)), "{said}: {named:?}");
        }
        let high = format!("high_water = 0\n{CHESIL}");
        assert_eq!(
            problems(&[("chesil.toml", &high)]),
            ["chesil.toml:1: high_water is at least 1"]
        );
    }
}
