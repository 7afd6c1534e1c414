//! The versions of a credential's secret: what is kept, what waits, what is gone, and which
//! credentials hold the same one.

use super::Secrets;
use super::entity::{credential, secret_version};
use crate::domain::credential::{Credential, Method, Summary};
use crate::domain::moment::Moment;
use crate::domain::secret_version::{SecretVersion, VersionState};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use secret_version::{ActiveModel, Column, Entity};
use uuid::Uuid;

/// A stored version with what opens it.
#[derive(Clone)]
pub struct StoredVersion {
    /// Its id, which the ciphertext is bound to.
    pub id: Uuid,
    /// What pages show of it.
    pub shown: SecretVersion,
    /// The blob; `None` when it was destroyed.
    pub sealed: Option<Vec<u8>>,
    /// What may be shown of a key file, as JSON.
    pub key_file: Option<String>,
}

impl<C: ConnectionTrait> Secrets<'_, C> {
    /// The versions of a credential, newest first; `current` is the one it delivers.
    pub async fn versions(
        &self,
        credential: Uuid,
        current: i64,
        most: u64,
    ) -> Result<Vec<StoredVersion>, DbErr> {
        let rows =
            self.of(credential).order_by_desc(Column::Version).limit(most).all(self.db).await?;
        Ok(rows.into_iter().filter_map(|row| stored(row, current)).collect())
    }

    /// The number of the newest version; 0 when there is none.
    pub async fn newest(&self, credential: Uuid) -> Result<i64, DbErr> {
        let row = self.of(credential).order_by_desc(Column::Version).one(self.db).await?;
        Ok(row.map_or(0, |row| row.version))
    }

    /// Takes the mark of waiting from a version.
    pub async fn unstage(&self, credential: Uuid, version: i64) -> Result<(), DbErr> {
        let row = ActiveModel { staged_at: Set(None), ..ActiveModel::default() };
        self.change(row, credential, &[version]).await
    }

    /// Destroys the ciphertexts of these versions of a credential, and what could tell them.
    pub async fn destroy(&self, credential: Uuid, versions: &[i64], now: i64) -> Result<(), DbErr> {
        let row = ActiveModel {
            sealed: Set(None),
            key_version: Set(None),
            fingerprint: Set(None),
            staged_at: Set(None),
            key_file: Set(None),
            destroyed_at: Set(Some(now)),
            ..ActiveModel::default()
        };
        self.change(row, credential, versions).await
    }

    async fn change(
        &self,
        row: ActiveModel,
        credential: Uuid,
        versions: &[i64],
    ) -> Result<(), DbErr> {
        if versions.is_empty() {
            return Ok(());
        }
        Entity::update_many()
            .set(row)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.eq(credential))
            .filter(Column::Version.is_in(versions.iter().copied()))
            .filter(Column::DestroyedAt.is_null())
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// The other credentials whose current secret has the fingerprint of this one's.
    pub async fn same_as(&self, credential: &Credential) -> Result<Vec<Summary>, DbErr> {
        let mine = self
            .of(credential.summary.id)
            .filter(Column::Version.eq(credential.secret.version))
            .one(self.db)
            .await?;
        let Some(fingerprint) = mine.and_then(|row| row.fingerprint) else {
            return Ok(Vec::new());
        };
        let to_credential = Entity::belongs_to(credential::Entity)
            .from(Column::CredentialId)
            .to(credential::Column::Id)
            .into();
        let rows = Entity::find()
            .join(JoinType::InnerJoin, to_credential)
            .select_also(credential::Entity)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Fingerprint.eq(fingerprint))
            .filter(Column::CredentialId.ne(credential.summary.id))
            .filter(
                Expr::col((Entity, Column::Version))
                    .equals((credential::Entity, credential::Column::SecretVersion)),
            )
            .order_by_asc(credential::Column::NameKey)
            .all(self.db)
            .await?;
        let others = rows.into_iter().filter_map(|(_, other)| super::credentials::summary(other?));
        Ok(others.collect())
    }
}

fn stored(row: secret_version::Model, current: i64) -> Option<StoredVersion> {
    let state = if row.sealed.is_none() {
        VersionState::Destroyed
    } else if row.unreadable_at.is_some() {
        VersionState::Unreadable
    } else if row.version == current {
        VersionState::Current
    } else if row.staged_at.is_some() {
        VersionState::Staged
    } else {
        VersionState::Kept
    };
    Some(StoredVersion {
        id: row.id,
        shown: SecretVersion {
            version: row.version,
            state,
            method: Method::from_word(&row.method)?,
            set_at: Moment(row.created_at),
            set_by: row.created_by,
            deliveries: row.deliveries,
            last_delivered_at: row.last_delivered_at.map(Moment),
        },
        sealed: row.sealed.map(|sealed| sealed.0),
        key_file: row.key_file,
    })
}
