//! Entries as the vault gives them, for the tests of the formats.

use crate::domain::registry::RegistryHost;
use crate::vault::{Entry, Given};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A secret for the user `acme-bot`.
pub(super) fn entry(host: &str, paths: &[&str], secret: &[u8]) -> Entry {
    Entry {
        receipt: Uuid::now_v7(),
        credential: Uuid::now_v7(),
        host: RegistryHost::stored(host).unwrap(),
        is_insecure: false,
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        username: "acme-bot".to_owned(),
        given: Given::Secret(Zeroizing::new(secret.to_vec())),
        ends: None,
    }
}

/// An empty secret for a registry that is spoken to in plain HTTP.
pub(super) fn insecure(host: &str) -> Entry {
    Entry { is_insecure: true, ..entry(host, &[], b"") }
}

/// A short-lived token.
pub(super) fn bearer(host: &str, token: &str) -> Entry {
    let token = Zeroizing::new(token.to_owned());
    Entry { given: Given::Bearer { token, expires_in: 300 }, ..entry(host, &[], b"") }
}
