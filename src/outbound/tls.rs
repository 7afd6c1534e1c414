//! Whom to trust: the usual public authorities, and those of the operator. The one crypto provider is `ring`.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::OutboundProblem;

/// TLS for a client that asks for HTTP/1.1, trusting the certificates in `roots_pem` as well.
pub(super) fn config(roots_pem: &[u8]) -> Result<ClientConfig, OutboundProblem> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let usual = roots.len();
    for certificate in CertificateDer::pem_slice_iter(roots_pem) {
        let certificate = certificate.map_err(|_| OutboundProblem::BadRoots)?;
        roots.add(certificate).map_err(|_| OutboundProblem::BadRoots)?;
    }
    if !roots_pem.is_empty() && roots.len() == usual {
        return Err(OutboundProblem::BadRoots);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| OutboundProblem::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
