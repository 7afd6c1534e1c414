//! What is signed of a chain: its tree as it is, and that it goes on from what was signed before.

use super::head::{Head, frontier_of, is_whole};
use super::walk::{Leaf, Walk};
use crate::checkpoints::export::Line;
use crate::checkpoints::tree::{Consistency, Frontier, Hash};
use crate::store::authentic::{genuine_now, is_genuine, ours_among};
use crate::store::entity::chain_head;
use crate::store::seals::Sealing;
use crate::store::writing::Tx;
use crate::store::{Chain, Holds};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// What was last signed of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Which of its trees it is, from 1 on: after a restore the chain has another one.
    pub number: u32,
    /// That tree when it was signed.
    pub frontier: Frontier,
}

impl Default for Signed {
    /// Of a chain of which nothing was signed yet.
    fn default() -> Self {
        Self { number: 1, frontier: Frontier::default() }
    }
}

impl Signed {
    fn from_stored(stored: Option<&[u8]>) -> Option<Self> {
        let Some(stored) = stored else { return Some(Self::default()) };
        let (number, frontier) = stored.split_first_chunk::<4>()?;
        let frontier = Frontier::from_bytes(frontier)?;
        Some(Self { number: u32::from_be_bytes(*number), frontier })
    }

    fn to_stored(&self) -> Vec<u8> {
        [self.number.to_be_bytes().as_slice(), &self.frontier.to_bytes()].concat()
    }
}

/// A chain as it could be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The number of its last link.
    pub links: i64,
    pub frontier: Frontier,
    pub last: Signed,
}

impl Tree {
    fn of(head: &chain_head::Model) -> Option<Self> {
        let last = Signed::from_stored(head.signed.as_deref())?;
        Some(Self { links: head.seq, frontier: frontier_of(head), last })
    }

    /// Whether it has every link: of a chain that is older than its tree it takes a while.
    pub fn is_whole(&self) -> bool {
        is_whole(&self.frontier, self.links)
    }
}

impl<C: Sealing> Chain<'_, C> {
    /// The tree, as the end of the chain has it; `None` when that is gone, or somebody has changed it.
    pub async fn tree(&self, chain: Uuid) -> Result<Option<Tree>, DbErr> {
        let head = chain_head::Entity::find_by_id(chain).one(self.db).await?;
        let Some(head) = head else { return Ok(None) };
        let head = genuine_now::<chain_head::Entity>(self.db, head).await;
        Ok(head.as_ref().and_then(Tree::of))
    }

    /// What was last signed of each chain of which anything was. One whose end somebody has changed is
    /// missing.
    pub async fn all_signed(&self) -> Result<Vec<(Uuid, Signed)>, DbErr> {
        let heads = chain_head::Entity::find().filter(chain_head::Column::Signed.is_not_null());
        // In one order on every server: they lock jobs by it.
        let heads = heads.order_by_asc(chain_head::Column::Chain).all(self.db).await?;
        let ours = ours_among(self.db, heads, is_genuine::<chain_head::Entity>).await;
        let signed = |head: &chain_head::Model| {
            let signed = Signed::from_stored(head.signed.as_deref())?;
            (signed.frontier.size() > 0).then_some((head.chain, signed))
        };
        Ok(ours.iter().filter_map(signed).collect())
    }

    /// The tree `from` with every link behind it up to that one, made from what is stored and verified on
    /// the way; or the first link that does not hold.
    pub async fn grown(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        (from, last): (&Frontier, i64),
    ) -> Result<Result<Frontier, i64>, DbErr> {
        let mut frontier = from.clone();
        let walked = self.walk(holds, chain, (from, last), |leaf| frontier.push(leaf.hash)).await?;
        Ok(walked.map(|()| frontier))
    }

    /// What proves that the tree `to` goes on from the tree `from`, made from what is stored and verified on
    /// the way; `None` when a link between them does not hold, or `to` does not go on from there.
    pub async fn consistency(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        (from, to): (&Frontier, &Frontier),
    ) -> Result<Option<Vec<Hash>>, DbErr> {
        if from.size() > to.size() {
            return Ok(None);
        }
        let (mut grown, mut proof) = (from.clone(), Consistency::new(from, to.size()));
        let last = i64::try_from(to.size()).unwrap_or(i64::MAX);
        let push = |leaf: Leaf| {
            grown.push(leaf.hash);
            proof.push(leaf.hash);
        };
        let walked = self.walk(holds, chain, (from, last), push).await?;
        Ok((walked.is_ok() && grown == *to).then(|| proof.path()))
    }

    /// The leaf of every link up to that one; or the first link that does not hold.
    pub async fn leaves(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        last: i64,
    ) -> Result<Result<Vec<Hash>, i64>, DbErr> {
        let mut leaves = Vec::new();
        let all = (&Frontier::default(), last);
        let walked = self.walk(holds, chain, all, |leaf| leaves.push(leaf.hash)).await?;
        Ok(walked.map(|()| leaves))
    }

    /// Some of the links between two numbers as lines of an export, from the first on; or the first that
    /// does not hold.
    pub async fn exported(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        (first, last): (i64, i64),
    ) -> Result<Result<Vec<Line>, i64>, DbErr> {
        let mut walk = Walk::at((self.db, holds), chain, first, false).await?;
        let leaves = match walk.step(last).await? {
            Ok(leaves) => leaves,
            Err(broken) => return Ok(Err(broken)),
        };
        let line = |leaf: &Leaf| match &leaf.said {
            Some((kind, fields)) => {
                let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
                Line::new(chain, leaf.number, kind, &fields)
            }
            None => Line::removed(chain, leaf.number, &leaf.hash),
        };
        Ok(Ok(leaves.iter().map(line).collect()))
    }

    /// Hands each leaf behind that tree, up to that link, to `push`; or gives the first link that does not
    /// hold.
    async fn walk(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        (from, last): (&Frontier, i64),
        mut push: impl FnMut(Leaf) + Send,
    ) -> Result<Result<(), i64>, DbErr> {
        let mut next = i64::try_from(from.size()).unwrap_or(i64::MAX).saturating_add(1);
        let mut walk = Walk::at((self.db, holds), chain, next, false).await?;
        while next <= last {
            match walk.step(last).await? {
                Ok(leaves) => {
                    next += leaves.len() as i64;
                    leaves.into_iter().for_each(&mut push);
                }
                Err(broken) => return Ok(Err(broken)),
            }
        }
        Ok(Ok(()))
    }
}

