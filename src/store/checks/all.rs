//! The checks of all projects: what an account was refused, and what is due.

use super::{BegunCheck, DueCheck};
use crate::store::AllChecks;
use crate::store::entity::check_state;
use crate::store::prepared::numbered;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, Statement, Value,
};
use uuid::Uuid;

/// How often an account was refused a sign-in at its registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Refusals {
    pub lately: i64,
    pub today: i64,
    /// Checks that began before and have not ended: they may be refused, too.
    pub pending: i64,
}

impl<C: ConnectionTrait> AllChecks<'_, C> {
    /// How often the account was refused, since `lately` and since `today`, and how many checks of it are under way
    /// that began before this one and after `begun` (milliseconds): of older ones the server has ended, and they
    /// count as refused.
    pub async fn refusals(
        &self,
        check: &BegunCheck,
        (lately, today, begun): (i64, i64, i64),
    ) -> Result<Refusals, DbErr> {
        let text = "SELECT
            COALESCE(SUM(CASE WHEN begun_at >= ? AND (report IS NOT NULL OR begun_at < ?)
                THEN 1 ELSE 0 END), 0) AS lately,
            COALESCE(SUM(CASE WHEN report IS NOT NULL OR begun_at < ? THEN 1 ELSE 0 END), 0) AS today,
            COALESCE(SUM(CASE WHEN report IS NULL AND begun_at >= ? AND id < ?
                THEN 1 ELSE 0 END), 0) AS pending
            FROM credential_check WHERE account = ? AND is_refused AND begun_at >= ?";
        let backend = self.db.get_database_backend();
        let values: [Value; 7] = [
            lately.into(),
            begun.into(),
            begun.into(),
            begun.into(),
            check.id.into(),
            check.account.as_str().into(),
            today.into(),
        ];
        let sql = Statement::from_sql_and_values(backend, numbered(backend, text), values);
        Ok(Refusals::find_by_statement(sql).one(self.db).await?.unwrap_or_default())
    }

    /// Takes those that are due, at most so many: nobody else gets them before `until` (milliseconds).
    pub async fn take_due(&self, now: i64, until: i64, most: u64) -> Result<Vec<DueCheck>, DbErr> {
        let backend = self.db.get_database_backend();
        let lock = if backend == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let text = format!(
            "UPDATE check_state SET due_at = ? WHERE credential_id IN (
                SELECT credential_id FROM check_state WHERE due_at <= ? ORDER BY due_at LIMIT ?{lock}
            ) RETURNING *"
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let values = [until.into(), now.into(), most.into()];
        let sql = Statement::from_sql_and_values(backend, numbered(backend, &text), values);
        let rows = check_state::Entity::find().from_raw_sql(sql).all(self.db).await?;
        let due = rows.into_iter().map(|row| DueCheck {
            project_id: row.project_id,
            credential_id: row.credential_id,
            image: row.image,
        });
        Ok(due.collect())
    }

    /// Whether one is due.
    pub async fn has_due(&self, now: i64) -> Result<bool, DbErr> {
        use check_state::Column;
        let found: Option<Uuid> = check_state::Entity::find()
            .select_only()
            .column(Column::CredentialId)
            .filter(Column::DueAt.lte(now))
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(found.is_some())
    }
}
