//! What the product does: where rows meet keys. Every function takes the evidence of who asks
//! first, and every write is one transaction with its audit event.

mod attempts;
mod audit;
mod backup;
mod checkpoints;
mod checks;
mod clock;
mod credentials;
mod definitions;
mod deletions;
mod deliveries;
mod doctor;
mod events;
mod exchange;
mod explain;
mod findings;
mod first_steps;
mod guesses;
mod issuers;
mod jobs;
mod keys;
mod known;
mod names;
mod notifications;
mod passwords;
mod people;
mod pipelines;
mod readiness;
mod refusals;
mod reports;
mod retention;
mod reviews;
mod sealed_notes;
mod shares;
mod shipping;
mod sign_in;
mod signed;
mod slots;
mod trust_rules;
mod turns;
mod undeclared;
mod usage;
mod used;

pub use attempts::network;
pub use audit::{ChainReport, Export, Kept, KeptHead};
pub use backup::{BackupProblem, BroughtBack, Checked, Contents, back_up, check_backup, restore};
pub use checkpoints::{KeptCheckpoint, SignedCheckpoint, Witness};
pub use clock::told_at;
pub(crate) use clock::{now, today};
pub use credentials::{Doubt, Hindered, Saved, SecretInput, Switched, problems_of_token_service};
pub use definitions::WrittenFile;
#[cfg(test)]
pub(crate) use definitions::fuzz as fuzz_definitions;
pub use deliveries::{Delivered, DeliveryRequest, Entry, Given, Ledger, LeftOut, Told};
pub use doctor::{Clocks, Opening, PutBack, Unreadable, clocks};
pub use jobs::{LEASE, chance};
pub use keys::{KeySource, Keys, StartProblem, check, unlock, unlock_as_it_is, unlock_restored};
pub use people::{FirstPerson, Losing, NewAccount, NewRole, Signed};
pub use pipelines::{Seen, problems_of_approval, problems_of_grant, problems_of_token};
pub use readiness::Unready;
pub use sealed_notes::NoteKind;
pub use shares::{Rate, Rates};
pub use shipping::{ChainKeeper, FailingDestination, HoldingDestination, Pulled, Puller};
pub use sign_in::{PASSWORD, SignedIn, Visitor};
pub use signed::Signer;
pub use slots::SlotKind;
pub use trust_rules::{NewRule, problems_of_new_rule};
pub use turns::{Held as LaneTurn, Lanes};

use crate::crypto::CryptoError;
use crate::domain::moment::Moment;
use crate::domain::secret_version::KEEP;
use crate::domain::trust_rule::OwnHosts;
use crate::error::{Error, FieldError, Result};
use crate::issuers::Issuers;
use crate::receivers::Receivers;
use crate::registries::Registries;
pub use crate::store::CheckedLinks;
use crate::store::{Recorder, Store, Unrecorded, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::Notify;
use uuid::Uuid;

/// The chain of the instance: what happens outside any project.
pub const INSTANCE: Uuid = Uuid::nil();

/// The vault: cheap to clone, one per process.
#[derive(Clone, Debug)]
pub struct Vault {
    store: Store,
    keys: Keys,
    recorder: Recorder,
    /// Which of several servers this is, for jobs.
    server: Uuid,
    /// Wakes the task that watches the keys.
    keys_changed: Arc<Notify>,
    looks: Arc<keys::Looks>,
    row_looks: Arc<keys::Looks>,
    /// Wakes the runner of jobs.
    job_is_due: Arc<Notify>,
    attempts: Arc<attempts::Attempts>,
    passwords: passwords::Passwords,
    readiness: Arc<readiness::Readiness>,
    undeclared: Arc<undeclared::Undeclared>,
    used: Arc<used::Used>,
    first_steps_over: Arc<first_steps::Over>,
    refusals: Arc<refusals::Refusals>,
    silent_witnesses: Arc<checkpoints::Silent>,
    reach: Option<Reach>,
    shares: Arc<shares::Shares>,
    registry_tokens: Arc<credentials::RegistryTokens>,
    /// Whether it is known that the instance was set up, which it stays.
    was_set_up: Arc<AtomicBool>,
    settings: Arc<Settings>,
}

/// The other hosts that the vault asks, issuers for their keys and registries for tokens, and those that it
/// tells what happened.
#[derive(Clone, Debug)]
pub struct Reach {
    pub issuers: Issuers,
    pub registries: Registries,
    pub receivers: Receivers,
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// The public address, without a trailing slash.
    pub address: String,
    /// Other names of the server, for pipelines alone.
    pub pipeline_hosts: Vec<String>,
    /// Whether the key-encryption key is the generated file beside the data.
    pub has_local_key: bool,
    /// Versions of a secret that are kept, the current one included.
    pub keep_versions: u8,
    /// Seconds that a new data key waits until every server has read it.
    pub key_settle: i64,
    /// Whether browsers are told to use https for the subdomains of the address, too.
    pub hsts_subdomains: bool,
    /// Whether the log has a line for each request.
    pub access_log: bool,
    /// How often pipelines and projects may ask.
    pub rates: Rates,
    /// Days after which receipts are removed; `None`: they are kept.
    pub retention: Option<u32>,
    /// Who is asked to cosign checkpoints of the audit log.
    pub witnesses: Vec<Witness>,
}

impl Settings {
    /// The hosts under which this instance is asked.
    pub fn own_hosts(&self) -> OwnHosts {
        OwnHosts::of(&self.address, &self.pipeline_hosts)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            address: String::new(),
            pipeline_hosts: Vec::new(),
            has_local_key: false,
            keep_versions: KEEP.1,
            key_settle: 0,
            hsts_subdomains: false,
            access_log: false,
            rates: Rates::default(),
            retention: None,
            witnesses: Vec::new(),
        }
    }
}

