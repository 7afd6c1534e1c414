//! What is doubted of a grant or a trust rule that was saved: whether it can ever work, and lets in
//! no more than it seems to. Nothing is refused for a doubt. It is said after the save and stands at
//! the row until it is mended.

mod mend;
mod of_grant;
mod of_rule;
mod of_token;
mod saved;
#[cfg(test)]
mod tests;
mod tie;

pub use mend::Mend;
pub use of_grant::{Around, of_grant, of_secret};
pub use of_rule::{of_rule, of_rule_beside};
pub use of_token::of_token;
pub use saved::Saved;
pub use tie::{Held, tied_by_host, ties};

use super::matching::named;
use super::moment::Day;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One reason for which what was saved may never work, or lets in more than it seems to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doubt {
    /// Of a grant: nothing can act as its pipeline.
    NoIdentity,
    /// It has a condition on branches, and nothing proves a branch.
    BranchNotProved,
    /// The rules prove branches, and none of them is one that the condition allows.
    OtherBranches,
    EventNotProved,
    OtherEvents,
    /// Whatever meets its conditions may be of a fork, and it gives forks nothing.
    OnlyForks,
    /// It is for pushing, too, and whatever can use it only pulls.
    NothingPushes,
    /// A pattern that begins with `refs/` and is of no reference that there is.
    NoReference,
    /// A pattern of no name that Git allows.
    NoName,
    /// A pattern for branches that is also of names which only begin or end like it.
    OpenCondition,
    /// Some of its repositories are not the credential's, or none of them is.
    OutsidePaths {
        is_all: bool,
    },
    OnlyPulls {
        credential: Uuid,
    },
    CredentialExpired {
        credential: Uuid,
        on: Day,
    },
    CredentialDisabled {
        credential: Uuid,
    },
    /// The stored secret does not open, so no delivery has it.
    CredentialUnreadable {
        credential: Uuid,
    },
    /// It was saved anyway; `why` is what was said of the secret then, in whole sentences.
    SecretLooksWrong {
        credential: Uuid,
        why: String,
    },
    Ended {
        on: Day,
    },
    /// Others that serve the same, so that none of them is delivered.
    Tie {
        credential: Uuid,
        host: String,
        others: Vec<String>,
    },
    /// Others that are for other repositories of the registry, so that a file with one entry for it
    /// has none of them.
    HostTie {
        credential: Uuid,
        host: String,
        others: Vec<String>,
    },
    /// Of a rule: the fields that it does not check, by their labels in small letters.
    Lacks(Vec<String>),
    ForeignAudience,
    /// Ids that are no UUIDs, where the provider signs these only, by the labels of their fields.
    NoUuid(Vec<String>),
    /// A reference that names no kind, by the label of its field.
    ShortReference(String),
    /// A reference of a kind that the provider does not have, by the label of its field.
    ForeignKind(String),
    /// Another word than true and false, by the name of the claim.
    NoTruth(String),
    /// The same in a rule, by the label of its field.
    OpenPattern(String),
    /// A subject that the provider never writes.
    ServiceAccountShape,
    AzureSubjectShape,
    /// A subject whose tokens do not say what else the rule asks for.
    NoPipelineSubject,
    OriginShape,
    WorkflowWithoutReference,
    /// A branch that is written as a whole reference, where its name alone is said.
    BranchAsReference,
    TagAsReference,
    BranchAndTag,
    /// Every grant of the pipeline has conditions that the runs of the rule do not meet.
    NoGrantForRule,
    /// Every grant of the pipeline has conditions, and a token that a person made meets none.
    NoGrantForToken,
    /// All its runs may be of a fork, and no grant that they could use gives forks anything.
    NoGrantForForks,
    NoGrants,
    /// The issuer was asked and did not answer as it must: the sentences.
    IssuerSilent(String),
}

