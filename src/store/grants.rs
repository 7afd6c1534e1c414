//! What the pipelines of a project may have.

use super::entity::access_grant::{ActiveModel, Column, Entity, Model};
use super::entity::{credential, usage};
use crate::domain::credential::Access;
use crate::domain::moment::Moment;
use crate::domain::pipeline::Grant;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A handle on a project's grants.
#[derive(Debug)]
pub struct Grants<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
    pub(super) project: Uuid,
}

/// A grant to write.
#[derive(Clone, Debug)]
pub struct GrantRow {
    /// Its id.
    pub id: Uuid,
    /// Who may.
    pub pipeline_id: Uuid,
    /// Have what.
    pub credential_id: Uuid,
    /// What for.
    pub intent: Access,
    /// Milliseconds.
    pub created_at: i64,
    /// By whom.
    pub created_by: String,
}

impl<C: ConnectionTrait> Grants<'_, C> {
    /// Inserts a grant.
    pub async fn insert(&self, row: GrantRow) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(row.id),
            project_id: Set(self.project),
            pipeline_id: Set(row.pipeline_id),
            credential_id: Set(row.credential_id),
            intent: Set(row.intent.word().to_owned()),
            created_at: Set(row.created_at),
            created_by: Set(row.created_by),
        };
        Entity::insert(row).exec_without_returning(self.db).await?;
        Ok(())
    }

    /// Which pipelines hold a grant of the credential, and what for.
    pub async fn of_credential(&self, credential: Uuid) -> Result<Vec<(Uuid, Access)>, DbErr> {
        let rows = self.rows(Column::CredentialId.eq(credential)).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.pipeline_id, Access::from_word(&row.intent)?)))
            .collect())
    }

    /// What the pipeline may have, by name, with what it received.
    pub async fn of_pipeline(&self, pipeline: Uuid) -> Result<Vec<Grant>, DbErr> {
        let to_credential = Entity::belongs_to(credential::Entity)
            .from(Column::CredentialId)
            .to(credential::Column::Id)
            .into();
        let rows = Entity::find()
            .join(JoinType::InnerJoin, to_credential)
            .select_also(credential::Entity)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::PipelineId.eq(pipeline))
            .order_by_asc(credential::Column::NameKey)
            .all(self.db)
            .await?;
        let used: HashMap<Uuid, usage::Model> = usage::Entity::find()
            .filter(usage::Column::ProjectId.eq(self.project))
            .filter(usage::Column::PipelineId.eq(pipeline))
            .all(self.db)
            .await?
            .into_iter()
            .map(|row| (row.credential_id, row))
            .collect();
        Ok(rows
            .into_iter()
            .filter_map(|(grant, credential)| {
                let credential = credential?;
                let used = used.get(&grant.credential_id);
                Some(Grant {
                    id: grant.id,
                    credential_id: grant.credential_id,
                    credential: credential.name,
                    host: credential.host,
                    intent: Access::from_word(&grant.intent)?,
                    created_at: Moment(grant.created_at),
                    created_by: grant.created_by,
                    deliveries: used.map_or(0, |row| row.deliveries),
                    last_delivery: used.map(|row| Moment(row.last_at)),
                })
            })
            .collect())
    }

    /// Removes one grant of the pipeline; which credential it was for, if there was one.
    pub async fn delete(&self, pipeline: Uuid, id: Uuid) -> Result<Option<Uuid>, DbErr> {
        let found =
            self.rows(Column::Id.eq(id)).await?.into_iter().find(|row| row.pipeline_id == pipeline);
        if found.is_some() {
            Entity::delete_by_id(id).exec(self.db).await?;
        }
        Ok(found.map(|row| row.credential_id))
    }

    /// Removes every grant of the credential.
    pub async fn delete_of_credential(&self, credential: Uuid) -> Result<(), DbErr> {
        self.delete_where(Column::CredentialId.eq(credential)).await
    }

    /// Removes every grant of the pipeline.
    pub async fn delete_of_pipeline(&self, pipeline: Uuid) -> Result<(), DbErr> {
        self.delete_where(Column::PipelineId.eq(pipeline)).await
    }

    async fn rows(&self, filter: sea_orm::sea_query::SimpleExpr) -> Result<Vec<Model>, DbErr> {
        Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(filter)
            .order_by_asc(Column::CreatedAt)
            .all(self.db)
            .await
    }

    async fn delete_where(&self, filter: sea_orm::sea_query::SimpleExpr) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::ProjectId.eq(self.project))
            .filter(filter)
            .exec(self.db)
            .await?;
        Ok(())
    }
}
