//! Wrapped keys. This room never sees one unwrapped.

use super::entity::Sealed;
use super::entity::crypto_key::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, QueryOrder};
use uuid::Uuid;

/// A handle on the wrapped keys.
#[derive(Debug)]
pub struct Keys<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
}

/// A wrapped key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// What it is for.
    pub purpose: String,
    /// Counts from 1 for each purpose.
    pub version: i32,
    /// What the wrapping is bound to.
    pub key_uuid: Uuid,
    /// The 76 bytes.
    pub wrapped: Vec<u8>,
    /// The id of the key-encryption key.
    pub kek_id: String,
    /// Whether new secrets use it.
    pub is_active: bool,
}

impl<C: ConnectionTrait> Keys<'_, C> {
    /// All of them.
    pub async fn list(&self) -> Result<Vec<KeyRow>, DbErr> {
        let rows = Entity::find()
            .order_by_asc(Column::Purpose)
            .order_by_asc(Column::Version)
            .all(self.db)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| KeyRow {
                purpose: row.purpose,
                version: row.version,
                key_uuid: row.key_uuid,
                wrapped: row.wrapped.0,
                kek_id: row.kek_id,
                is_active: row.is_active,
            })
            .collect())
    }

    /// Inserts the key unless its version is there: of two that start first, one wins.
    pub async fn insert_first(&self, row: KeyRow, at: i64) -> Result<(), DbErr> {
        let row = model(row, Set(at));
        let there = OnConflict::columns([Column::Purpose, Column::Version]).do_nothing().to_owned();
        Entity::insert(row).on_conflict(there).exec_without_returning(self.db).await?;
        Ok(())
    }

    /// Stores the new wrapping of a key.
    pub async fn update(&self, row: KeyRow) -> Result<(), DbErr> {
        Entity::update(model(row, sea_orm::ActiveValue::NotSet)).exec(self.db).await?;
        Ok(())
    }
}

fn model(row: KeyRow, created_at: sea_orm::ActiveValue<i64>) -> ActiveModel {
    ActiveModel {
        purpose: Set(row.purpose),
        version: Set(row.version),
        key_uuid: Set(row.key_uuid),
        wrapped: Set(Sealed(row.wrapped)),
        kek_id: Set(row.kek_id),
        is_active: Set(row.is_active),
        created_at,
    }
}
