//! How a CI is asked for the claims that a rule asks for, and what a provider's tokens do not say.

use super::Provider;

/// Said wherever a job of Buildkite lacks an id.
const BUILDKITE_IDS: &str = "ask for them with buildkite-agent oidc request-token --claim organization_id --claim pipeline_id";
const CIRCLECI_WEBHOOK: &str =
    "a pipeline that a custom webhook starts has none: start it from the repository";
const AZURE_PIPELINE: &str = "only a pipeline's own token (p://) has it: ask SYSTEM_OIDCREQUESTURI without serviceConnectionId";

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
            (
                Self::AzureDevOps,
                "prj_id" | "def_id" | "rpo_ref" | "rpo_id" | "rpo_uri" | "org_id",
            ) => AZURE_PIPELINE,
            (Self::GitHub | Self::GitLab, "environment") => "give the job an environment",
            (Self::GitHub, _) => {
                "the token has to be the job's own: give the job permissions: id-token: write, and ask ACTIONS_ID_TOKEN_REQUEST_URL for it"
            }
            (Self::GitLab, "ref_path") => "GitLab 16.0 and later send it",
            (Self::GitLab, "job_project_id") => "GitLab 18.4 and later send it",
            (Self::GitLab, _) => {
                "the token has to be one of the job's id_tokens: in .gitlab-ci.yml"
            }
            (Self::Kubernetes, _) => {
                "the token has to be one that the cluster issued for a time: of a projected volume, or of kubectl create token"
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
            Self::Buildkite => "ask with buildkite-agent oidc request-token --audience",
            Self::CircleCi => {
                "ask with circleci run oidc get --claims, or let the rule ask for the organization's id"
            }
            Self::AzureDevOps => {
                "jobs cannot choose it, so let the rule ask for what the token says"
            }
            Self::Kubernetes => {
                "set audience in the projected volume, or --audience of kubectl create token"
            }
            Self::Other | Self::Woodpecker | Self::Drone => return None,
        };
        Some(how)
    }

    /// What whoever makes a rule has to know of the provider's tokens: what has to be asked for,
    /// and what they do not say.
    pub fn notes(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &[
                "The job needs the permission id-token: write. A token works once.",
                "A token does not say whether a pull request comes from a fork, so each one counts as if it did. The grant says whether pull requests of forks may have the credential.",
                "A run that workflow_run, issue_comment or merge_group starts may be about a fork's pull request, and its token does not say so. A grant with the event push gives such runs nothing.",
            ],
            Self::GitLab => &[
                "The job needs id_tokens: in .gitlab-ci.yml.",
                "A fork has another project id, also when its merge request runs in this project. GitLab says so since 18.2.2, with the project of the job beside it. Of a merge request without that, only a protected branch counts as the project's own.",
            ],
            Self::Kubernetes => &[
                "The issuer has to answer without authentication: bind the cluster role system:service-account-issuer-discovery to the group system:unauthenticated.",
                "The token of a service account has no branch and no event, so a grant with such a condition gives it nothing.",
            ],
            Self::CircleCi => &[
                "A build of a fork has the same project id. Only its repository differs, so every rule asks for the repository.",
            ],
            Self::Buildkite => &[
                "A token has the ids only if it is asked for them: buildkite-agent oidc request-token --claim organization_id --claim pipeline_id",
                "A token does not say whether a build is of a fork. Leave “Build pull requests from third-party forked repositories” off in the pipeline's settings, or “Prefix third-party fork branch names” on: a branch with such a prefix counts as a fork's.",
            ],
            Self::AzureDevOps => &[
                "A pipeline's own token says repository, branch, commit and run. The token of a service connection has none of them: a grant with a condition on branch or event gives it nothing, and a fork cannot be told. Leave “Make secrets available to builds of forks” off.",
                "A workload of Entra that is not a pipeline works here as well. Its subject is its object id.",
            ],
            Self::Other => &[
                "Regcred does not know which claims of this issuer are a branch, an event or a fork, so a grant with such a condition gives it nothing.",
            ],
            Self::Woodpecker | Self::Drone => &[],
        }
    }
}
