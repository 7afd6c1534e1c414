//! Rows of the table of credentials as what people see of them.

use crate::domain::compromise::Mark;
use crate::domain::credential::{Access, Credential, Method, StoredSecret, Summary};
use crate::domain::moment::{Day, Moment};
use crate::domain::registry::RegistryHost;
use crate::store::as_json::{self, Beside};
use crate::store::entity::Unreadable;
use crate::store::entity::credential::Model;
use crate::store::terms;
use sea_orm::DerivePartialModel;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// The columns that the list shows, and the one that no two rows of a project share.
#[derive(DerivePartialModel, Deserialize)]
#[sea_orm(entity = "crate::store::entity::credential::Entity")]
pub(in crate::store) struct SummaryRow {
    id: Uuid,
    pub(super) natural_key: String,
    name: String,
    description: String,
    pub(super) host: String,
    #[serde(deserialize_with = "as_json::flag")]
    is_insecure: bool,
    method: String,
    username: String,
    access: String,
    paths: String,
    pub(super) expires_on: Option<String>,
    renew_on: Option<String>,
    disabled_at: Option<i64>,
    secret_unreadable_at: Option<i64>,
    secret_doubt: Option<String>,
    secret_version: i64,
    compromised_version: Option<i64>,
    pub(super) updated_at: i64,
    updated_by: String,
}

/// The same columns in the same order, for [`as_json::rows`].
pub(super) const SUMMARY: &str =
    "UUID(id), natural_key, name, description, host, is_insecure, method,
    username, access, paths, expires_on, renew_on, disabled_at, secret_unreadable_at, secret_doubt,
    secret_version, compromised_version, updated_at, updated_by";

/// Which pipelines have received it, of a table of rows that is called `listed`. What is no number, which
/// only somebody else writes, is as if it was not there.
pub(super) const USED_BY: Beside = Beside {
    columns: "pipelines, last_at",
    from: "(SELECT COUNT(usage.pipeline_id) AS pipelines, MAX(usage.last_at) AS last_at FROM usage WHERE usage.credential_id = listed.id) AS counted",
};

/// A row with [`USED_BY`].
pub(super) type ListedRow = (SummaryRow, (u64, Value));

/// What the list shows of a row, whether all of its columns were read or only these.
macro_rules! summary {
    ($row:ident) => {
        Summary {
            id: $row.id,
            name: $row.name,
            description: $row.description,
            host: RegistryHost::stored(&$row.host).ok_or(Unreadable)?,
            is_insecure: $row.is_insecure,
            method: Method::from_word(&$row.method).ok_or(Unreadable)?,
            username: $row.username,
            access: Access::from_word(&$row.access).ok_or(Unreadable)?,
            // Of paths that nobody can read none is not all.
            paths: terms::list(&$row.paths).ok_or(Unreadable)?,
            expires_on: day(&$row.expires_on),
            renew_on: day(&$row.renew_on),
            disabled_at: $row.disabled_at.map(Moment),
            unreadable_at: $row.secret_unreadable_at.map(Moment),
            secret_doubt: $row.secret_doubt,
            is_compromised: $row.compromised_version.is_some_and(|old| $row.secret_version <= old),
            updated_at: Moment($row.updated_at),
            updated_by: $row.updated_by,
        }
    };
}

impl TryFrom<SummaryRow> for Summary {
    type Error = Unreadable;

    fn try_from(row: SummaryRow) -> Result<Self, Unreadable> {
        Ok(summary!(row))
    }
}

impl TryFrom<Model> for Credential {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let summary = summary!(row);
        let compromised = row.compromised_at.zip(row.compromised_version);
        let by = row.compromised_by.unwrap_or_default();
        Ok(Self {
            origin: summary.host.origin(summary.is_insecure),
            summary,
            email: row.email,
            owner: row.owner,
            environment: row.environment,
            labels: terms::list(&row.labels).unwrap_or_default(),
            review_on: day(&row.review_on),
            rotate_every_days: row.rotate_every_days.and_then(|n| u32::try_from(n).ok()),
            is_protected: row.is_protected,
            secret: StoredSecret {
                version: row.secret_version,
                set_at: Moment(row.secret_set_at),
                set_by: row.secret_set_by,
            },
            compromised: compromised.map(|(at, version)| Mark { at: Moment(at), by, version }),
            token_service: row.token_service,
            key_file: row.key_file.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            revision: row.revision,
            created_at: Moment(row.created_at),
            created_by: row.created_by,
        })
    }
}

pub(in crate::store) fn day(text: &Option<String>) -> Option<Day> {
    text.as_deref().and_then(Day::parse)
}
