//! Cosignatures, and the proofs that witnesses ask for.

use super::{CHECKPOINT, hex, leaves, signed};
use crate::checkpoints::cosignature::{Cosignature, CosignatureProblem, WitnessKey};
use crate::checkpoints::note::{Key, Note};
use crate::checkpoints::tree::{Consistency, Frontier, Hash, leaf, root};
use crate::checkpoints::witness;

// Made by another program, from the text of the standard: a key, and what it has said of the checkpoint of
// the standard at two times.
const WITNESS: &str =
    "witness.example.com/w1+a0059f11+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const EARLIER: &str = "\u{2014} witness.example.com/w1 oAWfEQAAAABkGFDLBuRDazBLVac2NE+Y+IjbjQOcXLfF9CSDZVUIoS83rE1nFZsVE8YiWV6Ngr7lV8H6bdoBQGP/l73euDMQ9k+bBQ==\n";
const LATER: &str = "\u{2014} witness.example.com/w1 oAWfEQAAAABkGFDMBRocFhIfGI4BW+XkmvI7A5yZUKbVLmeMT5oQ4iOZk7VEHCqmAisG5bqo+CppoqTayDOVz70+dTcaf3yNL+1CCA==\n";
const AT: i64 = 1_679_315_147;

fn key() -> WitnessKey {
    WitnessKey::parse(WITNESS).unwrap()
}

fn cosigned(lines: &str) -> Result<i64, CosignatureProblem> {
    witness::cosigned(CHECKPOINT, lines.as_bytes(), &key()).map(|one| one.at())
}

/// The tree over these leaves.
fn grown(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier
}

/// The proof that the tree over all of these leaves goes on from the tree over the first ones.
fn consistency(leaves: &[Hash], before: usize) -> Vec<Hash> {
    let mut proof = Consistency::new(&grown(&leaves[..before]), leaves.len() as u64);
    for leaf in &leaves[before..] {
        proof.push(*leaf);
    }
    proof.path()
}

/// The same as RFC 6962 defines it.
fn defined(leaves: &[Hash], before: usize, is_whole: bool) -> Vec<Hash> {
    if before == leaves.len() {
        return if is_whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, beside) = if before <= left.len() {
        (defined(left, before, is_whole), right)
    } else {
        (defined(right, before - left.len(), false), left)
    };
    path.push(root(beside));
    path
}

#[test]
fn a_cosignature_of_others_is_verified() {
    let key = key();
    assert_eq!((key.name(), key.to_string().as_str()), ("witness.example.com/w1", WITNESS));
    assert!(WITNESS.starts_with(&format!("{}+", key.short())));
    let one = witness::cosigned(CHECKPOINT, EARLIER.as_bytes(), &key).unwrap();
    assert_eq!((one.at(), one.line(&key).as_str()), (AT, EARLIER));
    assert_eq!(Cosignature::of(CHECKPOINT, &one.to_bytes(), &key), Some(one));
    // The newest counts, wherever it stands, and lines of others say nothing.
    let other = "\u{2014} other.example.com AAAAAAAA\n";
    assert_eq!(cosigned(&format!("{LATER}{other}{EARLIER}")), Ok(AT + 1));
    assert_eq!(cosigned(&format!("{EARLIER}{LATER}")), Ok(AT + 1));
    assert_eq!(cosigned(other), Err(CosignatureProblem::Missing));
}

#[test]
fn what_a_witness_has_not_said_is_no_cosignature() {
    let changed = CHECKPOINT.replace("20852163", "20852164");
    let done = witness::cosigned(&changed, EARLIER.as_bytes(), &key());
    assert_eq!(done, Err(CosignatureProblem::Wrong));
    // The time is signed, too.
    let bytes = witness::cosigned(CHECKPOINT, EARLIER.as_bytes(), &key()).unwrap().to_bytes();
    for at in [0, 7, 8, 71] {
        let mut wrong = bytes.clone();
        wrong[at] ^= 1;
        assert_eq!(Cosignature::of(CHECKPOINT, &wrong, &key()), None, "{at}");
    }
    assert_eq!(Cosignature::of(CHECKPOINT, &bytes[..71], &key()), None);
    // One that holds does not help one that does not.
    let broken = EARLIER.replace("BkGFDL", "BkGFDK");
    assert_ne!(broken, EARLIER);
    assert_eq!(cosigned(&format!("{LATER}{broken}")), Err(CosignatureProblem::Wrong));
    for lines in ["", "ok\n", EARLIER.trim_end(), &format!("more\n\n{EARLIER}")] {
        assert_eq!(cosigned(lines), Err(CosignatureProblem::Malformed), "{lines}");
    }
}

#[test]
fn a_key_of_a_log_is_none_of_a_witness() {
    let (note, log) = signed(1, [7; 32]);
    assert_eq!(WitnessKey::parse(&log.to_string()), None);
    assert_eq!(Key::parse(WITNESS), None);
    let on = Cosignature::on(&Note::parse(&note).unwrap(), &key());
    assert_eq!(on, Err(CosignatureProblem::Missing));
}

#[test]
fn a_size_is_a_plain_number() {
    for (answer, expected) in [
        ("20852014\n", Some(20_852_014)),
        ("0\n", Some(0)),
        ("7", Some(7)),
        ("", None),
        ("\n", None),
        ("07\n", None),
        ("+7\n", None),
        ("7\n\n", None),
        ("99999999999999999999\n", None),
        ("<html>", None),
    ] {
        assert_eq!(witness::size(answer.as_bytes()), expected, "{answer}");
    }
    assert_eq!(witness::size(b"\xff"), None);
}

#[test]
fn a_request_is_what_the_standard_says() {
    let request = witness::request(7, &[[0; 32], [255; 32]], "note\n");
    let hashes = [format!("{}=", "A".repeat(43)), format!("{}8=", "/".repeat(42))];
    assert_eq!(request, format!("old 7\n{}\n{}\n\nnote\n", hashes[0], hashes[1]));
    assert_eq!(witness::request(0, &[], "note\n"), "old 0\n\nnote\n");
}

#[test]
fn consistency_proofs_agree_with_the_reference() {
    let hexes = |before: usize, size: usize| -> Vec<String> {
        let path = consistency(&leaves()[..size], before);
        path.iter().map(|hash| hex(hash)).collect()
    };
    assert!(hexes(0, 8).is_empty() && hexes(1, 1).is_empty() && hexes(8, 8).is_empty());
    assert_eq!(
        hexes(1, 8),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        hexes(6, 8),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        hexes(2, 5),
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
}

#[test]
fn a_consistency_proof_grows_with_the_depth_of_the_tree_alone() {
    let all: Vec<Hash> = (0..600_u64).map(|number| leaf(&number.to_be_bytes())).collect();
    for before in [1, 255, 256, 257, 511, 599] {
        let path = consistency(&all, before);
        assert!(path.len() <= 11, "{before}: {}", path.len());
    }
}

#[test]
fn consistency_proofs_are_as_they_are_defined_for_every_size() {
    let all: Vec<Hash> = (0..40_u64).map(|number| leaf(&number.to_be_bytes())).collect();
    for size in 1..=all.len() {
        for before in 1..=size {
            let leaves = &all[..size];
            assert_eq!(
                consistency(leaves, before),
                defined(leaves, before, true),
                "{before} {size}"
            );
        }
    }
}
