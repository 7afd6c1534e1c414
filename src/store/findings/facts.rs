//! The facts that findings are made of: rows of a project, some at a time. Nothing of it decides, so no MAC is asked.

use crate::domain::credential::Access;
use crate::store::entity::{access_grant, credential};
use crate::store::prepared::{numbered, repeated};
use crate::store::seals::Sealing;
use crate::store::{Credentials, Grants, Secrets};
use sea_orm::{
    ColumnTrait, DbErr, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};
use uuid::Uuid;

/// A credential as it is looked at.
#[derive(Clone, Debug, FromQueryResult)]
pub struct FoundCredential {
    pub id: Uuid,
    pub name: String,
    pub name_key: String,
    pub host: String,
    pub is_insecure: bool,
    pub username: String,
    pub owner: String,
    pub review_on: Option<String>,
    /// Milliseconds.
    pub disabled_at: Option<i64>,
    pub created_at: i64,
    pub secret_version: i64,
    pub secret_set_at: i64,
}

/// A grant as it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct FoundGrant {
    pub id: Uuid,
    pub credential_id: Uuid,
    pub pipeline_id: Uuid,
    pub intent: Access,
    /// Milliseconds.
    pub created_at: i64,
}

#[derive(FromQueryResult)]
struct Alike {
    credential_id: Uuid,
}

impl<C: Sealing> Credentials<'_, C> {
    /// Those after the folded name, by name, at most so many.
    pub async fn found_after(&self, name: &str, most: u64) -> Result<Vec<FoundCredential>, DbErr> {
        use credential::Column::{
            CreatedAt, DisabledAt, Host, Id, IsInsecure, Name, NameKey, Owner, ReviewOn,
            SecretSetAt, SecretVersion, Username,
        };
        let rows = self.rows().filter(NameKey.gt(name)).order_by_asc(NameKey).limit(most);
        let rows = rows
            .select_only()
            .columns([Id, Name, NameKey, Host, IsInsecure, Username, Owner, ReviewOn])
            .columns([DisabledAt, CreatedAt, SecretVersion, SecretSetAt]);
        rows.into_model::<FoundCredential>().all(self.db).await
    }
}

impl<C: Sealing> Grants<'_, C> {
    /// The grants of these credentials, the oldest first.
    pub async fn found_of(&self, credentials: Vec<Uuid>) -> Result<Vec<FoundGrant>, DbErr> {
        use access_grant::Column::{CreatedAt, CredentialId, Id, Intent, PipelineId};
        if credentials.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(Uuid, Uuid, Uuid, String, i64)> = self
            .rows()
            .filter(CredentialId.is_in(credentials))
            .select_only()
            .columns([Id, CredentialId, PipelineId, Intent, CreatedAt])
            .into_tuple()
            .all(self.db)
            .await?;
        let read = |(id, credential_id, pipeline_id, intent, created_at): (_, _, _, String, _)| {
            let intent = Access::from_word(&intent)?;
            Some(FoundGrant { id, credential_id, pipeline_id, intent, created_at })
        };
        let mut grants: Vec<FoundGrant> = rows.into_iter().filter_map(read).collect();
        grants.sort_by_key(|grant| (grant.created_at, grant.id));
        Ok(grants)
    }
}

impl<C: Sealing> Secrets<'_, C> {
    /// Those of these credentials whose current secret another one of the project holds, too.
    pub async fn held_twice(&self, credentials: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
        if credentials.is_empty() {
            return Ok(Vec::new());
        }
        let backend = self.db.get_database_backend();
        let places = repeated("?", credentials.len());
        let text = format!(
            "SELECT v.credential_id AS credential_id FROM secret_version v
                JOIN credential c ON c.id = v.credential_id AND c.secret_version = v.version
            WHERE v.project_id = ? AND v.credential_id IN ({places}) AND v.fingerprint IS NOT NULL
                AND EXISTS (SELECT 1 FROM secret_version o
                    JOIN credential d ON d.id = o.credential_id AND d.secret_version = o.version
                    WHERE o.project_id = v.project_id AND o.fingerprint = v.fingerprint
                        AND o.credential_id <> v.credential_id)"
        );
        let mut values: Vec<Value> = vec![self.project.into()];
        values.extend(credentials.iter().copied().map(Value::from));
        let text = numbered(backend, &text);
        let statement = Statement::from_sql_and_values(backend, text, values);
        let rows = Alike::find_by_statement(statement).all(self.db).await?;
        Ok(rows.into_iter().map(|row| row.credential_id).collect())
    }
}
