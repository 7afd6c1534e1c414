//! What was proved about a run: by a token of ours nothing but the pipeline, by a provider's signed
//! word also the branch, the event and the run.

use super::trust_rule::Provider;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Facts that somebody signed for. What is `None` is not known, and proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Who signed; `None` when only a pipeline token was presented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// The trust rule that let it in.
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
    /// Whether the code comes from a fork.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_fork: Option<bool>,
    /// The run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Who started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// Events of a proposed change, in the words of the providers.
const REQUESTS: [&str; 4] =
    ["merge_request_event", "external_pull_request_event", "parent_pipeline", "PullRequest"];
/// References of a proposed change.
const REQUESTED: [&str; 2] = ["refs/pull/", "refs/merge-requests/"];

/// The longest fact that is kept, in characters; providers' own limits are lower.
const FACT_MAX: usize = 512;

impl Proof {
    /// Nothing but who signed.
    pub fn of(provider: Provider) -> Self {
        Self { provider: Some(provider), ..Self::default() }
    }

    /// Whether the run may be that of a pull request from a fork: known to be one, or a pull
    /// request of which nobody says that it is none.
    pub fn may_be_fork(&self) -> bool {
        let is_request = self
            .event
            .as_deref()
            .is_some_and(|event| event.starts_with("pull_request") || REQUESTS.contains(&event));
        let is_requested = self
            .reference
            .as_deref()
            .is_some_and(|name| REQUESTED.iter().any(|start| name.starts_with(start)));
        self.is_fork.unwrap_or(is_request || is_requested)
    }

    /// What a provider's verified claims prove (protocols 4.6).
    pub fn from_claims(provider: Provider, claims: &Map<String, Value>) -> Self {
        let text = |name: &str| fact(claims.get(name));
        let proof = Self::of(provider);
        match provider {
            Provider::GitHub => Self {
                subject: text("repository"),
                reference: text("ref"),
                event: text("event_name"),
                run: text("run_id"),
                commit: text("sha"),
                actor: text("actor"),
                ..proof
            },
            Provider::GitLab => Self {
                subject: text("project_path"),
                reference: text("ref_path").or_else(|| gitlab_reference(&text)),
                event: text("pipeline_source"),
                run: text("pipeline_id"),
                commit: text("sha"),
                actor: text("user_login"),
                ..proof
            },
            Provider::Buildkite => Self {
                subject: text("pipeline_slug"),
                reference: text("build_tag")
                    .filter(|tag| !tag.is_empty())
                    .map(|tag| format!("refs/tags/{tag}"))
                    .or_else(|| text("build_branch").map(|name| format!("refs/heads/{name}"))),
                event: text("build_source"),
                run: text("build_number"),
                commit: text("build_commit"),
                ..proof
            },
            Provider::CircleCi => Self {
                subject: text("oidc.circleci.com/vcs-origin"),
                reference: text("oidc.circleci.com/vcs-ref"),
                run: text("oidc.circleci.com/job-id"),
                ..proof
            },
            Provider::AzureDevOps => Self {
                subject: text("sub"),
                reference: text("rpo_ref").or_else(|| text("ref")),
                run: text("build_id"),
                ..proof
            },
            Provider::Kubernetes | Provider::Other | Provider::Woodpecker | Provider::Drone => {
                Self { subject: text("sub"), ..proof }
            }
        }
    }
}

fn gitlab_reference(text: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let name = text("ref")?;
    match text("ref_type")?.as_str() {
        "branch" => Some(format!("refs/heads/{name}")),
        "tag" => Some(format!("refs/tags/{name}")),
        _ => None,
    }
}

/// A claim as text: words and whole numbers; anything else is no fact.
pub fn fact(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        Value::Bool(word) => word.to_string(),
        _ => return None,
    };
    let is_plain = text.chars().count() <= FACT_MAX && !text.chars().any(char::is_control);
    is_plain.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn each_provider_says_where_a_run_comes_from_in_its_own_words() {
        let github = claims(
            json!({"repository":"acme/api","ref":"refs/heads/main","event_name":"push","run_id":"7","sha":"0a"}),
        );
        let proof = Proof::from_claims(Provider::GitHub, &github);
        assert_eq!(proof.reference.as_deref(), Some("refs/heads/main"));
        assert_eq!((proof.event.as_deref(), proof.run.as_deref()), (Some("push"), Some("7")));
        let gitlab = claims(json!({"ref":"v1","ref_type":"tag","pipeline_id":12}));
        let proof = Proof::from_claims(Provider::GitLab, &gitlab);
        assert_eq!(proof.reference.as_deref(), Some("refs/tags/v1"));
        assert_eq!(proof.run.as_deref(), Some("12"));
    }

    #[test]
    fn a_pull_request_of_unknown_origin_may_be_a_forks() {
        let event =
            |event: &str| Proof { event: Some(event.to_owned()), ..Proof::of(Provider::GitHub) };
        assert!(event("pull_request").may_be_fork());
        assert!(event("merge_request_event").may_be_fork());
        assert!(event("pull_request_review_comment").may_be_fork());
        // Who does not say what started it says at least what is built.
        let of = |name: &str| Proof {
            reference: Some(name.to_owned()),
            ..Proof::of(Provider::AzureDevOps)
        };
        assert!(of("refs/pull/12/merge").may_be_fork() && !of("refs/heads/main").may_be_fork());
        assert!(!event("push").may_be_fork() && !Proof::default().may_be_fork());
        assert!(!Proof { is_fork: Some(false), ..event("pull_request") }.may_be_fork());
        assert!(Proof { is_fork: Some(true), ..event("push") }.may_be_fork());
    }

    #[test]
    fn what_is_no_plain_word_is_no_fact() {
        for value in [json!(1.5), json!(null), json!(["a"]), json!({}), json!("a\nb")] {
            assert_eq!(fact(Some(&value)), None, "{value}");
        }
        assert_eq!(fact(Some(&json!("x".repeat(600)))), None);
    }
}
