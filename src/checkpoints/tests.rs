//! Against the vectors of others: those of the reference implementation of RFC 6962, and the note that
//! describes signed notes.

mod cosigned;
mod exported;

use super::checkpoint::{Checkpoint, origin};
use super::link;
use super::note::{self, Key, Note, Problem};
use super::proof::{self, ProofProblem};
use super::tree::{Frontier, Hash, inclusion, leaf, root, root_of_inclusion};
use crate::crypto::kek::Kek;
use crate::crypto::keyring::Keyring;
use data_encoding::HEXLOWER;
use proptest::prelude::*;
use uuid::Uuid;

const CHAIN: Uuid = Uuid::from_u128(1);

/// The entries of the reference implementation, and the root over so many of them.
const TREE: [(&[u8], &str); 8] = [
    (b"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (b"\x00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (b"\x10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (b" !", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (b"01", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (b"@ABC", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (b"PQRSTUVW", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (b"`abcdefghijklmno", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
];

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn leaves() -> Vec<Hash> {
    TREE.iter().map(|(entry, _)| leaf(entry)).collect()
}

#[test]
fn a_tree_agrees_with_the_reference() {
    let mut frontier = Frontier::default();
    assert_eq!(
        hex(&frontier.root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (entry, expected) in TREE {
        frontier.push(leaf(entry));
        assert_eq!(hex(&frontier.root()), expected);
        assert_eq!(Frontier::from_bytes(&frontier.to_bytes()), Some(frontier.clone()));
    }
    assert_eq!(frontier.size(), 8);
}

#[test]
fn proofs_agree_with_the_reference() {
    let hexes = |index: u64, size: usize| -> Vec<String> {
        inclusion(&leaves()[..size], index).unwrap().iter().map(|hash| hex(hash)).collect()
    };
    assert!(hexes(0, 1).is_empty());
    assert_eq!(hexes(2, 3), ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
    assert_eq!(
        hexes(1, 5),
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ]
    );
    assert_eq!(inclusion(&leaves(), 8), None);
}

#[test]
fn what_is_no_frontier_is_not_read() {
    let mut frontier = Frontier::default();
    for leaf in leaves().into_iter().take(5) {
        frontier.push(leaf);
    }
    let bytes = frontier.to_bytes();
    for length in 0..bytes.len() {
        assert_eq!(Frontier::from_bytes(&bytes[..length]), None, "{length}");
    }
    assert_eq!(Frontier::from_bytes(&[bytes.as_slice(), &[0; 32]].concat()), None);
}

#[test]
fn a_leaf_of_a_link_is_what_its_format_says() {
    // Made by another program, from the description in the room's doc.
    let made = link::leaf(CHAIN, 7, "event", &[b"a", b"", b"\x01\xff"]);
    assert_eq!(hex(&made), "d80e25acfc598d167212e12de301de40cbf16eff27d8d481d68b38998927f0b6");
}

const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn a_note_of_others_is_verified() {
    let key = Key::parse(VKEY).unwrap();
    assert_eq!((key.name(), key.to_string().as_str()), ("PeterNeumann", VKEY));
    let note = Note::parse(NOTE).unwrap();
    assert!(note.verified(std::slice::from_ref(&key)).unwrap().ends_with("problem is.\n"));
    assert_eq!(note.verified(&[]), Err(Problem::UnknownKey));
    // A signature of somebody else is no matter.
    let more = format!("{NOTE}\u{2014} example.com/witness AAAAAAAA\n");
    assert!(Note::parse(&more).unwrap().verified(std::slice::from_ref(&key)).is_ok());
    let changed = Note::parse(&NOTE.replace("answer", "cure")).unwrap();
    assert_eq!(changed.verified(&[key]), Err(Problem::WrongSignature));
    let other = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    assert_eq!(Key::parse(other).unwrap().to_string(), other);
    for text in [
        "",
        "a+b",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWAA==",
    ] {
        assert_eq!(Key::parse(text), None, "{text}");
    }
}

#[test]
fn what_is_no_note_is_refused() {
    let line = "\u{2014} a AAAAAAAA\n";
    for note in [
        String::new(),
        "a\n".to_owned(),
        "a\n\n".to_owned(),
        format!("a\n{line}"),
        format!("a\n\n{line}b\n"),
        format!("a\n\n{}", line.trim_end()),
        format!("a\u{7}\n\n{line}"),
        format!("a\r\n\n{line}"),
        format!("a\n\n{}", line.replace("AAAAAAAA", "AAAA")),
        format!("a\n\n{}", line.repeat(65)),
    ] {
        assert_eq!(Note::parse(&note), Err(Problem::Malformed), "{note}");
    }
    assert!(Note::parse(&format!("a\n\nb\n\n{}", line.repeat(16))).is_ok());
}

/// The example of the standard.
const CHECKPOINT: &str =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

#[test]
fn a_checkpoint_is_read_as_it_is_written() {
    let read = Checkpoint::parse(CHECKPOINT).unwrap();
    assert_eq!((read.origin.as_str(), read.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(read.to_text(), CHECKPOINT);
    assert_eq!(read.chain(), None);
    assert!(Checkpoint::parse(&format!("{CHECKPOINT}more\n")).is_some());
    for text in [
        CHECKPOINT.trim_end(),
        &CHECKPOINT.replace("20852163", "020852163"),
        &CHECKPOINT.replace("20852163", "+20852163"),
        &CHECKPOINT.replace("20852163", "99999999999999999999"),
        &CHECKPOINT.replace("q2I=", "q2I"),
        &CHECKPOINT.replace("example.com/behind-the-sofa", ""),
        &format!("{CHECKPOINT}\n"),
    ] {
        assert_eq!(Checkpoint::parse(text), None, "{text}");
    }
    for number in [1, 2, 10] {
        let origin = origin("regcred.example.com:8443", CHAIN, number);
        let named = Checkpoint { origin, size: 0, root: [0; 32] };
        assert_eq!(named.chain(), Some((CHAIN, number)));
    }
    let twice = Checkpoint { origin: format!("a/chain/{CHAIN}/1"), size: 0, root: [0; 32] };
    assert_eq!(twice.chain(), None, "the first has no number");
}

/// A checkpoint of that size and root, signed with a new key.
fn signed(size: u64, root: Hash) -> (String, Key) {
    let kek = Kek::generate().unwrap();
    let keys = Keyring::generate_missing(&kek, &[]).unwrap();
    let ring = Keyring::unlock(&kek, None, &keys).unwrap();
    let origin = origin("regcred.example.com", CHAIN, 1);
    let text = Checkpoint { origin: origin.clone(), size, root }.to_text();
    let signatures: Vec<(Key, [u8; 64])> = ring
        .sign_checkpoint(text.as_bytes())
        .unwrap()
        .into_iter()
        .map(|(public, signature)| (Key::new(&origin, public).unwrap(), signature))
        .collect();
    (note::signed(&text, &signatures), signatures[0].0.clone())
}

#[test]
fn a_key_signs_for_its_own_origin_only() {
    let (note, key) = signed(1, [7; 32]);
    assert_eq!(Checkpoint::open(&note, std::slice::from_ref(&key)).unwrap().size, 1);
    let another = note.replace("regcred.example.com", "other.example.com");
    assert_eq!(Checkpoint::open(&another, &[key]), Err(Problem::UnknownKey));
    assert_eq!(Checkpoint::open(NOTE, &[]), Err(Problem::NoCheckpoint));
}

#[test]
fn a_proof_is_of_one_link_in_one_place() {
    let leaves = leaves();
    let (note, key) = signed(8, root(&leaves));
    let keys = [key];
    let written = proof::write(5, &inclusion(&leaves, 5).unwrap(), &note);
    assert!(written.starts_with("c2sp.org/tlog-proof@v1\nindex 5\n"), "{written}");
    assert_eq!(proof::verify(&written, leaves[5], &keys).unwrap().0, 5);
    assert_eq!(proof::link(&written), Some(6));
    assert_eq!(proof::verify(&written, leaves[4], &keys), Err(ProofProblem::Wrong));
    let moved = written.replace("index 5", "index 4");
    assert_eq!(proof::verify(&moved, leaves[5], &keys), Err(ProofProblem::Wrong));
    let extra = written.replace("index 5", "extra AAAA\nindex 5");
    assert!(proof::verify(&extra, leaves[5], &keys).is_ok());
    for text in ["", "index 5", &written.replace("index 5", "index 05"), &written[..60]] {
        assert_eq!(proof::verify(text, leaves[5], &keys), Err(ProofProblem::Malformed), "{text}");
    }
    let unsigned = proof::verify(&written, leaves[5], &[]);
    assert_eq!(unsigned, Err(ProofProblem::Note(Problem::UnknownKey)));
}

proptest! {
    #[test]
    fn every_link_of_every_tree_is_proved_in_its_place_only(size in 1_u64..70, at in 0_u64..70) {
        let all: Vec<Hash> = (0..size).map(|number| leaf(&number.to_be_bytes())).collect();
        let at = at % size;
        let path = inclusion(&all, at).unwrap();
        for index in 0..size {
            let of = all[usize::try_from(at).unwrap()];
            let leads = root_of_inclusion(of, index, size, &path) == Some(root(&all));
            prop_assert_eq!(leads, index == at);
        }
    }
}
