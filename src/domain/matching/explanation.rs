//! What the explainer is asked and what it says.

use super::{Lost, Note};
use crate::domain::credential::Access;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One credential in the explainer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it can do.
    pub access: Access,
    /// Its path scope.
    pub paths: Vec<String>,
    /// Why it is not the one; `None` for the one that is.
    pub lost: Option<Lost>,
    /// Whether only a short-lived token of the registry is handed out.
    pub is_narrow: bool,
}

/// What one delivery format would hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatVerdict {
    /// The format, as people call it.
    pub format: String,
    /// The keys it would have for this registry, or the sentence that says why it has none.
    pub holds: String,
    /// What its readers make of it, where that is not what one would think.
    #[serde(default)]
    pub note: Option<Note>,
}

/// What the explainer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The registry.
    pub host: String,
    /// The repository of it.
    pub repository: String,
    /// Every credential of the project for this registry, the winner first.
    pub verdicts: Vec<Verdict>,
    /// The sentence that says how it ends.
    pub summary: String,
    /// What each delivery format would hold.
    pub formats: Vec<FormatVerdict>,
}

/// What the explainer is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainForm {
    /// The image's name.
    #[serde(default)]
    pub image: String,
    /// The pipeline's id.
    #[serde(default)]
    pub pipeline: String,
    /// The word of an [`Access`].
    #[serde(default)]
    pub intent: String,
    /// A branch or a whole reference, as if it were proved; blank means that none is.
    #[serde(default)]
    pub branch: String,
    /// An event, as if it were proved.
    #[serde(default)]
    pub event: String,
    /// Whether to take it for a fork's pull request.
    #[serde(default)]
    pub is_fork: bool,
}
