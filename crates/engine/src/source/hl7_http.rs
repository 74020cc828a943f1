//! HL7 v2 over HTTP: one request is one message or batch, and its acknowledgement is the answer.

use hl7v2::AckCode;

use super::hl7;
use crate::{Channel, ChannelKind, Error, Inbox};

/// What the sender is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// MSA-1.
    pub code: AckCode,
    /// The whole message that answers.
    pub bytes: Vec<u8>,
}

/// Stores what `bytes` hold and returns once that is durable: the acknowledgement says whether it is.
///
/// # Errors
/// [`Error::WrongKind`] for a channel of another kind, and nothing else: a log that refuses is told to the
/// sender as AE.
pub async fn accept_hl7(
    inbox: &Inbox,
    channel: &Channel,
    bytes: Vec<u8>,
) -> Result<Acknowledgement, Error> {
    let ChannelKind::Hl7Http { .. } = channel.kind else {
        let channel = channel.name.clone();
        return Err(Error::WrongKind { channel, wanted: "fed with HL7 v2 over HTTP" });
    };
    let (arrivals, reply) = hl7::read(bytes, channel, inbox.now());
    let refused = |error: &Error| tell(&channel.name, &error.to_string());
    let stored = inbox.store_async(arrivals).await.inspect_err(refused).ok();
    let stored = stored.as_deref();
    Ok(Acknowledgement { code: reply.code(stored), bytes: reply.to(stored, inbox.now()) })
}

fn tell(channel: &str, why: &str) {
    tracing::error!(channel.name = %channel, "a message for {channel} is not stored, and not accepted: {why}");
}
