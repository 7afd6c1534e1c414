//! Pipelines of one project.

use super::entity::pipeline::{ActiveModel, Column, Entity, Model};
use super::entity::{access_grant, pipeline_token, usage};
use crate::domain::audit::Subject;
use crate::domain::moment::{Day, Moment};
use crate::domain::pipeline::PipelineSummary;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A handle on a project's pipelines.
#[derive(Debug)]
pub struct Pipelines<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
    pub(super) project: Uuid,
}

#[derive(FromQueryResult)]
struct Count {
    pipeline_id: Uuid,
    number: Option<i64>,
}

impl<C: ConnectionTrait> Pipelines<'_, C> {
    /// All of them, by name; a token that a person made counts as live through the day it
    /// expires on.
    pub async fn list(&self, today: Day) -> Result<Vec<PipelineSummary>, DbErr> {
        let rows = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .order_by_asc(Column::NameKey)
            .all(self.db)
            .await?;
        self.summed(rows, today).await
    }

    /// One of them.
    pub async fn find(&self, id: Uuid, today: Day) -> Result<Option<PipelineSummary>, DbErr> {
        let row =
            Entity::find_by_id(id).filter(Column::ProjectId.eq(self.project)).one(self.db).await?;
        Ok(self.summed(row.into_iter().collect(), today).await?.pop())
    }

    /// The id and name of one of them, for what is written about it.
    pub async fn subject(&self, id: Uuid) -> Result<Option<Subject>, DbErr> {
        let row: Option<(Uuid, String)> = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Id.eq(id))
            .select_only()
            .columns([Column::Id, Column::Name])
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(row.map(|(id, name)| Subject { id, name }))
    }

    /// The names of these, where they still exist.
    pub async fn names(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>, DbErr> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(Uuid, String)> = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Id.is_in(ids))
            .select_only()
            .columns([Column::Id, Column::Name])
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Whether the folded name is in use.
    pub async fn is_named(&self, name_key: &str) -> Result<bool, DbErr> {
        let count = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::NameKey.eq(name_key))
            .count(self.db)
            .await?;
        Ok(count > 0)
    }

    /// Inserts a pipeline.
    pub async fn insert(
        &self,
        id: Uuid,
        name: (&str, String),
        description: &str,
        at: i64,
        by: &str,
    ) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(id),
            project_id: Set(self.project),
            name: Set(name.0.to_owned()),
            name_key: Set(name.1),
            description: Set(description.to_owned()),
            created_at: Set(at),
            created_by: Set(by.to_owned()),
        };
        Entity::insert(row).exec_without_returning(self.db).await?;
        Ok(())
    }

    /// Removes a pipeline. What it received stays on record.
    pub async fn delete(&self, id: Uuid) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Id.eq(id))
            .exec(self.db)
            .await?;
        Ok(())
    }

    async fn summed(&self, rows: Vec<Model>, today: Day) -> Result<Vec<PipelineSummary>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let grants = access_grant::Entity::find()
            .filter(access_grant::Column::PipelineId.is_in(ids.clone()))
            .select_only()
            .column(access_grant::Column::PipelineId)
            // A credential that is granted to pull and to push is one.
            .column_as(
                Expr::col((access_grant::Entity, access_grant::Column::CredentialId))
                    .count_distinct(),
                "number",
            )
            .group_by(access_grant::Column::PipelineId)
            .into_model::<Count>()
            .all(self.db)
            .await?;
        let tokens = pipeline_token::Entity::find()
            .filter(pipeline_token::Column::PipelineId.is_in(ids.clone()))
            .filter(pipeline_token::Column::RevokedAt.is_null())
            .filter(pipeline_token::Column::ExpiresOn.gte(today.to_text()))
            .filter(pipeline_token::Column::ExpiresAt.is_null())
            .select_only()
            .column(pipeline_token::Column::PipelineId)
            .column_as(pipeline_token::Column::Id.count(), "number")
            .group_by(pipeline_token::Column::PipelineId)
            .into_model::<Count>()
            .all(self.db)
            .await?;
        let last = usage::Entity::find()
            .filter(usage::Column::PipelineId.is_in(ids))
            .select_only()
            .column(usage::Column::PipelineId)
            .column_as(usage::Column::LastAt.max(), "number")
            .group_by(usage::Column::PipelineId)
            .into_model::<Count>()
            .all(self.db)
            .await?;
        let by_id = |counts: Vec<Count>| -> HashMap<Uuid, Option<i64>> {
            counts.into_iter().map(|count| (count.pipeline_id, count.number)).collect()
        };
        let (grants, tokens, last) = (by_id(grants), by_id(tokens), by_id(last));
        let of = |counts: &HashMap<Uuid, Option<i64>>, id: Uuid| counts.get(&id).copied().flatten();
        Ok(rows
            .into_iter()
            .map(|row| PipelineSummary {
                grants: of(&grants, row.id).unwrap_or(0),
                live_tokens: of(&tokens, row.id).unwrap_or(0),
                last_delivery: of(&last, row.id).map(Moment),
                id: row.id,
                name: row.name,
                description: row.description,
                created_at: Moment(row.created_at),
                created_by: row.created_by,
            })
            .collect())
    }
}
