//! The claims of each provider: what they mean, and which of them a rule cannot do without.

use super::Provider;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Says who it is, by an id that survives a rename. Every one of these is required.
    Identity,
    /// Narrows it to a branch, an environment or a workflow. One of these at least is required;
    /// `*` stands for any characters.
    Narrowing,
    Extra,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimField {
    pub name: &'static str,
    pub label: &'static str,
    /// What the claim says and where to find the value.
    pub hint: &'static str,
    pub kind: Kind,
}

impl ClaimField {
    /// Whether the claim is an id of digits only.
    pub fn is_number(&self) -> bool {
        matches!(
            self.name,
            "repository_id"
                | "repository_owner_id"
                | "project_id"
                | "namespace_id"
                | "job_project_id"
                | "def_id"
                | "repo.id"
        )
    }

    /// Whether the claim is an id of which the provider signs the UUID and never a name.
    pub fn is_uuid(&self) -> bool {
        matches!(self.name, "oidc.circleci.com/project-id" | "organization_id" | "pipeline_id")
    }

    /// Whether the claim says from where a run of the repository is, and not which one it is. The name
    /// of a workflow says whose it is.
    pub fn says_from_where(&self) -> bool {
        self.is_reference()
            || self.name == "oidc.circleci.com/ssh-rerun"
            || (self.kind == Kind::Narrowing && self.name != "job_workflow_ref")
    }

    /// Whether the claim is a whole reference of Git, which tells a branch from a tag.
    pub fn is_reference(&self) -> bool {
        matches!(self.name, "ref" | "ref_path" | "rpo_ref" | "oidc.circleci.com/vcs-ref")
    }
}

impl Provider {
    /// Whether its tokens say true or false for this claim and nothing else.
    pub(in crate::domain) fn is_flag(self, claim: &str) -> bool {
        matches!(
            (self, claim),
            (Self::GitHub | Self::GitLab, "ref_protected")
                | (Self::GitLab, "environment_protected")
                | (Self::CircleCi, "oidc.circleci.com/ssh-rerun")
        )
    }
}

/// Of each provider the claims, in the order people read them: name, label, and what the claim says
/// and where to find the value.
macro_rules! fields {
    ($($provider:ident { $($kind:ident $name:literal, $label:literal, $hint:literal;)+ })+) => {
        impl Provider {
            pub fn fields(self) -> &'static [ClaimField] {
                match self {
                    $(Self::$provider => {
                        &[$(ClaimField { name: $name, label: $label, hint: $hint, kind: Kind::$kind },)+]
                    })+
                }
            }
        }
    };
}

fields! {
    GitHub {
        Identity "repository_id", "Repository id", "A number that stays the same when the repository is renamed. The first of the two that this prints: gh api repos/acme/api --jq .id,.owner.id";
        Identity "repository_owner_id", "Owner id", "The second number that it prints.";
        Narrowing "ref", "Git reference", "For example refs/heads/main. A tag is refs/tags/NAME, so it is never mistaken for a branch. refs/heads/* stands for every branch. refs/* also covers tags and pull requests.";
        Narrowing "environment", "Environment", "The environment of the job, if it names one.";
        Narrowing "job_workflow_ref", "Workflow", "For a shared workflow, for example acme/ci/.github/workflows/build.yml@refs/heads/main.";
    }
    GitLab {
        Identity "project_id", "Project id", "A number on the project's page. It stays the same when the project is renamed or moved.";
        Narrowing "ref_path", "Git reference", "For example refs/heads/main, or refs/tags/v* for every tag that starts with v.";
        Narrowing "environment", "Environment", "The environment of the job, if it names one.";
        Narrowing "ref_protected", "Protected reference", "Enter true to accept only jobs on protected branches and tags.";
        Extra "namespace_id", "Group id", "A number.";
        Extra "job_project_id", "Project of the job", "The number of the project that a merge request's job runs in. GitLab 18.4 and later send it.";
    }
    Kubernetes {
        Identity "sub", "Subject", "The whole subject: system:serviceaccount:NAMESPACE:NAME";
        Extra "kubernetes.io/serviceaccount/uid", "Service account uid", "With it, the rule rejects another account that is created later under the same name.";
    }
    CircleCi {
        Identity "oidc.circleci.com/project-id", "Project id", "In the project's settings, under Overview.";
        Identity "oidc.circleci.com/vcs-origin", "Repository", "For example github.com/acme/api. It keeps out builds of forks, which have the same project id.";
        Narrowing "oidc.circleci.com/vcs-ref", "Git reference", "For example refs/heads/main. refs/heads/* stands for every branch.";
        Extra "oidc.circleci.com/ssh-rerun", "Rerun with SSH", "Enter false to exclude jobs that were rerun with SSH access.";
    }
    Buildkite {
        Identity "organization_id", "Organization id", "In the organization's settings.";
        Identity "pipeline_id", "Pipeline id", "In the pipeline's settings.";
        Narrowing "build_branch", "Branch", "For example main, or release/*. A build of a tag has no branch.";
        Narrowing "build_tag", "Tag", "For example v*.";
        Narrowing "step_key", "Step", "The key of the step.";
    }
    AzureDevOps {
        Identity "sub", "Subject", "The whole subject. For a pipeline: p://ORGANIZATION/PROJECT/PIPELINE. For a service connection: sc://ORGANIZATION/PROJECT/CONNECTION, or what its page shows, which begins with /eid1/.";
        Extra "prj_id", "Project id", "Only a pipeline's own token has it.";
        Extra "def_id", "Pipeline id", "The definitionId in the pipeline's address. Only a pipeline's own token has it.";
        Extra "rpo_ref", "Git reference", "For example refs/heads/main. Only a pipeline's own token has it.";
    }
    Other {
        Identity "sub", "Subject", "The whole sub claim of its tokens. For Bitbucket, only the UUID of the repository with its braces: what follows differs in each run.";
    }
    Woodpecker {
        Identity "repo.id", "Repository id", "The number in Woodpecker's address of the repository: /repos/7";
        Extra "repo.forge_url", "Repository address", "With it, the rule rejects a repository that has the same id on another forge.";
    }
    Drone {
        Identity "repo.id", "Repository id", "The number that this prints: drone repo info --format '{{ .ID }}' acme/api";
        Extra "repo.slug", "Repository", "For example acme/api.";
    }
}
