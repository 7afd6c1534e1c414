//! Signed notes with Ed25519 (`c2sp.org/signed-note`).

use crate::crypto::digest::sha256_of;
use crate::crypto::signature::ed25519_holds;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use std::fmt;

/// Ed25519 over the text of the note.
const ED25519: u8 = 1;
/// Bytes that a note has at most. Sixteen signatures of any kind fit.
const LONGEST: usize = 256 * 1024;
/// Signatures that are looked at.
const SIGNATURES: usize = 64;

/// Why a note proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("This is not a signed note.")]
    Malformed,
    #[error("The note is signed, but it is not a checkpoint.")]
    NoCheckpoint,
    #[error("The checkpoint is not signed with any of the given keys.")]
    UnknownKey,
    #[error(
        "A signature of the checkpoint is wrong: the checkpoint was changed, or the key is not the one that signed it."
    )]
    WrongSignature,
}

/// The public half of a key that signs notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    name: String,
    public: [u8; 32],
}

impl Key {
    /// `None` when no key may have that name.
    pub fn new(name: &str, public: [u8; 32]) -> Option<Self> {
        is_name(name).then(|| Self { name: name.to_owned(), public })
    }

    /// Reads what Display writes: `NAME+ID+KEY`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, public) = read_vkey(text, ED25519)?;
        Self::new(name, public)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What signatures call it, beside its name.
    fn id(&self) -> [u8; 4] {
        key_id(&self.name, ED25519, &self.public)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&vkey(&self.name, ED25519, &self.public))
    }
}

/// The id of a key of that kind, which stands beside its name.
pub(super) fn key_id(name: &str, kind: u8, public: &[u8; 32]) -> [u8; 4] {
    let hash = sha256_of(&[name.as_bytes(), b"\n", &[kind], public]);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// A key of that kind as people hand it on: `NAME+ID+KEY`.
pub(super) fn vkey(name: &str, kind: u8, public: &[u8; 32]) -> String {
    let key = [&[kind][..], public].concat();
    let id = HEXLOWER.encode(&key_id(name, kind, public));
    format!("{name}+{id}+{}", STANDARD.encode(key))
}

/// The name and the key in what [`vkey`] writes; `None` for anything else, and for keys of another kind.
pub(super) fn read_vkey(text: &str, kind: u8) -> Option<(&str, [u8; 32])> {
    let mut parts = text.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let key = STANDARD.decode(key).ok()?;
    let (found, public) = key.split_first()?;
    let public = <[u8; 32]>::try_from(public).ok()?;
    let has_id = HEXLOWER.encode(&key_id(name, kind, &public)) == id;
    (is_name(name) && *found == kind && has_id).then_some((name, public))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A text with its signatures, which are not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl Note {
    /// # Errors
    /// `Malformed` when it is none.
    pub fn parse(note: &str) -> Result<Self, Problem> {
        let is_strange = |c: char| c < ' ' && c != '\n';
        if note.len() > LONGEST || note.contains(is_strange) {
            return Err(Problem::Malformed);
        }
        let at = note.rfind("\n\n").ok_or(Problem::Malformed)?;
        let (text, signatures) = (&note[..=at], &note[at + 2..]);
        let lines = signatures.strip_suffix('\n').ok_or(Problem::Malformed)?.split('\n');
        let signatures: Option<Vec<Signature>> = lines.map(signature).collect();
        let signatures = signatures.ok_or(Problem::Malformed)?;
        if signatures.len() > SIGNATURES {
            return Err(Problem::Malformed);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// What it says, whoever has signed it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of each signature under that name and id.
    pub(super) fn signatures_of(&self, name: &str, id: [u8; 4]) -> impl Iterator<Item = &[u8]> {
        let is_its = move |one: &&Signature| one.name == name && one.id == id;
        self.signatures.iter().filter(is_its).map(|one| one.bytes.as_slice())
    }

    /// The text, if one of the keys has signed it and no signature of them is wrong. Those of other keys
    /// say nothing.
    ///
    /// # Errors
    /// Why it is not to be believed.
    pub fn verified(&self, keys: &[Key]) -> Result<&str, Problem> {
        let mut is_signed = false;
        for signature in &self.signatures {
            let is_its = |key: &&Key| key.name == signature.name && key.id() == signature.id;
            for key in keys.iter().filter(is_its) {
                if !ed25519_holds(&key.public, self.text.as_bytes(), &signature.bytes) {
                    return Err(Problem::WrongSignature);
                }
                is_signed = true;
            }
        }
        if is_signed { Ok(&self.text) } else { Err(Problem::UnknownKey) }
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, bytes) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(bytes).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    let is_one = is_name(name) && !bytes.is_empty();
    is_one.then(|| Signature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}

/// The text, which ends with a line break, with these signatures of it.
pub fn signed(text: &str, signatures: &[(Key, [u8; 64])]) -> String {
    let mut note = format!("{text}\n");
    for (key, bytes) in signatures {
        note.push_str(&line(&key.name, key.id(), bytes));
    }
    note
}

/// The line of a signature.
pub(super) fn line(name: &str, id: [u8; 4], bytes: &[u8]) -> String {
    let signature = STANDARD.encode([id.as_slice(), bytes].concat());
    format!("\u{2014} {name} {signature}\n")
}
