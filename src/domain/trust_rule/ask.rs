//! How a CI is asked for the claims that a rule asks for, and what a provider's tokens do not say.

use super::Provider;

/// Said wherever a job of Buildkite lacks an id.
const BUILDKITE_IDS: &str = "request them with buildkite-agent oidc request-token --claim organization_id --claim pipeline_id";
const CIRCLECI_WEBHOOK: &str =
    "pipelines started by a custom webhook have none: start it from the repository";
const AZURE_PIPELINE: &str = "only a pipeline's own token (p://) has it: ask SYSTEM_OIDCREQUESTURI without serviceConnectionId";

/// What a token of Azure DevOps says only when it is a pipeline's own.
pub(in crate::domain) const AZURE_PIPELINE_CLAIMS: [&str; 6] =
    ["prj_id", "def_id", "rpo_ref", "rpo_id", "rpo_uri", "org_id"];

impl Provider {
    /// How a job comes by a claim that its token does not have; nothing where that is not known.
    pub(super) fn how_to_have(self, claim: &str) -> Option<&'static str> {
        let how = match (self, claim) {
            (Self::Buildkite, "organization_id" | "pipeline_id") => BUILDKITE_IDS,
            (Self::Buildkite, "build_tag") => "only a build of a tag has it",
            (Self::Buildkite, "step_key") => "give the step a key",
            (Self::CircleCi, "oidc.circleci.com/vcs-origin" | "oidc.circleci.com/vcs-ref") => {
                CIRCLECI_WEBHOOK
            }
            (Self::AzureDevOps, name) if AZURE_PIPELINE_CLAIMS.contains(&name) => AZURE_PIPELINE,
            (Self::GitHub | Self::GitLab, "environment") => "give the job an environment",
            (Self::GitHub, _) => {
                "the token must be the job's own: give the job permissions: id-token: write, and ask ACTIONS_ID_TOKEN_REQUEST_URL for it"
            }
            (Self::GitLab, "ref_path") => "GitLab 16.0 and later send it",
            (Self::GitLab, "job_project_id") => "GitLab 18.4 and later send it",
            (Self::GitLab, _) => "the token must be one of the job's id_tokens: in .gitlab-ci.yml",
            (Self::Kubernetes, _) => {
                "use a token that expires: one of a projected volume, or of kubectl create token"
            }
            _ => return None,
        };
        Some(how)
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
                "Regcred does not know which claims of this issuer name a branch, an event or a fork, so its tokens never meet a condition on them.",
            ],
            Self::Woodpecker | Self::Drone => &[],
        }
    }
}
