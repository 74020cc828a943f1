//! One file for each way out: where to, what of which channels, as what, and how patiently.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::ChannelKind;
use engine::outbound::{self, Connector, Destination, Folder, Http, Mllp, Retry, Tls, Uri, Web};
use ingest::{Form, Forward};
use mapping::rule::Rules;
use toml::Spanned;

use super::destination_file::{DestinationToml, FhirToml, HttpToml, MllpToml, TlsToml};
use super::{ChannelSettings, Problem, Source, rules, toml_files};

/// A way out, checked.
#[derive(Debug, Clone)]
pub(crate) struct DestinationSettings {
    pub(crate) forward: Forward,
    pub(crate) to: To,
    pub(crate) rules: Rules,
    pub(crate) in_flight: usize,
    pub(crate) rate: Option<u32>,
    pub(crate) timeout: Duration,
    pub(crate) retry: Retry,
    pub(crate) keep_days: u32,
}

/// How a destination is reached.
#[derive(Clone)]
pub(crate) enum To {
    Mllp { address: String, tls: Option<Tls> },
    Http { url: Uri, token: Option<String>, tls: Tls },
    Fhir { base: String, token: Option<String>, tls: Tls },
    File { folder: PathBuf },
}

impl std::fmt::Debug for To {
    /// A token is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Mllp { .. } => "Mllp",
            Self::Http { .. } => "Http",
            Self::Fhir { .. } => "Fhir",
            Self::File { .. } => "File",
        })
    }
}

impl DestinationSettings {
    /// What the engine sends by; `charsets` are those agreed for channels.
    pub(crate) fn destination(&self, charsets: BTreeMap<String, String>) -> Destination {
        let web = |tls: &Tls| Web::new(tls.clone(), self.timeout);
        let connector = match &self.to {
            To::Mllp { address, tls } => {
                Connector::Mllp(Mllp::new(address, tls.clone(), self.timeout))
            }
            To::Http { url, token, tls } => {
                Connector::Http(Http::new(web(tls), url.clone(), token.as_deref()))
            }
            To::Fhir { base, token, tls } => {
                Connector::Fhir(outbound::Fhir::new(web(tls), base, token.as_deref()))
            }
            To::File { folder } => Connector::Folder(Folder::new(folder)),
        };
        Destination {
            name: self.forward.destination.clone(),
            connector,
            rewrite: ingest::rewrite(self.rules.clone(), charsets),
            in_flight: self.in_flight,
            rate: self.rate,
            retry: self.retry,
            keep_days: self.keep_days,
        }
    }
}

pub(super) fn load_all(
    root: &Path,
    channels: &[(Source, ChannelSettings)],
    problems: &mut Vec<Problem>,
) -> Vec<(Source, DestinationSettings)> {
    let mut destinations = Vec::new();
    for path in toml_files(&root.join("destinations")) {
        let Some(mut source) = Source::read(&path, problems) else { continue };
        let Some(mut parsed) = source.parse::<DestinationToml>(problems) else { continue };
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let listed = std::mem::take(&mut parsed.rule);
        if let (Some(_), Some(rule)) = (&parsed.fhir, listed.first()) {
            let sentence = "rules are for HL7 v2; a [fhir] destination gets what messages become";
            problems.push(source.problem(rule.span(), sentence));
        }
        let mut reading = Reading { source: &source, root, channels, problems };
        let settings = reading.settings(name.unwrap_or_default(), parsed);
        let rules = rules::rules(&mut source, listed, root, problems);
        if let Some(settings) = settings {
            destinations.push((source, DestinationSettings { rules, ..settings }));
        }
    }
    destinations
}

struct Reading<'a> {
    source: &'a Source,
    root: &'a Path,
    channels: &'a [(Source, ChannelSettings)],
    problems: &'a mut Vec<Problem>,
}

