//! The sealed versions of credentials' secrets. Only deliveries, rewraps and a change of the current
//! version load a ciphertext.

use super::entity::{Sealed, access_grant, credential, secret_version};
use super::terms;
use crate::domain::credential::{Credential, Method};
use crate::domain::grant::Terms;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect, Select,
};
use secret_version::{ActiveModel, Column, Entity};
use std::collections::HashMap;
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
    /// The terms of each grant of it that the pipeline holds; never none.
    pub grants: Vec<Terms>,
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

    /// What the pipeline's grants reach, by name: each credential once, whatever its grants.
    pub async fn granted_to(&self, pipeline: Uuid) -> Result<Vec<Deliverable>, DbErr> {
        let to_credential = access_grant::Entity::belongs_to(credential::Entity)
            .from(access_grant::Column::CredentialId)
            .to(credential::Column::Id)
            .into();
        let rows = access_grant::Entity::find()
            .join(JoinType::InnerJoin, to_credential)
            .select_also(credential::Entity)
            .filter(access_grant::Column::ProjectId.eq(self.project))
            .filter(access_grant::Column::PipelineId.eq(pipeline))
            .all(self.db)
            .await?;
        let mut granted = self.grouped(rows);
        let current: Vec<(Uuid, i64)> = granted
            .iter()
            .map(|one| (one.credential.summary.id, one.credential.secret.version))
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
        for row in versions {
            let is_current = |one: &&mut Deliverable| {
                one.credential.summary.id == row.credential_id
                    && one.credential.secret.version == row.version
            };
            if let (Some(one), Some(sealed)) = (granted.iter_mut().find(is_current), row.sealed) {
                one.sealed = Some((row.id, sealed.0));
            }
        }
        Ok(granted)
    }

    /// The rows' credentials by name, each with its grants in the order in which they were given.
    fn grouped(
        &self,
        rows: Vec<(access_grant::Model, Option<credential::Model>)>,
    ) -> Vec<Deliverable> {
        // Not asked of the database: it would go through all credentials of the project, by name,
        // to find the few that are granted.
        let mut rows: Vec<(access_grant::Model, credential::Model)> = rows
            .into_iter()
            .filter_map(|(grant, credential)| Some((grant, credential?)))
            .filter(|(_, credential)| credential.project_id == self.project)
            .collect();
        rows.sort_by(|(one, its), (other, others)| {
            (&its.name_key, one.id).cmp(&(&others.name_key, other.id))
        });
        let mut granted: Vec<Deliverable> = Vec::with_capacity(rows.len());
        for (grant, row) in rows {
            let Some(terms) = terms::read(&grant) else { continue };
            if let Some(last) = granted.last_mut()
                && last.credential.summary.id == row.id
            {
                last.grants.push(terms);
                continue;
            }
            let project_id = row.project_id;
            let Some(credential) = super::credentials::whole(row) else { continue };
            granted.push(Deliverable { credential, project_id, grants: vec![terms], sealed: None });
        }
        granted
    }

    /// Every credential at the host, with its usual port or without, by name, each with the terms of
    /// the pipeline's grants of it; none when it is not granted. Loads no ciphertext.
    pub async fn candidates(
        &self,
        pipeline: Uuid,
        host: &str,
    ) -> Result<Vec<(Credential, Vec<Terms>)>, DbErr> {
        let grants = access_grant::Entity::find()
            .filter(access_grant::Column::ProjectId.eq(self.project))
            .filter(access_grant::Column::PipelineId.eq(pipeline))
            .order_by_asc(access_grant::Column::Id)
            .all(self.db)
            .await?;
        let mut held: HashMap<Uuid, Vec<Terms>> = HashMap::new();
        for grant in &grants {
            if let Some(terms) = terms::read(grant) {
                held.entry(grant.credential_id).or_default().push(terms);
            }
        }
        let rows = credential::Entity::find()
            .filter(credential::Column::ProjectId.eq(self.project))
            .filter(super::credentials::hosts::at(host))
            .order_by_asc(credential::Column::NameKey)
            .all(self.db)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(super::credentials::whole)
            .map(|credential| {
                let grants = held.remove(&credential.summary.id).unwrap_or_default();
                (credential, grants)
            })
            .collect())
    }
}
