//! What the routes share.

use std::sync::Arc;

use access::Policies;
use engine::outbound::{Tls, Web};
use engine::{Channel, Inbox};
use matching::Model;
use model::{Clock, SystemClock};

use crate::hook::PATIENCE;
use crate::search::Pages;
use crate::token::Token;
use crate::{Client, Domain};

/// A channel that is fed over HTTP, with the token its sender shows.
#[derive(Clone)]
pub struct BundleChannel {
    /// The channel, of kind `Http`.
    pub channel: Channel,
    /// The bearer token; every channel has its own.
    pub token: String,
}

impl std::fmt::Debug for BundleChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BundleChannel({})", self.channel.name)
    }
}

/// What the routes about people need besides.
pub struct People {
    pub(crate) policies: Arc<Policies>,
    pub(crate) model: Arc<Model>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) https: bool,
    pub(crate) random: fn() -> [u8; 32],
    pub(crate) pages: Pages,
    /// Over which subscribed systems are told.
    pub(crate) web: Result<Web, String>,
    clients: Vec<(Token, Client)>,
}

impl People {
    /// The systems that may ask, the domains their numbers are of, and what decides and weighs. `https` says how
    /// clients reach this server.
    pub fn new(
        policies: Arc<Policies>,
        model: Arc<Model>,
        clients: Vec<Client>,
        domains: Vec<Domain>,
        https: bool,
        random: fn() -> [u8; 32],
    ) -> Self {
        let clients = clients.into_iter().map(|client| (Token::of(&client.token), client));
        let mut distinct: Vec<Domain> = Vec::new();
        for domain in domains {
            if !distinct.iter().any(|known| known.authority == domain.authority) {
                distinct.push(domain);
            }
        }
        let clients = clients.collect();
        let web = Tls::of_this_machine().map(|tls| Web::new(tls, PATIENCE));
        Self {
            web,
            policies,
            model,
            domains: distinct,
            https,
            random,
            pages: Pages::default(),
            clients,
        }
    }

    /// The client that `shown` is the token of. Every client is compared, so that the time taken
    /// tells nothing.
    pub(crate) fn client_of(&self, shown: &str) -> Option<&Client> {
        let shown = Token::of(shown);
        let mut found = None;
        for (token, client) in &self.clients {
            if token.is(&shown) {
                found = Some(client);
            }
        }
        found
    }

    pub(crate) fn client_named(&self, name: &str) -> Option<&Client> {
        self.clients.iter().map(|(_, client)| client).find(|client| client.name == name)
    }
}

/// Everything the routes need. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) inbox: Inbox,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) body_limit_bytes: usize,
    pub(crate) people: Arc<People>,
    channels: Arc<[(Token, Channel)]>,
}

impl ApiState {
    /// The routes of these channels into this inbox and those about people, on the machine's clock.
    pub fn new(inbox: Inbox, channels: Vec<BundleChannel>, people: People) -> Self {
        let channels = channels.into_iter().map(|own| (Token::of(&own.token), own.channel));
        Self {
            inbox,
            clock: Arc::new(SystemClock),
            body_limit_bytes: 16 << 20,
            people: Arc::new(people),
            channels: channels.collect(),
        }
    }

    /// The same with another limit for the size of a bundle.
    #[must_use]
    pub fn with_body_limit(self, body_limit_bytes: usize) -> Self {
        Self { body_limit_bytes, ..self }
    }

    /// The same on another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The channel with this name.
    pub(crate) fn channel_named(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().map(|(_, channel)| channel).find(|channel| channel.name == name)
    }

    /// The channel that `shown` is the token of. Every channel is compared, so that the time taken
    /// tells nothing.
    pub(crate) fn channel_of(&self, shown: &str) -> Option<&Channel> {
        let shown = Token::of(shown);
        let mut found = None;
        for (token, channel) in self.channels.iter() {
            if token.is(&shown) {
                found = Some(channel);
            }
        }
        found
    }
}
