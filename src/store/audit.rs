//! The chains as who checks them reads them: all of them, and the newest events of one.

use super::Chain;
use super::chain::shown;
use super::entity::{audit_event, chain_head, fetch, receipt};
use crate::domain::audit::AuditEvent;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// The end of a chain, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The project's id, or nil for the instance.
    pub chain: Uuid,
    /// The number of its last link, and that link's MAC; `None` when it should be there and is
    /// gone.
    pub end: Option<(i64, Vec<u8>)>,
}

impl<C: ConnectionTrait> Chain<'_, C> {
    /// The end of every chain, and every chain that has lost its end.
    pub async fn heads(&self) -> Result<Vec<ChainHead>, DbErr> {
        let rows = chain_head::Entity::find().order_by_asc(chain_head::Column::Chain);
        let mut heads: Vec<ChainHead> = rows
            .all(self.db)
            .await?
            .into_iter()
            .map(|row| ChainHead { chain: row.chain, end: Some((row.seq, row.mac)) })
            .collect();
        let mut chains = self.chains::<audit_event::Entity>(audit_event::Column::Chain).await?;
        chains.extend(self.chains::<fetch::Entity>(fetch::Column::Chain).await?);
        chains.extend(self.chains::<receipt::Entity>(receipt::Column::Chain).await?);
        for chain in chains {
            if !heads.iter().any(|head| head.chain == chain) {
                heads.push(ChainHead { chain, end: None });
            }
        }
        Ok(heads)
    }

    /// The chains that have such a link, or a part of one.
    async fn chains<E: EntityTrait>(&self, column: E::Column) -> Result<Vec<Uuid>, DbErr> {
        E::find().select_only().column(column).distinct().into_tuple().all(self.db).await
    }

    /// The last events of a chain, newest first.
    pub async fn newest(&self, chain: Uuid, most: u64) -> Result<Vec<AuditEvent>, DbErr> {
        let rows = audit_event::Entity::find()
            .filter(audit_event::Column::Chain.eq(chain))
            .order_by_desc(audit_event::Column::Seq)
            .limit(most)
            .all(self.db)
            .await?;
        Ok(rows.into_iter().filter_map(shown).collect())
    }
}
