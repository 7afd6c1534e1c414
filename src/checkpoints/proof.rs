//! Proofs that one link is in a tree (`c2sp.org/tlog-proof`).

use super::checkpoint::Checkpoint;
use super::note::{Key, Problem};
use super::tree::{Hash, root_of_inclusion};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// No tree is deeper.
const DEPTH: usize = 64;

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofProblem {
    #[error("This is not a proof of an audit event.")]
    Malformed,
    #[error(transparent)]
    Note(#[from] Problem),
    #[error("The proof does not lead from this event to the checkpoint.")]
    Wrong,
}

/// The proof as a file: the leaf with that index is in the tree of the checkpoint, which is given as the note
/// that was signed.
pub fn write(index: u64, path: &[Hash], note: &str) -> String {
    let path: String = path.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
    format!("{FIRST_LINE}\nindex {index}\n{path}\n{note}")
}

/// Whether the proof shows that the leaf is in the tree of its checkpoint, which one of the keys has signed:
/// the index of the leaf, and the checkpoint.
///
/// # Errors
/// Why it does not.
pub fn verify(proof: &str, leaf: Hash, keys: &[Key]) -> Result<(u64, Checkpoint), ProofProblem> {
    let (index, path, note) = read(proof).ok_or(ProofProblem::Malformed)?;
    let checkpoint = Checkpoint::open(note, keys)?;
    let root = root_of_inclusion(leaf, index, checkpoint.size, &path);
    if root == Some(checkpoint.root) { Ok((index, checkpoint)) } else { Err(ProofProblem::Wrong) }
}

/// The number of the link that the proof is of.
pub fn link(proof: &str) -> Option<i64> {
    let (index, ..) = read(proof)?;
    i64::try_from(index).ok()?.checked_add(1)
}

/// The index, the hashes and the note.
fn read(proof: &str) -> Option<(u64, Vec<Hash>, &str)> {
    let rest = proof.strip_prefix(FIRST_LINE)?.strip_prefix('\n')?;
    let (head, note) = rest.split_once("\n\n")?;
    let mut lines = head.split('\n').peekable();
    // What it says beside the proof proves nothing.
    let _ = lines.next_if(|line| line.starts_with("extra "));
    let index = lines.next()?.strip_prefix("index ")?;
    let is_plain = index == "0" || !index.starts_with(['0', '+']);
    let index = index.parse().ok().filter(|_| is_plain)?;
    let hash = |line: &str| Hash::try_from(STANDARD.decode(line).ok()?).ok();
    let path: Vec<Hash> = lines.take(DEPTH + 1).map(hash).collect::<Option<_>>()?;
    (path.len() <= DEPTH).then_some((index, path, note))
}
