//! Ways out: what goes on to other systems, each with a durable queue of its own.
//!
//! In: what a message becomes for a destination, put into the queue in the transaction that marks the
//! message processed ([`enqueue`]). Out: each delivered at least once, always under the same control
//! id, in its patients' order. What fails for now is tried again; what is refused is parked, and only
//! its patients' later messages wait behind it.
//!
//! | file | its one job |
//! |--|--|
//! | `queue`, `claim`, `settle`, `stuck` | the rows: in, whose turn it is, how it went, who must wait |
//! | `sender` | one task for each destination |
//! | `circuit` | a destination that does not answer is asked with one message only |
//! | `mllp`, `http`, `fhir`, `folder` | the ways themselves |
//! | `operator`, `look` | what an operator can do, and what pages show |

mod queue;
mod claim;
mod settle;
mod stuck;
mod operator;
mod look;
mod circuit;
mod sender;
mod connector;
mod tls;
mod mllp;
mod web;
mod http;
mod fhir;
mod folder;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::Format;

pub use crate::Retry;
pub use connector::{Connector, Failure};
pub use fhir::Fhir;
pub use folder::Folder;
pub use http::Http;
pub use hyper::Uri;
pub use look::{Event, Failing, Filter, Line, Paused, Summary, body, events, line, list, summary};
pub use mllp::Mllp;
pub use operator::{EventKind, pause, resume, retry, retry_parked, skip};
pub use queue::{Outgoing, State, enqueue};
pub use sender::Sender;
pub use tls::{Tls, TlsFiles};
pub use web::{Answer, Web};

/// Puts a message right for its receiver, as it is sent: its bytes, of this channel and format. An `Err`
/// is a sentence for the operator, and parks it.
pub type Rewrite = dyn Fn(&str, &Format, Vec<u8>) -> Result<Vec<u8>, String> + Send + Sync;

/// Another system that messages go on to.
pub struct Destination {
    /// Its name in the configuration, on pages and in the audit trail: `cancer-registry`.
    pub name: String,
    /// How it is reached.
    pub connector: Connector,
    /// What is put right in each as it is sent, so that what was parked can be sent after a rule was
    /// mended.
    pub rewrite: Option<Box<Rewrite>>,
    /// Messages that may be under way at once, of different patients.
    pub in_flight: usize,
    /// Messages a second at most; `None` for as many as it takes.
    pub rate: Option<u32>,
    /// When what failed is tried again.
    pub retry: Retry,
    /// For how many days what was sent is kept to be looked at.
    pub keep_days: u32,
}

impl Destination {
    async fn send(&self, mut queued: claim::Queued) -> Result<(), Failure> {
        if let (Some(rewrite), Some(format)) = (&self.rewrite, Format::parse(&queued.format)) {
            queued.body =
                rewrite(&queued.channel, &format, queued.body).map_err(Failure::Refused)?;
        }
        self.connector.send(queued).await
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Destination({}, {:?})", self.name, self.connector)
    }
}

/// The bells of the destinations, one for each: who puts something into a queue rings. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Bells(Arc<BTreeMap<String, Arc<Notify>>>);

impl Bells {
    /// Bells for these destinations.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let bells = names.into_iter().map(|name| (name.to_owned(), Arc::new(Notify::new())));
        Self(Arc::new(bells.collect()))
    }

    /// Lets a destination's sender look at its queue at once. The sender looks through the one writer,
    /// so it may be rung before the commit of what it is to find.
    pub fn ring(&self, destination: &str) {
        if let Some(bell) = self.0.get(destination) {
            bell.notify_one();
        }
    }

    fn bell(&self, destination: &str) -> Arc<Notify> {
        self.0.get(destination).cloned().unwrap_or_default()
    }
}
