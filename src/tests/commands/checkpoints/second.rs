//! A second implementation, which shares no line with the product's: it reads the standards' formats by
//! hand, and makes the tree as RFC 6962 defines it, from its top.

use super::{CHECKPOINT, exported, kept, keys};
use crate::commands::machine::Machine;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;
use std::fs;
use uuid::Uuid;

type Hash = Vec<u8>;

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// The largest power of two that is smaller.
fn split(many: usize) -> usize {
    let mut half = 1;
    while half * 2 < many {
        half *= 2;
    }
    half
}

/// `MTH` of RFC 6962.
fn head(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [one] => one.clone(),
        more => {
            let (left, right) = more.split_at(split(more.len()));
            sha256(&[&[1], &head(left), &head(right)])
        }
    }
}

/// The root that the path leads to: from its last hash, which is beside the top, down to the leaf.
fn led_to(leaf: &Hash, at: usize, many: usize, path: &[Hash]) -> Hash {
    let Some((beside, rest)) = path.split_last() else { return leaf.clone() };
    let half = split(many);
    if at < half {
        sha256(&[&[1], &led_to(leaf, at, half, rest), beside])
    } else {
        sha256(&[&[1], beside, &led_to(leaf, at - half, many - half, rest)])
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// The leaf of a line, by what the line says.
fn leaf(line: &str) -> Hash {
    let line: Value = serde_json::from_str(line).unwrap();
    let chain = Uuid::parse_str(line["chain"].as_str().unwrap()).unwrap();
    let mut parts = vec![
        b"regcred/link/v1".to_vec(),
        chain.as_bytes().to_vec(),
        line["link"].as_i64().unwrap().to_be_bytes().to_vec(),
        line["kind"].as_str().unwrap().as_bytes().to_vec(),
    ];
    for field in line["fields"].as_array().unwrap() {
        parts.push(match field.as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => bytes(field["hex"].as_str().unwrap()),
        });
    }
    let mut entry = vec![0];
    for part in parts {
        entry.extend((part.len() as u64).to_be_bytes());
        entry.extend(part);
    }
    sha256(&[&entry])
}

/// Verifies the note with the key; gives the size and the root.
fn checkpoint(note: &str, key: &str) -> (usize, Hash) {
    let (text, signatures) = note.rsplit_once("\n\n").unwrap();
    let text = format!("{text}\n");
    let parts: Vec<&str> = key.splitn(3, '+').collect();
    let public = STANDARD.decode(parts[2]).unwrap();
    let id = &sha256(&[parts[0].as_bytes(), b"\n", &public])[..4];
    assert_eq!((bytes(parts[1]).as_slice(), public[0]), (id, 1));
    let line = signatures.lines().next().unwrap().strip_prefix("\u{2014} ").unwrap();
    let (name, signature) = line.split_once(' ').unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    assert_eq!((name, &signature[..4]), (parts[0], id));
    let key = UnparsedPublicKey::new(&ED25519, &public[1..]);
    key.verify(text.as_bytes(), &signature[4..]).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, parts[0]));
    (lines[1].parse().unwrap(), STANDARD.decode(lines[2]).unwrap())
}

#[tokio::test]
async fn what_the_product_prints_is_verified_by_another_implementation() {
    let machine = Machine::set_up().await;
    let key = keys(&machine).remove(0);
    for email in ["kim@example.com", "lou@example.com", "mia@example.com"] {
        let add = ["user", "add", "--email", email, "--name", "J\u{fc}rgen \"J\"\u{1f511}"];
        machine.run_with(&add, crate::app::PASSWORD.as_bytes()).done();
        machine.run(&["project", "member", "add", "acme", email, "viewer"]).done();
    }
    let note = fs::read_to_string(kept(&machine, "checkpoint", &CHECKPOINT)).unwrap();
    let (size, root) = checkpoint(&note, &key);
    // That it was exported is an event, so the proofs are made before.
    let proof = |at: usize| {
        let link = (at + 1).to_string();
        machine.run(&["audit", "proof", &link, "--project", "acme"]).done()
    };
    let proofs: Vec<String> = (0..size).map(proof).collect();
    let export = fs::read_to_string(exported(&machine, "export")).unwrap();
    let leaves: Vec<Hash> = export.lines().map(leaf).collect();
    assert_eq!((leaves.len(), head(&leaves)), (size, root.clone()));

    for (at, proof) in proofs.iter().enumerate() {
        let (proof, rest) = proof.split_once("\n\n").unwrap();
        let lines: Vec<&str> = proof.lines().collect();
        assert_eq!(lines[..2], ["c2sp.org/tlog-proof@v1", &*format!("index {at}")]);
        let path: Vec<Hash> =
            lines[2..].iter().map(|hash| STANDARD.decode(hash).unwrap()).collect();
        assert_eq!(led_to(&leaves[at], at, size, &path), root);
        assert_eq!(checkpoint(rest, &key), (size, root.clone()));
    }
}
