//! What every page needs, and the two ways to the database.

use std::sync::Arc;

use access::Policies;
use accounts::Cost;
use db::{Db, Tx};
use empi::Model;
use engine::Inbox;
use gateway::Gateway;
use ingest::Ingest;
use jiff::Timestamp;
use model::Clock;
use tokio::sync::oneshot;

use crate::{Error, Searches};

/// Everything the portal is given. Cheap to clone.
#[derive(Clone)]
pub struct PortalState {
    /// The database, migrated.
    pub db: Db,
    /// The message log, to wake when an operator has let a message go on.
    pub inbox: Inbox,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Random bytes for session tokens and trace ids.
    pub random: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    /// Who may see what.
    pub policies: Arc<Policies>,
    /// How messages are understood now, channel by channel.
    pub ingest: Arc<Ingest>,
    /// What operators have searched messages for.
    pub searches: Searches,
    /// How people are told apart.
    pub model: Arc<Model>,
    /// The way to the GP practices.
    pub gateway: Arc<Gateway>,
    /// The organisations that feed the record, as configured.
    pub sources: Arc<[record::Source]>,
    /// What checking a password costs.
    pub password_cost: Cost,
    /// For a demonstration: whom to sign in as. Plain text on the sign-in page.
    pub demo_hint: Option<String>,
    /// The portal is reached over TLS, so its cookie may insist on it.
    pub secure_cookies: bool,
}

impl PortalState {
    /// This moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The channels, as configured.
    pub(crate) fn channels(&self) -> Vec<String> {
        let mut channels: Vec<String> =
            self.sources.iter().flat_map(|source| source.channels.clone()).collect();
        channels.sort();
        channels
    }

    /// Runs `job` on a consistent snapshot, off the threads that serve requests.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let db = self.db.clone();
        tokio::task::spawn_blocking(move || db.read(job)).await.map_err(|_| Error::Unanswered)?
    }

    /// Runs `job` on the writer and answers when its effect is durable.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, receiver) = oneshot::channel();
        self.db.submit(job, move |result| {
            // The receiver is gone only if the request was; then nobody needs the answer.
            let _ = sender.send(result);
        });
        receiver.await.map_err(|_| Error::Unanswered)?
    }
}
