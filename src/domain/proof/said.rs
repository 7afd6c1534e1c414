//! What a provider's verified claims prove of a run (protocols 4.6).

use super::{Proof, fact, is_odd, is_request, is_requested};
use crate::domain::trust_rule::{Provider, has_tag};
use serde_json::{Map, Value};

impl Proof {
    /// What the claims of this provider prove. Of a claim that is not of the documented shape
    /// nothing is taken.
    pub fn from_claims(provider: Provider, claims: &Map<String, Value>) -> Self {
        // An empty text is how providers say that there is nothing.
        let text = |name: &str| fact(claims.get(name)).filter(|text| !text.is_empty());
        let proof = Self::of(provider);
        let said = match provider {
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
                reference: gitlab_reference(&text),
                event: text("pipeline_source"),
                is_fork: gitlab_fork(claims, &text),
                run: text("pipeline_id"),
                commit: text("sha"),
                actor: text("user_login"),
                ..proof
            },
            Provider::Buildkite => Self {
                subject: text("pipeline_slug"),
                reference: buildkite_reference(&text, has_tag(claims)),
                event: text("build_source"),
                is_fork: buildkite_fork(&text),
                run: text("build_number"),
                commit: text("build_commit"),
                ..proof
            },
            Provider::CircleCi => Self {
                subject: text("oidc.circleci.com/vcs-origin"),
                reference: text("oidc.circleci.com/vcs-ref"),
                run: text("oidc.circleci.com/pipeline-id")
                    .or_else(|| text("oidc.circleci.com/workflow-id"))
                    .or_else(|| text("oidc.circleci.com/job-id")),
                commit: text("oidc.circleci.com/vcs-sha"),
                ..proof
            },
            Provider::AzureDevOps => Self {
                subject: text("sub"),
                reference: text("rpo_ref").or_else(|| text("ref")),
                run: text("run_id").or_else(|| text("build_id")),
                commit: text("rpo_ver"),
                ..proof
            },
            Provider::Other => Self { subject: text("sub"), is_fork: other_fork(&text), ..proof },
            Provider::Kubernetes | Provider::Woodpecker | Provider::Drone => {
                Self { subject: text("sub"), ..proof }
            }
        };
        let unread = || origins(provider).iter().any(|name| is_odd(claims.get(*name)));
        let is_fork = said.is_fork.or_else(|| unread().then_some(true));
        Self { is_fork, ..said }
    }
}

/// The claims by which a run of a fork is known, where nothing says that it is none.
fn origins(provider: Provider) -> &'static [&'static str] {
    match provider {
        Provider::GitHub => &["ref", "event_name"],
        Provider::GitLab => &["ref_path", "pipeline_source"],
        Provider::Buildkite => &["build_branch"],
        Provider::CircleCi => &["oidc.circleci.com/vcs-ref"],
        Provider::AzureDevOps => &["rpo_ref", "ref"],
        Provider::Kubernetes | Provider::Other | Provider::Woodpecker | Provider::Drone => &[],
    }
}

/// Servers before 16.0 have no whole reference in their tokens.
fn gitlab_reference(text: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let name = text("ref");
    match text("ref_type").as_deref() {
        // Whatever else is said: a tag is no branch.
        Some("tag") => text("ref_path")
            .filter(|path| path.starts_with("refs/tags/"))
            .or_else(|| name.map(|name| format!("refs/tags/{name}"))),
        kind => text("ref_path").or_else(|| {
            let is_branch = kind == Some("branch");
            name.filter(|_| is_branch).map(|name| format!("refs/heads/{name}"))
        }),
    }
}

/// Whether the code is another project's than the one that the job runs in. A server that does not
/// say so may name the target's ids for a fork's merge request (GitLab before 18.2.2), so there
/// only a protected reference is known to be the project's own. Of two that are named and cannot be
/// compared, nobody can say that they are one.
fn gitlab_fork(
    claims: &Map<String, Value>,
    text: &impl Fn(&str) -> Option<String>,
) -> Option<bool> {
    let is_there = |name: &str| claims.contains_key(name);
    for [of_code, of_job] in [
        ["source_project_id", "job_project_id"],
        ["project_id", "job_project_id"],
        ["source_project_path", "job_project_path"],
        ["project_path", "job_project_path"],
    ] {
        if is_there(of_code) && is_there(of_job) {
            let code = text(of_code);
            return Some(code.is_none() || code != text(of_job));
        }
    }
    if is_there("job_project_id") || is_there("job_project_path") {
        return Some(true);
    }
    if text("ref_path").is_some_and(|path| path.starts_with("refs/merge-requests/")) {
        return None;
    }
    // GitLab starts none for a pull request from a fork of an external repository.
    let is_external = text("pipeline_source").as_deref() == Some("external_pull_request_event");
    let is_protected = text("ref_protected").as_deref() == Some("true");
    (is_external || is_protected).then_some(false)
}

/// Of a tag's build the branch is the tag, too.
fn buildkite_reference(text: &impl Fn(&str) -> Option<String>, has_tag: bool) -> Option<String> {
    if has_tag {
        return text("build_tag").map(|tag| format!("refs/tags/{tag}"));
    }
    text("build_branch").map(|name| format!("refs/heads/{name}"))
}

/// What an issuer that nobody knows says in the words of others: that a run is for a proposed change,
/// whoever's it is. That it is none is not believed.
fn other_fork(text: &impl Fn(&str) -> Option<String>) -> Option<bool> {
    let is_event = text("event_name").is_some_and(|event| is_request(&event));
    let is_kind = text("ref_type").is_some_and(|kind| kind == "pr" || kind.starts_with("pull"));
    let is_reference = text("ref").is_some_and(|name| is_requested(None, &name));
    (is_event || is_kind || is_reference).then_some(true)
}

/// A fork's branch has its owner before it, with a colon that no name of a branch can have. Without
/// one nothing is known.
fn buildkite_fork(text: &impl Fn(&str) -> Option<String>) -> Option<bool> {
    text("build_branch").is_some_and(|name| name.contains(':')).then_some(true)
}
