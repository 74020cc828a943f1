//! The MLLP listener: one for each channel that takes HL7 v2.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::server::TlsStream;

use super::connection::{self, Intake};
use crate::{Certificates, Channel, ChannelKind, Error, Inbox, Mllp, Network, ShutdownSignal};

/// How long to wait after the system could not accept a connection: too many open files, say.
const BREATH: Duration = Duration::from_millis(200);

/// A peer that connects and then says nothing has so long to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A listener that holds its address and is ready to [`run`](Listener::run).
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    allow: Vec<Network>,
    certificates: Option<Certificates>,
    connections: usize,
    intake: Arc<Intake>,
}

/// Takes the channel's address.
///
/// # Errors
/// [`Error::Listen`] with the address and what to do; [`Error::Certificate`] with the file.
pub async fn bind(inbox: Inbox, channel: Channel) -> Result<Listener, Error> {
    let ChannelKind::Mllp(mllp) = channel.kind.clone() else {
        return Err(Error::WrongKind { channel: channel.name, wanted: "an MLLP listener" });
    };
    let Mllp { listen, allow, connections, tls, .. } = mllp.clone();
    let certificates = tls.map(Certificates::read).transpose()?;
    let refused = |error: io::Error| Error::Listen {
        channel: channel.name.clone(),
        address: listen,
        reason: advice(&error),
    };
    let socket = TcpListener::bind(listen).await.map_err(refused)?;
    let address = socket.local_addr().map_err(refused)?;
    let intake = Arc::new(Intake::new(inbox, channel, &mllp));
    Ok(Listener { socket, address, allow, certificates, connections, intake })
}

fn advice(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there; stop it or give the channel another port".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "this user may not; ports below 1024 need a privilege".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address".to_owned(),
        _ => error.to_string(),
    }
}

impl Listener {
    /// Where it listens: the port it got where port 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its connections are secured with, where they are.
    pub fn certificates(&self) -> Option<Certificates> {
        self.certificates.clone()
    }

    /// Serves connections until `shutdown`; then every message that was read is stored and
    /// acknowledged, no further one is read, and this returns.
    pub async fn run(self, mut shutdown: ShutdownSignal) {
        let places = Arc::new(Semaphore::new(self.connections));
        let mut open = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = shutdown.given() => break,
                accepted = self.accept(&places) => accepted,
            };
            while open.try_join_next().is_some() {}
            let Some((stream, place)) = accepted else { continue };
            let (intake, shutdown) = (Arc::clone(&self.intake), shutdown.clone());
            let certificates = self.certificates.clone();
            open.spawn(async move {
                serve(stream, certificates, &intake, shutdown).await;
                drop(place);
            });
        }
        drop(self.socket);
        while open.join_next().await.is_some() {}
    }

    /// The next connection from an allowed address, once there is a place for it.
    async fn accept(
        &self,
        places: &Arc<Semaphore>,
    ) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
        let place = Arc::clone(places).acquire_owned().await.ok()?;
        let channel = self.intake.channel_name();
        match self.socket.accept().await {
            Ok((stream, peer)) if self.is_allowed(peer.ip()) => Some((stream, place)),
            Ok((_, peer)) => {
                tracing::warn!(channel.name = %channel, "refused a connection to {channel} from {}: not on its allow list", peer.ip());
                None
            }
            Err(error) => {
                tracing::error!(channel.name = %channel, "cannot accept a connection to {channel}: {error}");
                tokio::time::sleep(BREATH).await;
                None
            }
        }
    }

    fn is_allowed(&self, peer: IpAddr) -> bool {
        self.allow.is_empty() || self.allow.iter().any(|network| network.contains(peer))
    }
}

/// Serves a connection, over TLS where there are certificates.
async fn serve(
    stream: TcpStream,
    certificates: Option<Certificates>,
    intake: &Intake,
    mut shutdown: ShutdownSignal,
) {
    // Without it an acknowledgement may wait for the peer's next packet.
    let _ = stream.set_nodelay(true);
    let Some(certificates) = certificates else {
        let (from_peer, to_peer) = stream.into_split();
        return connection::serve(from_peer, to_peer, intake, shutdown).await;
    };
    let peer = stream.peer_addr().map_or_else(|_| "somebody".to_owned(), |at| at.ip().to_string());
    let secured = tokio::select! {
        () = shutdown.given() => return,
        secured = tokio::time::timeout(HANDSHAKE, secure(stream, &certificates)) => secured,
    };
    match secured.unwrap_or_else(|_| Err("it did not agree on TLS in time".to_owned())) {
        Ok(stream) => {
            let (from_peer, to_peer) = tokio::io::split(stream);
            connection::serve(from_peer, to_peer, intake, shutdown).await;
        }
        Err(reason) => {
            let channel = intake.channel_name();
            tracing::warn!(channel.name = %channel, "refused a connection to {channel} from {peer}: {reason}");
        }
    }
}

/// Agrees on TLS, and lets nobody in but the channel's peers.
async fn secure(
    stream: TcpStream,
    certificates: &Certificates,
) -> Result<TlsStream<TcpStream>, String> {
    let stream = certificates.acceptor().accept(stream).await.map_err(|error| error.to_string())?;
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    certificates.admit(shown)?;
    Ok(stream)
}
