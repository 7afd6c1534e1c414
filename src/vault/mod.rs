//! What the product does: where rows meet keys. Every function takes the evidence of who asks
//! first, and every write is one transaction with its audit event.

mod credential_pages;
mod credentials;
mod deletions;
mod deliveries;
mod edits;
mod grants;
mod keys;
mod members;
mod names;
mod passwords;
mod pipelines;
mod secret_input;
mod setup;
mod sign_in;
mod slots;
mod tokens;

pub use credentials::Created;
pub use deliveries::{DeliveryRequest, DockerConfig};
pub use keys::{KeySource, StartProblem, check, expected_keys, unlock};
pub use secret_input::SecretInput;
pub use setup::{FirstPerson, Signed};
pub use slots::SlotKind;

use crate::crypto::CryptoError;
use crate::crypto::keyring::Keyring;
use crate::domain::audit::{Action, Subject};
use crate::domain::moment::{Day, Moment};
use crate::domain::user::Person;
use crate::error::{Error, Result};
use crate::store::{EventRow, Recorder, Store, Write};
use std::sync::Arc;
use uuid::Uuid;

/// The chain of the instance: what happens outside any project.
pub const INSTANCE: Uuid = Uuid::nil();

/// The vault: cheap to clone, one per process.
#[derive(Clone, Debug)]
pub struct Vault {
    store: Store,
    keyring: Arc<Keyring>,
    recorder: Recorder,
    passwords: passwords::Passwords,
    settings: Arc<Settings>,
}

/// What the vault has to know of its surroundings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The public address, without a trailing slash.
    pub address: String,
    /// Whether the key-encryption key is the generated file beside the data.
    pub has_local_key: bool,
}

impl Vault {
    /// A vault over an opened store and an unlocked keyring.
    pub fn new(store: Store, keyring: Keyring, settings: Settings) -> Self {
        let keyring = Arc::new(keyring);
        let macs = Arc::clone(&keyring);
        let recorder = Recorder::start(store.clone(), Arc::new(move |message| macs.mac(message)));
        Self {
            store,
            keyring,
            recorder,
            passwords: passwords::Passwords::new(),
            settings: Arc::new(settings),
        }
    }

    /// What it knows of its surroundings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The rows under it: for sessions, which the server keeps.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether it can work: the database answers.
    pub async fn is_ready(&self) -> bool {
        self.store.ping().await.is_ok()
    }

    /// Removes sessions, slots and counts of attempts that have expired.
    pub async fn sweep(&self) -> Result<()> {
        let now = now();
        let write = self.store.write().await?;
        write.sessions().sweep(now.0).await?;
        write.slots().sweep(now.0).await?;
        write.attempts().sweep(now.plus_seconds(-24 * 60 * 60).0).await?;
        Ok(write.commit().await?)
    }

    /// The first link of a chain that does not hold, or `None`: see `store::Chain::first_break`.
    pub async fn first_break(&self, chain: Uuid) -> Result<Option<i64>> {
        Ok(self.store.chain().first_break(&|message| self.keyring.mac(message), chain).await?)
    }

    /// Adds the event to the transaction. `actor` is `None` when the product itself acts.
    async fn note(
        &self,
        write: &Write,
        chain: Uuid,
        actor: Option<&Person>,
        action: Action,
        subject: Subject,
        detail: String,
    ) -> Result<()> {
        let event = EventRow {
            at: now().0,
            action,
            actor_id: actor.map(|person| person.id),
            actor: actor.map_or_else(|| "Regcred".to_owned(), |person| person.name.clone()),
            subject_id: subject.id,
            subject: subject.name,
            detail,
        };
        write.chain().append(&|message| self.keyring.mac(message), chain, event).await?;
        Ok(())
    }
}

/// The time, in UTC. The only clock of the vault.
fn now() -> Moment {
    let nanos = time::OffsetDateTime::now_utc().unix_timestamp_nanos();
    Moment(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX))
}

/// The calendar day, in UTC.
pub(crate) fn today() -> Day {
    now().day()
}

impl From<CryptoError> for Error {
    /// The one place where a cause of the cryptography is logged; its texts carry no data.
    fn from(error: CryptoError) -> Self {
        tracing::error!(error = %error, "the cryptography refused");
        Self::Internal
    }
}
