//! Whose usage a page shows: registries, credentials and pipelines in the order of their names, a page
//! after a place; what their pairs were granted; and who received what before the window.

use super::entity::{access_grant, credential, pipeline, usage};
use super::prepared::numbered;
use super::seals::Sealing;
use super::{Credentials, Grants, Pair, Pipelines, Receipts, UsageOf, as_json};
use crate::domain::credential::Access;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Select, Statement, Value,
};
use uuid::Uuid;

/// From one host in the index to the next, as many steps as hosts are read.
const HOSTS_AFTER: &str = "WITH RECURSIVE found(host) AS (
    SELECT MIN(credential.host) FROM credential
        WHERE credential.project_id = ? AND credential.host > ?
    UNION ALL
    SELECT (SELECT MIN(credential.host) FROM credential
        WHERE credential.project_id = ? AND credential.host > found.host)
    FROM found WHERE found.host IS NOT NULL
) SELECT host FROM found WHERE host IS NOT NULL LIMIT ?";

/// From one pipeline, or one credential, in an index to the next; of them those that no longer exist.
fn gone_text(table: &str) -> String {
    let id = format!("usage_day.{table}_id");
    format!(
        "WITH RECURSIVE found(id) AS (
            SELECT (SELECT {id} FROM usage_day WHERE usage_day.chain = ? AND {id} > ?
                ORDER BY {id} LIMIT 1)
            UNION ALL
            SELECT (SELECT {id} FROM usage_day WHERE usage_day.chain = ? AND {id} > found.id
                ORDER BY {id} LIMIT 1)
            FROM found WHERE found.id IS NOT NULL
        ) SELECT found.id AS id FROM found WHERE found.id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.id = found.id) LIMIT ?"
    )
}

/// Those of the table that receipts name and that were deleted since, after that one: at most so many, in the
/// order of their ids.
async fn gone<C: ConnectionTrait>(
    db: &C,
    (table, project): (&str, Uuid),
    (after, most): (Uuid, u64),
) -> Result<Vec<Uuid>, DbErr> {
    let backend = db.get_database_backend();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let values: Vec<Value> = vec![project.into(), after.into(), project.into(), most.into()];
    let text = numbered(backend, &gone_text(table));
    let statement = Statement::from_sql_and_values(backend, text, values);
    let rows = GoneRow::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(FromQueryResult)]
struct GoneRow {
    id: Uuid,
}

/// A credential as a page of usage names it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct UsedCredential {
    pub id: Uuid,
    pub name: String,
    pub name_key: String,
    pub host: String,
    /// The version of its secret that is current.
    pub secret_version: i64,
}

/// A pipeline as a page of usage names it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct UsedPipeline {
    pub id: Uuid,
    pub name: String,
    pub name_key: String,
}

/// What is known of a pair from before any window.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PairKnown {
    pub credential_id: Uuid,
    pub pipeline_id: Uuid,
    /// The pipeline's name, as it was last known.
    pub pipeline: String,
    /// Milliseconds.
    pub last_at: i64,
    /// Of the last link.
    pub last_version: i64,
}

