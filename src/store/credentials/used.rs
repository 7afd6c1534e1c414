//! Who uses the credentials of a page of the list, for all of its rows at once.

use crate::domain::listing::UsedBy;
use crate::domain::moment::Moment;
use crate::store::Credentials;
use crate::store::as_json;
use crate::store::entity::usage::{Column, Entity};
use crate::store::seals::Sealing;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use std::collections::BTreeMap;
use uuid::Uuid;

impl<C: Sealing> Credentials<'_, C> {
    /// Those of the credentials that a pipeline has received, each with how many pipelines have.
    pub async fn used_by(&self, ids: Vec<Uuid>) -> Result<BTreeMap<Uuid, UsedBy>, DbErr> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.is_in(ids))
            .select_only()
            .column(Column::CredentialId)
            .column_as(Column::PipelineId.count(), "pipelines")
            .column_as(Column::LastAt.max(), "last_at")
            .group_by(Column::CredentialId)
            .build(self.db.get_database_backend());
        let columns = "UUID(credential_id), pipelines, last_at";
        let rows: Vec<Option<(Uuid, i64, Option<i64>)>> =
            as_json::rows(self.db, rows, columns, "credential_id").await?;
        let read = |(id, pipelines, last_at): (Uuid, i64, Option<i64>)| {
            let pipelines = u64::try_from(pipelines).unwrap_or(0);
            (id, UsedBy { pipelines, last_at: Moment(last_at.unwrap_or(0)) })
        };
        Ok(rows.into_iter().flatten().map(read).collect())
    }
}
