//! What to do about a finding: where that is done, and what it takes.

use super::{FindingKind, Found};
use crate::domain::paths;
use crate::domain::permission::Permission;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub label: &'static str,
    pub href: String,
    /// Who has not all of these cannot do it there.
    pub needs: &'static [Permission],
}

impl Found {
    /// What to do first; `None` where the thing has no page.
    pub fn act(&self, project: &str) -> Option<Act> {
        use Permission::{
            PipelineRead, PipelineWrite, RegistryDelete, RegistryRead, RegistryWrite,
        };
        let credential = self.credential.as_ref().map(|one| one.id);
        let pipeline = self.pipeline.as_ref().map(|one| one.id);
        let (label, href, needs): (_, _, &'static [Permission]) = match self.kind {
            FindingKind::PasswordInFile => {
                ("See the lines", paths::pipeline_definitions(project, pipeline?), &[PipelineRead])
            }
            FindingKind::RefusedSince => {
                ("Look at the grants", paths::grants(project, pipeline?), &[PipelineRead])
            }
            FindingKind::Tie => {
                ("Change the grants", paths::grants(project, pipeline?), &[PipelineRead])
            }
            FindingKind::OldVersion => (
                "Look at the versions",
                paths::credential_versions(project, credential?),
                &[RegistryRead],
            ),
            FindingKind::NoCredential => {
                ("Add a credential", paths::new_credential(project), &[RegistryWrite])
            }
            FindingKind::PersonalAccount => (
                "Use another account",
                paths::edit_credential(project, credential?),
                &[RegistryWrite],
            ),
            FindingKind::SameSecret => (
                "Replace the secret",
                paths::replace_secret(project, credential?),
                &[RegistryWrite],
            ),
            FindingKind::Shared => (
                "Change its environment",
                paths::edit_credential(project, credential?),
                &[RegistryWrite],
            ),
            FindingKind::NoOwner => {
                ("Set an owner", paths::edit_credential(project, credential?), &[RegistryWrite])
            }
            FindingKind::ReviewDue => (
                "Set the next review",
                paths::edit_credential(project, credential?),
                &[RegistryWrite],
            ),
            FindingKind::OnlyPulled => (
                "Narrow the grant",
                paths::edit_grant(project, pipeline?, self.grant?),
                &[RegistryWrite, PipelineWrite],
            ),
            FindingKind::NotDelivered => (
                "Connect the pipeline",
                paths::pipeline_connect(project, pipeline?),
                &[PipelineRead],
            ),
            FindingKind::NotDeclared | FindingKind::Unused | FindingKind::NeverUsed => {
                match (pipeline, self.grant) {
                    (Some(pipeline), Some(grant)) => (
                        "Revoke the grant",
                        paths::delete_grant(project, pipeline, grant),
                        &[PipelineWrite],
                    ),
                    (Some(pipeline), None) => (
                        "Look at the pipeline",
                        paths::pipeline(project, pipeline),
                        &[PipelineRead],
                    ),
                    (None, _) => {
                        let href = paths::delete_credential(project, credential?);
                        ("Delete the credential", href, &[RegistryDelete])
                    }
                }
            }
        };
        Some(Act { label, href, needs })
    }
}
