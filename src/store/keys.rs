//! Wrapped keys. This room never sees one unwrapped.

use super::Keys;
use super::entity::crypto_key::{ActiveModel, Column, Entity, Model};
use super::entity::{Sealed, secret_version};
use super::locked;
use crate::domain::key::KeyState;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    pub purpose: String,
    /// Counts from 1 for each purpose.
    pub version: i32,
    /// What the wrapping is bound to.
    pub key_uuid: Uuid,
    /// The 76 bytes; none when it was destroyed.
    pub wrapped: Vec<u8>,
    pub kek_id: String,
    pub state: KeyState,
    /// Since when, in milliseconds.
    pub state_since: i64,
    /// When it was made, in milliseconds.
    pub created_at: i64,
}

/// The states of a key that has its bytes.
const KEPT: [KeyState; 4] =
    [KeyState::Pending, KeyState::Active, KeyState::Archived, KeyState::Retired];

impl<C: ConnectionTrait> Keys<'_, C> {
    /// All of them, by purpose and version.
    pub async fn list(&self) -> Result<Vec<KeyRow>, DbErr> {
        all().all(self.db).await?.into_iter().map(KeyRow::try_from).collect()
    }

    /// The same, locked until the transaction ends.
    pub async fn lock(&self) -> Result<Vec<KeyRow>, DbErr> {
        locked(self.db, all()).all(self.db).await?.into_iter().map(KeyRow::try_from).collect()
    }

    /// Inserts the key unless its version is there: of two that are first, one wins. Whether it was
    /// this one.
    pub async fn insert_first(&self, row: KeyRow) -> Result<bool, DbErr> {
        // Whichever of the unique indexes it is: another server's key may be seen by the one of the
        // active keys first, and `PostgreSQL` refuses what the named one does not catch.
        let there = OnConflict::new().do_nothing().to_owned();
        let made = Entity::insert(ActiveModel::from(row))
            .on_conflict(there)
            .exec_without_returning(self.db)
            .await?;
        Ok(made > 0)
    }

    /// The key for secrets of this version, if servers still hold it. It is not retired, and says
    /// nothing else, before the transaction that asks has ended.
    pub async fn held(&self, version: i32) -> Result<Option<KeyRow>, DbErr> {
        let mut rows = Entity::find_by_id(("secret".to_owned(), version));
        if self.db.get_database_backend() == DbBackend::Postgres {
            rows = rows.lock_shared();
        }
        let row = rows.one(self.db).await?.map(KeyRow::try_from).transpose()?;
        Ok(row.filter(|row| row.state.is_held()))
    }

    /// The version of the newest audit key that a server can have. A row of a destroyed one says nothing: there
    /// never is one, and whoever writes to the database can put it there.
    pub(super) async fn newest_audit(&self) -> Result<Option<i32>, DbErr> {
        let newest = Entity::find()
            .select_only()
            .column(Column::Version)
            .filter(Column::Purpose.eq("audit"))
            .filter(Column::State.is_in(KEPT.map(KeyState::word)))
            .order_by_desc(Column::Version);
        newest.into_tuple().one(self.db).await
    }

    /// Secrets by the version of the key that made their fingerprint.
    pub async fn fingerprints(&self) -> Result<BTreeMap<i32, u64>, DbErr> {
        use secret_version::Column;
        let by_version: Vec<(i32, i64)> = secret_version::Entity::find()
            .select_only()
            .column(Column::FingerprintKey)
            .column_as(Expr::col(Column::Id).count(), "rows")
            .filter(Column::Fingerprint.is_not_null())
            .group_by(Column::FingerprintKey)
            .into_tuple()
            .all(self.db)
            .await?;
        let count = |rows: i64| u64::try_from(rows).unwrap_or(0);
        Ok(by_version.into_iter().map(|(version, rows)| (version, count(rows))).collect())
    }

    /// Stores the new wrapping or state of a key.
    pub async fn update(&self, row: KeyRow) -> Result<(), DbErr> {
        Entity::update(ActiveModel::from(row)).exec(self.db).await.map(drop)
    }

    /// Sealed secrets by the version of their key, and how many of them do not open.
    pub async fn uses(&self) -> Result<(BTreeMap<i32, u64>, u64), DbErr> {
        use secret_version::Column;
        let by_version: Vec<(Option<i32>, i64)> = secret_version::Entity::find()
            .select_only()
            .column(Column::DataKey)
            .column_as(Expr::col(Column::Id).count(), "rows")
            .filter(Column::DataKey.is_not_null())
            .group_by(Column::DataKey)
            .into_tuple()
            .all(self.db)
            .await?;
        let unreadable: Option<i64> = secret_version::Entity::find()
            .select_only()
            .column_as(Expr::col(Column::Id).count(), "rows")
            .filter(Column::DataKey.is_not_null())
            .filter(Column::UnreadableAt.is_not_null())
            .into_tuple()
            .one(self.db)
            .await?;
        let count = |rows: i64| u64::try_from(rows).unwrap_or(0);
        let by_version = by_version
            .into_iter()
            .filter_map(|(version, rows)| Some((version?, count(rows))))
            .collect();
        Ok((by_version, count(unreadable.unwrap_or(0))))
    }
}

fn all() -> Select<Entity> {
    Entity::find().order_by_asc(Column::Purpose).order_by_asc(Column::Version)
}

/// A row with a word that this version does not know is refused: taking it for another state could
/// bring a retired key back.
impl TryFrom<Model> for KeyRow {
    type Error = DbErr;

    fn try_from(row: Model) -> Result<Self, DbErr> {
        let state = KeyState::from_word(&row.state)
            .ok_or_else(|| DbErr::Type("a key is in an unknown state".to_owned()))?;
        Ok(Self {
            purpose: row.purpose,
            version: row.version,
            key_uuid: row.key_uuid,
            wrapped: row.wrapped.0,
            kek_id: row.kek_id,
            state,
            state_since: row.state_since,
            created_at: row.made_at,
        })
    }
}

impl From<KeyRow> for ActiveModel {
    fn from(row: KeyRow) -> Self {
        Self {
            purpose: Set(row.purpose),
            version: Set(row.version),
            key_uuid: Set(row.key_uuid),
            wrapped: Set(Sealed(row.wrapped)),
            kek_id: Set(row.kek_id),
            state: Set(row.state.word().to_owned()),
            state_since: Set(row.state_since),
            made_at: Set(row.created_at),
        }
    }
}
