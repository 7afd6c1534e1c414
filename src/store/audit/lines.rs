//! What stands in the links that a walk has found. What is wide is read for one link only, or for an
//! export.

use super::walk::FoundLink;
use crate::domain::audit::{
    Action, AuditChange, AuditDelivery, AuditRow, Detail, Happened, RECEIPTS_SHOWN,
};
use crate::domain::moment::Moment;
use crate::store::entity::{audit_event, fetch, receipt};
use crate::store::seals::Sealing;
use crate::store::{Chain, Receipts};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use uuid::Uuid;

impl<C: Sealing> Chain<'_, C> {
    /// The links as rows of the list, in the order in which they were found.
    pub async fn rows_of(&self, chain: Uuid, links: &[FoundLink]) -> Result<Vec<AuditRow>, DbErr> {
        let seqs = |is_fetch: bool| -> Vec<i64> {
            links.iter().filter(|link| link.is_fetch == is_fetch).map(|link| link.seq).collect()
        };
        let mut changes = self.changes(chain, seqs(false)).await?;
        let receipts = Receipts { db: self.db, project: chain };
        let mut deliveries = receipts.lines(seqs(true), RECEIPTS_SHOWN).await?;
        let before = self.times(chain, links.iter().map(|link| link.seq - 1).collect()).await?;
        let row = |link: &FoundLink| {
            let change = changes.remove(&link.seq).map(|change| Happened::Change(Box::new(change)));
            let delivery = || deliveries.remove(&link.seq).map(Happened::Delivery);
            let earlier = before.get(&(link.seq - 1)).copied().filter(|at| *at > link.at);
            AuditRow {
                seq: link.seq,
                at: Moment(link.at),
                clock_before: earlier.map(Moment),
                what: change.or_else(delivery).unwrap_or(Happened::Unknown),
            }
        };
        Ok(links.iter().map(row).collect())
    }

    /// The events with these numbers, but for those that a newer program wrote.
    pub async fn changes(
        &self,
        chain: Uuid,
        seqs: Vec<i64>,
    ) -> Result<BTreeMap<i64, AuditChange>, DbErr> {
        if seqs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = audit_event::Entity::find()
            .filter(audit_event::Column::Chain.eq(chain))
            .filter(audit_event::Column::Seq.is_in(seqs))
            .all(self.db)
            .await?;
        let read = |row: audit_event::Model| {
            let change = AuditChange {
                action: Action::from_word(&row.action)?,
                actor: row.actor,
                actor_id: row.actor_id,
                subject: row.subject,
                subject_id: row.subject_id,
                detail: Detail::from_stored(&row.detail),
            };
            Some((row.seq, change))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// When the links with these numbers were written, in milliseconds.
    async fn times(&self, chain: Uuid, seqs: Vec<i64>) -> Result<BTreeMap<i64, i64>, DbErr> {
        use audit_event::Column::{Action, At, Chain, Seq};
        if seqs.is_empty() {
            return Ok(BTreeMap::new());
        }
        // With the action: SQLite would find the others in the index of times, and go through all of it.
        let events: Vec<(i64, i64, String)> = audit_event::Entity::find()
            .select_only()
            .columns([Seq, At, Action])
            .filter(Chain.eq(chain))
            .filter(Seq.is_in(seqs.clone()))
            .into_tuple()
            .all(self.db)
            .await?;
        let events = events.into_iter().map(|(seq, at, _)| (seq, at));
        let fetches: Vec<(i64, i64)> = fetch::Entity::find()
            .select_only()
            .columns([fetch::Column::Seq, fetch::Column::At])
            .filter(fetch::Column::Chain.eq(chain))
            .filter(fetch::Column::Seq.is_in(seqs))
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(events.chain(fetches).collect())
    }

    /// The link with that number, as a walk would find it, and its MAC.
    pub async fn link_at(
        &self,
        chain: Uuid,
        seq: i64,
    ) -> Result<Option<(FoundLink, Vec<u8>)>, DbErr> {
        let event: Option<(i64, Vec<u8>)> = audit_event::Entity::find_by_id((chain, seq))
            .select_only()
            .columns([audit_event::Column::At, audit_event::Column::Mac])
            .into_tuple()
            .one(self.db)
            .await?;
        if let Some((at, mac)) = event {
            return Ok(Some((FoundLink { seq, at, is_fetch: false }, mac)));
        }
        let fetch: Option<(i64, Vec<u8>)> = fetch::Entity::find_by_id((chain, seq))
            .select_only()
            .columns([fetch::Column::At, fetch::Column::Mac])
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(fetch.map(|(at, mac)| (FoundLink { seq, at, is_fetch: true }, mac)))
    }
}

/// What the list has of a fetch: nothing that is wide.
type Narrow = (i64, i64, Uuid, Uuid, String, String);

impl<C: Sealing> Receipts<'_, C> {
    /// The fetches with these numbers, each with its first receipts.
    async fn lines(
        &self,
        seqs: Vec<i64>,
        most: u16,
    ) -> Result<BTreeMap<i64, AuditDelivery>, DbErr> {
        use fetch::Column;
        if seqs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let fetches: Vec<Narrow> = fetch::Entity::find()
            .select_only()
            .columns([Column::Seq, Column::At, Column::Id, Column::PipelineId])
            .columns([Column::Pipeline, Column::Door])
            .filter(Column::Chain.eq(self.project))
            .filter(Column::Seq.is_in(seqs.clone()))
            .into_tuple()
            .all(self.db)
            .await?;
        let rows = receipt::Entity::find()
            .filter(receipt::Column::Chain.eq(self.project))
            .filter(receipt::Column::Seq.is_in(seqs))
            .filter(receipt::Column::Number.lte(i32::from(most) + 1))
            .order_by_asc(receipt::Column::Seq)
            .order_by_asc(receipt::Column::Number)
            .all(self.db)
            .await?;
        let mut receipts: BTreeMap<i64, Vec<receipt::Model>> = BTreeMap::new();
        for row in rows {
            receipts.entry(row.seq).or_default().push(row);
        }
        let line = |fetch: Narrow| {
            let mut own = receipts.remove(&fetch.0).unwrap_or_default();
            let is_cut = own.len() > usize::from(most);
            own.truncate(usize::from(most));
            let whole = self.without_claims(&fetch);
            let receipts =
                own.into_iter().filter_map(|row| Self::unreported(row, &whole)).collect();
            let delivery =
                AuditDelivery { pipeline: fetch.4, pipeline_id: fetch.3, receipts, is_cut };
            (fetch.0, delivery)
        };
        Ok(fetches.into_iter().map(line).collect())
    }

    fn without_claims(&self, (seq, at, id, pipeline_id, pipeline, door): &Narrow) -> fetch::Model {
        fetch::Model {
            chain: self.project,
            seq: *seq,
            id: *id,
            at: *at,
            pipeline_id: *pipeline_id,
            pipeline: pipeline.clone(),
            door: door.clone(),
            token_id: String::new(),
            claims: String::new(),
            proof: None,
            address: None,
            form: 0,
            mac: Vec::new(),
        }
    }
}
