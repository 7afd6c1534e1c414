//! Everything that the pages of a credential show, in one: for tests that look at some of it.

use crate::app::App;
use regcred::domain::audit::AuditEvent;
use regcred::domain::credential::{Credential, Dependent};
use regcred::domain::credential_page::Holder;
use regcred::domain::delivery::Receipt;
use regcred::domain::guard_change::GuardChange;
use regcred::domain::permission::of;
use regcred::domain::secret_version::SecretVersion;
use uuid::Uuid;

pub struct WholeCredential {
    pub credential: Credential,
    pub dependents: Vec<Dependent>,
    pub same_secret: Vec<(Uuid, String)>,
    pub obtainers: Vec<(String, String)>,
    pub holders: Vec<Holder>,
    pub guard_change: Option<GuardChange>,
    pub versions: Vec<SecretVersion>,
    pub receipts: Vec<Receipt>,
    pub events: Vec<AuditEvent>,
}

impl App {
    /// The pages of the credential as they are now, as the owner sees them.
    pub async fn credential_page(&self, project: &str, id: Uuid) -> WholeCredential {
        let reader = self.evidence(&self.owner, project).await.can::<of::RegistryRead>().unwrap();
        let (head, overview) = self.vault.credential_overview(&reader, id).await.unwrap();
        let (_, readers) = self.vault.credential_readers(&reader, id).await.unwrap();
        let (_, versions) = self.vault.credential_versions(&reader, id).await.unwrap();
        let (_, page, _) = self.vault.credential_deliveries(&reader, id, None).await.unwrap();
        let (_, activity) = self.vault.credential_activity(&reader, id, None).await.unwrap();
        WholeCredential {
            credential: head.credential,
            dependents: overview.dependents,
            same_secret: overview.same_secret,
            obtainers: readers.obtainers,
            holders: readers.holders,
            guard_change: overview.guard_change,
            versions,
            receipts: page.receipts,
            events: activity.events,
        }
    }
}
