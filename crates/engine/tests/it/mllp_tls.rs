//! MLLP over TLS with real certificates: who is served, who is not, and how certificates are renewed.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::Tls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::mllp::{Served, frame, serve, text};
use crate::support::{Bench, check};

/// Who signs the certificates of a network.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, as PEM.
struct Identity {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn signs(&self, name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap().pem();
        Identity { certificate, key: key.serialize_pem() }
    }
}

impl Identity {
    fn chain(&self) -> Vec<CertificateDer<'static>> {
        vec![CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()]
    }

    fn fingerprint(&self) -> String {
        let digest = Sha256::digest(&self.chain()[0]);
        digest.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
    }
}

/// A hospital's network: its authority, and a folder with the files of a listener.
struct Network {
    authority: Authority,
    folder: tempfile::TempDir,
}

impl Network {
    fn new() -> Self {
        let network = Self { authority: Authority::new(), folder: tempfile::tempdir().unwrap() };
        network.write("ca.pem", &network.authority.0.pem());
        network.renew();
        network
    }

    /// A new certificate and key for the listener.
    fn renew(&self) {
        let own = self.authority.signs("chesil.test");
        self.write("own.pem", &own.certificate);
        self.write("own.key", &own.key);
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn serve(&self, bench: &Bench, peers: &[&str]) -> Served {
        let tls = Tls {
            certificate: self.path("own.pem"),
            key: self.path("own.key"),
            client_ca: Some(self.path("ca.pem")),
            peers: peers.iter().map(|peer| peer.parse().unwrap()).collect(),
        };
        serve(bench, |mllp| mllp.tls = Some(tls))
    }

    /// Sends an admission as `identity`, and says what was answered: nothing where one is not served.
    fn verdict(&self, at: SocketAddr, identity: Option<&Identity>, control_id: &str) -> String {
        let mut stream = self.connect(at, identity);
        // Who is not served may notice it at the first write, or only when reading.
        let _ = stream.write_all(&frame(text(control_id)));
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while !answer.ends_with(&[0x1c, 0x0d]) {
            match stream.read(&mut chunk) {
                Ok(length @ 1..) => answer.extend_from_slice(&chunk[..length]),
                _ => return String::new(),
            }
        }
        let answer = String::from_utf8(answer).unwrap();
        answer.split('\r').find(|line| line.starts_with("MSA")).unwrap().to_owned()
    }

    fn connect(
        &self,
        at: SocketAddr,
        identity: Option<&Identity>,
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.0.der().clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match identity {
            None => config.with_no_client_auth(),
            Some(identity) => {
                let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
                config.with_client_auth_cert(identity.chain(), key).unwrap()
            }
        };
        let name = ServerName::try_from("chesil.test").unwrap();
        let socket = TcpStream::connect(at).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), socket)
    }

    /// The certificate that the listener shows.
    fn shown(&self, at: SocketAddr, identity: &Identity) -> Vec<u8> {
        let mut stream = self.connect(at, Some(identity));
        stream.conn.complete_io(&mut stream.sock).unwrap();
        stream.conn.peer_certificates().unwrap()[0].to_vec()
    }
}

#[test]
fn a_peer_is_served_by_the_name_or_the_fingerprint_of_its_certificate() {
    for db in db::scratch::databases() {
        let (bench, network) = (Bench::over(&db), Network::new());
        let pas = network.authority.signs("pas.poole.nhs.uk");
        let lab = network.authority.signs("lab.poole.nhs.uk");
        let served = network.serve(&bench, &["pas.poole.nhs.uk", &lab.fingerprint()]);
        assert_eq!(network.verdict(served.address, Some(&pas), "C1"), "MSA|AA|C1");
        assert_eq!(network.verdict(served.address, Some(&lab), "C2"), "MSA|AA|C2");
        check(&bench, "1 C1 waiting\n2 C2 waiting");
    }
}

#[test]
fn nobody_else_is_served_and_nothing_of_theirs_is_stored() {
    let db = db::scratch::sqlite();
    let (bench, network) = (Bench::over(&db), Network::new());
    let served = network.serve(&bench, &["pas.poole.nhs.uk"]);
    let another = network.authority.signs("pas.dorchester.nhs.uk");
    // The right name, signed by somebody else.
    let forged = Authority::new().signs("pas.poole.nhs.uk");
    for identity in [None, Some(&another), Some(&forged)] {
        assert_eq!(network.verdict(served.address, identity, "C1"), "");
    }
    let mut plain = TcpStream::connect(served.address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    plain.write_all(&frame(text("C1"))).unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.windows(3).any(|part| part == b"MSA"), "answered in the clear");
    check(&bench, "");
    // And the listener goes on.
    let pas = network.authority.signs("pas.poole.nhs.uk");
    assert_eq!(network.verdict(served.address, Some(&pas), "C2"), "MSA|AA|C2");
}

#[test]
fn without_peers_every_certificate_of_the_authority_is_served_and_no_other() {
    let db = db::scratch::sqlite();
    let (bench, network) = (Bench::over(&db), Network::new());
    let served = network.serve(&bench, &[]);
    let anyone = network.authority.signs("anyone.nhs.uk");
    assert_eq!(network.verdict(served.address, Some(&anyone), "C1"), "MSA|AA|C1");
    assert_eq!(network.verdict(served.address, None, "C2"), "");
    let forged = Authority::new().signs("anyone.nhs.uk");
    assert_eq!(network.verdict(served.address, Some(&forged), "C2"), "");
    check(&bench, "1 C1 waiting");
}

#[test]
fn a_renewed_certificate_is_shown_without_a_restart_and_a_wrong_one_changes_nothing() {
    let db = db::scratch::sqlite();
    let (bench, network) = (Bench::over(&db), Network::new());
    let served = network.serve(&bench, &[]);
    let pas = network.authority.signs("pas.poole.nhs.uk");
    let certificates = served.certificates.clone().unwrap();
    let before = network.shown(served.address, &pas);
    network.renew();
    assert_eq!(network.shown(served.address, &pas), before, "not before it is told");
    certificates.reload().unwrap();
    let renewed = network.shown(served.address, &pas);
    assert_ne!(renewed, before);

    network.write("own.pem", "no certificate");
    let error = certificates.reload().unwrap_err().to_string();
    let path = network.path("own.pem");
    assert_eq!(error, format!("cannot use {}: there is no certificate in it", path.display()));
    assert_eq!(network.shown(served.address, &pas), renewed);
    assert_eq!(network.verdict(served.address, Some(&pas), "C1"), "MSA|AA|C1");
}

#[test]
fn a_key_that_does_not_fit_is_told_with_its_file() {
    let network = Network::new();
    network.write("own.key", &network.authority.signs("other.test").key);
    let tls = Tls {
        certificate: network.path("own.pem"),
        key: network.path("own.key"),
        client_ca: None,
        peers: Vec::new(),
    };
    let error = engine::Certificates::read(tls).unwrap_err().to_string();
    let beginning = format!(
        "cannot use {}: it does not fit the certificate",
        network.path("own.key").display()
    );
    assert!(error.starts_with(&beginning), "{error}");
}