impl Vault {
    pub fn new(store: Store, keys: Keys, settings: Settings) -> Self {
        let macs = keys.clone();
        let mac = Arc::new(move |message: &[u8]| macs.ring().mac(message));
        keys.serve(&store);
        let recorder = Recorder::start(store.clone(), mac);
        Self {
            store,
            keys,
            recorder,
            server: Uuid::now_v7(),
            keys_changed: Arc::new(Notify::new()),
            looks: Arc::default(),
            row_looks: Arc::default(),
            job_is_due: Arc::new(Notify::new()),
            attempts: Arc::default(),
            passwords: passwords::Passwords::new(),
            readiness: Arc::default(),
            undeclared: Arc::default(),
            used: Arc::default(),
            first_steps_over: Arc::default(),
            refusals: Arc::default(),
            silent_witnesses: Arc::default(),
            reach: None,
            shares: Arc::new(shares::Shares::new(settings.rates)),
            registry_tokens: Arc::default(),
            was_set_up: Arc::default(),
            settings: Arc::new(settings),
        }
    }

    /// The same vault, which may ask other hosts.
    pub fn reaching(self, reach: Reach) -> Self {
        Self { reach: Some(reach), ..self }
    }

    fn reach(&self) -> Result<&Reach> {
        self.reach.as_ref().ok_or(Error::Unavailable)
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The rows under it: for sessions, which the server keeps.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Removes what has expired: sessions, slots, short-lived tokens and the memory of those that work
    /// once. Puts right what time, or a server of the version before, leaves in the rows of grants,
    /// credentials and pipelines.
    pub async fn sweep(&self) -> Result<()> {
        let now = now();
        let mut projects = Vec::new();
        for entry in self.store.projects().list().await? {
            let project = entry.project.id;
            // What comes after these ends sessions and tokens, which has nothing to do with the search.
            if let Err(error) = self.complete_names(project).await {
                tracing::error!(project = %project, error = %error, "the names in trust rules could not be noted for the search");
            }
            if let Err(error) = self.complete_credentials(project).await {
                tracing::error!(project = %project, error = %error, "credentials of an older server could not be noted for the lists and the search");
            }
            projects.push(project);
        }
        let write = self.store.write().await?;
        for project in projects {
            write.grants(project).settle(now.day()).await?;
        }
        sweep_access(&write, now).await?;
        write.slots().sweep(now.0).await?;
        write.assertions().sweep(now.0).await?;
        write.leases().sweep(now.plus_seconds(-24 * 60 * 60).0).await?;
        Ok(write.commit_without_event(Unrecorded::Sweep).await?)
    }

    /// The first link of a chain that does not hold, or `None`: see `store::Chain::first_break`.
    pub async fn first_break(&self, chain: Uuid) -> Result<Option<i64>> {
        // A link may be under a key that another server has made a moment ago.
        self.refresh_keys().await?;
        let ring = self.keys.ring();
        Ok(self.store.chain().first_break(&*ring, chain).await?)
    }

    /// Whether a chain still has the link: see `store::Chain::has_link`.
    async fn has_link(&self, chain: Uuid, link: (i64, &[u8])) -> Result<bool> {
        let ring = self.keys.ring();
        Ok(self.store.chain().has_link(&*ring, chain, link).await?)
    }
}

/// What was checked; what is wrong with it goes to the other errors of the form.
fn gather<T>(errors: &mut Vec<FieldError>, checked: Result<T>) -> Result<Option<T>> {
    match checked {
        Ok(value) => Ok(Some(value)),
        Err(Error::Invalid(more)) => {
            errors.extend(more);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// Removes the sessions that are over, and the short-lived tokens that ended an hour ago. As
/// long as they are there, every approval and departure reads them.
async fn sweep_access(write: &Write, now: Moment) -> Result<()> {
    write.sessions().sweep(now.0).await?;
    Ok(write.tokens().sweep(now.plus_seconds(-60 * 60).0).await?)
}

impl From<CryptoError> for Error {
    /// The one place where a cause of the cryptography is logged; its texts carry no data.
    fn from(error: CryptoError) -> Self {
        tracing::error!(error = %error, "the cryptography refused");
        Self::Internal
    }
}
