//! How far a new project is: what it has of what makes it useful.

use super::Projects;
use super::entity::project;
use super::prepared::numbered;
use super::seals::Sealing;
use crate::domain::first_steps::FirstSteps;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, Statement,
};
use uuid::Uuid;

/// The first row of each answers. It has none once the steps were put away.
const STEPS: &str = "SELECT
    CASE WHEN EXISTS (SELECT 1 FROM credential WHERE credential.project_id = project.id)
        THEN 1 ELSE 0 END AS has_credential,
    CASE WHEN EXISTS (SELECT 1 FROM pipeline WHERE pipeline.project_id = project.id)
        THEN 1 ELSE 0 END AS has_pipeline,
    CASE WHEN EXISTS (SELECT 1 FROM receipt WHERE receipt.chain = project.id)
        THEN 1 ELSE 0 END AS has_receipt
    FROM project WHERE project.id = ? AND project.steps_hidden_at IS NULL";

#[derive(FromQueryResult)]
struct Row {
    has_credential: i32,
    has_pipeline: i32,
    has_receipt: i32,
}

impl<C: Sealing> Projects<'_, C> {
    /// Which of the first steps are done; `None` when they were put away.
    pub async fn first_steps(&self, project: Uuid) -> Result<Option<FirstSteps>, DbErr> {
        let backend = self.db.get_database_backend();
        let text = numbered(backend, STEPS);
        let statement = Statement::from_sql_and_values(backend, text, [project.into()]);
        let row = Row::find_by_statement(statement).one(self.db).await?;
        Ok(row.map(|row| FirstSteps {
            has_credential: row.has_credential > 0,
            has_pipeline: row.has_pipeline > 0,
            has_receipt: row.has_receipt > 0,
        }))
    }

    /// Puts the steps away, for every member, at `now` (milliseconds).
    pub async fn hide_first_steps(&self, project: Uuid, now: i64) -> Result<(), DbErr> {
        let row = project::ActiveModel { steps_hidden_at: Set(Some(now)), ..Default::default() };
        let hidden = project::Entity::update_many().set(row);
        hidden.filter(project::Column::Id.eq(project)).exec(self.db).await.map(drop)
    }
}
