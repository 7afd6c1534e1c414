//! Exports of a chain: a line for each link. The format is in the room's doc.

mod found;

pub use found::{Missing, find};

use super::checkpoint::Checkpoint;
use super::link;
use super::tree::{Frontier, Hash};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read};
use uuid::Uuid;

/// Bytes that a line has at most: more than a request with as many receipts as there can be.
const LONGEST: u64 = 256 * 1024 * 1024;

/// One link of an export. No member but these is proved by the leaf, so a line with another one is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    chain: Uuid,
    link: i64,
    /// With the fields what the link says; not there when only its leaf is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<Field>>,
    /// In hex.
    leaf: String,
}

/// The bytes of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Field {
    Text(String),
    Bytes(Hex),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hex {
    hex: String,
}

impl Field {
    /// Text where it can be read as text.
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains(char::is_control) => Self::Text(text.to_owned()),
            _ => Self::Bytes(Hex { hex: HEXLOWER.encode(bytes) }),
        }
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.as_bytes().to_vec()),
            Self::Bytes(Hex { hex }) => HEXLOWER.decode(hex.as_bytes()).ok(),
        }
    }
}

impl Line {
    /// The line of a link.
    pub fn new(chain: Uuid, number: i64, kind: &str, fields: &[&[u8]]) -> Self {
        let leaf = HEXLOWER.encode(&link::leaf(chain, number, kind, fields));
        let fields = fields.iter().map(|field| Field::of(field)).collect();
        Self { chain, link: number, kind: Some(kind.to_owned()), fields: Some(fields), leaf }
    }

    /// The line of a link of which only the leaf is left.
    pub fn removed(chain: Uuid, number: i64, leaf: &Hash) -> Self {
        Self { chain, link: number, kind: None, fields: None, leaf: HEXLOWER.encode(leaf) }
    }

    /// The line as it stands in an export, with its end.
    pub fn to_text(&self) -> String {
        // Text, numbers and hex are always JSON.
        serde_json::to_string(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// The number of the link.
    pub fn number(&self) -> i64 {
        self.link
    }

    /// Whether only its leaf is left.
    pub fn is_removed(&self) -> bool {
        self.kind.is_none()
    }

    /// Its leaf, if what it says has just that one.
    pub fn leaf(&self) -> Option<Hash> {
        let leaf = Hash::try_from(HEXLOWER.decode(self.leaf.as_bytes()).ok()?).ok()?;
        let (kind, fields) = match (&self.kind, &self.fields) {
            (None, None) => return Some(leaf),
            (kind, fields) => (kind.as_ref()?, fields.as_ref()?),
        };
        let fields: Vec<Vec<u8>> = fields.iter().map(Field::bytes).collect::<Option<_>>()?;
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        (link::leaf(self.chain, self.link, kind, &fields) == leaf).then_some(leaf)
    }
}

/// Why an export does not hold.
#[derive(Debug, thiserror::Error)]
pub enum ExportProblem {
    #[error("The export cannot be read: {0}.")]
    Unreadable(#[from] io::Error),
    #[error(
        "The export cannot be read at link 1. It must be an export with the format links, in UTF-8 and not packed. If it is, the line was changed."
    )]
    NotLinks,
    #[error("The export is of another chain than the checkpoint, from link {0} on.")]
    OtherChain(i64),
    /// The first link that is wrong.
    #[error(
        "The export is wrong at link {0}: the line was changed, or is not the one that follows."
    )]
    Wrong(i64),
    #[error(
        "The export ends before link {0}, and the checkpoint covers more links. An export records itself in the chain: sign the checkpoint first, and export after it."
    )]
    Short(i64),
    #[error(
        "The export is not what the checkpoint was made of. Each of its {0} lines agrees with its own leaf, so it does not show which one was changed."
    )]
    OtherRoot(u64),
}

/// What an export was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Links that the checkpoint covers. All of them are in the export, as they were when it was signed.
    pub links: u64,
    /// Those of them of which only the leaf is left.
    pub removed: u64,
    /// Links behind them, of which the checkpoint says nothing.
    pub beyond: u64,
}

/// Checks every line of the export against the checkpoint, which is believed. It needs no more memory
/// than one line has.
///
/// # Errors
/// The first that is wrong.
pub fn verify(
    mut export: impl BufRead,
    checkpoint: &Checkpoint,
) -> Result<Verified, ExportProblem> {
    let chain = checkpoint.chain().map(|(chain, _)| chain);
    let (mut frontier, mut text) = (Frontier::default(), Vec::new());
    let (mut removed, mut beyond) = (0, 0_u64);
    loop {
        text.clear();
        export.by_ref().take(LONGEST).read_until(b'\n', &mut text)?;
        if text.is_empty() {
            break;
        }
        let is_beyond = frontier.size() == checkpoint.size;
        // An editor may leave an empty line at the end.
        if is_beyond && text.trim_ascii().is_empty() {
            continue;
        }
        let number = next(&frontier).saturating_add(i64::try_from(beyond).unwrap_or(i64::MAX));
        let is_first = frontier.size() == 0 && beyond == 0;
        let read = serde_json::from_slice::<Line>(if is_first { unmarked(&text) } else { &text });
        // Another format, or what a program made of the file, is not yet a change.
        let line = match read {
            Err(_) if is_first => return Err(ExportProblem::NotLinks),
            other => other.ok().filter(|line| line.link == number),
        };
        let line = line.ok_or(ExportProblem::Wrong(number))?;
        if chain.is_some_and(|chain| chain != line.chain) {
            return Err(ExportProblem::OtherChain(number));
        }
        let leaf = line.leaf().ok_or(ExportProblem::Wrong(number))?;
        if is_beyond {
            beyond += 1;
            continue;
        }
        removed += u64::from(line.is_removed());
        frontier.push(leaf);
    }
    if frontier.size() < checkpoint.size {
        return Err(ExportProblem::Short(next(&frontier)));
    }
    if frontier.root() != checkpoint.root {
        return Err(ExportProblem::OtherRoot(checkpoint.size));
    }
    Ok(Verified { links: checkpoint.size, removed, beyond })
}

/// The text of a file without the mark of UTF-8, which some programs put before it.
fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

fn next(frontier: &Frontier) -> i64 {
    i64::try_from(frontier.size()).unwrap_or(i64::MAX).saturating_add(1)
}
