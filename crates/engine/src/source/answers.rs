//! The answering half of a connection: acknowledgements, in the order of the frames, each after the
//! commit that made its message durable.

use std::io;

use hl7v2::mllp;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::connection::Intake;
use super::hl7::Reply;
use crate::inbox::Submitted;
use crate::{Error, Receipt};

/// Acknowledgements are written together up to this size.
const TOGETHER_BYTES: usize = 16 << 10;

/// What one read of the socket brought: stored or being stored, and not yet acknowledged.
pub(super) struct Group {
    pub(super) stored: oneshot::Receiver<Submitted>,
    pub(super) frames: Vec<Unanswered>,
}

/// The answer to a frame, and the room that the frame takes until then.
pub(super) struct Unanswered {
    pub(super) reply: Reply,
    pub(super) _place: OwnedSemaphorePermit,
    pub(super) _pieces: Option<OwnedSemaphorePermit>,
}

/// The answering half.
pub(super) struct Answers<'a, W> {
    peer: W,
    intake: &'a Intake,
    groups: mpsc::UnboundedReceiver<Group>,
    out: Vec<u8>,
    refusing: bool,
}

impl<'a, W: AsyncWrite + Unpin> Answers<'a, W> {
    pub(super) fn new(peer: W, intake: &'a Intake, groups: mpsc::UnboundedReceiver<Group>) -> Self {
        Self { peer, intake, groups, out: Vec::new(), refusing: false }
    }

    /// Answers frame after frame until the reading half has ended; an error means that the peer
    /// takes no more.
    pub(super) async fn write(mut self) -> io::Result<()> {
        while let Some(mut group) = self.next().await? {
            let submitted = self.submitted(&mut group).await?;
            let mut stored = self.stored(submitted).into_iter();
            for frame in group.frames {
                let receipts = stored.next().flatten();
                let answer = frame.reply.to(receipts.as_deref(), self.intake.inbox.now());
                self.out.extend(mllp::encode(&answer));
                if self.out.len() >= TOGETHER_BYTES {
                    self.flush().await?;
                }
            }
        }
        self.flush().await?;
        self.peer.shutdown().await
    }

    /// The next group to answer. What is written so far goes out before there is a wait.
    async fn next(&mut self) -> io::Result<Option<Group>> {
        match self.groups.try_recv() {
            Ok(next) => Ok(Some(next)),
            Err(TryRecvError::Disconnected) => Ok(None),
            Err(TryRecvError::Empty) => {
                self.flush().await?;
                Ok(self.groups.recv().await)
            }
        }
    }

    /// What came of the commit; `None` where the writer ended without saying.
    async fn submitted(&mut self, group: &mut Group) -> io::Result<Option<Submitted>> {
        match group.stored.try_recv() {
            Ok(submitted) => Ok(Some(submitted)),
            Err(oneshot::error::TryRecvError::Closed) => Ok(None),
            Err(oneshot::error::TryRecvError::Empty) => {
                self.flush().await?;
                Ok((&mut group.stored).await.ok())
            }
        }
    }

    /// For each frame its receipts, or `None` where it is not stored.
    fn stored(&mut self, submitted: Option<Submitted>) -> Vec<Option<Vec<Receipt>>> {
        match submitted {
            Some(Ok(frames)) => frames.into_iter().map(|frame| self.receipts(frame)).collect(),
            Some(Err(error)) => {
                self.refuse(&error.to_string());
                Vec::new()
            }
            None => {
                self.refuse("the database is closed");
                Vec::new()
            }
        }
    }

    fn receipts(&mut self, frame: Result<Vec<Receipt>, Error>) -> Option<Vec<Receipt>> {
        let refused = |error: &Error| self.refuse(&error.to_string());
        let receipts = frame.inspect_err(refused).ok()?;
        self.refusing = false;
        Some(receipts)
    }

    /// Told once: a full disk refuses thousands of messages a second.
    fn refuse(&mut self, why: &str) {
        if !std::mem::replace(&mut self.refusing, true) {
            let channel = self.intake.channel_name();
            tracing::error!(channel.name = %channel, "messages for {channel} are not stored, and not accepted: {why}");
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            self.peer.write_all(&self.out).await?;
            self.out.clear();
        }
        Ok(())
    }
}
