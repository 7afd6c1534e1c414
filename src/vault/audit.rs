//! The chains, as the operator verifies and reads them.

mod export;
mod listed;

pub use export::Export;

use super::checkpoints::{Compared, KeptCheckpoint};
use super::{INSTANCE, Vault};
use crate::checkpoints::tree::Frontier;
use crate::domain::actor::{Actor, Operator};
use crate::domain::audit::{Action, AuditEvent, Detail, Subject};
use crate::error::{Error, Result};
use crate::store::{ChainHead, WrongSum};
use data_encoding::HEXLOWER;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ChainReport {
    /// The project's part of the URL, or `instance`; the id when the project is gone.
    #[serde(rename = "chain")]
    pub name: String,
    /// Links by its stored end.
    pub links: i64,
    /// The MAC of the last link, in hex. A copy kept elsewhere tells later whether the chain
    /// was cut back to before it.
    pub head: String,
    /// The first link that does not hold; `None` when all do.
    pub broken_at: Option<i64>,
    /// The first row of what is added up of receipts, put aside or reported of them, or said of their
    /// removal, that does not fit them; `None` when all do. It is not looked for in a chain that is broken.
    pub wrong_sum: Option<String>,
    /// When each link holds by itself, but they are not those of a checkpoint: up to which link the first
    /// wrong one may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_until: Option<i64>,
}

/// What was kept elsewhere of chains as they were once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept<'a> {
    pub heads: &'a [KeptHead],
    pub checkpoints: &'a [KeptCheckpoint],
}

impl Kept<'_> {
    /// Whether nothing of it is of another chain, which would not be looked at.
    fn is_all_of(&self, chain: Uuid, names: &HashMap<Uuid, String>) -> bool {
        self.heads.iter().all(|head| is_called(chain, names, &head.chain))
            && self.checkpoints.iter().all(|one| one.chain == chain)
    }
}

/// The end of a chain as it was once, kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptHead {
    /// The project's part of the URL, `instance`, or the id of the chain.
    pub chain: String,
    pub seq: i64,
    pub mac: Vec<u8>,
}

impl KeptHead {
    /// Reads `CHAIN:LINK:HEAD`, as `regcred audit verify` and the log have the three.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(3, ':');
        let (mac, seq, chain) = (parts.next()?, parts.next()?, parts.next()?);
        let mac = HEXLOWER.decode(mac.as_bytes()).ok().filter(|mac| mac.len() == 32)?;
        let seq = seq.parse().ok().filter(|seq| *seq > 0)?;
        (!chain.is_empty()).then(|| Self { chain: chain.to_owned(), seq, mac })
    }
}

