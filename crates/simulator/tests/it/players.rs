//! The players over real sockets: windows, broken connections, refusals.

use std::sync::{Arc, Mutex};

use hl7v2::AckCode;
use hl7v2::mllp::{Codec, Frame, encode};
use simulator::{Error, Hospital, Progress, Source, drop_csv, play_mllp, post_bundle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::county::county;

/// Answers every message with `code`; hangs up after each `patience` messages, the last unanswered.
async fn listen(
    listener: TcpListener,
    code: AckCode,
    patience: usize,
    seen: Arc<Mutex<Vec<String>>>,
) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut codec = Codec::new(10_000_000);
        let mut buffer = vec![0; 65_536];
        let mut count = 0;
        'connection: while let Ok(length) = stream.read(&mut buffer).await {
            if length == 0 {
                break;
            }
            for frame in codec.feed(&buffer[..length]) {
                let Frame::Message(bytes) = frame else { panic!("too long") };
                count += 1;
                if count > patience {
                    break 'connection;
                }
                let message = hl7v2::parse(&bytes).unwrap();
                seen.lock().unwrap().push(message.control_id().into_owned());
                let answer = hl7v2::acknowledge(&bytes, code, None, "A1", "20260303113000");
                stream.write_all(&encode(&answer)).await.unwrap();
            }
        }
    }
}

async fn play(code: AckCode, patience: usize) -> (Progress, Vec<String>, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let task = tokio::spawn(listen(listener, code, patience, Arc::clone(&seen)));
    let county = county(1, 800);
    let messages = || county.history(Source::Hospital(Hospital::Poole)).take(200);
    let mut told = Progress::default();
    let done = play_mllp(addr, messages(), 32, |progress| told = progress).await.unwrap();
    assert_eq!(done, told);
    task.abort();
    let sent = messages().map(|message| message.control_id).collect();
    (done, sent, seen.lock().unwrap().clone())
}

#[tokio::test]
async fn every_message_is_acknowledged_once_and_in_order() {
    let (done, sent, seen) = play(AckCode::AA, usize::MAX).await;
    assert_eq!(done, Progress { accepted: 200, refused: 0, resent: 0 });
    assert_eq!(seen, sent);
}

#[tokio::test]
async fn after_a_broken_connection_what_was_not_acknowledged_is_sent_again() {
    let (done, sent, mut seen) = play(AckCode::AA, 45).await;
    assert_eq!(done.accepted, 200);
    assert!(done.resent > 0);
    seen.dedup();
    for id in &sent {
        assert!(seen.contains(id));
    }
}

#[tokio::test]
async fn a_refused_message_is_counted_and_not_sent_again() {
    let (done, sent, seen) = play(AckCode::AE, usize::MAX).await;
    assert_eq!(done.refused, 200);
    assert_eq!(seen, sent);
}

#[tokio::test]
async fn a_listener_that_is_not_there_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let county = county(1, 800);
    let messages = county.history(Source::Hospital(Hospital::Poole));
    tokio::time::pause();
    let error = play_mllp(addr, messages, 32, |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { attempts: 12, .. }));
}

#[tokio::test]
async fn a_bundle_is_posted_with_its_token_and_a_refusal_is_said() {
    use axum::http::{HeaderMap, StatusCode};
    let app = axum::Router::new().route(
        "/fhir",
        axum::routing::post(|headers: HeaderMap, body: String| async move {
            let token = headers["authorization"].to_str().unwrap().to_owned();
            let kind = headers["content-type"].to_str().unwrap().to_owned();
            assert_eq!(kind, "application/fhir+json");
            let is_known = token == "Bearer secret" && body == "{}";
            if is_known { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/fhir", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::new();
    post_bundle(&client, &url, Some("secret"), b"{}".to_vec()).await.unwrap();
    let refused = post_bundle(&client, &url, Some("wrong"), b"{}".to_vec()).await.unwrap_err();
    assert!(matches!(refused, Error::Refused { status: 401 }));
    server.abort();
}

#[test]
fn a_dropped_file_appears_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = drop_csv(folder.path(), "contacts_1.csv", b"a,b\n1,2\n").unwrap();
    assert_eq!(std::fs::read(path).unwrap(), b"a,b\n1,2\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let missing = folder.path().join("nowhere");
    assert!(drop_csv(&missing, "x.csv", b"").is_err());
}
