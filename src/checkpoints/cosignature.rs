//! Cosignatures of witnesses (`c2sp.org/tlog-cosignature`), with Ed25519. By one, a witness says that at that
//! time the tree of the checkpoint was the longest that it had seen under this name, and that it went on from
//! all that the witness had seen before. Cosignatures of other kinds say nothing here.

use super::note::{self, Note, key_id, line, read_vkey};
use crate::crypto::signature::ed25519_holds;
use data_encoding::HEXLOWER;
use std::fmt;

/// Ed25519 over the text of a checkpoint and a time.
const ED25519: u8 = 4;
const FIRST_LINE: &str = "cosignature/v1";

/// Why a witness has said nothing of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureProblem {
    #[error("The answer of the witness has no signature lines.")]
    Malformed,
    #[error("The checkpoint has no cosignature of this witness.")]
    Missing,
    #[error(
        "The cosignature of this witness is wrong: the checkpoint was changed, or the key is not that of the witness."
    )]
    Wrong,
}

/// The public key of a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    public: [u8; 32],
}

impl WitnessKey {
    /// Reads what Display writes: `NAME+ID+KEY`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, public) = read_vkey(text, ED25519)?;
        Some(Self { name: name.to_owned(), public })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// `NAME+ID`: which key of that name it is.
    pub fn short(&self) -> String {
        format!("{}+{}", self.name, HEXLOWER.encode(&self.id()))
    }

    fn id(&self) -> [u8; 4] {
        key_id(&self.name, ED25519, &self.public)
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&note::vkey(&self.name, ED25519, &self.public))
    }
}

/// A cosignature that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Seconds since 1970.
    at: i64,
    signature: [u8; 64],
}

impl Cosignature {
    /// Reads what [`Cosignature::to_bytes`] writes; `None` unless it is one of this text by this key.
    pub fn of(text: &str, bytes: &[u8], key: &WitnessKey) -> Option<Self> {
        let (at, signature) = bytes.split_first_chunk::<8>()?;
        // The standard has no cosignature without a time.
        let at = i64::try_from(u64::from_be_bytes(*at)).ok().filter(|at| *at > 0)?;
        let signature = <[u8; 64]>::try_from(signature).ok()?;
        let message = format!("{FIRST_LINE}\ntime {at}\n{text}");
        let holds = ed25519_holds(&key.public, message.as_bytes(), &signature);
        holds.then_some(Self { at, signature })
    }

    /// The one of this witness on the note, the newest if there are several.
    ///
    /// # Errors
    /// `Missing` when there is none; `Wrong` when one does not hold.
    pub fn on(note: &Note, key: &WitnessKey) -> Result<Self, CosignatureProblem> {
        let mut found = None;
        for bytes in note.signatures_of(&key.name, key.id()) {
            let one = Self::of(note.text(), bytes, key).ok_or(CosignatureProblem::Wrong)?;
            found = found.filter(|other: &Self| other.at > one.at).or(Some(one));
        }
        found.ok_or(CosignatureProblem::Missing)
    }

    /// Seconds since 1970, by the clock of the witness.
    pub fn at(&self) -> i64 {
        self.at
    }

    /// `u64(time) ‖ signature`
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.at.to_be_bytes().as_slice(), &self.signature].concat()
    }

    /// The line that it is on a note.
    pub fn line(&self, key: &WitnessKey) -> String {
        line(&key.name, key.id(), &self.to_bytes())
    }
}
