//! Whether somebody has said that the key-encryption key in use is backed up.

use crate::domain::actor::{Acts, InstanceAdmin};
use crate::domain::audit::{Action, Detail};
use crate::domain::key::KeyBackup;
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use crate::vault::audit::this_instance;
use crate::vault::{INSTANCE, Vault, now};
use serde::{Deserialize, Serialize};

/// The name of the fact.
const FACT: &str = "key_backed_up";

/// The fact. It is about one key: with another one it says nothing.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    kek: String,
    by: String,
    at: i64,
}

impl Vault {
    /// Who said last that the key in use is backed up; `None` since there is a new key.
    pub async fn key_backup(&self) -> Result<Option<KeyBackup>> {
        let fact = self.store.instance().find(FACT).await?;
        let said = fact.and_then(|(said, _)| serde_json::from_str::<Said>(&said).ok());
        let in_use = self.kek_in_use();
        let said = said.filter(|said| in_use.as_ref() == Some(&said.kek));
        Ok(said.map(|said| KeyBackup { by: said.by, at: Moment(said.at) }))
    }

    /// Whether to tell the admins of the instance that the key lies beside the data, in the one copy.
    pub async fn needs_key_backup(&self) -> Result<bool> {
        Ok(self.settings.has_local_key && self.key_backup().await?.is_none())
    }

    /// Notes that this person has a backup of the key in use.
    pub async fn note_key_backup(&self, admin: &InstanceAdmin) -> Result<()> {
        let kek = self.kek_in_use().ok_or(Error::Internal)?;
        let said = Said { kek, by: admin.actor().name().to_owned(), at: now().0 };
        let said = serde_json::to_string(&said).map_err(|_| Error::Internal)?;
        let write = self.write_in(INSTANCE).await?;
        write.instance().set(FACT, &said, None).await?;
        let what = (Action::KekBackedUp, this_instance(), Detail::Nothing);
        self.commit_event(write, INSTANCE, admin, what).await
    }

    fn kek_in_use(&self) -> Option<String> {
        self.keys.source().current.as_ref().map(|kek| kek.id().to_string())
    }
}
