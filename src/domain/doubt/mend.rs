//! Where a doubt is mended.

use super::Doubt;
use crate::domain::paths::{self, with_query};
use uuid::Uuid;

/// Where a doubt is mended: the words of the link, and its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    pub label: &'static str,
    pub href: String,
}

impl Doubt {
    /// The one place that mends it. `about` is the grant or the rule of the pipeline.
    pub fn mend(&self, project: &str, pipeline: Uuid, about: Uuid) -> Mend {
        let (label, href) = match self {
            Self::NoIdentity | Self::BranchNotProved | Self::EventNotProved => (
                "Add a trust rule",
                with_query(&paths::new_rule(project, pipeline), "provider", "github"),
            ),
            Self::OtherBranches
            | Self::OtherEvents
            | Self::OnlyForks
            | Self::NothingPushes
            | Self::NoReference
            | Self::NoName
            | Self::OpenCondition
            | Self::OutsidePaths { .. }
            | Self::Ended { .. } => {
                ("Change the grant", paths::edit_grant(project, pipeline, about))
            }
            Self::OnlyPulls { credential }
            | Self::Tie { credential, .. }
            | Self::HostTie { credential, .. } => {
                ("Edit the credential", paths::edit_credential(project, *credential))
            }
            Self::CredentialExpired { credential, .. }
            | Self::CredentialUnreadable { credential }
            | Self::SecretLooksWrong { credential, .. } => {
                ("Replace its secret", paths::replace_secret(project, *credential))
            }
            Self::CredentialDisabled { credential } => {
                ("Open the credential", paths::credential(project, *credential))
            }
            Self::NoGrantForRule
            | Self::NoGrantForToken
            | Self::NoGrantForForks
            | Self::NoGrants => {
                ("See the grants", format!("{}#grants", paths::grants(project, pipeline)))
            }
            Self::IssuerSilent(_) => ("Try a token", paths::try_token(project, pipeline)),
            Self::Lacks(_)
            | Self::ForeignAudience
            | Self::NoUuid(_)
            | Self::ShortReference(_)
            | Self::ForeignKind(_)
            | Self::NoTruth(_)
            | Self::OpenPattern(_)
            | Self::ServiceAccountShape
            | Self::AzureSubjectShape
            | Self::NoPipelineSubject
            | Self::OriginShape
            | Self::WorkflowWithoutReference
            | Self::BranchAsReference
            | Self::TagAsReference
            | Self::BranchAndTag => ("Change the rule", paths::edit_rule(project, pipeline, about)),
        };
        Mend { label, href }
    }
}
