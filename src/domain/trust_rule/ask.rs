//! How a CI is asked for the claims that a rule asks for, and what a provider's tokens do not say.

use super::{Provider, ValueKind};

/// What every token of a job of GitHub Actions says.
const GITHUB_CLAIMS: [&str; 17] = [
    "sub",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "ref",
    "ref_type",
    "event_name",
    "run_id",
    "sha",
    "actor",
    "actor_id",
    "workflow",
    "workflow_ref",
    "job_workflow_ref",
    "runner_environment",
];
/// What every one of the `id_tokens` of a job of GitLab says.
const GITLAB_CLAIMS: [&str; 12] = [
    "sub",
    "project_id",
    "project_path",
    "namespace_id",
    "namespace_path",
    "user_login",
    "pipeline_id",
    "pipeline_source",
    "job_id",
    "ref",
    "ref_type",
    "ref_protected",
];
/// Said wherever a job of Buildkite lacks an id.
const BUILDKITE_IDS: &str = "request them with buildkite-agent oidc request-token --claim organization_id --claim pipeline_id";
const BUILDKITE_OPTIONAL: &str =
    "request it by its name with buildkite-agent oidc request-token --claim";
const CIRCLECI_WEBHOOK: &str =
    "pipelines started by a custom webhook have none: start it from the repository";
const AZURE_PIPELINE: &str = "only a pipeline's own token (p://) has it: ask SYSTEM_OIDCREQUESTURI without serviceConnectionId";

/// What a token of Azure DevOps says only when it is a pipeline's own.
pub(in crate::domain) const AZURE_PIPELINE_CLAIMS: [&str; 6] =
    ["prj_id", "def_id", "rpo_ref", "rpo_id", "rpo_uri", "org_id"];

impl Provider {
    /// How a job comes by a claim that its token does not have, or has without a value; nothing where
    /// that is not known.
    pub(super) fn how_to_have(self, claim: &str, is: ValueKind) -> Option<&'static str> {
        match self {
            Self::GitHub => of_github(claim, is),
            Self::GitLab => of_gitlab(claim, is),
            Self::Buildkite => of_buildkite(claim),
            Self::CircleCi => {
                let is_of_code =
                    claim == "oidc.circleci.com/vcs-origin" || claim == "oidc.circleci.com/vcs-ref";
                is_of_code.then_some(CIRCLECI_WEBHOOK)
            }
            Self::AzureDevOps => AZURE_PIPELINE_CLAIMS.contains(&claim).then_some(AZURE_PIPELINE),
            Self::Kubernetes => of_cluster(claim),
            Self::Other | Self::Woodpecker | Self::Drone => None,
        }
    }

    /// How a job comes by a token for the audience that a rule asks for.
    pub(super) fn how_to_be_for(self) -> Option<&'static str> {
        let how = match self {
            Self::GitHub => "ask ACTIONS_ID_TOKEN_REQUEST_URL for it with &audience=",
            Self::GitLab => "set aud under id_tokens: in .gitlab-ci.yml",
            Self::Buildkite => "request it with buildkite-agent oidc request-token --audience",
            Self::CircleCi => {
                "request it with circleci run oidc get --claims, or set the rule to the organization's id"
            }
            Self::AzureDevOps => "jobs cannot choose it: set the rule to the audience of the token",
            Self::Kubernetes => {
                "set audience in the projected volume, or --audience of kubectl create token"
            }
            Self::Other | Self::Woodpecker | Self::Drone => return None,
        };
        Some(how)
    }

    /// What to know of the provider's tokens before adding a rule: what a job must request, and
    /// what the tokens do not say.
    pub fn notes(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &[
                "The job needs the permission id-token: write. A token works once.",
                "A token does not say whether a pull request comes from a fork, so each one counts as if it did. The grant decides what pull requests from forks receive.",
                "Runs started by workflow_run, issue_comment or merge_group can concern a fork's pull request, and their tokens do not say so. To exclude them, limit the grant to the event push.",
            ],
            Self::GitLab => &[
                "The job needs id_tokens: in .gitlab-ci.yml.",
                "A fork has its own project id, even when its merge request runs in this project. Since 18.2.2, GitLab's tokens say so and name the project of the job. If a merge request's token does not name it, only a protected branch counts as the project's own.",
            ],
            Self::Kubernetes => &[
                "The issuer must answer without authentication: bind the cluster role system:service-account-issuer-discovery to the group system:unauthenticated.",
                "The token of a service account has no branch and no event, so it never meets a condition on them.",
            ],
            Self::CircleCi => &[
                "A build of a fork has the same project id. Only its repository differs, so every rule must name the repository.",
            ],
            Self::Buildkite => &[
                "A token contains the ids only if the job requests them: buildkite-agent oidc request-token --claim organization_id --claim pipeline_id",
                "A token does not say whether a build is of a fork. Leave “Build pull requests from third-party forked repositories” off in the pipeline's settings, or “Prefix third-party fork branch names” on: Regcred treats a branch with such a prefix as a fork's.",
            ],
            Self::AzureDevOps => &[
                "A pipeline's own token names the repository, branch, commit and run. The token of a service connection does not. It never meets a condition on branch or event, and it does not show whether the run is for a fork. Leave “Make secrets available to builds of forks” off.",
                "Other Entra workloads work here as well. Enter the workload's object id as the subject.",
            ],
            Self::Other => &[
                "Regcred does not know which claims of this issuer name a branch, an event or a fork, so its tokens never meet a condition on them. If event_name, ref or ref_type says that the run is for a pull request, it counts as a fork's.",
            ],
            Self::Woodpecker | Self::Drone => &[],
        }
    }
}

