//! What is typed of a pipeline itself.

use crate::domain::choosing::Sought;
use crate::domain::credential::Access;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was typed into a pipeline's form. No secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineForm {
    pub name: String,
    pub description: String,
    /// Days the token works: 1 to 365.
    pub token_days: String,
    #[serde(default)]
    pub credentials: Vec<String>,
    /// Those that are granted to push, too, whether or not they are among the others.
    #[serde(default)]
    pub pushing: Vec<String>,
    /// The word of the [`Access`] for those that are not; blank means to pull.
    #[serde(default)]
    pub intent: String,
    /// Among the credentials that can be ticked.
    #[serde(default)]
    pub search: Sought,
}

impl PipelineForm {
    /// The credentials that were ticked, each once, with the word of its access.
    pub fn chosen(&self) -> BTreeMap<String, String> {
        let intent = if self.intent.is_empty() { Access::Pull.word() } else { &self.intent };
        let pulling = self.credentials.iter().map(|id| (id.clone(), intent.to_owned()));
        let push = Access::PullAndPush.word();
        let pushing = self.pushing.iter().map(|id| (id.clone(), push.to_owned()));
        // What comes later stands.
        pulling.chain(pushing).collect()
    }
}

/// What was typed into the form of its name and its description.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PipelineEdit {
    pub name: String,
    pub description: String,
}
