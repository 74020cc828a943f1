//! One connection: frames in, each stored, acknowledgements out in the order of the frames.
//!
//! Reading and answering run side by side, so that many messages share one commit; the queue
//! between them bounds how many. It reads no further while too many messages wait for the
//! processor, so the sender's own queue grows instead of ours.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hl7v2::mllp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::hl7::{self, Reply};
use crate::{Channel, Error, Inbox, Mllp, Receipt, ShutdownSignal};

/// How long a peer that does not read its acknowledgements may hold up a shutdown.
const PATIENCE: Duration = Duration::from_secs(5);
/// After the last answer a peer has so long to close its side.
const LINGER: Duration = Duration::from_secs(1);

/// Acknowledgements are written together up to this size.
const TOGETHER_BYTES: usize = 16 << 10;

/// Bytes are read in chunks of this size.
const CHUNK_BYTES: usize = 16 << 10;

/// Bytes in flight are counted in pieces of this size.
const PIECE_BYTES: usize = 1 << 10;

/// What the connections of one channel share.
#[derive(Debug)]
pub(super) struct Intake {
    inbox: Inbox,
    channel: Channel,
    frame_limit_bytes: usize,
    in_flight: usize,
    pieces: Arc<Semaphore>,
    all_pieces: u32,
}

type Stored = Result<Vec<Receipt>, Error>;

/// A frame that is stored or being stored, and not yet acknowledged.
struct Pending {
    stored: oneshot::Receiver<Stored>,
    reply: Reply,
    _pieces: Option<OwnedSemaphorePermit>,
}

impl Intake {
    pub(super) fn new(inbox: Inbox, channel: Channel, mllp: &Mllp) -> Self {
        let all_pieces = u32::try_from(mllp.in_flight_bytes / PIECE_BYTES).unwrap_or(u32::MAX >> 4);
        let all_pieces = all_pieces.max(1);
        Self {
            inbox,
            channel,
            frame_limit_bytes: mllp.frame_limit_bytes,
            in_flight: mllp.in_flight.max(1),
            pieces: Arc::new(Semaphore::new(usize::try_from(all_pieces).unwrap_or(1))),
            all_pieces,
        }
    }

    pub(super) fn channel_name(&self) -> &str {
        &self.channel.name
    }

    /// Room for a frame among the bytes in flight; a frame larger than all of it takes all of it.
    async fn take_pieces(&self, frame_bytes: usize) -> Option<OwnedSemaphorePermit> {
        let pieces = u32::try_from(frame_bytes / PIECE_BYTES + 1).unwrap_or(u32::MAX);
        Arc::clone(&self.pieces).acquire_many_owned(pieces.min(self.all_pieces)).await.ok()
    }
}

/// Serves one connection until the peer closes it, it fails, or `shutdown`.
pub(super) async fn serve(
    mut from_peer: impl AsyncRead + Unpin,
    to_peer: impl AsyncWrite + Unpin,
    intake: &Intake,
    mut shutdown: ShutdownSignal,
) {
    let (pending, answers) = mpsc::channel(intake.in_flight);
    let end = shutdown.clone();
    let reading = read_frames(&mut from_peer, intake, pending, end);
    let answers =
        Answers { peer: to_peer, intake, pending: answers, out: Vec::new(), refusing: false };
    let answering = async {
        // Whoever closed the connection does not wait for an answer.
        let _ = answers.write().await;
    };
    let both = async {
        let mut answering = std::pin::pin!(answering);
        tokio::select! {
            () = reading => answering.await,
            // The peer takes no more answers: reading on would store what cannot be acknowledged.
            () = &mut answering => {}
        }
    };
    let overdue = async {
        shutdown.given().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        () = both => {}
        () = overdue => {}
    }
    linger(&mut from_peer).await;
}

/// Reads on, for nothing, until the peer has closed too. Closing with bytes unread makes TCP reset the
/// connection, and a reset throws away acknowledgements that the peer has not read yet.
async fn linger(peer: &mut (impl AsyncRead + Unpin)) {
    let mut chunk = vec![0; CHUNK_BYTES];
    let closed = async { while matches!(peer.read(&mut chunk).await, Ok(1..)) {} };
    // A peer that neither reads nor closes will send its unanswered messages again.
    let _ = tokio::time::timeout(LINGER, closed).await;
}

