//! Other systems, on real sockets: what they were sent, and what they answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hl7v2::mllp::{Codec, Frame, encode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What a listener does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// MSA-1.
    Says(&'static str),
    /// No answer, and the connection stays open.
    Silent,
    /// No answer, and the connection ends.
    Closes,
    /// An answer to another message first.
    AnswersAnotherFirst,
}

/// What is answered to a control id, the how-manieth time it comes.
type Moods = dyn Fn(&str, usize) -> Mood + Send + Sync;

/// A control id, and the bytes.
type Message = (String, Vec<u8>);

/// An MLLP listener.
pub(crate) struct Receiver {
    pub(crate) address: String,
    /// Control ids and bytes, as they came.
    got: Arc<Mutex<Vec<Message>>>,
    count: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn listen(mood: impl Fn(&str, usize) -> Mood + Send + Sync + 'static) -> Self {
        Self::listen_at("127.0.0.1:0", None, mood).await
    }

    pub(crate) async fn listen_at(
        address: &str,
        tls: Option<TlsAcceptor>,
        mood: impl Fn(&str, usize) -> Mood + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let got: Arc<Mutex<Vec<Message>>> = Arc::default();
        let (counted, count) = watch::channel(0);
        let counted = Arc::new(counted);
        let (into, mood): (_, Arc<Moods>) = (Arc::clone(&got), Arc::new(mood));
        let task = tokio::spawn(async move {
            // Connections end with the listener.
            let mut open = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (into, mood, counted) = (into.clone(), mood.clone(), counted.clone());
                let tls = tls.clone();
                open.spawn(async move {
                    match tls {
                        None => serve(stream, &into, &mood, &counted).await,
                        Some(tls) => {
                            let Ok(stream) = tls.accept(stream).await else { return };
                            serve(stream, &into, &mood, &counted).await;
                        }
                    }
                });
            }
        });
        Self { address, got, count, task }
    }

    /// Control ids, as they came.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.got.lock().unwrap().iter().map(|(id, _)| id.clone()).collect()
    }

    pub(crate) fn bytes(&self) -> Vec<Vec<u8>> {
        self.got.lock().unwrap().iter().map(|(_, bytes)| bytes.clone()).collect()
    }

    /// Waits until so many messages have come.
    pub(crate) async fn has(&mut self, count: usize) {
        let wait = self.count.wait_for(|got| *got >= count);
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("they come").unwrap();
    }

    /// Ends it and every connection.
    pub(crate) async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    into: &Mutex<Vec<Message>>,
    mood: &Arc<Moods>,
    counted: &watch::Sender<usize>,
) {
    let (mut codec, mut chunk) = (Codec::new(1 << 24), [0; 4096]);
    while let Ok(length @ 1..) = stream.read(&mut chunk).await {
        for frame in codec.feed(&chunk[..length]) {
            let Frame::Message(bytes) = frame else { continue };
            let id = hl7v2::parse(&bytes).unwrap().control_id().into_owned();
            let time = {
                let mut got = into.lock().unwrap();
                got.push((id.clone(), bytes));
                counted.send_replace(got.len());
                got.iter().filter(|(own, _)| *own == id).count()
            };
            let ack = |code: &str, id: &str| {
                encode(format!("MSH|^~\\&|R|R|S|S|||ACK|A{id}|P|2.4\rMSA|{code}|{id}\r").as_bytes())
            };
            let answer = match mood(&id, time) {
                Mood::Says(code) => ack(code, &id),
                Mood::Silent => continue,
                Mood::Closes => return,
                Mood::AnswersAnotherFirst => [ack("AE", "another"), ack("AA", &id)].concat(),
            };
            if stream.write_all(&answer).await.is_err() {
                return;
            }
        }
    }
}