impl Doubt {
    /// What is doubted, in whole sentences.
    pub fn sentence(&self) -> String {
        match self {
            Self::NoIdentity => {
                "The pipeline has no trust rule and no token that works, so nothing can use this grant.".to_owned()
            }
            Self::BranchNotProved => {
                "No trust rule of this pipeline proves a branch, so no run meets the condition on branches.".to_owned()
            }
            Self::OtherBranches => {
                "The trust rules of this pipeline accept runs of other branches only, so no run meets the condition on branches.".to_owned()
            }
            Self::EventNotProved => {
                "No trust rule of this pipeline proves an event, so no run meets the condition on events.".to_owned()
            }
            Self::OtherEvents => {
                "The trust rules of this pipeline accept runs of other events only, so no run meets the condition on events.".to_owned()
            }
            Self::OnlyForks => {
                "Only runs that may be of a fork meet the conditions, and the grant gives pull requests from forks no access, so nothing can use it.".to_owned()
            }
            Self::NothingPushes => {
                "Whatever can use this grant only pulls, so no request for push receives the credential. Drone and pull requests from forks only pull, and so does Woodpecker unless its trust rule allows push.".to_owned()
            }
            Self::NoReference => {
                "A branch condition begins with refs/ but names no kind of reference, so no run meets it. Write refs/tags/v* for tags, or the name of the branch alone.".to_owned()
            }
            Self::NoName => {
                "No branch and no tag can have the name in a branch condition, so no run meets it. Only * stands for other characters: write release/*, not release/.".to_owned()
            }
            Self::OpenCondition => {
                "A branch condition also matches names that only begin or end like it, such as main-old for main*. Write the whole name, or put the * behind a slash: release/*.".to_owned()
            }
            Self::OutsidePaths { is_all: true } => {
                "The credential is for other repositories than this grant, so the pipeline never receives it.".to_owned()
            }
            Self::OutsidePaths { is_all: false } => {
                "The credential is not for all repositories of this grant. The pipeline does not receive it for the others.".to_owned()
            }
            Self::OnlyPulls { .. } => {
                "The credential can only pull, so requests for push do not receive it.".to_owned()
            }
            Self::CredentialExpired { on, .. } => format!(
                "The credential expired on {}, so the registry may refuse it.",
                on.to_text()
            ),
            Self::CredentialDisabled { .. } => {
                "The credential is disabled, so no pipeline receives it.".to_owned()
            }
            Self::CredentialUnreadable { .. } => {
                "The stored secret of the credential cannot be read, so no pipeline receives it until it is replaced.".to_owned()
            }
            Self::SecretLooksWrong { why, .. } => {
                format!("The secret of the credential looks wrong: {why}")
            }
            Self::Ended { on } => format!(
                "The grant ended on {}, so the pipeline does not receive the credential.",
                on.to_text()
            ),
            Self::Tie { host, others, .. } => {
                let names: Vec<&str> = others.iter().map(String::as_str).collect();
                let serve = if names.len() == 1 { "serves" } else { "serve" };
                format!(
                    "{} {serve} {host} equally well, and Regcred does not guess. The pipeline receives none of them where they tie.",
                    named(&names)
                )
            }
            Self::HostTie { host, others, .. } => {
                let names: Vec<&str> = others.iter().map(String::as_str).collect();
                let are = if names.len() == 1 { "is" } else { "are" };
                format!(
                    "{} {are} for other repositories of {host}. Without image=, files that have one entry for each registry, such as docker config.json, leave all of them out.",
                    named(&names)
                )
            }
            Self::Lacks(labels) => format!(
                "This rule does not check the {}, so it accepts no token. Change it and enter what is missing.",
                labels.join(", ")
            ),
            Self::ForeignAudience => {
                "This audience belongs to another service. Enter the address of Regcred, and let the job request it.".to_owned()
            }
            Self::NoUuid(labels) => {
                let labels: Vec<String> = labels.iter().map(|label| label.to_lowercase()).collect();
                let names: Vec<&str> = labels.iter().map(String::as_str).collect();
                let are = if names.len() == 1 { "is not a UUID" } else { "are not UUIDs" };
                format!(
                    "The {} {are}, so no token matches. Enter the id that the provider shows, for example 0184990a-4782-42b5-afc1-16715b10b8ff, not a name.",
                    named(&names)
                )
            }
            Self::ShortReference(label) => format!(
                "The {} is not a whole reference, so no token matches. For a branch, write refs/heads/main.",
                label.to_lowercase()
            ),
            Self::ForeignKind(label) => format!(
                "The {} is of a kind that the provider does not have, so no token matches. Branches begin with refs/heads/, and tags with refs/tags/.",
                label.to_lowercase()
            ),
            Self::NoTruth(claim) => {
                format!("The provider says true or false for {claim}, so no token matches.")
            }
            Self::OpenPattern(label) => format!(
                "Runs of other names match the {}, too, such as main-old for main*. Write the whole name, or put the * behind a slash: release/*.",
                label.to_lowercase()
            ),
            Self::ServiceAccountShape => {
                "The subject of a service account is system:serviceaccount:NAMESPACE:NAME, so no token matches.".to_owned()
            }
            Self::AzureSubjectShape => {
                "Azure DevOps writes subjects as p://ORGANIZATION/PROJECT/PIPELINE, sc://ORGANIZATION/PROJECT/CONNECTION or /eid1/…, and this one has none of these forms. Check that it is the whole subject.".to_owned()
            }
            Self::NoPipelineSubject => {
                "Only the token of a pipeline, whose subject begins with p://, says of which project, pipeline or reference it is, so no token matches. Remove these from the rule, or enter the subject of the pipeline.".to_owned()
            }
            Self::OriginShape => {
                "CircleCI writes the repository with its host, for example github.com/acme/api, so no token matches.".to_owned()
            }
            Self::WorkflowWithoutReference => {
                "GitHub writes a workflow with its reference, for example …/build.yml@refs/heads/main, so no token matches.".to_owned()
            }
            Self::BranchAsReference => {
                "Buildkite writes the name of a branch alone, for example main, so no token matches.".to_owned()
            }
            Self::TagAsReference => {
                "Buildkite writes the name of a tag alone, for example v1, so no token matches.".to_owned()
            }
            Self::BranchAndTag => {
                "A build of a tag has no branch, so no token has both. Add one rule for the branch and one for the tag.".to_owned()
            }
            Self::NoGrantForRule => {
                "Every grant of this pipeline has conditions on branches or events that the runs of this rule do not meet, so they receive nothing.".to_owned()
            }
            Self::NoGrantForToken => {
                "Every grant of this pipeline has conditions on branches or events, which only a trust rule proves, so this token receives nothing until a grant has no conditions.".to_owned()
            }
            Self::NoGrantForForks => {
                "Every run of this rule may be of a fork, and no grant that such a run could use gives pull requests from forks access, so they receive nothing.".to_owned()
            }
            Self::NoGrants => {
                "No credential is granted to this pipeline yet, so it receives nothing.".to_owned()
            }
            Self::IssuerSilent(told) => format!(
                "No token can be verified with this trust rule yet. {told}"
            ),
        }
    }
}
