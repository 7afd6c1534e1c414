//! What keeps a data key from being retired, row by row.

use super::Rewraps;
use super::entity::secret_version::{Column, Entity};
use crate::domain::key::KeyPurpose;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter,
    QuerySelect,
};

/// How many rows a data key is kept by that no server gives the new key by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldUp {
    /// Their secret did not open when it was tried.
    pub unreadable: u64,
    /// They do not say which data key their secret is under.
    pub unnamed: u64,
    /// Their ciphertext is missing.
    pub empty: u64,
}

impl<C: ConnectionTrait> Rewraps<'_, C> {
    /// How many of each kind keep that key.
    pub async fn held_up(&self, purpose: KeyPurpose, version: i32) -> Result<HeldUp, DbErr> {
        let Some(kept) = kept_by(purpose, version) else { return Ok(HeldUp::default()) };
        let kept = || kept.clone();
        let sealed = || kept().add(Column::Sealed.is_not_null());
        let named = sealed().add(Column::DataKey.is_not_null());
        Ok(HeldUp {
            unreadable: self.rows(named.add(Column::UnreadableAt.is_not_null())).await?,
            unnamed: self.rows(sealed().add(Column::DataKey.is_null())).await?,
            empty: self.rows(kept().add(Column::Sealed.is_null())).await?,
        })
    }

    async fn rows(&self, such: Condition) -> Result<u64, DbErr> {
        let rows: Option<i64> = Entity::find()
            .select_only()
            .column_as(Expr::col(Column::Id).count(), "rows")
            .filter(such)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(u64::try_from(rows.unwrap_or(0)).unwrap_or(0))
    }
}

/// The rows that say that their secret is under the key, or that it made their fingerprint; no secret has
/// to do with a key for the audit log or its checkpoints.
fn kept_by(purpose: KeyPurpose, version: i32) -> Option<Condition> {
    let all = Condition::all();
    match purpose {
        KeyPurpose::Secret => Some(all.add(Column::DataKey.eq(version))),
        KeyPurpose::Fingerprint => {
            Some(all.add(Column::FingerprintKey.eq(version)).add(Column::Fingerprint.is_not_null()))
        }
        KeyPurpose::Audit | KeyPurpose::Checkpoint => None,
    }
}
