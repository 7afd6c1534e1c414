//! The facts that findings are made of: rows of a project, some at a time. Nothing of it decides, so no MAC is asked.

use crate::domain::credential::Access;
use crate::domain::delivery::Outcome;
use crate::domain::moment::{Day, Moment};
use crate::domain::registry_kind::PersonalToken;
use crate::store::entity::{access_grant, credential};
use crate::store::prepared::{Prepared, numbered, repeated};
use crate::store::seals::Sealing;
use crate::store::{Credentials, Grants, Receipts, Secrets};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    Statement, Value,
};
use std::collections::HashMap;
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
    /// Its word.
    pub access: String,
    pub owner: String,
    pub environment: String,
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
    /// When it was made, and since when it can be used, in milliseconds.
    pub made: i64,
    pub since: i64,
}

#[derive(FromQueryResult)]
struct GrantFacts {
    id: Uuid,
    credential_id: Uuid,
    pipeline_id: Uuid,
    intent: String,
    created_at: i64,
    expires_on: Option<String>,
    needs_approval: bool,
    approved_at: Option<i64>,
    approved_until: Option<String>,
}

impl GrantFacts {
    /// `None` for one that nobody can use today: it has ended, or waits for an approval.
    fn read(self, today: Day) -> Option<FoundGrant> {
        let is_over = |day: &Option<String>| {
            day.as_deref().and_then(Day::parse).is_some_and(|day| day < today)
        };
        let approved = self.approved_at.filter(|_| self.needs_approval);
        let waits = self.needs_approval && (approved.is_none() || is_over(&self.approved_until));
        if waits || is_over(&self.expires_on) {
            return None;
        }
        Some(FoundGrant {
            id: self.id,
            credential_id: self.credential_id,
            pipeline_id: self.pipeline_id,
            intent: Access::from_word(&self.intent)?,
            made: self.created_at,
            since: approved.unwrap_or(self.created_at).max(self.created_at),
        })
    }
}

/// How many fetches of a pipeline are looked at one by one: the newest.
pub(super) const LOOKED_AT: i64 = 10_000;

/// The images that were named when something was delivered. Where only a registry was named, none is.
const IMAGES: &str =
    "SELECT r.credential_id AS credential_id, r.image AS image, MAX(r.seq) AS seq FROM (
    SELECT f.chain, f.seq, f.at FROM pipeline_fetch f WHERE f.pipeline_id = ?
        ORDER BY f.seq DESC LIMIT ?
) found CROSS JOIN receipt r
    WHERE found.at >= ? AND r.chain = found.chain AND r.seq = found.seq AND r.outcome = ?
        AND r.credential_id IS NOT NULL AND r.image LIKE '%/%'
    GROUP BY r.credential_id, r.image ORDER BY r.image";

/// An image that a credential was delivered for.
#[derive(Clone, Debug, FromQueryResult)]
pub struct DeliveredImage {
    pub credential_id: Uuid,
    pub image: String,
    /// The last link.
    pub seq: i64,
}

#[derive(FromQueryResult)]
struct Alike {
    credential_id: Uuid,
}

impl<C: Sealing> Credentials<'_, C> {
    /// Those after the folded name, by name, at most so many.
    pub async fn found_after(&self, name: &str, most: u64) -> Result<Vec<FoundCredential>, DbErr> {
        use credential::Column::{
            Access, CreatedAt, DisabledAt, Environment, Host, Id, IsInsecure, Name, NameKey, Owner,
            ReviewOn, SecretSetAt, SecretVersion, Username,
        };
        let rows = self.rows().filter(NameKey.gt(name)).order_by_asc(NameKey).limit(most);
        let rows = rows
            .select_only()
            .columns([Id, Name, NameKey, Host, IsInsecure, Username, Access, Owner, Environment])
            .columns([ReviewOn, DisabledAt, CreatedAt, SecretVersion, SecretSetAt]);
        rows.into_model::<FoundCredential>().all(self.db).await
    }
}

impl<C: Sealing> Grants<'_, C> {
    /// The grants of these credentials that can be used today, the oldest first.
    pub async fn found_of(
        &self,
        credentials: Vec<Uuid>,
        today: Day,
    ) -> Result<Vec<FoundGrant>, DbErr> {
        use access_grant::Column::{
            ApprovedAt, ApprovedUntil, CreatedAt, CredentialId, ExpiresOn, Id, Intent,
            NeedsApproval, PipelineId,
        };
        if credentials.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .rows()
            .filter(CredentialId.is_in(credentials))
            .select_only()
            .columns([Id, CredentialId, PipelineId, Intent, CreatedAt])
            .columns([ExpiresOn, NeedsApproval, ApprovedAt, ApprovedUntil])
            .into_model::<GrantFacts>()
            .all(self.db)
            .await?;
        let mut grants: Vec<FoundGrant> =
            rows.into_iter().filter_map(|row| row.read(today)).collect();
        grants.sort_by_key(|grant| (grant.since, grant.id));
        Ok(grants)
    }
}

#[derive(FromQueryResult)]
struct TokenOf {
    credential_id: Uuid,
    token: String,
}

impl<C: Sealing> Secrets<'_, C> {
    /// Those of these credentials whose current secret is a token of a person, each with whose it is.
    pub async fn personal_tokens(
        &self,
        credentials: &[Uuid],
    ) -> Result<HashMap<Uuid, PersonalToken>, DbErr> {
        if credentials.is_empty() {
            return Ok(HashMap::new());
        }
        let backend = self.db.get_database_backend();
        let places = repeated("?", credentials.len());
        let text = format!(
            "SELECT v.credential_id AS credential_id, v.token AS token FROM secret_version v
                JOIN credential c ON c.id = v.credential_id AND c.secret_version = v.version
            WHERE v.project_id = ? AND v.credential_id IN ({places}) AND v.token IS NOT NULL"
        );
        let mut values: Vec<Value> = vec![self.project.into()];
        values.extend(credentials.iter().copied().map(Value::from));
        let text = numbered(backend, &text);
        let statement = Statement::from_sql_and_values(backend, text, values);
        let rows = TokenOf::find_by_statement(statement).all(self.db).await?;
        let known = |row: TokenOf| Some((row.credential_id, PersonalToken::from_word(&row.token)?));
        Ok(rows.into_iter().filter_map(known).collect())
    }

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

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The images that credentials were delivered to the pipeline for since a moment, of the newest fetches.
    pub async fn images_since(
        &self,
        pipeline: Uuid,
        since: Moment,
    ) -> Result<Vec<DeliveredImage>, DbErr> {
        static DELIVERED: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let delivered = Outcome::Delivered.word();
        let values: Vec<Value> =
            vec![pipeline.into(), LOOKED_AT.into(), since.0.into(), delivered.into()];
        let images = DELIVERED.with(backend, || numbered(backend, IMAGES), values);
        DeliveredImage::find_by_statement(images).all(self.db).await
    }
}
