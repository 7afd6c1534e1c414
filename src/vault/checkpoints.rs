//! Checkpoints of the audit log, for whoever is to check it without the database and the keys. Never two of
//! one origin that contradict each other: what was signed last is kept in the end of the chain, and what
//! is signed next has to follow it.

mod checked;
mod daily;
mod proved;
mod shown;
mod silent;
mod witness;
mod witnessed;
mod witnessing;

pub(super) use checked::Compared;
pub use checked::KeptCheckpoint;
pub(super) use silent::Silent;
pub use witness::Witness;

use super::Vault;
use super::audit::this_instance;
use crate::checkpoints::checkpoint::{Checkpoint, origin};
use crate::checkpoints::note::{self, Key};
use crate::domain::actor::Operator;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::witness::Witnessed;
use crate::error::{Error, Result};
use crate::store::{Growth, Signed, Unrecorded};
use uuid::Uuid;

/// How often it is tried while others sign checkpoints of the same chain.
const TRIES: u32 = 5;

const CHANGED: &str = "The end of this audit chain was changed outside Regcred, so no checkpoint of it is signed. Run `regcred doctor`.";
const GROWING: &str = "Links that an older version of Regcred wrote to this audit chain are not all in its tree yet. A running server adds them. Try again in a few minutes.";
const SHORTER: &str = "The audit chain is shorter than its last checkpoint, so none is signed. If the database was restored from a backup, run `regcred audit checkpoint --new-origin`: it begins a new series of checkpoints. If not, events were removed.";
const OTHER: &str = "The audit chain does not follow its last checkpoint, so none is signed. Run `regcred audit verify`.";
const LOOK: &str = "Run `regcred audit verify`. If it names only `removed_leaves`, or nothing, hashes of links that were removed because of their age are missing: `regcred audit checkpoint --new-origin` begins a new series of checkpoints without them.";
const BUSY: &str = "Checkpoints of this chain are being signed elsewhere. Try again.";

/// A checkpoint that was signed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SignedCheckpoint {
    /// Which series of checkpoints it belongs to.
    pub origin: String,
    pub links: u64,
    pub note: String,
    /// The public keys that verify it, the newest first.
    pub keys: Vec<String>,
    /// What witnesses have said of it, as far as that was looked up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witnessed>,
}

fn refused(sentence: impl Into<String>) -> Error {
    Error::Conflict(sentence.into())
}

impl Vault {
    /// Signs a checkpoint of the chain of the project with this part of the URL, or of the instance.
    /// `address` is the public address.
    ///
    /// # Errors
    /// `Conflict` when there is no such project, and when the chain does not follow its last checkpoint.
    pub async fn sign_checkpoint(
        &self,
        operator: &Operator,
        slug: Option<&str>,
        address: &str,
    ) -> Result<SignedCheckpoint> {
        let chain = self.chain_of(operator, slug).await?;
        let signed = self.tree_to_sign(chain).await?;
        self.checkpoint_of(chain, &signed, address)
    }

    /// Signs a checkpoint of a chain as it is now, for what is to be shown with it.
    ///
    /// # Errors
    /// `Conflict` when the chain does not follow its last checkpoint.
    pub(super) async fn checkpoint_now(&self, chain: Uuid) -> Result<SignedCheckpoint> {
        let signed = self.tree_to_sign(chain).await?;
        self.checkpoint_of(chain, &signed, &self.settings().address)
    }

    /// The public keys that verify checkpoints of the chain which are signed now, the newest first.
    ///
    /// # Errors
    /// `Conflict` when there is no such project, or the end of its chain was changed.
    pub async fn checkpoint_keys(
        &self,
        operator: &Operator,
        slug: Option<&str>,
        address: &str,
    ) -> Result<Vec<String>> {
        let chain = self.chain_of(operator, slug).await?;
        let keys = self.keys_of_checkpoints(chain, address).await?;
        keys.ok_or_else(|| refused(CHANGED))
    }

    /// The same; `None` when the end of the chain was changed.
    pub(super) async fn keys_of_checkpoints(
        &self,
        chain: Uuid,
        address: &str,
    ) -> Result<Option<Vec<String>>> {
        let Some(tree) = self.store.chain().tree(chain).await? else { return Ok(None) };
        let origin = origin(host_of(address), chain, tree.last.number);
        let public = self.keys.ring().checkpoint_keys()?.into_iter();
        let keys = public.filter_map(|key| Key::new(&origin, key)).map(|key| key.to_string());
        Ok(Some(keys.collect()))
    }

