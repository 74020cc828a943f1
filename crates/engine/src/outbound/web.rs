//! HTTP/1.1 as a client, with or without TLS: one request on a connection at a time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::Tls;

/// The longest answer that is read.
const LONGEST_ANSWER_BYTES: usize = 1 << 20;

/// A client of other systems' servers. Redirections are not followed.
#[derive(Debug)]
pub struct Web {
    tls: Tls,
    timeout: Duration,
    idle: Mutex<Vec<(String, SendRequest<Full<Bytes>>)>>,
}

/// What a server answered.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The type of the body, in small letters; empty where it was not said.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
}

impl Web {
    /// A client that waits so long for each answer.
    pub fn new(tls: Tls, timeout: Duration) -> Self {
        Self { tls, timeout, idle: Mutex::default() }
    }

    /// Sends a request to an absolute address and reads the answer.
    ///
    /// # Errors
    /// A sentence about why there is none; it names the host and nothing else of the address.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Answer, String> {
        let place = Place::of(request.uri())?;
        let asked = self.ask(&place, request);
        let Ok(answer) = tokio::time::timeout(self.timeout, asked).await else {
            let seconds = self.timeout.as_secs_f32();
            return Err(format!("{} did not answer within {seconds} s", place.authority));
        };
        answer.map_err(|why| format!("{} {why}", place.authority))
    }

    async fn ask(&self, place: &Place, request: Request<Bytes>) -> Result<Answer, String> {
        let (mut parts, body) = request.into_parts();
        parts.uri = place.path.clone();
        if let Ok(host) = HeaderValue::from_str(&place.authority) {
            parts.headers.insert(HOST, host);
        }
        let request = || Request::from_parts(parts.clone(), Full::new(body.clone()));
        if let Some(mut idle) = self.idle(place)
            && idle.ready().await.is_ok()
            && let Ok(answer) = self.exchange(place, idle, request()).await
        {
            return Ok(answer);
        }
        // The server may have closed what was idle; a fresh connection says for certain.
        let fresh = self.connect(place).await?;
        self.exchange(place, fresh, request()).await
    }

    fn idle(&self, place: &Place) -> Option<SendRequest<Full<Bytes>>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let found = idle.iter().position(|(key, _)| *key == place.key)?;
        Some(idle.swap_remove(found).1)
    }

    async fn connect(&self, place: &Place) -> Result<SendRequest<Full<Bytes>>, String> {
        let unreachable = |why: String| format!("cannot be reached: {why}");
        let stream = TcpStream::connect((place.host.as_str(), place.port))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let _ = stream.set_nodelay(true);
        if place.secure {
            let stream = self.tls.over(&place.host, stream).await.map_err(unreachable)?;
            speak(stream).await
        } else {
            speak(stream).await
        }
    }

    async fn exchange(
        &self,
        place: &Place,
        mut connection: SendRequest<Full<Bytes>>,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, String> {
        let broke = |_| "broke the connection".to_owned();
        let (head, body) = connection.send_request(request).await.map_err(broke)?.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER_BYTES).collect().await;
        let body = body.map_err(|_| "did not finish its answer".to_owned())?.to_bytes();
        let content_type = head.headers.get(hyper::header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = content_type.to_ascii_lowercase();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((place.key.clone(), connection));
        Ok(Answer { status: head.status, content_type, body })
    }
}

async fn speak<S>(stream: S) -> Result<SendRequest<Full<Bytes>>, String>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let spoken = handshake(TokioIo::new(stream)).await;
    let (connection, driver) = spoken.map_err(|error| format!("speaks no HTTP: {error}"))?;
    // It ends with its connection; how it ended, the exchange tells.
    tokio::spawn(async move { drop(driver.await) });
    Ok(connection)
}

/// An address in its parts.
struct Place {
    secure: bool,
    host: String,
    port: u16,
    authority: String,
    path: Uri,
    /// What connections are kept by.
    key: String,
}

impl Place {
    fn of(uri: &Uri) -> Result<Self, String> {
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("an address begins with https:// or http://".into()),
        };
        let host = uri.host().ok_or("an address names a host")?.to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let authority = match uri.port_u16() {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = path.parse().map_err(|_| "an address has a path")?;
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let key = format!("{secure} {authority}");
        Ok(Self { secure, host: bare, port, authority, path, key })
    }
}
