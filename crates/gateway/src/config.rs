//! Whom we ask, as whom, and how long we wait.

use std::collections::BTreeMap;
use std::time::Duration;

use model::OdsCode;

/// Everything a [`crate::Gateway`] needs to know. Read from files by the binary.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Ourselves.
    pub consumer: Consumer,
    /// The Spine Secure Proxy, `https://proxy.example`; `None` calls practices directly.
    pub proxy: Option<String>,
    /// The practices whose records can be fetched.
    pub practices: BTreeMap<OdsCode, Practice>,
    /// Deadlines and sizes.
    pub limits: Limits,
}

/// The asking system, as every request's token names it (GP Connect, JWT claims).
#[derive(Debug, Clone)]
pub struct Consumer {
    /// Our accredited system id, sent as `Ssp-From`.
    pub asid: String,
    /// Our own address, the token's `iss`.
    pub issuer: String,
    /// The device's name: `Chesil`.
    pub system: String,
    /// The device's version.
    pub version: String,
}

impl Default for Consumer {
    fn default() -> Self {
        Self {
            asid: "000000000000".into(),
            issuer: "http://localhost".into(),
            system: "Chesil".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// One practice's Access Record Structured endpoint, as the Spine Directory gives it.
#[derive(Debug, Clone)]
pub struct Practice {
    /// Its name, for the page.
    pub name: String,
    /// FHIR base, without a slash at the end: `https://gp.example/J81012/STU3/1/gpconnect/structured/fhir`.
    pub base_url: String,
    /// Its accredited system id, sent as `Ssp-To`.
    pub asid: String,
}

/// How long, how much, how often.
#[derive(Debug, Clone)]
pub struct Limits {
    /// A page waits this long.
    pub shown_deadline: Duration,
    /// A reader who chose to wait longer waits this long, and no call lives longer.
    pub hard_deadline: Duration,
    /// The largest answer read.
    pub body_limit_bytes: usize,
    /// Failures in a row after which a practice is left alone.
    pub failures_to_open: u32,
    /// While it is left alone, one call is let through each time this has passed.
    pub probe_every: Duration,
    /// Calls to one practice at once.
    pub calls_at_once: usize,
    /// Consultations are asked for this many days back.
    pub consultation_days: i32,
    /// Investigations are asked for this many days back.
    pub investigation_days: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            shown_deadline: Duration::from_secs(8),
            hard_deadline: Duration::from_secs(20),
            body_limit_bytes: 10 * 1024 * 1024,
            failures_to_open: 5,
            probe_every: Duration::from_secs(10),
            calls_at_once: 4,
            consultation_days: 365,
            investigation_days: 730,
        }
    }
}
