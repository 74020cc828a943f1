//! One message into the record, in one transaction.
//!
//! In: a stored, acknowledged message. Out: who it is about and what it changed. The same message
//! again changes nothing: ids come from the source's own numbers, and older news never overwrites newer.
//! Never: SQL of its own, sockets, an acknowledgement.

mod story;
mod admission;
mod relationship;
mod error;

use std::collections::BTreeMap;
use std::sync::Arc;

use db::Tx;
use empi::Model;
use engine::{DeliveryError, Destination, Received};
use mapping::Feed;
use model::Clock;

pub use error::Error;
pub use story::{Ingested, ingest, map};

/// The engine's way into the record: one [`Feed`] for each channel.
pub struct Ingest {
    feeds: BTreeMap<String, Feed>,
    clock: Arc<dyn Clock>,
    model: Arc<Model>,
}

impl Ingest {
    /// An ingest for these channels, which tells people apart by this model.
    pub fn new(feeds: BTreeMap<String, Feed>, clock: Arc<dyn Clock>, model: Arc<Model>) -> Self {
        Self { feeds, clock, model }
    }
}

impl Destination for Ingest {
    fn deliver(&self, tx: &mut Tx, received: &Received) -> Result<(), DeliveryError> {
        let told = |error: Error| DeliveryError::new(error.category(), error.to_string());
        let feed = self
            .feeds
            .get(&received.channel)
            .ok_or_else(|| told(Error::NoFeed(received.channel.clone())))?;
        ingest(tx, received, feed, &self.model, self.clock.as_ref()).map(|_| ()).map_err(told)
    }
}
