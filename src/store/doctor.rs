//! What the database says of itself: whether its file is whole, what time it takes it to be, and
//! what is missing from it.

use super::Store;
use super::entity::{audit_event, credential, fetch, secret_version};
use crate::domain::moment::Moment;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter,
    QuerySelect, Statement,
};
use uuid::Uuid;

impl Store {
    /// What is wrong with the file of the embedded database; nothing when it is whole. `None`:
    /// it is not the embedded one, and its server sees to that.
    pub async fn integrity(&self) -> Result<Option<Vec<String>>, DbErr> {
        if !self.is_embedded() {
            return Ok(None);
        }
        let mut complaints = Vec::new();
        for row in self.reader.query_all_raw(self.sql("PRAGMA quick_check(5)")).await? {
            let said: String = row.try_get_by_index(0)?;
            complaints.extend((said != "ok").then_some(said));
        }
        Ok(Some(complaints))
    }

    /// The time by the clock of `PostgreSQL`; `None` for the embedded database, which has none.
    pub async fn clock(&self) -> Result<Option<Moment>, DbErr> {
        if self.is_embedded() {
            return Ok(None);
        }
        let now =
            "SELECT CAST(FLOOR(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000) AS BIGINT)";
        let row = self.reader.query_one_raw(self.sql(now)).await?;
        row.map(|row| row.try_get_by_index(0).map(Moment)).transpose()
    }

    /// When the newest audit event or receipt was written, by the clock of who wrote it.
    pub async fn newest_moment(&self) -> Result<Option<Moment>, DbErr> {
        let event = self.newest_of::<audit_event::Entity>(audit_event::Column::At).await?;
        let receipt = self.newest_of::<fetch::Entity>(fetch::Column::At).await?;
        Ok(Ord::max(event, receipt).map(Moment))
    }

    async fn newest_of<E: EntityTrait>(&self, at: E::Column) -> Result<Option<i64>, DbErr> {
        let newest = E::find().select_only().column_as(at.max(), "newest");
        let newest: Option<Option<i64>> = newest.into_tuple().one(&self.reader).await?;
        Ok(newest.flatten())
    }

    /// Credentials whose current version has no ciphertext, at most so many: project, credential,
    /// name, version.
    pub async fn credentials_without_secret(
        &self,
        most: u64,
    ) -> Result<Vec<(Uuid, Uuid, String, i64)>, DbErr> {
        use credential::Column;
        let of = |column| Expr::col((secret_version::Entity, column));
        let sealed = Query::select()
            .expr(Expr::val(1))
            .from(secret_version::Entity)
            .and_where(
                of(secret_version::Column::CredentialId).equals((credential::Entity, Column::Id)),
            )
            .and_where(
                of(secret_version::Column::Version)
                    .equals((credential::Entity, Column::SecretVersion)),
            )
            .and_where(of(secret_version::Column::Sealed).is_not_null())
            .to_owned();
        credential::Entity::find()
            .select_only()
            .columns([Column::ProjectId, Column::Id, Column::Name, Column::SecretVersion])
            .filter(Expr::not_exists(sealed))
            .limit(most)
            .into_tuple()
            .all(&self.reader)
            .await
    }

    /// Versions that are not the current one and keep a data key without a ciphertext, at most so many, in
    /// the same form. What is destroyed keeps none.
    pub async fn versions_without_secret(
        &self,
        most: u64,
    ) -> Result<Vec<(Uuid, Uuid, String, i64)>, DbErr> {
        use secret_version::{Column, Entity};
        let to_credential = Entity::belongs_to(credential::Entity)
            .from(Column::CredentialId)
            .to(credential::Column::Id)
            .into();
        let current = (credential::Entity, credential::Column::SecretVersion);
        let keeps = Condition::any()
            .add(Column::DataKey.is_not_null())
            .add(Column::Fingerprint.is_not_null());
        Entity::find()
            .join(JoinType::InnerJoin, to_credential)
            .select_only()
            .columns([Column::ProjectId, Column::CredentialId])
            .column(credential::Column::Name)
            .column(Column::Version)
            .filter(Column::Sealed.is_null())
            .filter(keeps)
            .filter(Expr::col((Entity, Column::Version)).not_equals(current))
            .limit(most)
            .into_tuple()
            .all(&self.reader)
            .await
    }

    fn sql(&self, sql: &str) -> Statement {
        Statement::from_string(self.reader.get_database_backend(), sql)
    }
}
