//! Checkpoints of a tree (`c2sp.org/tlog-checkpoint`).

use super::note::{Key, Note, Problem};
use super::tree::Hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// What stands between the host and the id of the chain.
const CHAIN: &str = "/chain/";

/// What a tree was like at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which tree it is.
    pub origin: String,
    /// How many links it has.
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the text of a note. Lines after the third say nothing here.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let size = number(size)?;
        let root = STANDARD.decode(root).ok()?.try_into().ok()?;
        let is_whole = !origin.is_empty() && lines.all(|line| !line.is_empty());
        is_whole.then(|| Self { origin: origin.to_owned(), size, root })
    }

    /// The checkpoint in a note that one of the keys has signed. A key signs for the origin that it is named
    /// after, and for no other.
    ///
    /// # Errors
    /// Why it is not to be believed.
    pub fn open(note: &str, keys: &[Key]) -> Result<Self, Problem> {
        let note = Note::parse(note)?;
        let claimed = note.claimed().ok_or(Problem::NoCheckpoint)?;
        let is_for_it = |key: &&Key| key.name() == claimed.origin;
        let keys: Vec<Key> = keys.iter().filter(is_for_it).cloned().collect();
        Self::parse(note.verified(&keys)?).ok_or(Problem::NoCheckpoint)
    }

    /// The chain that the origin names, and which tree over it, from 1 on.
    pub fn chain(&self) -> Option<(Uuid, u32)> {
        chain_of(&self.origin)
    }
}

impl Note {
    /// What it says, whoever has signed it: to find out which keys can have.
    pub fn claimed(&self) -> Option<Checkpoint> {
        Checkpoint::parse(self.text())
    }
}

/// The name of a tree over the chain; the first is number 1.
pub fn origin(host: &str, chain: Uuid, number: u32) -> String {
    let first = format!("{host}{CHAIN}{chain}");
    if number <= 1 { first } else { format!("{first}/{number}") }
}

/// A size as it is written: in decimal, without a zero before it.
pub(super) fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let is_plain = is_number && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

fn chain_of(name: &str) -> Option<(Uuid, u32)> {
    let (_, rest) = name.rsplit_once(CHAIN)?;
    let (id, number) = match rest.split_once('/') {
        Some((id, number)) => (id, number.parse().ok().filter(|number| *number > 1)?),
        None => (rest, 1),
    };
    Some((Uuid::parse_str(id).ok()?, number))
}
