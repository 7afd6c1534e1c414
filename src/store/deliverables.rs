//! What a delivery reads: the credentials that a pipeline's grants reach, each with the ciphertext of
//! its current version. One statement, which touches the rows that are granted and no others, and
//! whose answer is of one moment.

mod cells;
mod known;
mod said;

use cells::Cells;
pub(super) use known::Known;

use super::Secrets;
use super::as_json::Flag;
use super::credentials::day;
use super::prepared::{Prepared, numbered};
use super::seals::{Sealing, Seals};
use super::terms;
use crate::domain::credential::{Access, Method, Summary};
use crate::domain::grant::Terms;
use crate::domain::moment::Moment;
use crate::domain::registry::RegistryHost;
use sea_orm::{DbBackend, DbErr, QueryResult};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

/// A granted credential with its current ciphertext.
#[derive(Clone, Debug)]
pub struct Deliverable {
    pub credential: Held,
    /// The project of the credential's row, as the ciphertext is bound to it.
    pub project_id: Uuid,
    /// The terms of each grant of it that the pipeline holds; never none.
    pub grants: Vec<Terms>,
    /// The row of the current version; `None` when it is gone.
    pub sealed: Option<(Uuid, Vec<u8>)>,
}

/// A credential as far as a delivery needs it: what is chosen by, and where its secret may go.
#[derive(Clone, Debug)]
pub struct Held {
    pub summary: Summary,
    /// The number of the current version of its secret.
    pub version: i64,
    /// The origin of another token service that its secret may go to.
    pub token_service: Option<String>,
}

impl<C: Sealing> Secrets<'_, C> {
    /// What the pipeline's grants reach, by name: each credential once, whatever its grants.
    pub async fn granted_to(&self, pipeline: Uuid) -> Result<Vec<Deliverable>, DbErr> {
        static GRANTED: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let values = vec![self.project.into(), pipeline.into()];
        let statement = GRANTED.with(backend, || text(backend), values);
        let rows = self.db.query_all_raw(statement).await?;
        let seals = self.db.seals();
        let met = seals.met();
        let mut found = Row::read_all(&rows, seals);
        // Another server may have sealed some with a key that this one has not read yet.
        if seals.learn(met).await {
            found = Row::read_all(&rows, seals);
        }
        Ok(self.grouped(found))
    }

    /// The rows' credentials by name, each with its grants in the order in which they were given.
    fn grouped(&self, mut rows: Vec<Found>) -> Vec<Deliverable> {
        // Not asked of the database, which would take that for a reason to go through all
        // credentials and versions of the project to find the few that are granted.
        rows.retain(|(row, _)| row.project_id == self.project);
        rows.sort_by(|(one, _), (other, _)| {
            (&one.name_key, one.grant).cmp(&(&other.name_key, other.grant))
        });
        let mut granted: Vec<Deliverable> = Vec::with_capacity(rows.len());
        for (row, blob) in rows {
            let Some(terms) = row.terms.clone() else { continue };
            if let Some(last) = granted.last_mut()
                && last.credential.summary.id == row.id
            {
                last.grants.push(terms);
                continue;
            }
            let Some(credential) = row.credential.clone() else { continue };
            let version = row.version.filter(|(of, _)| *of == self.project);
            granted.push(Deliverable {
                credential,
                project_id: row.project_id,
                grants: vec![terms],
                sealed: version.zip(blob).map(|((_, id), blob)| (id, blob)),
            });
        }
        granted
    }
}

/// From the grants of the pipeline to each credential by its id, and to each version by its number:
/// every step is a look into a unique index.
const FROM: &str = "FROM access_grant g INNER JOIN credential c ON c.id = g.credential_id
    LEFT JOIN secret_version v ON v.credential_id = c.id AND v.version = c.secret_version
    WHERE g.project_id = ? AND g.pipeline_id = ?";

/// What is read, in the order of [`Read`], with `UUID(…)` round each id.
const COLUMNS: &str = "UUID(g.id), g.intent, g.repositories, g.branches, g.events, g.forks,
    g.expires_on, g.is_narrow, g.needs_approval, g.approver, g.approved_at, g.approved_until,
    g.approved_epoch,
    UUID(c.id), UUID(c.project_id), c.name_key, c.name, c.host, c.is_insecure, c.method, c.username,
    c.access, c.paths, c.expires_on, c.renew_on, c.disabled_at,
    c.secret_unreadable_at, c.secret_version, c.token_service, UUID(v.project_id), UUID(v.id),
    UUID(g.project_id), UUID(g.pipeline_id), UUID(g.credential_id), UUID(g.granted_by),
    UUID(g.approved_by), g.revision, g.mac, c.is_protected, c.mac, UUID(v.credential_id), v.version,
    v.method, v.staged_at, v.destroyed_at, v.mac, g.created_at, g.created_by, c.revision, g.rejected_at";

fn text(backend: DbBackend) -> String {
    let columns = cells::asked(backend, COLUMNS);
    numbered(backend, &format!("SELECT {columns}, v.sealed {FROM}"))
}

