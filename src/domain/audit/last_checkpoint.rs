//! What the page shows of the checkpoints of a chain.

use crate::domain::witness::Witnessed;
use serde::{Deserialize, Serialize};

/// What verifies checkpoints of a chain, and the one that was signed last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheckpoint {
    /// Public keys, the newest first; none when the end of the chain was changed outside Regcred.
    pub keys: Vec<String>,
    /// How many links it covers, and the note; `None` when none was signed yet.
    pub signed: Option<(u64, String)>,
    /// What witnesses have said of it.
    pub witnesses: Vec<Witnessed>,
}
