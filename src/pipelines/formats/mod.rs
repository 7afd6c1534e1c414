//! The formats that deliveries are written in. Each is written by hand into one buffer that is
//! wiped, and tells what it holds and what it cannot.

pub(super) mod buildx;
pub(super) mod docker;
#[cfg(test)]
mod example;
mod json;
pub(super) mod kubernetes;
pub(super) mod registries;
pub(super) mod single;

use crate::domain::matching::Lost;
use crate::domain::registry::RegistryHost;
use crate::vault::{Delivery, Entry, Given};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry::Vacant;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Why a short-lived token is not in a format.
const NO_TOKENS: &str = "this format cannot hold a short-lived token";
/// Why a secret is not in a format.
const NO_TEXT: &str = "its secret is not text, and this format holds only text";

/// What an answer holds, and what it does not and why: both are told in its headers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    /// The receipts of what is in it, each with its registry.
    pub(super) held: Vec<(Uuid, RegistryHost)>,
    /// The ids of credentials that are not in it.
    pub(super) left_out: Vec<(Uuid, &'static str)>,
}

impl Ledger {
    /// What the vault has left out already.
    pub(super) fn of(delivery: &Delivery) -> Self {
        Self { held: Vec::new(), left_out: delivery.left_out.clone() }
    }

    /// Adds what another delivery of the same answer left out.
    pub(super) fn also(&mut self, delivery: &Delivery) {
        self.left_out.extend_from_slice(&delivery.left_out);
    }

    fn hold(&mut self, entry: &Entry) {
        self.held.push((entry.receipt, entry.host.clone()));
    }

    fn leave_out(&mut self, entry: &Entry, reason: &'static str) {
        self.left_out.push((entry.credential, reason));
    }
}

/// The secret as bytes, or why there is none.
fn secret(entry: &Entry) -> Result<&[u8], &'static str> {
    match &entry.given {
        Given::Secret(secret) => Ok(secret),
        Given::Bearer { .. } => Err(NO_TOKENS),
    }
}

/// The secret as text, or why there is none.
fn text(entry: &Entry) -> Result<&str, &'static str> {
    std::str::from_utf8(secret(entry)?).map_err(|_| NO_TEXT)
}

/// The keys of an entry in a file that knows paths: the host, or the host with each prefix.
fn path_keys(entry: &Entry) -> Vec<String> {
    if entry.paths.is_empty() {
        return vec![entry.host.as_str().to_owned()];
    }
    entry.paths.iter().map(|path| format!("{}/{path}", entry.host)).collect()
}

/// The object that has the keys of each entry, with a value that `write` appends. An entry that it
/// refuses is left out, and so is one whose keys are all taken.
fn object(
    entries: &[Entry],
    ledger: &mut Ledger,
    keys: impl Fn(&Entry) -> Vec<String>,
    write: impl Fn(&mut String, &Entry) -> Result<(), &'static str>,
) -> Zeroizing<String> {
    let mut values = Vec::with_capacity(entries.len());
    let mut by_key: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let mut value = Zeroizing::new(String::with_capacity(room(entry)));
        if let Err(reason) = write(&mut value, entry) {
            ledger.leave_out(entry, reason);
            continue;
        }
        let mut is_in = false;
        for key in keys(entry) {
            if let Vacant(place) = by_key.entry(key) {
                place.insert(values.len());
                is_in = true;
            }
        }
        if is_in {
            ledger.hold(entry);
            values.push(value);
        } else {
            ledger.leave_out(entry, Lost::LessExact.label());
        }
    }
    let length = by_key.iter().map(|(key, at)| key.len() + 8 + values[*at].len()).sum::<usize>();
    let mut json = Zeroizing::new(String::with_capacity(length + 2));
    json.push('{');
    for (i, (key, at)) in by_key.iter().enumerate() {
        if i > 0 {
            json.push(',');
        }
        json::push_text(&mut json, key);
        json.push(':');
        json.push_str(&values[*at]);
    }
    json.push('}');
    json
}

/// Bytes that are enough for the value of an entry, so that the buffer does not move: base64 and
/// an escaped copy of everything.
fn room(entry: &Entry) -> usize {
    let secret = match &entry.given {
        Given::Secret(secret) => secret.len(),
        Given::Bearer { token, .. } => token.len(),
    };
    96 + 8 * (entry.username.len() + secret)
}

#[cfg(test)]
mod tests {
    use super::example::{bearer, entry};
    use super::*;

    #[test]
    fn an_entry_has_a_key_for_each_path() {
        assert_eq!(path_keys(&entry("ghcr.io", &[], b"s")), ["ghcr.io"]);
        let scoped = entry("docker.io", &["acme/api", "acme/web"], b"s");
        assert_eq!(path_keys(&scoped), ["docker.io/acme/api", "docker.io/acme/web"]);
    }

    #[test]
    fn only_text_is_text() {
        assert_eq!(text(&entry("ghcr.io", &[], "w\u{f6}rd".as_bytes())), Ok("w\u{f6}rd"));
        assert_eq!(text(&entry("ghcr.io", &[], &[0xff])), Err(NO_TEXT));
        assert_eq!(text(&bearer("ghcr.io", "t")), Err(NO_TOKENS));
    }

    #[test]
    fn of_two_for_one_key_the_second_is_left_out_and_told() {
        let (first, second) = (entry("ghcr.io", &[], b"1"), entry("ghcr.io", &[], b"2"));
        let (receipt, left_out) = (first.receipt, second.credential);
        let mut ledger = Ledger::default();
        let json = object(&[first, second], &mut ledger, path_keys, |out, entry| {
            json::push_text(out, text(entry)?);
            Ok(())
        });
        assert_eq!(json.as_str(), "{\"ghcr.io\":\"1\"}");
        assert_eq!(ledger.held.len(), 1);
        assert_eq!(ledger.held[0].0, receipt);
        assert_eq!(ledger.left_out, [(left_out, Lost::LessExact.label())]);
    }
}
