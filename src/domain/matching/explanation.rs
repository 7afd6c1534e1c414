//! What the explainer is asked and what it says.

use super::{Lost, Note};
use crate::domain::credential::Access;
use crate::domain::doubt::Doubt;
use crate::domain::moment::Day;
use crate::domain::paths;
use crate::domain::proof::Proof;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub id: Uuid,
    pub name: String,
    pub access: Access,
    pub paths: Vec<String>,
    /// Why it is not the one; `None` for the one that is.
    pub lost: Option<Lost>,
    /// Whether only a short-lived token of the registry is handed out.
    pub is_narrow: bool,
    /// The day on which it expired. It is handed out all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_on: Option<Day>,
    /// What looked wrong with its secret when it was saved anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_doubt: Option<String>,
    /// Of one that is not granted: why it could not serve this with a grant; `None` if it could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_grant: Option<Lost>,
}

impl Verdict {
    /// Why the registry may refuse what is handed out.
    pub fn doubts(&self) -> Vec<Doubt> {
        let credential = self.id;
        let expired = self.expired_on.map(|on| Doubt::CredentialExpired { credential, on });
        let why = self.secret_doubt.clone();
        let wrong = why.map(|why| Doubt::SecretLooksWrong { credential, why });
        wrong.into_iter().chain(expired).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatVerdict {
    pub format: String,
    /// The keys it would have for this registry, or the sentence that says why it has none.
    pub holds: String,
    /// What its readers make of it, where that is not what one would think.
    pub note: Option<Note>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub host: String,
    pub repository: String,
    /// Every credential of the project for this registry, the winner first.
    pub verdicts: Vec<Verdict>,
    /// The sentence that says how it ends.
    pub summary: String,
    pub formats: Vec<FormatVerdict>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExplainForm {
    pub image: String,
    pub pipeline: String,
    pub intent: String,
    /// A branch or a whole reference, as if it were proved; blank means that none is.
    pub branch: String,
    pub event: String,
    /// Whether to take it for a fork's pull request.
    pub is_fork: bool,
    /// Whether to take it as proved that it is none.
    pub is_no_fork: bool,
}

impl ExplainForm {
    /// Asks for a run that proves the same.
    #[must_use]
    pub fn of_run(self, proof: &Proof) -> Self {
        let is_fork = proof.may_be_fork();
        Self {
            branch: proof.reference.clone().unwrap_or_default(),
            event: proof.event.clone().unwrap_or_default(),
            is_fork,
            is_no_fork: !is_fork && proof.is_fork.is_some(),
            ..self
        }
    }

    /// What is taken for proved of a fork, as the address has it; blank for nothing.
    pub fn fork(&self) -> &'static str {
        match (self.is_fork, self.is_no_fork) {
            (true, _) => "true",
            (false, true) => "false",
            (false, false) => "",
        }
    }

    /// The address of the page with this question. What is blank is to be filled in there.
    pub fn address(&self, project: &str) -> String {
        let Self { image, pipeline, intent, branch, event, .. } = self;
        let values = [
            ("pipeline", pipeline.as_str()),
            ("intent", intent.as_str()),
            ("image", image.as_str()),
            ("branch", branch.as_str()),
            ("event", event.as_str()),
            ("is_fork", self.fork()),
        ];
        let said = values.into_iter().filter(|(_, value)| !value.is_empty());
        said.fold(paths::matching(project), |page, (name, value)| {
            paths::with_query(&page, name, value)
        })
    }
}
