//! TLS as a client: whom we believe, and who we are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The files of [`Tls`], as PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificates of the authorities that are believed; without it, those this machine believes.
    pub ca: Option<PathBuf>,
    /// Our own certificate, for a destination that asks for one, with the chain to its authority.
    pub certificate: Option<PathBuf>,
    /// The key of our own certificate.
    pub key: Option<PathBuf>,
    /// The name in the destination's certificate, where it is not the name it is called by.
    pub name: Option<String>,
}

/// TLS 1.2 or 1.3 towards a destination. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
    name: Option<ServerName<'static>>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn read(files: &TlsFiles) -> Result<Self, String> {
        let Some(ca) = &files.ca else {
            let roots = machine_roots();
            if roots.is_empty() {
                let sentence = "this machine believes no authority; name one with ca";
                return Err(sentence.into());
            }
            return Self::believing(roots, files);
        };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(ca)? {
            roots.add(certificate).map_err(|error| {
                format!("{} holds no authority's certificate: {error}", ca.display())
            })?;
        }
        Self::believing(roots, files)
    }

    /// Believes whom this machine believes, which may be nobody; without a certificate of our own.
    ///
    /// # Errors
    /// Where the library refuses its own settings.
    pub fn of_this_machine() -> Result<Self, String> {
        Self::believing(machine_roots(), &TlsFiles::default())
    }

    fn believing(roots: RootCertStore, files: &TlsFiles) -> Result<Self, String> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots);
        let config = match (&files.certificate, &files.key) {
            (None, None) => config.with_no_client_auth(),
            (Some(certificate), Some(key)) => config
                .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
                .map_err(|error| {
                    format!("{} and {} do not fit: {error}", certificate.display(), key.display())
                })?,
            _ => return Err("certificate and key belong together".into()),
        };
        let name = files.name.as_ref().map(|name| server_name(name)).transpose()?;
        Ok(Self { config: Arc::new(config), name })
    }

    /// Speaks TLS over `stream` with whoever proves to be `host`.
    pub(super) async fn over<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        host: &str,
        stream: S,
    ) -> Result<TlsStream<S>, String> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => server_name(host)?,
        };
        let connector = TlsConnector::from(Arc::clone(&self.config));
        connector.connect(name, stream).await.map_err(|error| format!("TLS failed: {error}"))
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, String> {
    let name = name.trim_start_matches('[').trim_end_matches(']').to_owned();
    ServerName::try_from(name).map_err(|_| "this is no name of a host".to_owned())
}

/// What is odd in a machine's own store is passed over.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |error| format!("{} holds no certificate: {error}", path.display());
    let read = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
    let read: Vec<_> = read.collect::<Result<_, _>>().map_err(unreadable)?;
    if read.is_empty() {
        return Err(format!("{} holds no certificate", path.display()));
    }
    Ok(read)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|error| format!("{} holds no private key: {error}", path.display()))
}

impl std::fmt::Debug for Tls {
    /// A key is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(…)")
    }
}