impl Chain<'_, Tx> {
    /// Notes what is about to be signed of the chain, behind `before`; `false` when something else was
    /// signed meanwhile, or the chain does not have so many links any more. Before it is durable, nothing
    /// is signed.
    pub async fn note_signed(
        &self,
        chain: Uuid,
        before: &Signed,
        now: &Signed,
    ) -> Result<bool, DbErr> {
        let head = Head::lock(self.db, chain).await?;
        let is_next = head.is_ours
            && Signed::from_stored(head.signed()).as_ref() == Some(before)
            && now.frontier.size() <= u64::try_from(head.seq).unwrap_or(0);
        if is_next {
            head.store_signed(self.db, now.to_stored()).await?;
        }
        Ok(is_next)
    }

    /// From now on another tree is signed of the chain, under another name: what was signed before may
    /// have had more links. Which one it is; `None` of a chain whose end was changed, which stays as it is.
    pub async fn begin_tree(&self, chain: Uuid) -> Result<Option<u32>, DbErr> {
        let head = Head::lock(self.db, chain).await?;
        if !head.is_ours {
            return Ok(None);
        }
        self.begin_with(head).await.map(Some)
    }

    /// The same, and the tree is made anew: what the end says of it may be somebody else's, or leaves of
    /// links that were removed because of their age may be lost, and then only their numbers are covered.
    pub async fn begin_tree_anew(&self, chain: Uuid) -> Result<Option<u32>, DbErr> {
        let mut head = Head::lock(self.db, chain).await?;
        if !head.is_ours {
            return Ok(None);
        }
        head.frontier = Frontier::default();
        self.begin_with(head).await.map(Some)
    }

    async fn begin_with(&self, head: Head) -> Result<u32, DbErr> {
        let before = Signed::from_stored(head.signed()).unwrap_or_default();
        let number = before.number.saturating_add(1);
        let now = Signed { number, frontier: Frontier::default() };
        head.store_signed(self.db, now.to_stored()).await?;
        Ok(number)
    }
}
