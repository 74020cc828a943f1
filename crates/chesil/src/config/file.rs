//! The files as they are written; `docs/configuration.md` explains every key.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::retry::RetryToml;
use super::rules::{IgnoreToml, RuleToml};

/// `chesil.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChesilToml {
    pub(super) title: Option<String>,
    pub(super) data: Option<PathBuf>,
    pub(super) database: Option<Spanned<String>>,
    pub(super) high_water: Option<Spanned<i64>>,
    pub(super) listen: SocketAddr,
    pub(super) policies: Option<PathBuf>,
    pub(super) matching: Option<PathBuf>,
    #[serde(default)]
    pub(super) organisation: Vec<OrganisationToml>,
    pub(super) gateway: Option<GatewayToml>,
    pub(super) telemetry: Option<TelemetryToml>,
    #[serde(default)]
    pub(super) practice: Vec<PracticeToml>,
    #[serde(default)]
    pub(super) client: Vec<ClientToml>,
}

/// `[[organisation]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationToml {
    pub(super) ods: Spanned<String>,
    pub(super) name: String,
    pub(super) kind: Spanned<String>,
}

/// `[telemetry]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TelemetryToml {
    pub(super) metrics: SocketAddr,
}

/// `[gateway]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayToml {
    pub(super) asid: String,
    pub(super) issuer: String,
    pub(super) proxy: Option<String>,
}

/// `[[practice]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PracticeToml {
    pub(super) ods: Spanned<String>,
    pub(super) name: String,
    pub(super) url: Spanned<String>,
    pub(super) asid: String,
}

/// `[[client]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientToml {
    pub(super) name: Spanned<String>,
    pub(super) organisation: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) scopes: Spanned<Vec<String>>,
    #[serde(default)]
    pub(super) domains: Vec<Spanned<String>>,
    pub(super) channel: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) notify: Vec<Spanned<String>>,
}

/// `channels/NAME.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelToml {
    pub(super) organisation: Spanned<String>,
    pub(super) authority: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    pub(super) charset: Option<String>,
    #[serde(default)]
    pub(super) accept_processing: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) receiver: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) rule: Vec<Spanned<RuleToml>>,
    #[serde(default)]
    pub(super) ignore: Vec<IgnoreToml>,
    pub(super) retry: Option<RetryToml>,
    pub(super) mllp: Option<MllpToml>,
    pub(super) file_drop: Option<FileDropToml>,
    pub(super) fhir: Option<TokenToml>,
    pub(super) hl7_http: Option<TokenToml>,
}

/// `[mllp]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MllpToml {
    pub(super) listen: Spanned<SocketAddr>,
    #[serde(default)]
    pub(super) allow: Vec<Spanned<String>>,
    pub(super) tls: Option<TlsToml>,
    #[serde(default)]
    pub(super) peers: Vec<Spanned<String>>,
    pub(super) frame_limit_bytes: Option<usize>,
}

/// `tls` of `[mllp]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsToml {
    pub(super) certificate: Spanned<PathBuf>,
    pub(super) key: PathBuf,
    pub(super) client_ca: Option<PathBuf>,
}

/// `[file_drop]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileDropToml {
    pub(super) folder: Option<PathBuf>,
    pub(super) folders: Option<PathBuf>,
    pub(super) format: Option<Spanned<String>>,
    pub(super) table: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) columns: BTreeMap<Spanned<String>, String>,
    pub(super) file_limit_bytes: Option<u64>,
    pub(super) every_seconds: Option<u64>,
}

/// `[fhir]` and `[hl7_http]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenToml {
    pub(super) token: Spanned<String>,
}
