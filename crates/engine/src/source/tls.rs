//! TLS for MLLP: who we are, whose certificates we believe, and which of their holders may send.
//!
//! The files are read when the channel starts and again when the program is told to (SIGHUP), so that
//! a certificate is renewed without an interface standing still. Files that are wrong then change
//! nothing: the certificate of before goes on being used, and the log says what is wrong.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, DnsName, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::Error;

/// The files and peers of an MLLP listener that speaks TLS 1.2 or 1.3. All files are PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Our certificate, followed by those that lead to its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Authorities whose client certificates are believed; with it, nobody is served without one.
    pub client_ca: Option<PathBuf>,
    /// Whose certificates may send, of those that are believed; empty means all of them.
    pub peers: Vec<Peer>,
}

/// A holder of a client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer(Named);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    /// By a DNS name of the certificate (subjectAltName; RFC 5280 §4.2.1.6).
    Dns(ServerName<'static>),
    /// By the SHA-256 of the very certificate.
    Fingerprint([u8; 32]),
}

impl FromStr for Peer {
    type Err = String;

    /// A DNS name, or `sha256:` and 64 hexadecimal digits, with or without colons, as openssl prints
    /// them. The error is a sentence.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "a peer is a DNS name, or sha256: and the 64 hexadecimal digits of its certificate's fingerprint".to_owned()
        };
        if let Some(digits) = text.strip_prefix("sha256:") {
            let digits: Vec<u8> = digits.bytes().filter(|byte| *byte != b':').collect();
            let bytes = digits.chunks(2).map(hexadecimal).collect::<Option<Vec<u8>>>();
            let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            return bytes.map(|bytes| Self(Named::Fingerprint(bytes))).ok_or_else(wrong);
        }
        let name = DnsName::try_from(text.to_owned()).map_err(|_| wrong())?;
        Ok(Self(Named::Dns(ServerName::DnsName(name))))
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(*high)? * 16 + value(*low)?).ok()
}

/// What a listener's connections are secured with at this moment. Cheap to clone: clones are one.
#[derive(Clone)]
pub struct Certificates {
    files: Tls,
    current: Arc<RwLock<Arc<ServerConfig>>>,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// [`Error::Certificate`] with the file and what is wrong with it.
    pub fn read(files: Tls) -> Result<Self, Error> {
        let config = config(&files)?;
        Ok(Self { files, current: Arc::new(RwLock::new(config)) })
    }

    /// Reads the files again: connections from now on get what they hold now.
    ///
    /// # Errors
    /// As [`Certificates::read`]; what was used before goes on being used then.
    pub fn reload(&self) -> Result<(), Error> {
        let config = config(&self.files)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current))
    }

    /// Whether the holder of `certificate`, which is believed, may send. The error says who it is.
    pub(super) fn admit(&self, certificate: Option<&CertificateDer<'_>>) -> Result<(), String> {
        if self.files.peers.is_empty() {
            return Ok(());
        }
        let Some(certificate) = certificate else {
            return Err("it shows no certificate".to_owned());
        };
        let fingerprint = Sha256::digest(certificate.as_ref());
        let parsed = ParsedCertificate::try_from(certificate);
        let is_it = |peer: &Peer| match &peer.0 {
            Named::Fingerprint(expected) => fingerprint.as_slice() == expected,
            Named::Dns(name) => {
                parsed.as_ref().is_ok_and(|parsed| verify_server_name(parsed, name).is_ok())
            }
        };
        if self.files.peers.iter().any(is_it) {
            return Ok(());
        }
        let mut shown = "its certificate is none of the peers': sha256:".to_owned();
        for byte in fingerprint {
            // Writing to a String cannot fail.
            let _ = write!(shown, "{byte:02x}");
        }
        Err(shown)
    }
}

impl std::fmt::Debug for Certificates {
    /// A key is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificates({})", self.files.certificate.display())
    }
}

fn config(files: &Tls) -> Result<Arc<ServerConfig>, Error> {
    let wrong = |path: &Path, reason: String| Error::Certificate { path: path.to_owned(), reason };
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&files.certificate, error.to_string()))?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| wrong(path, error.to_string()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            let verifier = verifier.build().map_err(|error| wrong(path, error.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| wrong(&files.key, format!("there is no private key in it: {error}")))?;
    let config = builder
        .with_single_cert(certificates(&files.certificate)?, key)
        .map_err(|error| wrong(&files.key, format!("it does not fit the certificate: {error}")))?;
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let wrong = |reason: String| Error::Certificate { path: path.to_owned(), reason };
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|error| wrong(error.to_string()))?;
    if read.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_a_name_or_a_fingerprint_and_nothing_else() {
        let digits = "ab".repeat(32);
        let colons = vec!["AB"; 32].join(":");
        let by_digits: Peer = format!("sha256:{digits}").parse().unwrap();
        assert_eq!(by_digits, format!("sha256:{colons}").parse().unwrap());
        assert!("pas.poole.nhs.uk".parse::<Peer>().is_ok());
        for wrong in ["", "sha256:", "sha256:abc", "two words", "sha256:zz", "10.0.0.0/8"] {
            let said = wrong.parse::<Peer>().unwrap_err();
            assert!(said.starts_with("a peer is a DNS name"), "{wrong}: {said}");
        }
    }
}
