//! What was proved about a run: by a token of ours nothing but the pipeline, by a provider's signed
//! word also the branch, the event and the run.

mod said;
#[cfg(test)]
mod tests;

use super::trust_rule::Provider;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Facts that somebody signed for. What is `None` is not known, and proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Who signed; `None` when only a pipeline token was presented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Uuid>,
    /// The repository, job or account, as the provider calls it: for people, decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `refs/heads/main`, `refs/tags/v1`, `refs/pull/1/merge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What started the run, in the provider's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_fork: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Whether the identity token had been presented before, a moment earlier: its answer may have
    /// been lost on the way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_repeated: bool,
}

/// Events of a proposed change, in the words of the providers.
const REQUESTS: [&str; 4] =
    ["merge_request_event", "external_pull_request_event", "parent_pipeline", "PullRequest"];
/// References of a proposed change: GitHub's, Azure's and others', GitLab's, Bitbucket's, Gerrit's.
const REQUESTED: [&str; 4] =
    ["refs/pull/", "refs/merge-requests/", "refs/pull-requests/", "refs/changes/"];

/// The longest fact that is kept, in characters; providers' own limits are lower.
const FACT_MAX: usize = 512;

impl Proof {
    pub fn of(provider: Provider) -> Self {
        Self { provider: Some(provider), ..Self::default() }
    }

    /// What is left when it is only supposed who signed: it meets no condition on branch or event,
    /// and a run that may be a fork's is one.
    pub fn as_a_guess(self) -> Self {
        // That it is none is not believed either.
        let unsaid = Self { is_fork: self.is_fork.filter(|is_fork| *is_fork), ..self };
        let is_fork = unsaid.may_be_fork().then_some(true);
        Self { is_fork, reference: None, event: None, ..unsaid }
    }

    /// Whether the run may be that of a pull request from a fork: known to be one, or a pull
    /// request of which nobody says that it is none.
    pub fn may_be_fork(&self) -> bool {
        let is_request = self.event.as_deref().is_some_and(is_request);
        let is_requested =
            self.reference.as_deref().is_some_and(|name| is_requested(self.provider, name));
        self.is_fork.unwrap_or(is_request || is_requested)
    }
}

/// Whether the event is that of a proposed change.
pub fn is_request(event: &str) -> bool {
    event.starts_with("pull_request") || REQUESTS.contains(&event)
}

/// Whether every reference of this pattern is that of a proposed change.
pub fn is_requested(provider: Option<Provider>, references: &str) -> bool {
    let start = references.split('*').next().unwrap_or_default();
    // CircleCI builds a fork's pull request as if it were the branch `pull/7`, which elsewhere is a
    // branch like any other.
    let is_number = || {
        let number = references.strip_prefix("refs/heads/pull/");
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    REQUESTED.iter().any(|kind| start.starts_with(kind))
        || (provider == Some(Provider::CircleCi) && is_number())
}

/// A claim as text: words and whole numbers; anything else is no fact.
pub fn fact(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        // Some issuers write every number as one with a fraction.
        Value::Number(number) => whole(number.as_f64()?)?,
        Value::Bool(word) => word.to_string(),
        _ => return None,
    };
    let is_plain = text.chars().count() <= FACT_MAX && !text.chars().any(char::is_control);
    is_plain.then_some(text)
}

/// Whether a claim that is a text wherever it is documented is there in another shape, or is a text that
/// is no fact, such as the name of a very long branch: then nobody can say what it would have said.
pub fn is_odd(value: Option<&Value>) -> bool {
    let is_read = |value: &Value| value.is_string() && fact(Some(value)).is_some();
    value.is_some_and(|value| !value.is_null() && !is_read(value))
}

/// A number without a fraction, as long as a double holds each of them.
fn whole(number: f64) -> Option<String> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() < EXACT).then(|| format!("{number:.0}"))
}