impl Reading<'_> {
    fn wrong(&mut self, span: std::ops::Range<usize>, sentence: impl Into<String>) {
        self.problems.push(self.source.problem(span, sentence));
    }

    fn settings(&mut self, name: String, parsed: DestinationToml) -> Option<DestinationSettings> {
        let begun = self.problems.len();
        let (to, form) = match (parsed.mllp, parsed.http, parsed.fhir, parsed.file) {
            (Some(mllp), None, None, None) => (self.mllp(mllp), Some(Form::Hl7v2)),
            (None, Some(http), None, None) => (self.http(http), Some(Form::AsItCame)),
            (None, None, Some(fhir), None) => self.fhir(fhir),
            (None, None, None, Some(file)) => {
                (Some(To::File { folder: self.root.join(file.folder) }), Some(Form::AsItCame))
            }
            _ => {
                self.wrong(
                    0..0,
                    "a destination has exactly one of [mllp], [http], [fhir] and [file]",
                );
                (None, None)
            }
        };
        let form = form?;
        self.channels(&parsed.from, form);
        let mut types = Vec::new();
        for one in &parsed.types {
            match one.get_ref().parse() {
                Ok(pattern) => types.push(pattern),
                Err(sentence) => self.wrong(one.span(), sentence),
            }
        }
        let from = parsed.from.into_iter().map(Spanned::into_inner).collect();
        let seconds = |this: &mut Self, given: Option<Spanned<u64>>, usual, least| {
            let given = given.unwrap_or_else(|| Spanned::new(0..0, usual));
            if !(least..=3600).contains(given.get_ref()) {
                this.wrong(given.span(), format!("from {least} to 3600 seconds"));
            }
            Duration::from_secs(given.into_inner())
        };
        let timeout = seconds(self, parsed.timeout_seconds, 30, 1);
        let retry = super::retry::retry(self.source, parsed.retry, self.problems);
        let in_flight = self.count(parsed.in_flight, 1..=64, "in_flight").unwrap_or(1);
        let rate = self.count(parsed.rate, 1..=100_000, "rate");
        let keep_days = self.count(parsed.keep_days, 0..=36_500, "keep_days").unwrap_or(7);
        let is_right = self.problems.len() == begun;
        let (to, forward) = (to?, Forward { destination: name, from, types, form });
        is_right.then(|| DestinationSettings {
            forward,
            to,
            rules: Rules::default(),
            in_flight,
            rate,
            timeout,
            retry,
            keep_days,
        })
    }

    /// A number within its bounds.
    fn count<T: TryFrom<i64>>(
        &mut self,
        given: Option<Spanned<i64>>,
        bounds: std::ops::RangeInclusive<i64>,
        name: &str,
    ) -> Option<T> {
        let given = given?;
        if !bounds.contains(given.get_ref()) {
            let (least, most) = (bounds.start(), bounds.end());
            self.wrong(given.span(), format!("{name} is from {least} to {most}"));
        }
        T::try_from(given.into_inner()).ok()
    }

    /// The channels exist, and have what this destination takes.
    fn channels(&mut self, from: &[Spanned<String>], form: Form) {
        for one in from {
            let known = self.channels.iter().map(|(_, own)| &own.channel);
            let sentence = match known.into_iter().find(|known| known.name == *one.get_ref()) {
                None => format!("there is no channel {}", one.get_ref()),
                Some(channel)
                    if form == Form::Hl7v2 && matches!(channel.kind, ChannelKind::Http { .. }) =>
                {
                    format!("{} brings FHIR, and [mllp] takes HL7 v2 only", channel.name)
                }
                Some(_) => continue,
            };
            self.wrong(one.span(), sentence);
        }
    }

    fn mllp(&mut self, parsed: MllpToml) -> Option<To> {
        let address = parsed.address.get_ref();
        let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        if port.is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            self.wrong(parsed.address.span(), "an address is HOST:PORT, such as 10.30.0.9:2575");
        }
        let tls = match parsed.tls {
            Some(tls) => Some(self.tls(tls)?),
            None => None,
        };
        Some(To::Mllp { address: parsed.address.into_inner(), tls })
    }

    fn http(&mut self, parsed: HttpToml) -> Option<To> {
        let url = self.url(&parsed.url)?;
        let token = self.token(parsed.token)?;
        let tls = self.tls(parsed.tls.unwrap_or_else(|| Spanned::new(0..0, TlsToml::default())))?;
        Some(To::Http { url, token, tls })
    }

    fn fhir(&mut self, parsed: FhirToml) -> (Option<To>, Option<Form>) {
        let form = match parsed.send.as_ref().map(|send| send.get_ref().as_str()) {
            None | Some("transaction") => Form::Transaction,
            Some("single") => Form::Single,
            Some("message") => Form::Message,
            Some(_) => {
                let span = parsed.send.as_ref().map_or(0..0, Spanned::span);
                self.wrong(span, "send is transaction (the default), single or message");
                return (None, None);
            }
        };
        let to =
            self.http(HttpToml { url: parsed.url.clone(), token: parsed.token, tls: parsed.tls });
        let base = parsed.url.into_inner().trim_end_matches('/').to_owned();
        let to = to.and_then(|to| match to {
            To::Http { token, tls, .. } => Some(To::Fhir { base, token, tls }),
            _ => None,
        });
        (to, Some(form))
    }

    fn url(&mut self, text: &Spanned<String>) -> Option<Uri> {
        let url: Option<Uri> = text.get_ref().parse().ok();
        let is_web = |url: &Uri| matches!(url.scheme_str(), Some("http" | "https"));
        let url = url.filter(|url| is_web(url) && url.host().is_some());
        if url.is_none() {
            self.wrong(text.span(), "a url begins with https:// or http:// and names a host");
        }
        url
    }

    /// `None` where it is wrong, `Some(None)` where there is none.
    #[expect(clippy::option_option, reason = "wrong and absent are two things")]
    fn token(&mut self, token: Option<Spanned<String>>) -> Option<Option<String>> {
        let Some(token) = token else { return Some(None) };
        let is_plain = token.get_ref().bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain || token.get_ref().is_empty() {
            self.wrong(token.span(), "a token is letters, digits and signs, without blanks");
            return None;
        }
        Some(Some(token.into_inner()))
    }

    fn tls(&mut self, parsed: Spanned<TlsToml>) -> Option<Tls> {
        let span = parsed.span();
        let TlsToml { ca, certificate, key, name } = parsed.into_inner();
        let from_root = |path: Option<PathBuf>| path.map(|path| self.root.join(path));
        let files = outbound::TlsFiles {
            ca: from_root(ca),
            certificate: from_root(certificate),
            key: from_root(key),
            name,
        };
        Tls::read(&files).map_err(|sentence| self.wrong(span, sentence)).ok()
    }
}
