//! Secrets to plant, and a search that finds them however they were written down.

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use flate2::read::GzDecoder;
use std::collections::BTreeSet;
use std::io::Read;

/// What stands round the random part, so that every way of escaping has something to do.
const FILLERS: [&[u8]; 7] = [
    b"abc",
    b"\"'\\",
    b"\r\n\t ",
    b"&<>%+=;/",
    b"{\"a\":[",
    "\u{e9}\u{4e16}\u{1f511}".as_bytes(),
    &[0xff, 0xfe, 0x80],
];
/// Random parts are looked for in pieces of this length, so that half a leak is found as well.
const PIECE: usize = 16;
/// The most that is unpacked of one gzip member.
const UNPACKED_MAX: u64 = 64 * 1024 * 1024;

/// A secret of 16 to 300 bytes with a random part of 16 or 32 letters and digits in it.
pub struct Canary {
    /// The whole secret.
    pub bytes: Vec<u8>,
    random: String,
}

impl Canary {
    /// A new one; the number decides its length and what else is in it.
    pub fn new(number: usize) -> Self {
        let is_short = number.is_multiple_of(8);
        let random = random(if is_short { PIECE } else { 2 * PIECE });
        let length = if is_short { PIECE } else { 2 * PIECE + number * 37 % 269 };
        let rest = length - random.len();
        let before = rest * (number % 5) / 4;
        let filler = FILLERS[number % FILLERS.len()];
        let mut bytes: Vec<u8> = filler.iter().copied().cycle().take(before).collect();
        bytes.extend_from_slice(random.as_bytes());
        bytes.extend(filler.iter().copied().cycle().take(rest - before));
        // One line end at the end would be dropped, as `--password-stdin` does.
        if let Some(last) = bytes.last_mut().filter(|last| **last == b'\n') {
            *last = b'.';
        }
        Self { bytes, random }
    }

    /// One that is text.
    pub fn text() -> Self {
        let random = random(2 * PIECE);
        Self { bytes: random.clone().into_bytes(), random }
    }

    /// The secret of [`Canary::text`].
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }
}

fn random(length: usize) -> String {
    regcred::crypto::token::random_id().unwrap()[..length].to_owned()
}

/// A search for canaries.
pub struct Search {
    automaton: AhoCorasick,
    /// Of each needle: whose it is, and in which writing.
    needles: Vec<(usize, &'static str)>,
}

impl Search {
    /// For these, which the hits name by their place among them.
    pub fn new<'a>(canaries: impl IntoIterator<Item = &'a Canary>) -> Self {
        let (mut patterns, mut needles) = (Vec::new(), Vec::new());
        for (number, canary) in canaries.into_iter().enumerate() {
            for piece in canary.random.as_bytes().chunks(PIECE) {
                for (writing, pattern) in writings(piece) {
                    patterns.push(pattern);
                    needles.push((number, writing));
                }
            }
        }
        Self { automaton: AhoCorasick::new(patterns).unwrap(), needles }
    }

    /// Who is in these bytes, or in something packed in them, and in which writing.
    pub fn hits(&self, bytes: &[u8]) -> BTreeSet<(usize, &'static str)> {
        let mut hits = self.plain_hits(bytes);
        for unpacked in unpacked(bytes) {
            hits.extend(self.plain_hits(&unpacked));
        }
        hits
    }

    /// Who is in these bytes.
    pub fn who(&self, bytes: &[u8]) -> BTreeSet<usize> {
        self.hits(bytes).into_iter().map(|(number, _)| number).collect()
    }

    /// Stops when any of them is there; says where, and not what.
    pub fn assert_absent(&self, place: &str, bytes: &[u8]) {
        let hits = self.hits(bytes);
        assert!(hits.is_empty(), "{} hits in {place}: {hits:?}", hits.len());
    }

    /// The same, without unpacking anything.
    pub fn plain_hits(&self, bytes: &[u8]) -> BTreeSet<(usize, &'static str)> {
        let found = self.automaton.find_overlapping_iter(bytes);
        found.map(|hit| self.needles[hit.pattern().as_usize()]).collect()
    }
}

/// Every way the piece may be written. It is of letters and digits, so URL-encoding and the escapes
/// of JSON and HTML leave it as it is, unless they escape everything.
fn writings(piece: &[u8]) -> BTreeSet<(&'static str, Vec<u8>)> {
    let each = |write: fn(&u8) -> String| piece.iter().map(write).collect::<String>().into_bytes();
    let mut all = BTreeSet::from([
        ("plain", piece.to_vec()),
        ("hex", each(|byte| format!("{byte:02x}"))),
        ("upper-case hex", each(|byte| format!("{byte:02X}"))),
        ("percent", each(|byte| format!("%{byte:02X}"))),
        ("JSON escapes", each(|byte| format!("\\u{byte:04x}"))),
    ]);
    for shift in 0..3 {
        let shifted = [&b"xx"[..shift], piece].concat();
        // Only the characters that do not depend on what stands before or behind the piece.
        let inner = (8 * shift).div_ceil(6)..8 * shifted.len() / 6;
        for (writing, engine) in [("base64", STANDARD_NO_PAD), ("base64url", URL_SAFE_NO_PAD)] {
            all.insert((writing, engine.encode(&shifted).as_bytes()[inner.clone()].to_vec()));
        }
    }
    all
}

/// What gzip members begin anywhere in the bytes, unpacked as far as they go.
fn unpacked(bytes: &[u8]) -> Vec<Vec<u8>> {
    let starts = bytes.windows(3).enumerate().filter(|(_, window)| *window == [0x1f, 0x8b, 8]);
    let members = starts.map(|(at, _)| {
        let mut out = Vec::new();
        // Most are no gzip at all: what came out until that showed is looked at.
        let _ = GzDecoder::new(&bytes[at..]).take(UNPACKED_MAX).read_to_end(&mut out);
        out
    });
    members.filter(|out| !out.is_empty()).collect()
}
