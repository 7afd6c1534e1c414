//! What the pages of one credential read.

use super::context::{member, vault};
use crate::domain::actor::Can;
use crate::domain::check::Checks;
use crate::domain::choosing::{Choices, Sought};
pub use crate::domain::compromise::CompromisePage;
pub use crate::domain::credential_page::{
    Activity, Connection, CredentialHead, Deletion, Overview, Readers, Receivers, Users,
    VersionInUse,
};
use crate::domain::permission::of;
use crate::domain::secret_version::SecretVersion;
use crate::error::Result;
use uuid::Uuid;

pub async fn overview(project: String, id: Uuid) -> Result<(CredentialHead, Overview)> {
    vault().credential_overview(&reader(&project).await?, id).await
}

/// Who can read its secret, and where that may be sent.
pub async fn readers(project: String, id: Uuid) -> Result<(CredentialHead, Readers)> {
    vault().credential_readers(&reader(&project).await?, id).await
}

/// The credential, and who depends on it.
pub async fn users(project: String, id: Uuid) -> Result<(CredentialHead, Users)> {
    vault().credential_users(&reader(&project).await?, id).await
}

/// The credential, and who would receive another secret of it.
pub async fn receivers(project: String, id: Uuid) -> Result<(CredentialHead, Receivers)> {
    vault().credential_receivers(&reader(&project).await?, id).await
}

/// What a compromise of it means: who has its secret, and what is done about it.
pub async fn compromise(project: String, id: Uuid) -> Result<(CredentialHead, CompromisePage)> {
    vault().credential_compromise(&reader(&project).await?, id).await
}

/// What its delete dialog says and offers.
pub async fn deletion(
    project: String,
    id: Uuid,
    search: Sought,
    chosen: Option<Uuid>,
) -> Result<(CredentialHead, Deletion)> {
    vault().credential_deletion(&reader(&project).await?, id, (&search, chosen)).await
}

pub async fn versions(project: String, id: Uuid) -> Result<(CredentialHead, Vec<SecretVersion>)> {
    vault().credential_versions(&reader(&project).await?, id).await
}

/// What was found when it was checked at its registry.
pub async fn checks(project: String, id: Uuid) -> Result<(CredentialHead, Checks)> {
    vault().credential_checks(&reader(&project).await?, id).await
}

/// One of its versions, and who received that one last.
pub async fn version(
    project: String,
    id: Uuid,
    number: i64,
) -> Result<(CredentialHead, VersionInUse)> {
    vault().credential_version(&reader(&project).await?, id, number).await
}

/// What was done to it before the link `before`.
pub async fn activity(
    project: String,
    id: Uuid,
    before: Option<i64>,
) -> Result<(CredentialHead, Activity)> {
    vault().credential_activity(&reader(&project).await?, id, before).await
}

/// How a pipeline fetches it: the one that was chosen, or the first with a grant.
pub async fn connection(
    project: String,
    id: Uuid,
    chosen: Option<Uuid>,
) -> Result<(CredentialHead, Connection)> {
    vault().credential_connection(&reader(&project).await?, id, chosen).await
}

/// The pipelines that it can be granted to, as far as a form lists them.
pub async fn choices(
    project: String,
    id: Uuid,
    search: Sought,
    chosen: Option<Uuid>,
) -> Result<(CredentialHead, Choices<(Uuid, String)>)> {
    vault().credential_choices(&reader(&project).await?, id, (&search, chosen)).await
}

async fn reader(project: &str) -> Result<Can<of::RegistryRead>> {
    member(project).await?.can::<of::RegistryRead>()
}
