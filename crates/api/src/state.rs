//! What the routes share.

use std::sync::Arc;

use engine::{Channel, Inbox};
use model::{Clock, SystemClock};

use crate::token::Token;

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

/// Everything the routes need. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) inbox: Inbox,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) body_limit_bytes: usize,
    channels: Arc<[(Token, Channel)]>,
}

impl ApiState {
    /// The routes of these channels into this inbox, on the machine's clock.
    pub fn new(inbox: Inbox, channels: Vec<BundleChannel>) -> Self {
        let channels = channels.into_iter().map(|own| (Token::of(&own.token), own.channel));
        Self {
            inbox,
            clock: Arc::new(SystemClock),
            body_limit_bytes: 16 << 20,
            channels: channels.collect(),
        }
    }

    /// The same with another limit for the size of a bundle.
    #[must_use]
    pub fn with_body_limit(self, body_limit_bytes: usize) -> Self {
        Self { body_limit_bytes, ..self }
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