impl Vault {
    /// Checks every chain, or the one of the project with this part of the URL. One that was taken
    /// away as a whole is broken at its first link: each project has an event of its beginning, and
    /// so has the instance once it is set up.
    ///
    /// # Errors
    /// `Conflict` when there is no such project.
    pub async fn verify_chains(
        &self,
        operator: &Operator,
        slug: Option<&str>,
        kept: Kept<'_>,
    ) -> Result<Vec<ChainReport>> {
        let only = self.chain_of(operator, slug).await?;
        let projects = self.every_project(operator).await?.into_iter();
        let mut names: HashMap<Uuid, String> =
            projects.map(|entry| (entry.project.id, entry.project.slug)).collect();
        let mut begun: Vec<Uuid> = names.keys().copied().collect();
        let projects: BTreeSet<Uuid> = names.keys().copied().collect();
        let is_set_up = self.is_set_up().await?;
        begun.extend(is_set_up.then_some(INSTANCE));
        names.insert(INSTANCE, "instance".to_owned());
        // Read after the projects: a project that is there was written together with its chain.
        let mut heads = self.store.chain().heads().await?;
        begun.retain(|chain| !heads.iter().any(|head| head.chain == *chain));
        heads.extend(begun.into_iter().map(|chain| ChainHead { chain, end: None }));
        for one in kept.checkpoints {
            // Gone with its project, and with every trace of it but this.
            if !heads.iter().any(|head| head.chain == one.chain) {
                heads.push(ChainHead { chain: one.chain, end: None });
            }
        }
        heads.sort_by_key(|head| head.chain);
        for head in kept.heads {
            // A chain of which nothing is left is told, too.
            if !heads.iter().any(|found| is_called(found.chain, &names, &head.chain)) {
                return Err(Error::Conflict(
                    "A chain that --since names does not exist. If it existed when you copied its HEAD, it was removed."
                        .to_owned(),
                ));
            }
        }
        if slug.is_some() && !kept.is_all_of(only, &names) {
            return Err(Error::Conflict(
                "The value of --since or --checkpoint is from another chain than that of the project. Leave out --project."
                    .to_owned(),
            ));
        }
        let mut reports = Vec::new();
        for head in heads {
            if slug.is_some() && head.chain != only {
                continue;
            }
            let name = names.get(&head.chain).cloned();
            let name = name.unwrap_or_else(|| head.chain.to_string());
            let mut cut_before = None;
            let (differs_at, broken_until) = self.differs(head.chain, kept.checkpoints).await?;
            for one in kept.heads.iter().filter(|one| is_called(head.chain, &names, &one.chain)) {
                if !self.has_link(head.chain, (one.seq, one.mac.as_slice())).await? {
                    cut_before = Some(cut_before.unwrap_or(one.seq).min(one.seq));
                }
            }
            let broken = self.broken_at(&head, is_set_up, projects.contains(&head.chain)).await?;
            let broken_at = [broken.or(cut_before), differs_at].into_iter().flatten().min();
            let broken_until = broken_until.filter(|_| broken_at == differs_at);
            let wrong_sum = match broken_at {
                None => self.wrong_sum(head.chain).await?,
                Some(_) => None,
            };
            let (links, mac) = head.end.unwrap_or_default();
            reports.push(ChainReport {
                name,
                links,
                head: HEXLOWER.encode(&mac),
                broken_at,
                broken_until,
                wrong_sum,
            });
        }
        Ok(reports)
    }

    /// The first row of what is added up of the receipts of a chain that does not fit them, by its table.
    async fn wrong_sum(&self, chain: Uuid) -> Result<Option<String>> {
        let mut found = self.wrong_row(chain).await?;
        if found.is_some() {
            // A proof may be under a key that another server has made since the keys were read.
            self.refresh_keys().await?;
            found = self.wrong_row(chain).await?;
        }
        Ok(found.map(|WrongSum { table, row }| format!("{table}: {row}")))
    }

    async fn wrong_row(&self, chain: Uuid) -> Result<Option<WrongSum>> {
        let ring = self.keys.ring();
        let snapshot = self.store.snapshot().await?;
        let found = snapshot.receipts(chain).wrong_sum(&*ring).await?;
        drop(snapshot);
        match found {
            Some(wrong) => Ok(Some(wrong)),
            None => self.lost_leaf(chain).await,
        }
    }

    /// The leaf of a removed link that is not what it was when the base of the chain was made. A tree that
    /// was begun since may do without some.
    async fn lost_leaf(&self, chain: Uuid) -> Result<Option<WrongSum>> {
        let Some(base) = self.store.receipts(chain).base().await? else { return Ok(None) };
        let tree = self.store.chain().tree(chain).await?;
        if tree.is_none_or(|tree| tree.last.number != base.tree) {
            return Ok(None);
        }
        let (ring, empty) = (self.keys.ring(), Frontier::default());
        let all = (&empty, i64::try_from(base.leaves).unwrap_or(i64::MAX));
        let link = match self.store.chain().grown(&*ring, chain, all).await? {
            Ok(grown) if HEXLOWER.encode(&grown.root()) == base.root => return Ok(None),
            Ok(_) => base.last,
            Err(link) => link,
        };
        Ok(Some(WrongSum { table: "removed_leaves", row: format!("link {link}") }))
    }

