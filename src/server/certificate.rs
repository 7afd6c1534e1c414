//! The server's certificate and its key: two PEM files, and why they cannot be used.

mod validity;

use rustls::Error::InconsistentKeys;
use rustls::client::verify_server_name;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;
use zeroize::Zeroizing;

const CERT: &str = "REGCRED_TLS_CERT";
const KEY: &str = "REGCRED_TLS_KEY";
const OTHERS: u32 = 0o007;

/// What identifies a file as it is now: its device, number, time of change and size.
pub(super) type Stamp = [Option<(u64, u64, i64, i64, u64)>; 2];

/// Where the certificate and its key are.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// A certificate with its key, and when it ends.
pub(super) struct Pair {
    pub(super) key: CertifiedKey,
    pub(super) until: OffsetDateTime,
}

/// Why the files cannot be used. Each sentence names the setting and holds nothing of the files.
#[derive(Debug, thiserror::Error)]
pub(super) enum CertificateProblem {
    #[error("The file of {0} cannot be read: {1}.")]
    Unreadable(&'static str, io::Error),
    #[error(
        "The file of REGCRED_TLS_CERT contains no certificate. It must be a PEM file: the server's certificate first, then those it was signed with."
    )]
    NoCertificate,
    #[error("The file of REGCRED_TLS_CERT contains a certificate that cannot be read.")]
    BadCertificate,
    #[error("The file of REGCRED_TLS_KEY contains no private key as PEM, without a passphrase.")]
    NoKey,
    #[error("The file of REGCRED_TLS_KEY contains a private key of a kind that is not supported.")]
    BadKey,
    #[error(
        "The key of REGCRED_TLS_KEY does not belong to the first certificate of REGCRED_TLS_CERT."
    )]
    Mismatch,
    #[error("The certificate of REGCRED_TLS_CERT is valid only from {} on.", day(.0))]
    Early(OffsetDateTime),
    #[error("The certificate of REGCRED_TLS_CERT expired on {}. Renew it.", day(.0))]
    Expired(OffsetDateTime),
}

/// The day in UTC, as `2026-11-29`.
fn day(at: &OffsetDateTime) -> String {
    at.date().to_string()
}

impl Files {
    /// Reads both.
    pub(super) fn read(&self, now: OffsetDateTime) -> Result<Pair, CertificateProblem> {
        let unreadable = |setting| move |cause| CertificateProblem::Unreadable(setting, cause);
        let pem = fs::read(&self.certificate).map_err(unreadable(CERT))?;
        let key = Zeroizing::new(fs::read(&self.key).map_err(unreadable(KEY))?);
        pair(&pem, &key, now)
    }

    /// What an operator should change although it works.
    pub(super) fn warning(&self) -> Option<String> {
        let mode = fs::metadata(&self.key).ok()?.mode();
        let path = self.key.display();
        (mode & OTHERS != 0).then(|| {
            format!(
                "Every user of this machine can read the key file {path}. Run `chmod 600 {path}`."
            )
        })
    }

    /// Changes when one of the files does.
    pub(super) fn stamp(&self) -> Stamp {
        [&self.certificate, &self.key].map(|path| stamp(path))
    }
}

fn stamp(path: &Path) -> Option<(u64, u64, i64, i64, u64)> {
    let file = fs::metadata(path).ok()?;
    Some((file.dev(), file.ino(), file.mtime(), file.mtime_nsec(), file.size()))
}

impl Pair {
    /// The last day on which it is valid.
    pub(super) fn last_day(&self) -> String {
        day(&self.until)
    }

    /// Whether browsers that open this host take the certificate for it.
    pub(super) fn is_for(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host.trim_matches(['[', ']'])) else { return false };
        let certificate = self.key.end_entity_cert().and_then(ParsedCertificate::try_from);
        certificate.is_ok_and(|certificate| verify_server_name(&certificate, &name).is_ok())
    }
}

pub(super) fn pair(
    pem: &[u8],
    key_pem: &[u8],
    now: OffsetDateTime,
) -> Result<Pair, CertificateProblem> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(|_| CertificateProblem::BadCertificate)?;
    let first = chain.first().ok_or(CertificateProblem::NoCertificate)?;
    let (from, until) = validity::of(first).ok_or(CertificateProblem::BadCertificate)?;
    let key = PrivateKeyDer::from_pem_slice(key_pem).map_err(|_| CertificateProblem::NoKey)?;
    let provider = default_provider();
    let key = provider.key_provider.load_private_key(key);
    let key = CertifiedKey::new(chain, key.map_err(|_| CertificateProblem::BadKey)?);
    match key.keys_match() {
        Ok(()) => {}
        Err(InconsistentKeys(_)) => return Err(CertificateProblem::Mismatch),
        Err(_) => return Err(CertificateProblem::BadCertificate),
    }
    if now < from {
        return Err(CertificateProblem::Early(from));
    }
    if until < now {
        return Err(CertificateProblem::Expired(until));
    }
    Ok(Pair { key, until })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_certificate_that_is_early_or_late_is_told_with_its_day() {
        let at = datetime!(2026-11-29 10:00 UTC);
        let early = CertificateProblem::Early(at).to_string();
        assert!(early.ends_with(" is valid only from 2026-11-29 on."), "{early}");
        let late = CertificateProblem::Expired(at).to_string();
        assert!(late.ends_with(" expired on 2026-11-29. Renew it."), "{late}");
    }
}
