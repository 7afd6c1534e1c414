//! What CI servers read that ask for registries: a list of addresses, users and passwords
//! (protocols 4.5).

use super::{Keys, json, spelled, text};
use crate::domain::matching::Lost;
use crate::vault::{Entry, Ledger};
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Drone's answer: `[{"address","username","password"}]`. `None` when there is nothing in it.
pub(in crate::api) fn list(entries: &[Entry], ledger: &mut Ledger) -> Option<Zeroizing<String>> {
    let mut rows = Vec::with_capacity(entries.len());
    let mut taken = BTreeSet::new();
    for entry in entries {
        let secret = match text(entry) {
            Ok(secret) => secret,
            Err(lost) => {
                ledger.leave_out(entry, lost);
                continue;
            }
        };
        // They compare the address with the image's as text.
        let Keys { mut own, also } = spelled(entry, &[], None);
        own.retain(|address| taken.insert(address.clone()));
        if own.is_empty() {
            ledger.leave_out(entry, Lost::KeyTaken);
            continue;
        }
        ledger.hold(entry);
        rows.push((entry, secret, own, also));
    }
    // Twice, for a host that has another spelling.
    let length = 2 * (entries.iter().map(super::room).sum::<usize>() + 300 * entries.len());
    let mut out = Zeroizing::new(String::with_capacity(length + 2));
    for (entry, secret, own, mut also) in rows {
        // Another spelling gives way to a host that is called so.
        also.retain(|address| taken.insert(address.clone()));
        for address in own.iter().chain(&also) {
            let mark = if out.is_empty() { '[' } else { ',' };
            out.push(mark);
            out.push('{');
            let user = ("username", entry.username.as_str());
            json::push_members(&mut out, &[("address", address), user, ("password", secret)]);
            out.push('}');
        }
    }
    if out.is_empty() {
        return None;
    }
    out.push(']');
    Some(out)
}

/// Woodpecker's answer: the same list in `{"registries":…}`, and an empty one when there is nothing in it.
/// An answer without a body Woodpecker takes for one that was cut off, and asks again three times.
pub(in crate::api) fn object(entries: &[Entry], ledger: &mut Ledger) -> Zeroizing<String> {
    let list = list(entries, ledger);
    let list = list.as_ref().map_or("[]", |list| list.as_str());
    let mut whole = Zeroizing::new(String::with_capacity(list.len() + 16));
    for part in ["{\"registries\":", list, "}"] {
        whole.push_str(part);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::super::example::{entry, insecure};
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_list_holds_addresses_users_and_passwords() {
        let entries = [
            entry("docker.io", &[], b"p\"w\\"),
            entry("quay.io", &[], &[0xff]),
            entry("registry.example.com:5000", &["acme"], b"s"),
        ];
        let expected = json!([
            {"address": "docker.io", "username": "acme-bot", "password": "p\"w\\"},
            {"address": "registry.example.com:5000", "username": "acme-bot", "password": "s"},
        ]);
        let mut ledger = Ledger::default();
        let bare = list(&entries, &mut ledger).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&bare).unwrap(), expected);
        assert_eq!(ledger.held().len(), 2);
        assert_eq!(ledger.lost(&entries[1]), Some(Lost::NotText));
        let wrapped = object(&entries, &mut Ledger::default());
        let wrapped: Value = serde_json::from_str(&wrapped).unwrap();
        assert_eq!(wrapped, json!({"registries": expected}));
    }

    #[test]
    fn a_registry_is_in_the_list_by_each_spelling() {
        let entries = [entry("ghcr.io", &[], b"s"), insecure("reg.example.com")];
        let text = list(&entries, &mut Ledger::default()).unwrap();
        let found: Value = serde_json::from_str(&text).unwrap();
        let rows = found.as_array().unwrap().iter();
        let addresses: Vec<&str> = rows.map(|row| row["address"].as_str().unwrap()).collect();
        let expected = ["ghcr.io", "ghcr.io:443", "reg.example.com", "reg.example.com:80"];
        assert_eq!(addresses, expected);
    }

    #[test]
    fn another_spelling_gives_way_to_a_host_that_is_called_so() {
        // Plain http at port 80, and TLS there: two origins, and one text.
        let entries = [insecure("reg.example.com"), entry("reg.example.com:80", &[], b"tls")];
        for entries in [entries.as_slice(), &[entry("reg.example.com:80", &[], b"tls")]] {
            let mut ledger = Ledger::default();
            let text = list(entries, &mut ledger).unwrap();
            let found: Value = serde_json::from_str(&text).unwrap();
            let rows = found.as_array().unwrap();
            assert_eq!(rows.len(), entries.len());
            let row = rows.iter().find(|row| row["address"] == "reg.example.com:80").unwrap();
            assert_eq!((&row["password"], ledger.held().len()), (&json!("tls"), entries.len()));
        }
    }

    #[test]
    fn of_two_for_one_address_the_second_is_left_out_and_told() {
        let own = "reg.example.com:5000";
        let entries = [entry(own, &[], b"1"), entry(own, &[], b"2")];
        let mut ledger = Ledger::default();
        let text = list(&entries, &mut ledger).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap().as_array().unwrap().len(), 1);
        assert_eq!(ledger.lost(&entries[1]), Some(Lost::KeyTaken));
    }

    #[test]
    fn nothing_is_no_list_or_an_empty_one() {
        assert!(list(&[], &mut Ledger::default()).is_none());
        for entries in [&[entry("ghcr.io", &[], &[0xff])][..], &[]] {
            let empty = object(entries, &mut Ledger::default());
            assert_eq!(empty.as_str(), "{\"registries\":[]}");
        }
    }
}