impl<C: Sealing> Credentials<'_, C> {
    /// Those after the folded name, by name, at most so many.
    pub async fn used_after(&self, name: &str, most: u64) -> Result<Vec<UsedCredential>, DbErr> {
        let rows = self.rows().filter(credential::Column::NameKey.gt(name));
        let rows = rows.order_by_asc(credential::Column::NameKey).limit(most);
        used_credentials(rows).into_model::<UsedCredential>().all(self.db).await
    }

    /// Those of these hosts, at most so many.
    pub async fn used_on(&self, hosts: &[String], most: u64) -> Result<Vec<UsedCredential>, DbErr> {
        if hosts.is_empty() {
            return Ok(Vec::new());
        }
        let hosts = hosts.iter().map(String::as_str);
        let rows = self.rows().filter(credential::Column::Host.is_in(hosts));
        let rows = rows.order_by_asc(credential::Column::Host);
        let rows = rows.order_by_asc(credential::Column::NaturalKey).limit(most);
        used_credentials(rows).into_model::<UsedCredential>().all(self.db).await
    }

    /// These, where they still exist.
    pub async fn used_of(&self, ids: Vec<Uuid>) -> Result<Vec<UsedCredential>, DbErr> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows().filter(credential::Column::Id.is_in(ids));
        used_credentials(rows).into_model::<UsedCredential>().all(self.db).await
    }

    /// Those that were used and deleted since, after that one. Whole requests, whose credential is nil, are
    /// of none.
    pub async fn used_gone(&self, after: Uuid, most: u64) -> Result<Vec<Uuid>, DbErr> {
        gone(self.db, ("credential", self.project), (after, most)).await
    }

    /// The hosts after that one, by name, at most so many.
    pub async fn hosts_after(&self, host: &str, most: u64) -> Result<Vec<String>, DbErr> {
        let backend = self.db.get_database_backend();
        let project = Value::from(self.project);
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let values = vec![project.clone(), host.into(), project, most.into()];
        let text = numbered(backend, HOSTS_AFTER);
        let statement = Statement::from_sql_and_values(backend, text, values);
        let hosts: Vec<Option<(String,)>> =
            as_json::rows(self.db, statement, "host", "host").await?;
        Ok(hosts.into_iter().flatten().map(|(host,)| host).collect())
    }
}

/// The columns of [`UsedCredential`].
fn used_credentials(rows: Select<credential::Entity>) -> Select<credential::Entity> {
    use credential::Column::{Host, Id, Name, NameKey, SecretVersion};
    rows.select_only().columns([Id, Name, NameKey, Host, SecretVersion])
}

impl<C: Sealing> Pipelines<'_, C> {
    /// Those after the folded name, by name, at most so many.
    pub async fn used_after(&self, name: &str, most: u64) -> Result<Vec<UsedPipeline>, DbErr> {
        use pipeline::Column::{Id, Name, NameKey};
        let rows = self.rows().filter(NameKey.gt(name)).order_by_asc(NameKey).limit(most);
        let rows = rows.select_only().columns([Id, Name, NameKey]);
        rows.into_model::<UsedPipeline>().all(self.db).await
    }

    /// Those that were used and deleted since, after that one.
    pub async fn used_gone(&self, after: Uuid, most: u64) -> Result<Vec<Uuid>, DbErr> {
        gone(self.db, ("pipeline", self.project), (after, most)).await
    }
}

impl<C: Sealing> Grants<'_, C> {
    /// What is granted of these, or to them; a pair that has two grants is there twice.
    pub async fn of_pairs(&self, of: &UsageOf) -> Result<Vec<(Pair, Access)>, DbErr> {
        use access_grant::Column::{CredentialId, Intent, PipelineId};
        if of.ids().is_empty() {
            return Ok(Vec::new());
        }
        let ids = of.ids().iter().copied();
        let such = match of {
            UsageOf::Credentials(_) => CredentialId.is_in(ids),
            UsageOf::Pipelines(_) => PipelineId.is_in(ids),
        };
        let rows: Vec<(Uuid, Uuid, String)> = self
            .rows()
            .filter(such)
            .select_only()
            .columns([CredentialId, PipelineId, Intent])
            .into_tuple()
            .all(self.db)
            .await?;
        let read = |(credential, pipeline, intent): (Uuid, Uuid, String)| {
            Some(((credential, pipeline), Access::from_word(&intent)?))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The pairs of these that were ever delivered.
    pub async fn pairs_known(&self, of: &UsageOf) -> Result<Vec<PairKnown>, DbErr> {
        use usage::Column::{CredentialId, LastAt, LastVersion, Pipeline, PipelineId, ProjectId};
        if of.ids().is_empty() {
            return Ok(Vec::new());
        }
        let ids = of.ids().iter().copied();
        let such = match of {
            UsageOf::Credentials(_) => CredentialId.is_in(ids),
            UsageOf::Pipelines(_) => PipelineId.is_in(ids),
        };
        usage::Entity::find()
            .filter(ProjectId.eq(self.project))
            .filter(such)
            .select_only()
            .columns([CredentialId, PipelineId, Pipeline, LastAt, LastVersion])
            .into_model::<PairKnown>()
            .all(self.db)
            .await
    }
}
