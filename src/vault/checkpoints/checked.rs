//! A checkpoint that somebody kept, against what is stored.

use super::refused;
use crate::checkpoints::checkpoint::Checkpoint;
use crate::checkpoints::note::{Key, Note, Problem};
use crate::checkpoints::tree::Frontier;
use crate::domain::actor::Operator;
use crate::error::Result;
use crate::vault::Vault;
use uuid::Uuid;

/// A checkpoint of a chain, whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCheckpoint {
    pub chain: Uuid,
    checkpoint: Checkpoint,
}

/// What a chain is beside a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vault) enum Compared {
    /// As it was then, with what came since.
    Same,
    /// This link does not hold, or is missing.
    Broken(i64),
    /// Its links hold, but are others: somebody who has the key, or an old end of it that was put back,
    /// has made them.
    Other,
}

impl KeptCheckpoint {
    /// The number of its last link.
    pub(in crate::vault) fn links(&self) -> i64 {
        i64::try_from(self.checkpoint.size).unwrap_or(i64::MAX)
    }
}

impl Vault {
    /// Reads a checkpoint that is signed with a key of this instance, or with one of those that are given:
    /// a retired key is not here any more.
    ///
    /// # Errors
    /// `Conflict` with what is wrong with it.
    pub fn read_checkpoint(
        &self,
        _operator: &Operator,
        note: &str,
        given: &[Key],
    ) -> Result<KeptCheckpoint> {
        let problem = |problem: Problem| refused(problem.to_string());
        let claimed = Note::parse(note).map_err(problem)?.claimed();
        let claimed = claimed.ok_or_else(|| problem(Problem::NoCheckpoint))?;
        let own = self.keys.ring().checkpoint_keys()?.into_iter();
        let own = own.filter_map(|public| Key::new(&claimed.origin, public));
        let keys: Vec<Key> = own.chain(given.iter().cloned()).collect();
        let checkpoint = Checkpoint::open(note, &keys).map_err(problem)?;
        let chain = checkpoint.chain().map(|(chain, _)| chain);
        let chain = chain.ok_or_else(|| refused("No audit chain has this checkpoint."))?;
        Ok(KeptCheckpoint { chain, checkpoint })
    }

    /// Whether the chain still has just the links that the checkpoint covers.
    pub(in crate::vault) async fn compare(&self, kept: &KeptCheckpoint) -> Result<Compared> {
        let (ring, empty) = (self.keys.ring(), Frontier::default());
        let all = (&empty, kept.links());
        Ok(match self.store.chain().grown(&*ring, kept.chain, all).await? {
            Ok(grown) if grown.root() == kept.checkpoint.root => Compared::Same,
            Ok(_) => Compared::Other,
            Err(link) => Compared::Broken(link),
        })
    }
}