    /// Begins a new series of checkpoints of the chain, under another origin: after a restore by hand, the
    /// chain may be shorter than what was signed of it. Its tree is made anew. Gives the new origin.
    ///
    /// # Errors
    /// `Conflict` when there is no such project, or the end of its chain was changed.
    pub async fn renew_checkpoints(
        &self,
        operator: &Operator,
        slug: Option<&str>,
        address: &str,
    ) -> Result<String> {
        let (chain, mut subject) = (self.chain_of(operator, slug).await?, this_instance());
        if let Some(project) = self.store.projects().find(slug.unwrap_or_default()).await? {
            subject = Subject { id: project.id, name: project.name };
        }
        let write = self.write_in(chain).await?;
        let number = write.chain().begin_tree_anew(chain).await?;
        let number = number.ok_or_else(|| refused(CHANGED))?;
        let what = (Action::CheckpointsRenewed, subject, Detail::Nothing);
        self.commit_event(write, chain, operator, what).await?;
        self.grow_tree(chain).await?;
        Ok(origin(host_of(address), chain, number))
    }

    /// The job: puts the links of an older version into the trees of their chains, in small parts.
    pub async fn grow_trees(&self) -> Result<()> {
        for (chain, ..) in self.store.chain().ends().await? {
            self.grow_tree(chain).await?;
        }
        Ok(())
    }

    async fn grow_tree(&self, chain: Uuid) -> Result<()> {
        loop {
            let tree = self.store.chain().tree(chain).await?;
            if tree.is_none_or(|tree| tree.is_whole()) {
                return Ok(());
            }
            let write = self.write_in(chain).await?;
            let ring = self.keys.ring();
            let mac = |message: &[u8]| ring.mac(message);
            match write.chain().grow((&mac, &*ring), chain).await? {
                Growth::Whole | Growth::More => {
                    write.commit_without_event(Unrecorded::Tree).await?;
                }
                Growth::Broken(link) => {
                    tracing::error!(%chain, link, "no checkpoint of this chain is signed: it is broken at this link");
                    return Ok(());
                }
            }
        }
    }

    /// The tree as it is, once it is kept that it is about to be signed.
    async fn tree_to_sign(&self, chain: Uuid) -> Result<Signed> {
        // A link may be under a key that another server has made a moment ago.
        self.refresh_keys().await?;
        for _ in 0..TRIES {
            let tree = self.store.chain().tree(chain).await?.ok_or_else(|| refused(CHANGED))?;
            if !tree.is_whole() {
                return Err(refused(GROWING));
            }
            let last = &tree.last;
            if last.frontier.size() > tree.frontier.size() {
                return Err(refused(SHORTER));
            }
            // Nobody waits for it: links that come meanwhile are for the next one.
            let ring = self.keys.ring();
            let since = (&last.frontier, tree.links);
            match self.store.chain().grown(&*ring, chain, since).await? {
                Ok(grown) if grown == tree.frontier => {}
                Ok(_) => return Err(refused(OTHER)),
                Err(link) => {
                    return Err(refused(format!(
                        "The audit chain is broken at link {link}, so no checkpoint of it is signed. {LOOK}"
                    )));
                }
            }
            let now = Signed { number: last.number, frontier: tree.frontier.clone() };
            if now == *last {
                return Ok(now);
            }
            let write = self.write_in(chain).await?;
            if write.chain().note_signed(chain, last, &now).await? {
                self.enqueue_witnesses(&write, chain).await?;
                write.commit_without_event(Unrecorded::Tree).await?;
                self.job_is_due.notify_one();
                return Ok(now);
            }
        }
        Err(refused(BUSY))
    }

    fn checkpoint_of(
        &self,
        chain: Uuid,
        signed: &Signed,
        address: &str,
    ) -> Result<SignedCheckpoint> {
        let origin = origin(host_of(address), chain, signed.number);
        let (size, root) = (signed.frontier.size(), signed.frontier.root());
        let text = Checkpoint { origin: origin.clone(), size, root }.to_text();
        let mut signatures = Vec::new();
        for (public, signature) in self.keys.ring().sign_checkpoint(text.as_bytes())? {
            signatures.push((Key::new(&origin, public).ok_or(Error::Internal)?, signature));
        }
        let keys = signatures.iter().map(|(key, _)| key.to_string()).collect();
        let note = note::signed(&text, &signatures);
        Ok(SignedCheckpoint { origin, links: size, note, keys, witnesses: Vec::new() })
    }
}

/// What origins begin with: the host of the public address, and its port if it has one.
fn host_of(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, host)| host)
}
