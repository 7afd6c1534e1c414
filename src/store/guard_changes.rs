//! What waits to lower a guard of a credential: one change for each credential at most.

use super::GuardChanges;
use super::entity::guard_change::{ActiveModel, Column, Model};
use super::entity::{Unreadable, readable};
use super::seals::Sealing;
use crate::domain::approval::Rejection;
use crate::domain::guard_change::LoweredGuards;
use crate::domain::moment::Moment;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbErr, QueryFilter,
};
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct GuardChangeRow {
    pub id: Uuid,
    pub credential_id: Uuid,
    pub lowered: LoweredGuards,
    pub proposed_by: Uuid,
    pub proposer: String,
    /// Milliseconds.
    pub proposed_at: i64,
    /// The revision of the credential that it was made from.
    pub revision: i64,
    /// Found, and not written by [`GuardChanges::replace`].
    pub rejection: Option<Rejection>,
}

impl<C: Sealing> GuardChanges<'_, C> {
    /// What waits for the credential; `None` also for what cannot be read.
    pub async fn of_credential(&self, credential: Uuid) -> Result<Option<GuardChangeRow>, DbErr> {
        let row = self.rows().filter(Column::CredentialId.eq(credential)).one(self.db).await?;
        Ok(readable(self.genuine(row).await).pop())
    }

    /// Writes the change in the place of one that waits for the same credential.
    pub async fn replace(&self, row: GuardChangeRow) -> Result<(), DbErr> {
        self.delete_of_credential(row.credential_id).await?;
        let changes = serde_json::to_string(&row.lowered)
            .map_err(|_| DbErr::Type("a change of guards cannot be written".to_owned()))?;
        let row = ActiveModel {
            id: Set(row.id),
            project_id: Set(self.project),
            credential_id: Set(row.credential_id),
            changes: Set(changes),
            proposed_by: Set(row.proposed_by),
            proposer: Set(row.proposer),
            proposed_at: Set(row.proposed_at),
            revision: Set(row.revision),
            mac: NotSet,
            rejected_at: Set(None),
            rejected_by: Set(None),
            rejection: Set(None),
        };
        self.0.insert(row).await
    }

    /// These of the project's changes that wait, each with its credential's name and host.
    pub async fn pending(
        &self,
        ids: Vec<Uuid>,
    ) -> Result<Vec<(GuardChangeRow, String, String)>, DbErr> {
        let rows = self.rows().filter(Column::Id.is_in(ids)).filter(Column::RejectedAt.is_null());
        let rows = self.with_credentials(Column::CredentialId, rows).await?;
        let read = rows.into_iter().filter_map(|(change, credential)| {
            Some((GuardChangeRow::try_from(change).ok()?, credential.name, credential.host))
        });
        Ok(read.collect())
    }

    /// Writes down that somebody did not approve the change; `false` when there is no such change.
    pub async fn reject(&self, id: Uuid, rejection: Rejection) -> Result<bool, DbErr> {
        let row = ActiveModel {
            rejected_at: Set(Some(rejection.at.0)),
            rejected_by: Set(Some(rejection.by)),
            rejection: Set(Some(rejection.reason)),
            ..ActiveModel::default()
        };
        let done = self.updates(row).filter(Column::Id.eq(id)).exec(self.db).await?;
        Ok(done.rows_affected > 0)
    }

    pub async fn delete_of_credential(&self, credential: Uuid) -> Result<(), DbErr> {
        self.deletions().filter(Column::CredentialId.eq(credential)).exec(self.db).await.map(drop)
    }
}

impl TryFrom<Model> for GuardChangeRow {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let rejection = match (row.rejected_at, row.rejected_by, row.rejection) {
            (Some(at), Some(by), Some(reason)) => Some(Rejection { by, at: Moment(at), reason }),
            _ => None,
        };
        Ok(Self {
            rejection,
            lowered: serde_json::from_str(&row.changes).map_err(|_| Unreadable)?,
            id: row.id,
            credential_id: row.credential_id,
            proposed_by: row.proposed_by,
            proposer: row.proposer,
            proposed_at: row.proposed_at,
            revision: row.revision,
        })
    }
}
