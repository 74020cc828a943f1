//! Each way out against a real receiver: TLS on both sides, HTTP by status, FHIR by address, files.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use engine::Format;
use engine::outbound::{Connector, Fhir, Folder, Http, Mllp, Tls, TlsFiles, Web};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::outbound::{Queue, each};
use crate::outbound_receiver::{Mood, Receiver};

const PATIENCE: Duration = Duration::from_millis(500);

/// An authority, and what it has certified, in a folder.
struct Authority {
    folder: tempfile::TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        std::fs::write(folder.path().join("ca.pem"), params.self_signed(&key).unwrap().pem())
            .unwrap();
        Self { folder, issuer: Issuer::new(params, key) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes `NAME.pem` and `NAME.key`.
    fn certify(&self, name: &str) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        std::fs::write(self.path(&format!("{name}.pem")), certificate.pem()).unwrap();
        std::fs::write(self.path(&format!("{name}.key")), key.serialize_pem()).unwrap();
    }

    /// A listener that proves to be `localhost` and wants a certificate of this authority.
    fn acceptor(&self) -> TlsAcceptor {
        let certificates = |path: &Path| -> Vec<CertificateDer<'static>> {
            CertificateDer::pem_file_iter(path).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates(&self.path("ca.pem")));
        let provider = Arc::new(ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let key = PrivateKeyDer::from_pem_file(self.path("localhost.key")).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(certificates(&self.path("localhost.pem")), key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    fn files(&self, own: Option<&str>) -> TlsFiles {
        TlsFiles {
            ca: Some(self.path("ca.pem")),
            certificate: own.map(|name| self.path(&format!("{name}.pem"))),
            key: own.map(|name| self.path(&format!("{name}.key"))),
            name: None,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_to_whoever_proves_itself_and_with_our_own_certificate() {
    let (authority, another) = (Authority::new(), Authority::new());
    for name in ["localhost", "chesil.example"] {
        authority.certify(name);
        another.certify(name);
    }
    let mut receiver =
        Receiver::listen_at("127.0.0.1:0", Some(authority.acceptor()), |_, _| Mood::Says("AA"))
            .await;
    let address = receiver.address.replace("127.0.0.1", "localhost");
    let named = |files: TlsFiles, name: &str| TlsFiles { name: Some(name.to_owned()), ..files };
    let mixed = TlsFiles { ca: authority.files(None).ca, ..another.files(Some("chesil.example")) };
    let own = authority.files(Some("chesil.example"));
    each(async |mut queue: Queue| {
        queue.put("A1", &["R1"]);
        let wrong = [
            ("another authority's server", another.files(Some("chesil.example"))),
            ("another name", named(own.clone(), "elsewhere.example")),
            ("no certificate of our own", authority.files(None)),
            ("another authority's certificate of our own", mixed.clone()),
        ];
        for (what, files) in wrong {
            let before = receiver.ids().len();
            let tls = Tls::read(&files).unwrap();
            queue.send(Connector::Mllp(Mllp::new(&address, Some(tls), PATIENCE)), 1);
            queue.reads("A1 retrying").await;
            queue.stop().await;
            assert_eq!(receiver.ids().len(), before, "{what}");
        }
        let before = receiver.ids().len();
        let tls = Tls::read(&own).unwrap();
        queue.send(Connector::Mllp(Mllp::new(&address, Some(tls), PATIENCE)), 1);
        receiver.has(before + 1).await;
        queue.reads("A1 delivered").await;
        queue.stop().await;
    })
    .await;
    let gone = TlsFiles { ca: Some("/nowhere/ca.pem".into()), ..TlsFiles::default() };
    assert!(Tls::read(&gone).unwrap_err().starts_with("/nowhere/ca.pem holds no certificate"));
    let half = TlsFiles { key: None, ..own };
    assert_eq!(Tls::read(&half).unwrap_err(), "certificate and key belong together");
}

/// Status, content type, body.
type Reply = (u16, &'static str, &'static str);

/// A server that writes down what it gets and answers as it is told to.
struct Server {
    address: String,
    got: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<Reply>>>,
}

impl Server {
    /// Answers, the next one last; 200 when they have run out.
    async fn listen(answers: &[Reply]) -> Self {
        let got: Arc<Mutex<Vec<String>>> = Arc::default();
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        let (into, gives) = (got.clone(), answers.clone());
        let take = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let header = |name: &str| {
                headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
            };
            into.lock().unwrap().push(format!(
                "{method} {uri} {} [{}] {} {}",
                header("content-type"),
                header("authorization"),
                header("idempotency-key"),
                String::from_utf8_lossy(&body),
            ));
            let (status, kind, text) = gives.lock().unwrap().pop().unwrap_or((200, "", ""));
            (StatusCode::from_u16(status).unwrap(), [("content-type", kind)], text)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        Self { address, got, answers }
    }

    fn web() -> Web {
        Web::new(Tls::read(&TlsFiles::default()).unwrap(), PATIENCE)
    }

    fn http(&self) -> Connector {
        let url = format!("{}/in?key=secret", self.address).parse().unwrap();
        let http = Http::new(Self::web(), url, Some("the-token"));
        assert!(!format!("{http:?}").contains("secret") && !format!("{http:?}").contains("token"));
        Connector::Http(http)
    }

    fn fhir(&self) -> Connector {
        Connector::Fhir(Fhir::new(Self::web(), format!("{}/fhir", self.address), None))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_says_whether_it_was_taken_comes_later_or_never() {
    const ACK: &str = "x-application/hl7-v2+er7; charset=utf-8";
    for (answer, becomes) in [
        ((202, "", ""), "A1 delivered"),
        ((400, "", ""), "A1 parked"),
        ((422, "", ""), "A1 parked"),
        ((409, "", ""), "A1 parked"),
        // Not this message's fault: our settings, or their trouble.
        ((401, "", ""), "A1 retrying"),
        ((404, "", ""), "A1 retrying"),
        ((302, "", ""), "A1 retrying"),
        ((429, "", ""), "A1 retrying"),
        ((503, "", ""), "A1 retrying"),
        ((200, ACK, "MSH|^~\\&|R|R\rMSA|AA|A1\r"), "A1 delivered"),
        ((200, ACK, "MSH|^~\\&|R|R\rMSA|AR|A1\r"), "A1 parked"),
        ((200, ACK, "MSH|^~\\&|R|R\rMSA|AE|A1\r"), "A1 retrying"),
        ((200, ACK, "sorry"), "A1 retrying"),
    ] {
        each(async |mut queue: Queue| {
            let server = Server::listen(&[answer; 200]).await;
            queue.put("A1", &["R1"]);
            queue.send(server.http(), 1);
            queue.reads(becomes).await;
            if becomes == "A1 retrying" {
                server.answers.lock().unwrap().clear();
                queue.reads("A1 delivered").await;
            }
            queue.stop().await;
            let got = server.got.lock().unwrap();
            let wanted =
                "POST /in?key=secret x-application/hl7-v2+er7 [Bearer the-token] chesil-1-0 MSH";
            assert!(got.iter().all(|one| one.starts_with(wanted)), "{got:?}");
            assert!(got.windows(2).all(|two| two[0] == two[1]), "the same each time");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fhir_goes_where_its_row_says() {
    each(async |mut queue: Queue| {
        let server = Server::listen(&[]).await;
        let targets = ["POST", "PUT Patient/7", "POST $process-message"];
        for (id, target) in ["A1", "A2", "A3"].into_iter().zip(targets) {
            queue.put_as(id, &["R1"], Format::FhirBundle, target, "{}");
        }
        let json = "application/fhir+json";
        queue.send(server.fhir(), 2);
        queue.reads("A1 delivered, A2 delivered, A3 delivered").await;
        let got = server.got.lock().unwrap().clone();
        let wanted = [
            format!("POST /fhir {json} [] chesil-1-0 {{}}"),
            format!("PUT /fhir/Patient/7 {json} [] chesil-2-0 {{}}"),
            format!("POST /fhir/$process-message {json} [] chesil-3-0 {{}}"),
        ];
        assert_eq!(got, wanted);
        // What the answering message says counts.
        let said = |code: &str| {
            format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"response":{{"code":"{code}"}}}}}}]}}"#)
        };
        for (id, code) in [("B1", "transient-error"), ("B2", "fatal-error")] {
            let text: &'static str = said(code).leak();
            server.answers.lock().unwrap().push((200, json, text));
            queue.put_as(id, &[id], Format::FhirBundle, "POST $process-message", "{}");
            let all = queue.text().replace("waiting", if id == "B1" { "delivered" } else { "parked" });
            let all = all.replace("retrying", "delivered");
            queue.reads(&all).await;
        }
        queue.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_whole_when_they_have_their_names_and_sort_as_they_were_sent() {
    each(async |mut queue: Queue| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/registry");
        queue.put("A1", &["R1"]);
        queue.put_as("A2", &["R1"], Format::FhirBundle, "", "{}");
        queue.put_as("A3", &["R1"], Format::Csv { table: "contacts".into() }, "", "a,b\n1,2\n");
        queue.send(Connector::Folder(Folder::new(&path)), 1);
        queue.reads("A1 delivered, A2 delivered, A3 delivered").await;
        queue.stop().await;
        let mut names: Vec<String> = std::fs::read_dir(&path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["000000000001-000.hl7", "000000000002-000.json", "000000000003-000.csv"]
        );
        assert_eq!(std::fs::read_to_string(path.join(&names[2])).unwrap(), "a,b\n1,2\n");
        // A folder that cannot be written is no fault of the message.
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        queue.put("A4", &["R1"]);
        queue.send(Connector::Folder(Folder::new(blocked.join("below"))), 1);
        queue.reads("A1 delivered, A2 delivered, A3 delivered, A4 retrying").await;
        queue.stop().await;
    })
    .await;
}