async fn read_frames(
    peer: &mut (impl AsyncRead + Unpin),
    intake: &Intake,
    pending: mpsc::Sender<Pending>,
    mut shutdown: ShutdownSignal,
) {
    let mut codec = mllp::Codec::new(intake.frame_limit_bytes);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = tokio::select! {
            () = shutdown.given() => return,
            read = peer.read(&mut chunk) => read,
        };
        // The peer has closed, or is gone: half a frame was never acknowledged, it will come again.
        let Ok(length @ 1..) = read else { return };
        for frame in codec.feed(chunk.get(..length).unwrap_or_default()) {
            tokio::select! {
                biased;
                () = shutdown.given() => return,
                () = intake.inbox.room() => {}
            }
            if !take(frame, intake, &pending).await {
                return;
            }
        }
    }
}

/// Submits a frame and queues its answer; false where nobody writes answers any more.
async fn take(frame: mllp::Frame, intake: &Intake, pending: &mpsc::Sender<Pending>) -> bool {
    // The place in the queue comes first: what is submitted is always answered.
    let Ok(place) = pending.reserve().await else { return false };
    let (arrivals, reply, pieces) = match frame {
        mllp::Frame::Message(bytes) => {
            let pieces = intake.take_pieces(bytes.len()).await;
            let (arrivals, reply) = hl7::read(bytes, &intake.channel, intake.inbox.now());
            (arrivals, reply, pieces)
        }
        mllp::Frame::TooLong { limit_bytes } => {
            let channel = intake.channel_name();
            tracing::warn!(channel.name = %channel, "refused a message for {channel}: longer than {limit_bytes} bytes");
            (Vec::new(), Reply::too_long(limit_bytes), None)
        }
    };
    place.send(Pending { stored: intake.inbox.submit(arrivals), reply, _pieces: pieces });
    true
}

/// The answering half of a connection.
struct Answers<'a, W> {
    peer: W,
    intake: &'a Intake,
    pending: mpsc::Receiver<Pending>,
    out: Vec<u8>,
    refusing: bool,
}

impl<W: AsyncWrite + Unpin> Answers<'_, W> {
    /// Answers frame after frame until the reading half has ended; an error means that the peer
    /// takes no more.
    async fn write(mut self) -> io::Result<()> {
        while let Some(mut pending) = self.next().await? {
            let stored = self.stored(&mut pending).await?;
            let receipts = self.receipts(stored);
            let answer = pending.reply.to(receipts.as_deref(), self.intake.inbox.now());
            self.out.extend(mllp::encode(&answer));
            if self.out.len() >= TOGETHER_BYTES {
                self.flush().await?;
            }
        }
        self.flush().await?;
        self.peer.shutdown().await
    }

    /// The next frame to answer. What is written so far goes out before there is a wait.
    async fn next(&mut self) -> io::Result<Option<Pending>> {
        match self.pending.try_recv() {
            Ok(next) => Ok(Some(next)),
            Err(TryRecvError::Disconnected) => Ok(None),
            Err(TryRecvError::Empty) => {
                self.flush().await?;
                Ok(self.pending.recv().await)
            }
        }
    }

    /// What came of the commit; `None` where the writer ended without saying.
    async fn stored(&mut self, pending: &mut Pending) -> io::Result<Option<Stored>> {
        match pending.stored.try_recv() {
            Ok(stored) => Ok(Some(stored)),
            Err(oneshot::error::TryRecvError::Closed) => Ok(None),
            Err(oneshot::error::TryRecvError::Empty) => {
                self.flush().await?;
                Ok((&mut pending.stored).await.ok())
            }
        }
    }

    /// The receipts, or the failure told once: a full disk refuses thousands of messages a second.
    fn receipts(&mut self, stored: Option<Stored>) -> Option<Vec<Receipt>> {
        let why = match stored {
            Some(Ok(receipts)) => {
                self.refusing = false;
                return Some(receipts);
            }
            Some(Err(error)) => error.to_string(),
            None => "the database is closed".to_owned(),
        };
        if !std::mem::replace(&mut self.refusing, true) {
            let channel = self.intake.channel_name();
            tracing::error!(channel.name = %channel, "messages for {channel} are not stored, and not accepted: {why}");
        }
        None
    }

    async fn flush(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            self.peer.write_all(&self.out).await?;
            self.out.clear();
        }
        Ok(())
    }
}
