//! TLS of the service itself: certificate and key from files in PEM form.

use crate::settings::Tls;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Why the service cannot speak TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read, or is in no PEM form.
    #[error("{}: {what} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What it is to hold.
        what: &'static str,
        /// Why.
        source: pem::Error,
    },
    /// It holds no certificate.
    #[error("{}: there is no certificate in it (`-----BEGIN CERTIFICATE-----`)", .0.display())]
    NoCertificate(PathBuf),
    /// They do not go together, or are of a kind that is not known.
    #[error("{} with the key {}: {source}", certificate.display(), key.display())]
    Unfit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// What the service shows to those who come by TLS 1.2 or 1.3, read from the files that `tls` names.
///
/// # Errors
/// Which file is wrong, and how.
pub fn read(tls: &Tls) -> Result<ServerConfig, TlsError> {
    let Tls { certificate, key } = tls;
    let unreadable = |path: &Path, what| {
        let path = path.to_owned();
        move |source| TlsError::Unreadable { path, what, source }
    };
    let told = "the certificate";
    let chain = CertificateDer::pem_file_iter(certificate).map_err(unreadable(certificate, told))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(unreadable(certificate, told))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.clone()));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key, "the private key"))?;
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|source| TlsError::Unfit { certificate: certificate.clone(), key: key.clone(), source })
}
