//! Exports are verified with files alone: no database, no settings, no secrets.

use super::Action;
use crate::checkpoints::checkpoint::Checkpoint;
use crate::checkpoints::cosignature::{Cosignature, WitnessKey};
use crate::checkpoints::export::{self, Missing, Verified, find};
use crate::checkpoints::note::{Key, Note};
use crate::checkpoints::proof;
use crate::commands::failure::Failure;
use crate::commands::output::count;
use crate::domain::moment::Moment;
use crate::domain::witness::Witnessed;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Bytes that a checkpoint or a proof has at most.
const LONGEST: u64 = 1024 * 1024;

/// What some programs begin a text in UTF-8 with.
const MARK: char = '\u{feff}';

/// The files of one verification.
pub(super) struct ToVerify<'a> {
    export: &'a Path,
    checkpoint: &'a [std::path::PathBuf],
    proof: Option<&'a Path>,
    keys: &'a [Key],
    witnesses: &'a [WitnessKey],
}

impl<'a> ToVerify<'a> {
    /// What is to be verified without a database, if that was asked for.
    pub(super) fn of(action: &'a Action) -> Option<Self> {
        let Action::Verify { export: Some(export), checkpoint, key, proof, witness, .. } = action
        else {
            return None;
        };
        let proof = proof.as_deref();
        Some(Self { export, checkpoint, proof, keys: key, witnesses: witness })
    }

    pub(super) fn verified(&self) -> Result<(Value, String, bool), Failure> {
        if let Some(proof) = self.proof {
            return self.one_event(proof);
        }
        let mut found: Option<(Verified, Checkpoint, Vec<Witnessed>)> = None;
        for file in self.checkpoint {
            let said = |problem: String| match self.checkpoint.len() {
                1 => Failure::said(problem),
                _ => Failure::said(format!("{}: {problem}", file.display())),
            };
            let note = one_note(file)?;
            let checkpoint = Checkpoint::open(&note, self.keys);
            let checkpoint = checkpoint.map_err(|problem| said(problem.to_string()))?;
            let cosigned = are_witnesses(&note, self.witnesses)?;
            let done = export::verify(BufReader::new(self.open()?), &checkpoint);
            let done = done.map_err(|problem| said(problem.to_string()))?;
            // The one that covers the most says what holds.
            found = found
                .filter(|(known, ..)| known.links > done.links)
                .or(Some((done, checkpoint, cosigned)));
        }
        let Some((done, checkpoint, cosigned)) = found else {
            return Err(Failure::said(
                "Name the checkpoint that the export is verified against: --checkpoint FILE.",
            ));
        };
        let (links, origin) = (count(done.links, "link"), &checkpoint.origin);
        let mut text = format!("The export holds: {links} as in the checkpoint of {origin}.");
        if done.removed > 0 {
            let removed = count(done.removed, "link");
            text +=
                &format!(" Of {removed}, the export has only the hash, and not what was recorded.");
        }
        if done.beyond > 0 {
            let beyond = count(done.beyond, "link");
            text += &format!(" The checkpoint says nothing about the last {beyond}.");
        }
        let mut document = json!({
            "origin": origin, "links": done.links, "removed": done.removed, "beyond": done.beyond,
        });
        if !cosigned.is_empty() {
            let said: Vec<String> = cosigned.iter().map(Witnessed::to_text).collect();
            text += &format!(" {}", said.join(" "));
            document["witnesses"] = json!(cosigned);
        }
        Ok((document, text, true))
    }

    /// Whether the proof shows that a line of the export is in the chain.
    fn one_event(&self, proof: &Path) -> Result<(Value, String, bool), Failure> {
        let said = |problem: proof::ProofProblem| Failure::said(problem.to_string());
        let proof = one_note(proof)?;
        let link = proof::link(&proof).ok_or_else(|| said(proof::ProofProblem::Malformed))?;
        let line = match find(BufReader::new(self.open()?), link) {
            Ok(line) => line,
            Err(Missing::Unreadable(cause)) => return Err(unreadable(self.export, &cause)),
            Err(missing) => {
                return Err(Failure::said(format!("The proof is of link {link}, and {missing}")));
            }
        };
        let leaf = line.leaf().ok_or_else(|| said(proof::ProofProblem::Wrong))?;
        let (_, checkpoint) = proof::verify(&proof, leaf, self.keys).map_err(said)?;
        let origin = checkpoint.origin;
        let is_removed = line.is_removed();
        let text = if is_removed {
            format!(
                "The hash of link {link} is in the chain of {origin}. The line does not have what the link recorded, so that is not proven."
            )
        } else {
            format!("Link {link} is in the chain of {origin}, as it was exported.")
        };
        let document = json!({"origin": origin, "link": link, "removed": is_removed});
        Ok((document, text, true))
    }

    fn open(&self) -> Result<File, Failure> {
        File::open(self.export).map_err(|cause| unreadable(self.export, &cause))
    }
}

/// What these witnesses have said of the checkpoint in the note.
///
/// # Errors
/// When one of them has not cosigned it.
pub(super) fn are_witnesses(note: &str, keys: &[WitnessKey]) -> Result<Vec<Witnessed>, Failure> {
    let note = Note::parse(note).map_err(|problem| Failure::said(problem.to_string()))?;
    let one = |key: &WitnessKey| -> Result<Witnessed, Failure> {
        let name = key.name().to_owned();
        let cosignature = Cosignature::on(&note, key)
            .map_err(|problem| Failure::said(format!("{name}: {problem}")))?;
        let at = Some(Moment(0).plus_seconds(cosignature.at()));
        Ok(Witnessed { name, at, later: None, waiting: None })
    };
    keys.iter().map(one).collect()
}

/// A note in a file, with or without empty lines behind it. No note has what other programs put into such a file: a
/// mark before it, and line ends of two characters.
pub(super) fn one_note(file: &Path) -> Result<String, Failure> {
    let text = read(file)?.replace("\r\n", "\n");
    Ok(format!("{}\n", text.trim_start_matches(MARK).trim_end()))
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    read.map_err(|cause| unreadable(path, &cause))?;
    Ok(text)
}

fn unreadable(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::said(format!("{} cannot be read: {cause}.", path.display()))
}
