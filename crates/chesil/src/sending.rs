//! The senders: one task for each destination.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::Inbox;
use engine::outbound::{Bells, Sender};
use model::Clock;
use tokio::task::JoinHandle;

use crate::config::{ChannelSettings, Settings};

/// Starts the sender of each destination.
pub(crate) fn start(
    settings: &Settings,
    inbox: &Inbox,
    clock: &Arc<dyn Clock>,
    bells: &Bells,
    signal: &engine::ShutdownSignal,
    tasks: &mut Vec<JoinHandle<()>>,
) {
    let charset =
        |one: &ChannelSettings| Some((one.channel.name.clone(), one.feed.default_charset.clone()?));
    let charsets: BTreeMap<String, String> = settings.channels.iter().filter_map(charset).collect();
    for one in &settings.destinations {
        let (db, clock) = (inbox.db().clone(), Arc::clone(clock));
        let sender = Sender::new(db, clock, one.destination(charsets.clone()), bells);
        tasks.push(tokio::spawn(sender.run(signal.clone())));
    }
}