    /// The first link that is wrong by what is stored alone.
    async fn broken_at(
        &self,
        head: &ChainHead,
        is_set_up: bool,
        is_project: bool,
    ) -> Result<Option<i64>> {
        Ok(match &head.end {
            None => Some(1),
            // An end is written with a link, but for that of an instance that nobody uses.
            Some((..=0, _)) if is_set_up || head.chain != INSTANCE => Some(1),
            _ if is_project && !self.is_whole(head.chain).await? => Some(1),
            _ => self.first_break(head.chain).await?,
        })
    }

    /// The first link that is not the one of a checkpoint of the chain. When none is wrong by itself: the
    /// first that may be, and the last one.
    async fn differs(
        &self,
        chain: Uuid,
        kept: &[KeptCheckpoint],
    ) -> Result<(Option<i64>, Option<i64>)> {
        let mut of_chain: Vec<&KeptCheckpoint> =
            kept.iter().filter(|one| one.chain == chain).collect();
        of_chain.sort_by_key(|one| one.links());
        let mut same = 0;
        for one in of_chain {
            match self.compare(one).await? {
                Compared::Same => same = one.links(),
                Compared::Broken(link) => return Ok((Some(link), None)),
                Compared::Other => return Ok((Some(same + 1), Some(one.links()))),
            }
        }
        Ok((None, None))
    }

    /// Whether the chain of a project still begins with the project.
    async fn is_whole(&self, chain: Uuid) -> Result<bool> {
        Ok(self.store.chain().begins_with(chain, Action::ProjectCreated).await?)
    }

    /// Writes the end of every chain to the log. Who keeps logs elsewhere can tell later whether a
    /// chain was cut back: see [`KeptHead`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tell_heads(&self) -> Result<()> {
        let ends = self.store.chain().ends().await?;
        for (chain, links, mac) in ends.into_iter().filter(|(_, links, _)| *links > 0) {
            let (chain, head) = (chain.to_string(), HEXLOWER.encode(&mac));
            let (chain, head) = (chain.as_str(), head.as_str());
            tracing::info!(target: "regcred::audit", chain, links, head, "end of an audit chain");
        }
        Ok(())
    }

    /// The newest events of the project with this part of the URL, or of the instance, newest first.
    ///
    /// # Errors
    /// `Conflict` when there is no such project.
    pub async fn newest_events(
        &self,
        operator: &Operator,
        slug: Option<&str>,
        most: u64,
    ) -> Result<Vec<AuditEvent>> {
        let chain = self.chain_of(operator, slug).await?;
        Ok(self.store.chain().newest(chain, most).await?)
    }

    /// Says that the operator begins a backup: whoever has its file and the key has every secret.
    pub async fn record_backup(&self, operator: &Operator) -> Result<()> {
        let write = self.write_in(INSTANCE).await?;
        let what = (Action::BackedUp, this_instance(), Detail::Nothing);
        self.commit_event(write, INSTANCE, operator, what).await
    }

    /// Says that this server has read the key-encryption key again.
    pub async fn record_kek_read_again(&self) -> Result<()> {
        let write = self.write_in(INSTANCE).await?;
        let what = (Action::KekReadAgain, this_instance(), Detail::Nothing);
        self.commit_event(write, INSTANCE, &Actor::Product, what).await
    }

    pub(super) async fn chain_of(&self, _operator: &Operator, slug: Option<&str>) -> Result<Uuid> {
        let Some(slug) = slug else { return Ok(INSTANCE) };
        let found = self.store.projects().find(slug).await?;
        Ok(found.ok_or_else(super::people::unknown_project)?.id)
    }
}

fn is_called(chain: Uuid, names: &HashMap<Uuid, String>, name: &str) -> bool {
    names.get(&chain).is_some_and(|known| known == name) || chain.to_string() == name
}

pub(super) fn this_instance() -> Subject {
    Subject { id: INSTANCE, name: "this instance".to_owned() }
}
