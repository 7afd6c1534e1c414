//! What a log and a witness say to each other (`c2sp.org/tlog-witness`).

use super::checkpoint::number;
use super::cosignature::{Cosignature, CosignatureProblem, WitnessKey};
use super::note::Note;
use super::tree::Hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a witness is sent: the checkpoint, and the proof that it goes on from the size that the witness has.
pub fn request(old: u64, proof: &[Hash], note: &str) -> String {
    let proof: String = proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
    format!("old {old}\n{proof}\n{note}")
}

/// The cosignature in the answer to a checkpoint with that text. Lines of other keys say nothing.
///
/// # Errors
/// When the answer has none that holds.
pub fn cosigned(
    text: &str,
    answer: &[u8],
    key: &WitnessKey,
) -> Result<Cosignature, CosignatureProblem> {
    let lines = std::str::from_utf8(answer).map_err(|_| CosignatureProblem::Malformed)?;
    let note = Note::parse(&format!("{text}\n{lines}"));
    // Whoever answers with more text would have signed that.
    let note = note.ok().filter(|note| note.text() == text);
    Cosignature::on(&note.ok_or(CosignatureProblem::Malformed)?, key)
}

/// The size of the tree that the witness has, in its answer to another one.
pub fn size(answer: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(answer).ok()?;
    number(text.strip_suffix('\n').unwrap_or(text))
}
