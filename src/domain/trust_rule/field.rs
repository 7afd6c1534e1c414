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
    /// Only digits.
    pub is_number: bool,
}

impl ClaimField {
    /// Whether the claim is a whole reference of Git, which tells a branch from a tag.
    pub fn is_reference(&self) -> bool {
        matches!(self.name, "ref" | "ref_path" | "rpo_ref" | "oidc.circleci.com/vcs-ref")
    }
}

const fn identity(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    is_number: bool,
) -> ClaimField {
    ClaimField { name, label, hint, kind: Kind::Identity, is_number }
}

const fn narrowing(name: &'static str, label: &'static str, hint: &'static str) -> ClaimField {
    ClaimField { name, label, hint, kind: Kind::Narrowing, is_number: false }
}

const fn extra(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    is_number: bool,
) -> ClaimField {
    ClaimField { name, label, hint, kind: Kind::Extra, is_number }
}

const GITHUB: &[ClaimField] = &[
    identity(
        "repository_id",
        "Repository id",
        "A number that stays the same when the repository is renamed: gh api repos/acme/api --jq .id",
        true,
    ),
    identity(
        "repository_owner_id",
        "Owner id",
        "A number: gh api repos/acme/api --jq .owner.id",
        true,
    ),
    narrowing(
        "ref",
        "Git reference",
        "For example refs/heads/main. A tag is refs/tags/NAME, so it is never mistaken for a branch. refs/heads/* stands for every branch. refs/* also covers tags and pull requests.",
    ),
    narrowing("environment", "Environment", "The environment of the job, if it names one."),
    narrowing(
        "job_workflow_ref",
        "Workflow",
        "For a shared workflow, for example acme/ci/.github/workflows/build.yml@refs/heads/main.",
    ),
];

const GITLAB: &[ClaimField] = &[
    identity(
        "project_id",
        "Project id",
        "A number on the project's page. It stays the same when the project is renamed or moved.",
        true,
    ),
    narrowing(
        "ref_path",
        "Git reference",
        "For example refs/heads/main, or refs/tags/v* for every tag that starts with v.",
    ),
    narrowing("environment", "Environment", "The environment of the job, if it names one."),
    narrowing(
        "ref_protected",
        "Protected reference",
        "Enter true to accept only jobs on protected branches and tags.",
    ),
    extra("namespace_id", "Group id", "A number.", true),
    extra(
        "job_project_id",
        "Project of the job",
        "The number of the project that a merge request's job runs in. GitLab 18.4 and later send it.",
        true,
    ),
];

const KUBERNETES: &[ClaimField] = &[
    identity("sub", "Subject", "The whole subject: system:serviceaccount:NAMESPACE:NAME", false),
    extra(
        "kubernetes.io/serviceaccount/uid",
        "Service account uid",
        "With it, the rule rejects another account that is created later under the same name.",
        false,
    ),
];

const CIRCLECI: &[ClaimField] = &[
    identity(
        "oidc.circleci.com/project-id",
        "Project id",
        "In the project's settings, under Overview.",
        false,
    ),
    identity(
        "oidc.circleci.com/vcs-origin",
        "Repository",
        "For example github.com/acme/api. It keeps out builds of forks, which have the same project id.",
        false,
    ),
    narrowing(
        "oidc.circleci.com/vcs-ref",
        "Git reference",
        "For example refs/heads/main. refs/heads/* stands for every branch.",
    ),
    extra(
        "oidc.circleci.com/ssh-rerun",
        "Rerun with SSH",
        "Enter false to exclude jobs that were rerun with SSH access.",
        false,
    ),
];

const BUILDKITE: &[ClaimField] = &[
    identity("organization_id", "Organization id", "In the organization's settings.", false),
    identity("pipeline_id", "Pipeline id", "In the pipeline's settings.", false),
    narrowing(
        "build_branch",
        "Branch",
        "For example main, or release/*. A build of a tag has no branch.",
    ),
    narrowing("build_tag", "Tag", "For example v*."),
    narrowing("step_key", "Step", "The key of the step."),
];

const AZURE: &[ClaimField] = &[
    identity(
        "sub",
        "Subject",
        "The whole subject. For a pipeline: p://ORGANIZATION/PROJECT/PIPELINE. For a service connection: sc://ORGANIZATION/PROJECT/CONNECTION, or what its page shows, which begins with /eid1/.",
        false,
    ),
    extra("prj_id", "Project id", "Only a pipeline's own token has it.", false),
    extra(
        "def_id",
        "Pipeline id",
        "The definitionId in the pipeline's address. Only a pipeline's own token has it.",
        true,
    ),
    extra(
        "rpo_ref",
        "Git reference",
        "For example refs/heads/main. Only a pipeline's own token has it.",
        false,
    ),
];

const OTHER: &[ClaimField] =
    &[identity("sub", "Subject", "The whole sub claim of its tokens.", false)];

const WOODPECKER: &[ClaimField] = &[
    identity(
        "repo.id",
        "Repository id",
        "The number in Woodpecker's address of the repository: /repos/7",
        true,
    ),
    extra(
        "repo.forge_url",
        "Repository address",
        "With it, the rule rejects a repository that has the same id on another forge.",
        false,
    ),
];

const DRONE: &[ClaimField] = &[
    identity("repo.id", "Repository id", "drone repo info --format '{{ .ID }}' acme/api", true),
    extra("repo.slug", "Repository", "For example acme/api.", false),
];

impl Provider {
    /// The fields of its form, in the order people read them.
    pub fn fields(self) -> &'static [ClaimField] {
        match self {
            Self::GitHub => GITHUB,
            Self::GitLab => GITLAB,
            Self::Kubernetes => KUBERNETES,
            Self::CircleCi => CIRCLECI,
            Self::Buildkite => BUILDKITE,
            Self::AzureDevOps => AZURE,
            Self::Other => OTHER,
            Self::Woodpecker => WOODPECKER,
            Self::Drone => DRONE,
        }
    }
}
