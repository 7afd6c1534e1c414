//! The sealed versions of credentials' secrets. Only deliveries, rewraps and a change of the current
//! version load a ciphertext.

use super::entity::{Sealed, access_grant, secret_version};
use super::seals::Sealing;
use super::{Credentials, Grants, Secrets, terms};
use crate::domain::credential::{Credential, Method};
use crate::domain::grant::Terms;
use crate::domain::registry_kind::PersonalToken;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbErr, QueryFilter, QueryOrder, Select,
};
use secret_version::{ActiveModel, Column, Entity};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Clone)]
pub struct VersionRow {
    /// Its id, which the ciphertext is bound to.
    pub id: Uuid,
    pub credential_id: Uuid,
    /// Counts from 1.
    pub version: i64,
    pub sealed: Vec<u8>,
    /// The version of the data key that the blob names.
    pub key_version: i32,
    pub method: Method,
    /// What may be shown of a key file, as JSON.
    pub key_file: Option<String>,
    /// `None` when it was not made.
    pub fingerprint: Option<Fingerprint>,
    /// When it was stored beside the current one, if it waits.
    pub staged_at: Option<i64>,
    /// What looked wrong with it.
    pub doubt: Option<String>,
    /// Whose token it is, if it is one that a person has.
    pub token: Option<PersonalToken>,
    /// The last day of one that waits, or that was replaced, blank when it has none; `None` when nobody
    /// was asked.
    pub expires_on: Option<String>,
    /// Milliseconds.
    pub created_at: i64,
    pub created_by: String,
}

/// What equal secrets of a project share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub bytes: Vec<u8>,
    /// The version of the key that made it.
    pub key_version: i32,
}

/// What stands beside a secret that has no fingerprint.
const NO_KEY: i32 = 1;

impl<C: Sealing> Secrets<'_, C> {
    pub async fn insert(&self, row: VersionRow) -> Result<(), DbErr> {
        let (fingerprint, made_with) = match row.fingerprint {
            Some(made) => (Some(made.bytes), made.key_version),
            None => (None, NO_KEY),
        };
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
            data_key: Set(Some(row.key_version)),
            fingerprint: Set(fingerprint),
            fingerprint_key: Set(made_with),
            staged_at: Set(row.staged_at),
            unreadable_at: Set(None),
            deliveries: Set(0),
            last_delivered_at: Set(None),
            mac: NotSet,
            doubt: Set(row.doubt),
            token: Set(row.token.map(|token| token.word().to_owned())),
            expires_on: Set(row.expires_on),
        };
        self.0.insert(row).await
    }

    pub(super) fn of(&self, credential: Uuid) -> Select<Entity> {
        self.rows().filter(Column::CredentialId.eq(credential))
    }

    pub async fn delete(&self, credential: Uuid) -> Result<(), DbErr> {
        let versions = self.deletions().filter(Column::CredentialId.eq(credential));
        versions.exec(self.db).await.map(drop)
    }

    /// Every credential at the host, with its usual port or without, by name, each with the terms of
    /// the pipeline's grants of it; none when it is not granted. Loads no ciphertext.
    pub async fn candidates(
        &self,
        pipeline: Uuid,
        host: &str,
    ) -> Result<Vec<(Credential, Vec<Terms>)>, DbErr> {
        let grants_of = Grants::new(self.db, self.project);
        let grants = grants_of
            .rows()
            .filter(access_grant::Column::PipelineId.eq(pipeline))
            .order_by_asc(access_grant::Column::Id)
            .all(self.db)
            .await?;
        let mut held: HashMap<Uuid, Vec<Terms>> = HashMap::new();
        for grant in &grants_of.genuine(grants).await {
            if let Some(terms) = terms::read(grant) {
                held.entry(grant.credential_id).or_default().push(terms);
            }
        }
        let credentials = Credentials::new(self.db, self.project);
        let rows = credentials.rows().filter(super::credentials::hosts::at(host));
        let mut rows = credentials.genuine(rows.all(self.db).await?).await;
        // Not asked of the database, which would go through the whole project in that order.
        rows.sort_by(|one, other| one.name_key.cmp(&other.name_key));
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let grants = held.remove(&row.id).unwrap_or_default().into_iter();
                let grants: Vec<Terms> =
                    grants.map(|terms| terms.with_guard(row.is_protected)).collect();
                Some((Credential::try_from(row).ok()?, grants))
            })
            .collect())
    }
}
