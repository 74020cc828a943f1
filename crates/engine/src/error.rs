//! What can go wrong in the engine; never with a message's content.

use model::Category;
use thiserror::Error;

use crate::State;

/// An error of the engine.
#[derive(Debug, Error)]
pub enum Error {
    /// The message log could not be read or written.
    #[error("the message log: {0}")]
    Log(#[from] db::Error),
    /// The log holds a word this version does not know.
    #[error("message {seq} has a {column} this version does not know")]
    UnknownWord {
        /// The message.
        seq: i64,
        /// Which column.
        column: &'static str,
    },
    /// There is no such message.
    #[error("there is no message {0}")]
    NoSuchMessage(i64),
    /// The message is in a state in which this cannot be done.
    #[error("message {seq} is {state}: {instead}")]
    WrongState {
        /// The message.
        seq: i64,
        /// Where it stands.
        state: State,
        /// What can be done.
        instead: &'static str,
    },
    /// There is nothing with this number in a queue.
    #[error("there is nothing with the number {0} in a queue to a destination")]
    NoSuchOutbound(i64),
    /// What is in a queue is in a state in which this cannot be done.
    #[error("{id} of the queue cannot be changed: {instead}")]
    Outbound {
        /// Its number.
        id: i64,
        /// What can be done.
        instead: &'static str,
    },
    /// A message was skipped without saying why.
    #[error("say why the message is skipped")]
    NoReason,
    /// Something was paused without saying why.
    #[error("say why it is paused")]
    NoReasonToPause,
    /// The bytes are not what the channel takes; they are kept in quarantine.
    #[error("{reason} (kept in quarantine as message {seq})")]
    Unreadable {
        /// Its number in the log.
        seq: i64,
        /// What is wrong, without content.
        reason: String,
    },
    /// What an operator made of a message is none.
    #[error("the edited copy cannot be stored: {0}")]
    NotAMessage(String),
    /// The channel is of another kind than the caller needs.
    #[error("channel {channel} is not {wanted}")]
    WrongKind {
        /// The channel.
        channel: String,
        /// What it should have been.
        wanted: &'static str,
    },
    /// A listener could not take its address.
    #[error("channel {channel} cannot listen on {address}: {reason}")]
    Listen {
        /// The channel.
        channel: String,
        /// The address asked for.
        address: std::net::SocketAddr,
        /// The system's words, and what to do.
        reason: String,
    },
    /// A certificate or its key cannot be used.
    #[error("cannot use {}: {reason}", path.display())]
    Certificate {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file or folder could not be read, written or moved.
    #[error("cannot {doing} {path}: {source}")]
    File {
        /// `read`, `move`, `make`.
        doing: &'static str,
        /// Which file.
        path: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// The log is not the one this record was made from.
    #[error(
        "the log beside the record is another one than it was made from; put back the record and the log of one \
         backup, or move the log away and run chesil accept-log-loss"
    )]
    AnotherLog,
    /// The log ends before what the record has processed: it is an older copy.
    #[error(
        "the record has processed message {processed}, but the log ends at {last}: it is an older copy; put back the \
         record and the log of one backup, or move the log away and run chesil accept-log-loss"
    )]
    OlderLog {
        /// The last message the record has.
        processed: i64,
        /// The last message of the log.
        last: i64,
    },
    /// A log that is to be given up holds messages.
    #[error("there is a log, and it holds messages up to {last}; move it away first")]
    LogHoldsMessages {
        /// The last message of the log.
        last: i64,
    },
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

impl Error {
    /// What an edge does with this error.
    pub fn category(&self) -> Category {
        match self {
            Self::Log(error) if error.is_unavailable() => Category::Unavailable,
            Self::AnotherLog
            | Self::OlderLog { .. }
            | Self::Log(_)
            | Self::UnknownWord { .. }
            | Self::WrongKind { .. }
            | Self::Certificate { .. } => Category::Fault,
            Self::NoSuchMessage(_) | Self::NoSuchOutbound(_) => Category::NotFound,
            Self::WrongState { .. } | Self::Outbound { .. } | Self::LogHoldsMessages { .. } => {
                Category::Conflict
            }
            Self::NoReason
            | Self::NotAMessage(_)
            | Self::NoReasonToPause
            | Self::Unreadable { .. } => Category::Invalid,
            Self::Listen { .. } | Self::File { .. } | Self::Thread(_) => Category::Unavailable,
        }
    }
}
