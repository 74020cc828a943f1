//! `destinations/NAME.toml` as it is written; `docs/configuration.md` explains every key.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::retry::RetryToml;
use super::rules::RuleToml;

/// `destinations/NAME.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DestinationToml {
    #[serde(default)]
    pub(super) from: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) types: Vec<Spanned<String>>,
    pub(super) in_flight: Option<Spanned<i64>>,
    pub(super) rate: Option<Spanned<i64>>,
    pub(super) timeout_seconds: Option<Spanned<u64>>,
    pub(super) keep_days: Option<Spanned<i64>>,
    pub(super) retry: Option<RetryToml>,
    #[serde(default)]
    pub(super) rule: Vec<Spanned<RuleToml>>,
    pub(super) mllp: Option<MllpToml>,
    pub(super) http: Option<HttpToml>,
    pub(super) fhir: Option<FhirToml>,
    pub(super) file: Option<FileToml>,
}

/// `[mllp]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MllpToml {
    pub(super) address: Spanned<String>,
    pub(super) tls: Option<Spanned<TlsToml>>,
}

/// `[http]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpToml {
    pub(super) url: Spanned<String>,
    pub(super) token: Option<Spanned<String>>,
    pub(super) tls: Option<Spanned<TlsToml>>,
}

/// `[fhir]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FhirToml {
    pub(super) url: Spanned<String>,
    pub(super) send: Option<Spanned<String>>,
    pub(super) token: Option<Spanned<String>>,
    pub(super) tls: Option<Spanned<TlsToml>>,
}

/// `[file]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileToml {
    pub(super) folder: PathBuf,
}

/// `tls = { … }`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsToml {
    pub(super) ca: Option<PathBuf>,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) name: Option<String>,
}
