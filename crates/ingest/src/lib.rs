//! One message into the record, in one transaction.
//!
//! In: a stored, acknowledged message. Out: who it is about and what it changed. The same message
//! again changes nothing: ids come from the source's own numbers, and older news never overwrites newer.
//! Never: SQL of its own, sockets, an acknowledgement.

mod story;
mod numbers;
mod visit;
mod visit_move;
mod admission;
mod relationship;
mod refold;
mod rehearsal;
mod index_load;
mod activity;
mod carry_over;
mod forward;
mod topic;
mod error;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use db::Tx;
use empi::Model;
use engine::outbound::Bells;
use engine::{DeliveryError, Destination, NotUsed, Prepared, Received};
use mapping::{Feed, Mapped};
use model::Clock;

pub use error::Error;
pub use forward::{Form, Forward, Pattern, rewrite};
pub use index_load::index_entries;
pub use refold::refold_since;
pub use rehearsal::{Change, Rehearsal, rehearse};
pub use story::{Ingested, map};

/// The engine's way into the record: one [`Feed`] for each channel.
pub struct Ingest {
    feeds: BTreeMap<String, Feed>,
    clock: Arc<dyn Clock>,
    model: Arc<Model>,
    forwarding: forward::Forwarding,
    not_used: Mutex<BTreeMap<NotUsed, (i64, i64)>>,
}

impl Ingest {
    /// An ingest for these channels, which tells people apart by this model.
    pub fn new(feeds: BTreeMap<String, Feed>, clock: Arc<dyn Clock>, model: Arc<Model>) -> Self {
        let (forwarding, not_used) = (forward::Forwarding::default(), Mutex::default());
        Self { feeds, clock, model, forwarding, not_used }
    }

    /// The same, and what is in the record goes on to these destinations, whose bells are rung.
    #[must_use]
    pub fn forwarding(self, forwards: Vec<Forward>, bells: Bells) -> Self {
        Self { forwarding: forward::Forwarding { forwards, bells }, ..self }
    }

    /// How a channel's messages are understood now.
    pub fn feed(&self, channel: &str) -> Option<&Feed> {
        self.feeds.get(channel)
    }

    /// The destinations that messages go on to.
    pub fn destinations(&self) -> impl Iterator<Item = &str> {
        self.forwarding.forwards.iter().map(|forward| forward.destination.as_str())
    }

    /// Lets a destination's sender look at its queue at once.
    pub fn ring(&self, destination: &str) {
        self.forwarding.bells.ring(destination);
    }

    /// Which fields of messages delivered since the last call were not used, in how many messages, and the
    /// last of them. Counts, for pages: a message that is rolled back and comes again is counted twice.
    pub fn take_not_used(&self) -> BTreeMap<NotUsed, (i64, i64)> {
        std::mem::take(&mut self.not_used.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn count_not_used(&self, received: &Received, ingested: Ingested) {
        let mut counted = self.not_used.lock().unwrap_or_else(PoisonError::into_inner);
        for path in ingested.unmapped {
            let (channel, message_type) = (received.channel.clone(), ingested.event.clone());
            let (count, last) =
                counted.entry(NotUsed { channel, message_type, path }).or_insert((0, 0));
            *count += 1;
            *last = received.id;
        }
    }

    /// Puts one message into the record.
    pub fn ingest(&self, tx: &mut Tx, received: &Received) -> Result<Ingested, Error> {
        let mapped = self.map(received);
        story::ingest(self, tx, received, mapped)
    }

    fn map(&self, received: &Received) -> Result<Mapped, Error> {
        story::map(received, self.feed_of(received)?)
    }

    pub(crate) fn feed_of(&self, received: &Received) -> Result<&Feed, Error> {
        let unknown = || Error::NoFeed(received.channel.clone());
        self.feed(&received.channel).ok_or_else(unknown)
    }
}

impl Destination for Ingest {
    /// The mapping: it needs no database, unless the message speaks of a visit that was moved.
    fn prepare(&self, received: &Received) -> Option<Prepared> {
        Some(Box::new(self.map(received)))
    }

    fn deliver(
        &self,
        tx: &mut Tx,
        received: &Received,
        prepared: Option<Prepared>,
    ) -> Result<(), DeliveryError> {
        let told = |error: Error| DeliveryError::new(error.category(), error.to_string());
        let mapped = prepared.and_then(|mapped| mapped.downcast::<Result<Mapped, Error>>().ok());
        let mapped = mapped.map_or_else(|| self.map(received), |mapped| *mapped);
        let ingested = story::ingest(self, tx, received, mapped).map_err(told)?;
        self.forwarding.forward(tx, received, &ingested, self.clock.now()).map_err(told)?;
        self.count_not_used(received, ingested);
        Ok(())
    }
}
