//! Pipelines of one project.

mod listed;

use super::credentials::NAMES_READ;
use super::entity::pipeline::{ActiveModel, Column, Entity, Model};
use super::entity::trust_rule;
use super::prepared::{escaped, numbered};
use super::seals::Sealing;
use super::{Grants, Pipelines};
use crate::domain::audit::Subject;
use crate::domain::moment::{Day, Moment};
use crate::domain::pipeline::PipelineSummary;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, Query};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement, Value,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A credential that is granted to pull and to push is counted once, and a short-lived token is not
/// counted.
const SUMMARIES: &str = "SELECT pipeline.id AS id, pipeline.name AS name,
    pipeline.name_key AS name_key, pipeline.description AS description, pipeline.created_at AS created_at,
    pipeline.created_by AS created_by, pipeline.revision AS revision,
    (SELECT COUNT(DISTINCT access_grant.credential_id) FROM access_grant
        WHERE access_grant.pipeline_id = pipeline.id) AS grants,
    (SELECT COUNT(*) FROM pipeline_token WHERE pipeline_token.pipeline_id = pipeline.id
        AND pipeline_token.revoked_at IS NULL AND pipeline_token.expires_at IS NULL
        AND pipeline_token.expires_on >= ?) AS live_tokens,
    (SELECT MAX(usage.last_at) FROM usage
        WHERE usage.pipeline_id = pipeline.id) AS last_delivery
    FROM pipeline WHERE pipeline.project_id = ?";

/// What people call a pipeline, as it is stored, compared and searched.
#[derive(Clone, Debug)]
pub struct Called<'a> {
    pub name: &'a str,
    pub name_key: String,
    pub description: &'a str,
    pub search_key: String,
}

#[derive(FromQueryResult)]
struct SummaryRow {
    id: Uuid,
    name: String,
    name_key: String,
    description: String,
    created_at: i64,
    created_by: String,
    grants: i64,
    live_tokens: i64,
    last_delivery: Option<i64>,
    revision: i64,
}