/// One grant with what it reaches.
#[derive(Deserialize)]
struct Read<'a> {
    grant: Uuid,
    #[serde(borrow)]
    intent: Cow<'a, str>,
    #[serde(borrow)]
    repositories: Cow<'a, str>,
    #[serde(borrow)]
    branches: Cow<'a, str>,
    #[serde(borrow)]
    events: Cow<'a, str>,
    #[serde(borrow)]
    forks: Cow<'a, str>,
    expires_on: Option<String>,
    is_narrow: Flag,
    needs_approval: Flag,
    approver: Option<String>,
    approved_at: Option<i64>,
    approved_until: Option<String>,
    approved_epoch: Option<i64>,
    id: Uuid,
    project_id: Uuid,
    name_key: String,
    name: String,
    #[serde(borrow)]
    host: Cow<'a, str>,
    is_insecure: Flag,
    #[serde(borrow)]
    method: Cow<'a, str>,
    username: String,
    #[serde(borrow)]
    access: Cow<'a, str>,
    #[serde(borrow)]
    paths: Cow<'a, str>,
    credential_expires_on: Option<String>,
    renew_on: Option<String>,
    disabled_at: Option<i64>,
    unreadable_at: Option<i64>,
    version: i64,
    token_service: Option<String>,
    #[serde(deserialize_with = "id_or_none")]
    version_project_id: Option<Uuid>,
    #[serde(deserialize_with = "id_or_none")]
    version_id: Option<Uuid>,
    grant_project_id: Uuid,
    grant_pipeline_id: Uuid,
    grant_credential_id: Uuid,
    #[serde(deserialize_with = "id_or_none")]
    granted_by: Option<Uuid>,
    #[serde(deserialize_with = "id_or_none")]
    approved_by: Option<Uuid>,
    grant_revision: i64,
    grant_mac: Option<String>,
    is_protected: Flag,
    credential_mac: Option<String>,
    #[serde(deserialize_with = "id_or_none")]
    version_credential_id: Option<Uuid>,
    version_number: Option<i64>,
    version_method: Option<String>,
    staged_at: Option<i64>,
    destroyed_at: Option<i64>,
    version_mac: Option<String>,
    granted_at: i64,
    #[serde(borrow)]
    giver: Cow<'a, str>,
    revision: i64,
    rejected_at: Option<i64>,
}

/// The `hex` of nothing is an empty text.
fn id_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(from)?.filter(|text| !text.is_empty());
    text.map(|text| Uuid::parse_str(&text).map_err(D::Error::custom)).transpose()
}

/// A row with the ciphertext of its version.
type Found = (Arc<Row>, Option<Vec<u8>>);

/// What a row says.
pub(super) struct Row {
    grant: Uuid,
    /// `None` when one of them is not to be read.
    terms: Option<Terms>,
    id: Uuid,
    project_id: Uuid,
    name_key: String,
    /// `None` when the row was not written by us.
    credential: Option<Held>,
    /// The project of the version's row, and its id.
    version: Option<(Uuid, Uuid)>,
}

impl Row {
    fn read_all(rows: &[QueryResult], seals: &Seals) -> Vec<Found> {
        // Before any of them is verified: with keys that come meanwhile another one begins.
        let known = seals.known();
        rows.iter().filter_map(|row| Self::found(row, seals, known.as_deref())).collect()
    }

    fn found(row: &QueryResult, seals: &Seals, known: Option<&Known>) -> Option<Found> {
        let (cells, blob) = Cells::of(row);
        if let Some(row) = known.and_then(|known| known.find(cells.bytes())) {
            return Some((row, blob));
        }
        let row = Arc::new(Self::read(&cells.text(), seals)?);
        if let Some(known) = known {
            known.add(cells.bytes(), &row);
        }
        Some((row, blob))
    }

    /// The row, unless one of those that it is made of was not written by us. Another value than its
    /// column can have only somebody else writes, and the other rows are as they were.
    fn read(text: &str, seals: &Seals) -> Option<Self> {
        // The text is not told: it names what people named.
        let Ok(read) = serde_json::from_str::<Read<'_>>(text) else {
            seals.tell("access_grant or credential");
            return None;
        };
        if !said::is_ours(&read, seals) {
            return None;
        }
        Some(Self {
            grant: read.grant,
            terms: terms_in(&read),
            id: read.id,
            project_id: read.project_id,
            version: read.version_project_id.zip(read.version_id),
            name_key: read.name_key.clone(),
            credential: held_in(read),
        })
    }
}

fn terms_in(read: &Read<'_>) -> Option<Terms> {
    let terms = terms::parsed(&terms::Written {
        intent: &read.intent,
        lists: [&read.repositories, &read.branches, &read.events],
        forks: &read.forks,
        expires_on: read.expires_on.as_deref(),
        is_narrow: read.is_narrow.into(),
        needs_approval: read.needs_approval.into(),
        approver: read.approver.as_deref(),
        approved_at: read.approved_at,
        approved_until: read.approved_until.as_deref(),
        approved_epoch: read.approved_epoch,
        rejected_at: read.rejected_at,
    })?;
    // Its row may not have been found when the credential became protected.
    Some(terms.with_guard(read.is_protected.into()))
}

fn held_in(read: Read<'_>) -> Option<Held> {
    Some(Held {
        summary: Summary {
            id: read.id,
            name: read.name,
            host: RegistryHost::stored(&read.host)?,
            is_insecure: read.is_insecure.into(),
            method: Method::from_word(&read.method)?,
            username: read.username,
            access: Access::from_word(&read.access)?,
            paths: terms::list(&read.paths)?,
            expires_on: day(&read.credential_expires_on),
            renew_on: day(&read.renew_on),
            disabled_at: read.disabled_at.map(Moment),
            unreadable_at: read.unreadable_at.map(Moment),
            // Nothing is decided by these, and no answer tells them.
            secret_doubt: None,
            is_compromised: false,
            description: String::new(),
            updated_at: Moment(0),
            updated_by: String::new(),
        },
        version: read.version,
        token_service: read.token_service,
    })
}
