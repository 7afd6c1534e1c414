//! The sealed versions of credentials' secrets. Only deliveries and rewraps load a ciphertext.

use super::entity::{Sealed, access_grant, credential, secret_version};
use crate::domain::credential::{Access, Credential, Method};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter,
    QuerySelect, Select,
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
#[derive(Clone)]
pub struct VersionRow {
    /// Its id, which the ciphertext is bound to.
    pub id: Uuid,
    /// Whose secret.
    pub credential_id: Uuid,
    /// Counts from 1.
    pub version: i64,
    /// The blob.
    pub sealed: Vec<u8>,
    /// The version of the data key that the blob names.
    pub key_version: i32,
    /// How it signs in.
    pub method: Method,
    /// What may be shown of a key file, as JSON.
    pub key_file: Option<String>,
    /// What equal secrets of the project share; `None` when it was not made.
    pub fingerprint: Option<Vec<u8>>,
    /// When it was stored beside the current one, if it waits.
    pub staged_at: Option<i64>,
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
            method: Set(row.method.word().to_owned()),
            key_file: Set(row.key_file),
            key_version: Set(Some(row.key_version)),
            fingerprint: Set(row.fingerprint),
            staged_at: Set(row.staged_at),
            unreadable_at: Set(None),
            deliveries: Set(0),
            last_delivered_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(self.db).await?;
        Ok(())
    }

    pub(super) fn of(&self, credential: Uuid) -> Select<Entity> {
        Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.eq(credential))
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
        let mut granted = access_grant::Entity::find()
            .join(JoinType::InnerJoin, to_credential)
            .select_also(credential::Entity)
            .filter(access_grant::Column::ProjectId.eq(self.project))
            .filter(access_grant::Column::PipelineId.eq(pipeline))
            .all(self.db)
            .await?;
        // Not asked of the database: it would go through all credentials of the project, by name,
        // to find the few that are granted.
        granted.retain(|(_, credential)| {
            credential.as_ref().is_some_and(|credential| credential.project_id == self.project)
        });
        granted.sort_by(|(_, one), (_, other)| {
            let name =
                |row: &Option<credential::Model>| row.as_ref().map(|row| row.name_key.clone());
            name(one).cmp(&name(other))
        });
        let current: Vec<(Uuid, i64)> = granted
            .iter()
            .filter_map(|(_, credential)| credential.as_ref().map(|c| (c.id, c.secret_version)))
            .collect();
        if current.is_empty() {
            return Ok(Vec::new());
        }
        let key = Expr::tuple([
            Expr::col((Entity, Column::CredentialId)),
            Expr::col((Entity, Column::Version)),
        ]);
        let versions = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(key.in_tuples(current))
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
