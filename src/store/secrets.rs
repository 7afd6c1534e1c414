//! The sealed versions of credentials' secrets. Only deliveries and rewraps load a ciphertext.

use super::entity::{Sealed, access_grant, credential, secret_version};
use crate::domain::credential::{Access, Credential};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use secret_version::{ActiveModel, Column, Entity};
use uuid::Uuid;

/// A handle on a project's sealed secrets.
#[derive(Debug)]
pub struct Secrets<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
    pub(super) project: Uuid,
}

/// A version to write.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// Its id, which the ciphertext is bound to.
    pub id: Uuid,
    /// Whose secret.
    pub credential_id: Uuid,
    /// Counts from 1.
    pub version: i64,
    /// The blob.
    pub sealed: Vec<u8>,
    /// Milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
}

/// A granted credential with its current ciphertext.
#[derive(Clone, Debug)]
pub struct Deliverable {
    /// Everything but the secret.
    pub credential: Credential,
    /// The project of the credential's row, as the ciphertext is bound to it.
    pub project_id: Uuid,
    /// What the grant is for.
    pub intent: Access,
    /// The row of the current version; `None` when it is gone.
    pub sealed: Option<(Uuid, Vec<u8>)>,
}

impl<C: ConnectionTrait> Secrets<'_, C> {
    /// Inserts a version.
    pub async fn insert(&self, row: VersionRow) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(row.id),
            project_id: Set(self.project),
            credential_id: Set(row.credential_id),
            version: Set(row.version),
            sealed: Set(Some(Sealed(row.sealed))),
            created_at: Set(row.created_at),
            created_by: Set(row.created_by),
            destroyed_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.db).await?;
        Ok(())
    }

    /// Destroys the ciphertexts of a credential but that of `keep`.
    pub async fn destroy_others(&self, credential: Uuid, keep: i64, now: i64) -> Result<(), DbErr> {
        Entity::update_many()
            .set(ActiveModel {
                sealed: Set(None),
                destroyed_at: Set(Some(now)),
                ..ActiveModel::default()
            })
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.eq(credential))
            .filter(Column::Version.ne(keep))
            .filter(Column::DestroyedAt.is_null())
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// Removes every version of a credential.
    pub async fn delete(&self, credential: Uuid) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.eq(credential))
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// What the pipeline's grants reach, by name.
    pub async fn granted_to(&self, pipeline: Uuid) -> Result<Vec<Deliverable>, DbErr> {
        let to_credential = access_grant::Entity::belongs_to(credential::Entity)
            .from(access_grant::Column::CredentialId)
            .to(credential::Column::Id)
            .into();
        let granted = access_grant::Entity::find()
            .join(JoinType::InnerJoin, to_credential)
            .select_also(credential::Entity)
            .filter(access_grant::Column::ProjectId.eq(self.project))
            .filter(access_grant::Column::PipelineId.eq(pipeline))
            .filter(credential::Column::ProjectId.eq(self.project))
            .order_by_asc(credential::Column::NameKey)
            .all(self.db)
            .await?;
        let ids: Vec<Uuid> = granted.iter().map(|(grant, _)| grant.credential_id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let versions = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.is_in(ids))
            .filter(Column::Sealed.is_not_null())
            .all(self.db)
            .await?;
        Ok(granted
            .into_iter()
            .filter_map(|(grant, credential)| {
                let row = credential?;
                let project_id = row.project_id;
                let credential = super::credentials::whole(row)?;
                let is_current = |version: &&secret_version::Model| {
                    version.credential_id == grant.credential_id
                        && version.version == credential.secret.version
                };
                let current = versions.iter().find(is_current);
                let sealed = current.and_then(|row| Some((row.id, row.sealed.clone()?.0)));
                Some(Deliverable {
                    intent: Access::from_word(&grant.intent)?,
                    project_id,
                    credential,
                    sealed,
                })
            })
            .collect())
    }
}