impl<C: Sealing> Pipelines<'_, C> {
    /// One of them; a token that a person made counts as live through the day it expires on.
    pub async fn find(&self, id: Uuid, today: Day) -> Result<Option<PipelineSummary>, DbErr> {
        let backend = self.db.get_database_backend();
        let text = numbered(backend, &format!("{SUMMARIES} AND pipeline.id = ?"));
        let values: Vec<Value> = vec![today.to_text().into(), self.project.into(), id.into()];
        let statement = Statement::from_sql_and_values(backend, text, values);
        let row = SummaryRow::find_by_statement(statement).one(self.db).await?;
        Ok(row.map(Into::into))
    }

    /// The id and name of one of them, for what is written about it.
    pub async fn subject(&self, id: Uuid) -> Result<Option<Subject>, DbErr> {
        self.subject_of(id, Column::Name).await
    }

    /// The ids and names of the first of those that fit, by name, to choose one; `search` is folded as
    /// `search_key` is, and as names are.
    pub async fn choices(
        &self,
        (plain, folded): (&str, &str),
        most: u64,
    ) -> Result<Vec<(Uuid, String)>, DbErr> {
        let has = |column: Column, text: &str| {
            column.like(LikeExpr::new(format!("%{}%", escaped(text))).escape('\\'))
        };
        let mut rows = self.rows();
        if !plain.is_empty() {
            let found = Condition::any()
                .add(has(Column::SearchKey, plain))
                .add(has(Column::RulesKey, plain))
                // A row of a server of the version before is found by its name only.
                .add(has(Column::NameKey, folded));
            rows = rows.filter(found);
        }
        rows.order_by_asc(Column::NameKey)
            .limit(most)
            .select_only()
            .columns([Column::Id, Column::Name])
            .into_tuple()
            .all(self.db)
            .await
    }

    /// The first of those whose folded name begins with the text, by name: at most so many, and only those
    /// among the first [`NAMES_READ`] from the text on.
    pub async fn named_from(&self, text: &str, most: usize) -> Result<Vec<(Uuid, String)>, DbErr> {
        let rows: Vec<(Uuid, String, String)> = self
            .rows()
            .filter(Column::NameKey.gte(text))
            .order_by_asc(Column::NameKey)
            .limit(NAMES_READ)
            .select_only()
            .columns([Column::Id, Column::Name, Column::NameKey])
            .into_tuple()
            .all(self.db)
            .await?;
        // None of them comes before the text. Where the order of the database is that of bytes, they stand
        // together; in the order of a language, which may pass over hyphens, others stand among them.
        let begins = rows.into_iter().filter(|(_, _, key)| key.starts_with(text));
        Ok(begins.map(|(id, name, _)| (id, name)).take(most).collect())
    }

    /// The names of these, where they still exist.
    pub async fn names(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>, DbErr> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(Uuid, String)> = self
            .rows()
            .filter(Column::Id.is_in(ids))
            .select_only()
            .columns([Column::Id, Column::Name])
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// How often somebody more could act as the pipeline; `None` when there is no such pipeline that
    /// we wrote: a token or a rule must not be stamped with a number of somebody else's.
    pub async fn epoch(&self, id: Uuid) -> Result<Option<i64>, DbErr> {
        let row = self.one(id).one(self.db).await?;
        Ok(self.genuine(row).await.pop().map(|row| row.identity_epoch))
    }

    /// Counts that somebody more can act as the pipeline, at `now` (milliseconds); gives what the token
    /// or rule is stamped with by which they can. An approval is for those who are not newer than it.
    /// The count is never behind the clock: in an older copy of the row that somebody put back it is
    /// lower than what was approved since.
    pub async fn raise_epoch(&self, id: Uuid, now: i64) -> Result<i64, DbErr> {
        let such = Condition::all().add(Column::Id.eq(id));
        let raise = |row: &Model| ActiveModel {
            identity_epoch: Set(std::cmp::max(row.identity_epoch + 1, now)),
            ..ActiveModel::default()
        };
        self.change(such, raise).await?;
        Grants::new(self.db, self.project).look_again(id).await?;
        let epoch = self.epoch(id).await?;
        epoch.ok_or_else(|| DbErr::RecordNotFound("the pipeline is gone".to_owned()))
    }

    /// Counts so many more rows of who can act as the pipeline: one that is missing was taken away by
    /// somebody else, who may put it back.
    pub(super) async fn count_identities(&self, id: Uuid, more: i64) -> Result<(), DbErr> {
        let such = Condition::all().add(Column::Id.eq(id));
        let count = |row: &Model| ActiveModel {
            identities: Set(row.identities + more),
            ..ActiveModel::default()
        };
        self.change(such, count).await.map(drop)
    }

    /// Whether another one than `but` has this folded name.
    pub async fn is_named(&self, name_key: &str, but: Option<Uuid>) -> Result<bool, DbErr> {
        let mut rows = self.rows().filter(Column::NameKey.eq(name_key));
        if let Some(id) = but {
            rows = rows.filter(Column::Id.ne(id));
        }
        Ok(rows.count(self.db).await? > 0)
    }

    /// Saves what people call it, if it is at that revision still; `false` when it is not.
    pub async fn rename(
        &self,
        (id, revision): (Uuid, i64),
        called: Called<'_>,
    ) -> Result<bool, DbErr> {
        let such = Condition::all().add(Column::Id.eq(id)).add(Column::Revision.eq(revision));
        let changes = ActiveModel {
            name: Set(called.name.to_owned()),
            name_key: Set(called.name_key),
            description: Set(called.description.to_owned()),
            search_key: Set(called.search_key),
            revision: Set(revision + 1),
            ..ActiveModel::default()
        };
        Ok(self.set(such, changes).await? > 0)
    }

    /// Has the search find it by what its trust rules name, folded as `search_key` is.
    pub async fn find_by_rules(&self, id: Uuid, named: String) -> Result<(), DbErr> {
        let row = ActiveModel { rules_key: Set(named), ..ActiveModel::default() };
        self.updates(row).filter(Column::Id.eq(id)).exec(self.db).await.map(drop)
    }

    /// Those that have rules which the search does not find them by, as a server of the version before
    /// saves them: at most so many after `after`, by id.
    pub async fn unfound(&self, after: Uuid, most: u64) -> Result<Vec<Uuid>, DbErr> {
        let pipeline = Expr::col((trust_rule::Entity, trust_rule::Column::PipelineId));
        let rules = Query::select()
            .expr(Expr::val(1))
            .from(trust_rule::Entity)
            .and_where(pipeline.equals((Entity, Column::Id)))
            .to_owned();
        let such = |all: sea_orm::Select<Entity>| {
            all.filter(Column::RulesKey.eq("")).filter(Expr::exists(rules))
        };
        self.ids_after(such, after, most).await
    }

    /// Locks these until the transaction ends, by id; gives those that are there and that the search
    /// does not find by their rules still.
    pub async fn lock_unfound(&self, ids: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
        let rows = self.locked(ids).filter(Column::RulesKey.eq(""));
        rows.select_only().column(Column::Id).into_tuple().all(self.db).await
    }

    pub async fn insert(
        &self,
        id: Uuid,
        called: Called<'_>,
        at: i64,
        by: &str,
    ) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(id),
            project_id: Set(self.project),
            name: Set(called.name.to_owned()),
            name_key: Set(called.name_key),
            description: Set(called.description.to_owned()),
            search_key: Set(called.search_key),
            rules_key: Set(String::new()),
            created_at: Set(at),
            created_by: Set(by.to_owned()),
            identity_epoch: Set(0),
            identities: Set(0),
            revision: Set(1),
            mac: NotSet,
        };
        self.0.insert(row).await
    }
}

impl From<SummaryRow> for PipelineSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            grants: row.grants,
            live_tokens: row.live_tokens,
            last_delivery: row.last_delivery.map(Moment),
            created_at: Moment(row.created_at),
            created_by: row.created_by,
            revision: row.revision,
        }
    }
}
