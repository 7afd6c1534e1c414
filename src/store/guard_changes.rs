//! What waits to lower a guard of a credential: one change for each credential at most.

use super::GuardChanges;
use super::entity::guard_change::{ActiveModel, Column, Model};
use super::entity::{Unreadable, readable};
use super::seals::Sealing;
use crate::domain::guard_change::LoweredGuards;
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
}

impl<C: Sealing> GuardChanges<'_, C> {
    /// What waits for the credential; `None` also for what cannot be read.
    pub async fn of_credential(&self, credential: Uuid) -> Result<Option<GuardChangeRow>, DbErr> {
        let row = self.rows().filter(Column::CredentialId.eq(credential)).one(self.db).await?;
        Ok(readable(self.genuine(row)).pop())
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
        };
        self.0.insert(row).await
    }

    pub async fn delete_of_credential(&self, credential: Uuid) -> Result<(), DbErr> {
        self.deletions().filter(Column::CredentialId.eq(credential)).exec(self.db).await.map(drop)
    }
}

impl TryFrom<Model> for GuardChangeRow {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
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
