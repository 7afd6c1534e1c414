//! Single-use tokens of providers that were used: once over all servers.

use super::Assertions;
use super::entity::used_assertion::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

impl<C: ConnectionTrait> Assertions<'_, C> {
    /// Uses the token with this hash up, which nobody takes after `expires_at` (milliseconds)
    /// anyway; `false` when it was used before. It counts once the transaction is durable.
    pub async fn take(&self, id: &[u8; 32], expires_at: i64) -> Result<bool, DbErr> {
        let row = ActiveModel { id: Set(id.to_vec()), expires_at: Set(expires_at) };
        let there = OnConflict::column(Column::Id).do_nothing().to_owned();
        let made = Entity::insert(row).on_conflict(there).exec_without_returning(self.db).await?;
        Ok(made > 0)
    }

    /// Whether something is remembered by this hash after `now` (milliseconds).
    pub async fn is_kept(&self, id: &[u8; 32], now: i64) -> Result<bool, DbErr> {
        let found =
            Entity::find_by_id(id.to_vec()).filter(Column::ExpiresAt.gt(now)).one(self.db).await?;
        Ok(found.is_some())
    }

    /// Forgets those that had expired by `now`.
    pub async fn sweep(&self, now: i64) -> Result<(), DbErr> {
        Entity::delete_many().filter(Column::ExpiresAt.lt(now)).exec(self.db).await.map(drop)
    }
}
