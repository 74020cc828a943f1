//! One connection: frames in, each stored, acknowledgements out in the order of the frames.
//!
//! Reading and answering run side by side, so that many messages share one commit: what one read of
//! the socket brings is stored by one job. How many frames and bytes may be under way is bounded, and
//! while too many messages wait for the processor nothing more is read, so the sender's own queue
//! grows instead of ours.

use std::sync::Arc;
use std::time::Duration;

use hl7v2::mllp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::answers::{Answers, Group, Unanswered};
use super::hl7::{self, Reply};
use crate::{Arrival, Channel, Inbox, Mllp, ShutdownSignal};

/// How long a peer that does not read its acknowledgements may hold up a shutdown.
const PATIENCE: Duration = Duration::from_secs(5);
/// After the last answer a peer has so long to close its side.
const LINGER: Duration = Duration::from_secs(1);

/// Bytes are read in chunks of this size.
const CHUNK_BYTES: usize = 64 << 10;

/// Bytes in flight are counted in pieces of this size.
const PIECE_BYTES: usize = 1 << 10;

/// What the connections of one channel share.
#[derive(Debug)]
pub(super) struct Intake {
    pub(super) inbox: Inbox,
    channel: Channel,
    frame_limit_bytes: usize,
    in_flight: usize,
    pieces: Arc<Semaphore>,
    all_pieces: u32,
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

    /// How much of the bytes in flight a frame takes; one larger than all of it takes all of it.
    fn pieces_of(&self, frame: &mllp::Frame) -> u32 {
        let mllp::Frame::Message(bytes) = frame else { return 0 };
        let pieces = u32::try_from(bytes.len() / PIECE_BYTES + 1).unwrap_or(u32::MAX);
        pieces.min(self.all_pieces)
    }
}

/// Serves one connection until the peer closes it, it fails, or `shutdown`.
pub(super) async fn serve(
    mut from_peer: impl AsyncRead + Unpin,
    to_peer: impl AsyncWrite + Unpin,
    intake: &Intake,
    mut shutdown: ShutdownSignal,
) {
    let (groups, unanswered) = mpsc::unbounded_channel();
    let reading = Reading::new(intake, groups).read(&mut from_peer, shutdown.clone());
    let answers = Answers::new(to_peer, intake, unanswered);
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

/// The reading half: frames that are read and not yet submitted.
struct Reading<'a> {
    intake: &'a Intake,
    groups: mpsc::UnboundedSender<Group>,
    /// For as many frames as may be unanswered.
    places: Arc<Semaphore>,
    arrivals: Vec<Vec<Arrival>>,
    frames: Vec<Unanswered>,
}

/// The connection takes no more.
struct Ended;

impl<'a> Reading<'a> {
    fn new(intake: &'a Intake, groups: mpsc::UnboundedSender<Group>) -> Self {
        let places = Arc::new(Semaphore::new(intake.in_flight));
        Self { intake, groups, places, arrivals: Vec::new(), frames: Vec::new() }
    }

    /// Reads until the peer has closed or is gone, or `shutdown`. Half a frame was never
    /// acknowledged: it will come again.
    async fn read(mut self, peer: &mut (impl AsyncRead + Unpin), mut shutdown: ShutdownSignal) {
        let mut codec = mllp::Codec::new(self.intake.frame_limit_bytes);
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let read = tokio::select! {
                () = shutdown.given() => return,
                read = peer.read(&mut chunk) => read,
            };
            let Ok(length @ 1..) = read else { return };
            for frame in codec.feed(chunk.get(..length).unwrap_or_default()) {
                if !self.intake.inbox.has_room() {
                    let submitted = self.submit();
                    tokio::select! {
                        biased;
                        () = shutdown.given() => return,
                        () = self.intake.inbox.room() => {}
                    }
                    if submitted.is_err() {
                        return;
                    }
                }
                if self.take(frame).await.is_err() {
                    return;
                }
            }
            if self.submit().is_err() {
                return;
            }
        }
    }

    /// Adds a frame to those that are submitted together.
    async fn take(&mut self, frame: mllp::Frame) -> Result<(), Ended> {
        let pieces = self.intake.pieces_of(&frame);
        let (place, pieces) = if let Some(room) = self.room_at_once(pieces) {
            room
        } else {
            // Room comes with the answers to what is read already.
            self.submit()?;
            self.room(pieces).await?
        };
        let (arrivals, reply) = match frame {
            mllp::Frame::Message(bytes) => {
                hl7::read(bytes, &self.intake.channel, self.intake.inbox.now())
            }
            mllp::Frame::TooLong { limit_bytes } => {
                let channel = self.intake.channel_name();
                tracing::warn!(channel.name = %channel, "refused a message for {channel}: longer than {limit_bytes} bytes");
                (Vec::new(), Reply::too_long(limit_bytes))
            }
        };
        self.arrivals.push(arrivals);
        self.frames.push(Unanswered { reply, _place: place, _pieces: pieces });
        Ok(())
    }

    /// Submits what has been read, and queues its answers.
    fn submit(&mut self) -> Result<(), Ended> {
        if self.frames.is_empty() {
            return Ok(());
        }
        let (arrivals, frames) =
            (std::mem::take(&mut self.arrivals), std::mem::take(&mut self.frames));
        let stored = self.intake.inbox.submit(arrivals);
        self.groups.send(Group { stored, frames }).map_err(|_| Ended)
    }

    fn room_at_once(&self, pieces: u32) -> Option<Room> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let pieces = match pieces {
            0 => None,
            pieces => Some(Arc::clone(&self.intake.pieces).try_acquire_many_owned(pieces).ok()?),
        };
        Some((place, pieces))
    }

    async fn room(&self, pieces: u32) -> Result<Room, Ended> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Ended)?;
        let pieces = Arc::clone(&self.intake.pieces).acquire_many_owned(pieces).await;
        Ok((place, Some(pieces.map_err(|_| Ended)?)))
    }
}

/// For one frame: among the frames of its connection, and among the bytes of the channel.
type Room = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);