fn of_github(claim: &str, is: ValueKind) -> Option<&'static str> {
    let how = match claim {
        "environment" => "give the job an environment",
        "ref" if is == ValueKind::Empty => {
            "the deployment of a commit has none: deploy a branch or a tag"
        }
        "head_ref" | "base_ref" => "only a run for a pull request has it",
        "enterprise" | "enterprise_id" => "only a repository of an enterprise has it",
        _ if claim.starts_with("repo_property_") => {
            "an admin of the organization has to include the custom property in its tokens"
        }
        _ if GITHUB_CLAIMS.contains(&claim) => {
            "the token must be the job's own: give the job permissions: id-token: write, and ask ACTIONS_ID_TOKEN_REQUEST_URL for it"
        }
        _ => return None,
    };
    Some(how)
}

fn of_gitlab(claim: &str, is: ValueKind) -> Option<&'static str> {
    let how = match claim {
        "environment" | "environment_protected" | "environment_action" | "deployment_tier" => {
            "give the job an environment"
        }
        // An older server does not have the claim at all.
        "ref_path" if is != ValueKind::Absent => "the pipeline is for no branch and no tag",
        "ref_path" | "sha" | "runner_id" | "runner_environment" => "GitLab 16.0 and later send it",
        "job_project_id" | "job_project_path" => "GitLab 18.4 and later send it",
        "ci_config_ref_uri" | "ci_config_sha" => {
            "only a pipeline that is defined in the project itself has it"
        }
        _ if GITLAB_CLAIMS.contains(&claim) => {
            "the token must be one of the job's id_tokens: in .gitlab-ci.yml"
        }
        _ => return None,
    };
    Some(how)
}

fn of_buildkite(claim: &str) -> Option<&'static str> {
    let how = match claim {
        "organization_id" | "pipeline_id" => BUILDKITE_IDS,
        "build_tag" => "only a build of a tag has it",
        "step_key" => "give the step a key",
        "build_id" | "cluster_id" | "cluster_name" | "queue_id" | "queue_key" => BUILDKITE_OPTIONAL,
        _ if claim.starts_with("agent_tag:") => BUILDKITE_OPTIONAL,
        _ => return None,
    };
    Some(how)
}

fn of_cluster(claim: &str) -> Option<&'static str> {
    let is_below = |part: &str| claim.starts_with(part);
    if is_below("kubernetes.io/pod/") || is_below("kubernetes.io/node/") {
        return Some("use a token that is bound to a pod: one of a projected volume");
    }
    (claim == "sub" || is_below("kubernetes.io/")).then_some(
        "use a token that expires: one of a projected volume, or of kubectl create token",
    )
}
