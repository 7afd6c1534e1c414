//! The chain: every audit event of a project, and every fetch with its receipts, carries a MAC over
//! itself and the one before, so that a change to the past shows. The instance has a chain of its own
//! (nil id). What is counted is no part of it.

mod check;
mod cosignatures;
mod head;
mod leaves;
mod signing;
mod walk;

pub use check::CheckedLinks;
pub use cosignatures::CosignatureRow;
pub(super) use head::Head;
pub use leaves::Growth;
pub(super) use leaves::{add_leaf, keep_leaves};
pub use signing::{Signed, Tree};

use super::Chain;
use super::entity::audit_event;
use super::receipts::Removed;
use super::seals::Sealing;
use super::verified::Holds;
use super::writing::Tx;
use crate::domain::audit::Action;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// The MAC of a link. The caller holds the key, so that this room never does.
pub type Mac<'a> = &'a (dyn Fn(&[u8]) -> [u8; 32] + Send + Sync);

/// A link as it is checked: number, kind, fields, MAC.
pub(super) type Link = (i64, &'static str, Vec<Vec<u8>>, Vec<u8>);

/// Links that are read at once, so that a long chain needs no more memory than a short one.
const PART: i64 = 2_000;

#[derive(Clone, Debug)]
pub struct EventRow {
    /// In milliseconds.
    pub at: i64,
    pub action: Action,
    pub actor_id: Option<Uuid>,
    pub actor: String,
    pub subject_id: Uuid,
    pub subject: String,
    /// A [`Detail`] as it is stored; never a value that was typed into a secret field.
    pub detail: String,
}

/// That a transaction holds an audit event. Only [`Chain::append`] makes it.
#[derive(Debug)]
pub struct Recorded(i64);

impl Recorded {
    /// The number of the link that the event is.
    pub fn link(&self) -> i64 {
        self.0
    }
}

/// What a link's MAC covers: every part with its length before it, so that no two links with
/// different parts have the same bytes.
pub(super) fn message(
    before: &[u8],
    chain: Uuid,
    seq: i64,
    kind: &str,
    fields: &[&[u8]],
) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    let seq = seq.to_be_bytes();
    let first: [&[u8]; 5] = [b"regcred/chain/v1", before, chain.as_bytes(), &seq, kind.as_bytes()];
    for part in first.iter().chain(fields) {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

impl<C: Sealing> Chain<'_, C> {
    /// Begins the chain of a new project, or of an instance that has its first keys. Nothing else
    /// begins one: a chain that was taken away does not come back as a new one.
    pub async fn begin(&self, chain: Uuid) -> Result<(), DbErr> {
        Head::begin(self.db, chain).await
    }

    /// Locks the end of the chain until the transaction ends. Before the first row of its project:
    /// who has a row and waits for the chain would keep who has the chain and waits for the row.
    pub async fn hold(&self, chain: Uuid) -> Result<(), DbErr> {
        Head::lock(self.db, chain).await.map(drop)
    }

    /// Whether the chain still has the link with that number and MAC. One that was removed because of
    /// its age is known by the removal.
    pub async fn has_link(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        (seq, mac): (i64, &[u8]),
    ) -> Result<bool, DbErr> {
        let (links, _) = self.links(chain, (seq, seq)).await?;
        if links.iter().any(|(at, _, _, link)| *at == seq && link == mac) {
            return Ok(true);
        }
        Ok(Removed::of(self.db, holds, chain).await?.had(seq, mac))
    }

    /// Whether the link with that number was removed because of its age.
    pub async fn was_removed(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        seq: i64,
    ) -> Result<bool, DbErr> {
        Ok(Removed::of(self.db, holds, chain).await?.run(seq).is_some())
    }

    /// The links between two numbers, and up to which number these are all.
    pub(super) async fn links(
        &self,
        chain: Uuid,
        part: (i64, i64),
    ) -> Result<(Vec<Link>, i64), DbErr> {
        let (mut links, last) = super::receipts::links(self.db, chain, part).await?;
        let events = audit_event::Entity::find()
            .filter(audit_event::Column::Chain.eq(chain))
            .filter(audit_event::Column::Seq.between(part.0, last))
            .all(self.db)
            .await?;
        for row in events {
            links.push((row.seq, "event", parts(&row).to_vec(), row.mac));
        }
        links.sort_by_key(|(seq, ..)| *seq);
        Ok((links, last))
    }
}

impl Chain<'_, Tx> {
    /// Writes the event as the next link, and into the outbox. The log is told of it when the
    /// transaction is durable.
    pub async fn append(
        &self,
        mac: Mac<'_>,
        chain: Uuid,
        event: EventRow,
    ) -> Result<Recorded, DbErr> {
        let told = event.clone();
        let mut head = Head::lock(self.db, chain).await?;
        let mut row = audit_event::Model {
            chain,
            seq: head.seq + 1,
            at: event.at,
            action: event.action.word().to_owned(),
            actor_id: event.actor_id,
            actor: event.actor,
            subject_id: event.subject_id,
            subject: event.subject,
            detail: event.detail,
            mac: Vec::new(),
        };
        (row.seq, row.mac) = head.next(mac, "event", &parts(&row).each_ref().map(Vec::as_slice));
        super::Outbox { db: self.db }.put(&row).await?;
        let row = audit_event::ActiveModel::from(row);
        audit_event::Entity::insert(row).exec_without_returning(self.db).await?;
        self.db.told.note(chain, head.seq, told);
        let link = head.seq;
        head.store(self.db).await?;
        Ok(Recorded(link))
    }
}

/// The number of the newest row, whatever the head says.
async fn newest_row<C: Sealing>(db: &C, chain: Uuid) -> Result<i64, DbErr> {
    let event = audit_event::Entity::find()
        .filter(audit_event::Column::Chain.eq(chain))
        .order_by_desc(audit_event::Column::Seq)
        .one(db)
        .await?;
    let receipt = super::receipts::newest(db, chain).await?;
    Ok(event.map_or(0, |event| event.seq).max(receipt))
}

/// What the MAC of an event covers.
fn parts(row: &audit_event::Model) -> [Vec<u8>; 7] {
    [
        row.at.to_be_bytes().to_vec(),
        row.action.clone().into(),
        row.actor_id.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        row.actor.clone().into(),
        row.subject_id.as_bytes().to_vec(),
        row.subject.clone().into(),
        row.detail.clone().into(),
    ]
}
