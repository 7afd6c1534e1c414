//! The list of issuers whose tokens are accepted, and the trust rules that use one. An entry that we
//! did not write is none.

use super::TrustedIssuers;
use super::authentic::{self, genuine_now, is_genuine, ours_among};
use super::entity::issuer::{ActiveModel, Column, Entity, Model};
use super::locked;
use super::prepared::numbered;
use super::seals::Sealing;
use crate::domain::issuer::{ListedIssuer, UsingRule, list_key};
use crate::domain::moment::Moment;
use crate::domain::user::Maker;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    Statement, Value,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The rules that use the issuer at `url`, however they spell it: see the index `trust_rule_issuer`.
fn of_issuer(url: &str) -> String {
    format!("lower(rtrim(trust_rule.issuer, '/')) = lower({url}) AND trust_rule.ended_at IS NULL")
}

/// Rows that are read at once.
const PAGE: usize = 1_000;

impl<C: Sealing> TrustedIssuers<'_, C> {
    /// At most so many, by address. Those that somebody else wrote take nobody's place.
    pub async fn list(&self, most: usize) -> Result<Vec<ListedIssuer>, DbErr> {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page =
                Entity::find().filter(Column::Url.gt(after.as_str())).order_by_asc(Column::Url);
            let rows = page.limit(PAGE as u64).all(self.db).await?;
            let is_last = rows.len() < PAGE;
            after = rows.last().map_or(after, |last| last.url.clone());
            found.extend(self.ours(rows).await);
            if is_last || found.len() >= most {
                found.truncate(most);
                return Ok(found);
            }
        }
    }

    pub async fn find(&self, id: Uuid) -> Result<Option<ListedIssuer>, DbErr> {
        let row = Entity::find_by_id(id).one(self.db).await?;
        Ok(self.ours(row).await.pop())
    }

    /// Whether the issuer is on the list.
    pub async fn has(&self, issuer: &str) -> Result<bool, DbErr> {
        let row = Entity::find().filter(Column::Url.eq(list_key(issuer))).one(self.db).await?;
        Ok(!self.ours(row).await.is_empty())
    }

    /// Which of these are on the list, as it spells them.
    pub async fn among(&self, keys: BTreeSet<String>) -> Result<BTreeSet<String>, DbErr> {
        let rows = Entity::find().filter(Column::Url.is_in(keys)).all(self.db).await?;
        Ok(self.ours(rows).await.into_iter().map(|issuer| issuer.url).collect())
    }

    /// Whether the issuer is on the list. It cannot be removed before the transaction that asks has
    /// ended.
    pub async fn hold(&self, issuer: &str) -> Result<bool, DbErr> {
        let mut rows = Entity::find().filter(Column::Url.eq(list_key(issuer)));
        if self.db.get_database_backend() == DbBackend::Postgres {
            rows = rows.lock_shared();
        }
        Ok(!self.ours(rows.one(self.db).await?).await.is_empty())
    }

    pub async fn insert(&self, issuer: ListedIssuer) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(issuer.id),
            url: Set(issuer.url),
            added_at: Set(issuer.added_at.0),
            added_by: Set(issuer.added_by.name),
            added_by_id: Set(issuer.added_by.id),
            is_from_upgrade: Set(issuer.is_from_upgrade),
            mac: NotSet,
        };
        authentic::insert::<Entity, C>(self.db, row).await
    }

    /// Takes it off the list; `false` when another one did that first.
    pub async fn delete(&self, id: Uuid) -> Result<bool, DbErr> {
        Ok(Entity::delete_by_id(id).exec(self.db).await?.rows_affected > 0)
    }

    /// Takes the entry of this address off the list if it was not written by us.
    pub async fn delete_forged(&self, url: &str) -> Result<(), DbErr> {
        let row = locked(self.db, Entity::find().filter(Column::Url.eq(url))).one(self.db).await?;
        if let Some(row) = row
            && genuine_now::<Entity>(self.db, row.clone()).await.is_none()
        {
            self.delete(row.id).await?;
        }
        Ok(())
    }

    /// How many trust rules accept the tokens of each issuer, in all projects.
    pub async fn count_rules(&self) -> Result<HashMap<Uuid, u64>, DbErr> {
        let such = of_issuer("issuer.url");
        let text =
            format!("SELECT issuer.id, (SELECT COUNT(*) FROM trust_rule WHERE {such}) FROM issuer");
        let read = |row: &QueryResult| -> Result<(Uuid, u64), DbErr> {
            let count: i64 = row.try_get_by_index(1)?;
            Ok((row.try_get_by_index(0)?, u64::try_from(count).unwrap_or(0)))
        };
        let all = Statement::from_string(self.db.get_database_backend(), text);
        self.db.query_all_raw(all).await?.iter().map(read).collect()
    }

    /// Which ones accept the tokens of one, by project and pipeline.
    pub async fn rules(&self, url: &str) -> Result<Vec<UsingRule>, DbErr> {
        let such = of_issuer("?");
        let text = format!(
            "SELECT trust_rule.project_id, project.slug, pipeline.id, pipeline.name FROM trust_rule
            INNER JOIN pipeline ON pipeline.id = trust_rule.pipeline_id
            INNER JOIN project ON project.id = trust_rule.project_id WHERE {such}"
        );
        let read = |row: &QueryResult| -> Result<UsingRule, DbErr> {
            Ok(UsingRule {
                project: row.try_get_by_index(0)?,
                slug: row.try_get_by_index(1)?,
                pipeline: row.try_get_by_index(2)?,
                pipeline_name: row.try_get_by_index(3)?,
            })
        };
        let rows = self.rows(&text, vec![url.into()]).await?;
        let mut rules = rows.iter().map(read).collect::<Result<Vec<UsingRule>, DbErr>>()?;
        rules.sort_by(|a, b| (&a.slug, &a.pipeline_name).cmp(&(&b.slug, &b.pipeline_name)));
        Ok(rules)
    }

    /// The live short-lived tokens of their pipelines, by their public halves.
    pub async fn short_lived(&self, url: &str, now: i64) -> Result<Vec<String>, DbErr> {
        let such = of_issuer("?");
        let text = format!(
            "SELECT pipeline_token.id FROM pipeline_token WHERE pipeline_token.pipeline_id IN
            (SELECT trust_rule.pipeline_id FROM trust_rule WHERE {such})
            AND pipeline_token.expires_at > ? AND pipeline_token.revoked_at IS NULL"
        );
        let rows = self.rows(&text, vec![url.into(), now.into()]).await?;
        rows.iter().map(|row| row.try_get_by_index(0)).collect()
    }

    async fn ours(&self, rows: impl IntoIterator<Item = Model>) -> Vec<ListedIssuer> {
        let rows = rows.into_iter().collect();
        let ours = ours_among(self.db, rows, is_genuine::<Entity>).await;
        ours.into_iter().map(ListedIssuer::from).collect()
    }

    async fn rows(&self, text: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        let backend = self.db.get_database_backend();
        let text = numbered(backend, text);
        self.db.query_all_raw(Statement::from_sql_and_values(backend, text, values)).await
    }
}

impl From<Model> for ListedIssuer {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            url: row.url,
            added_at: Moment(row.added_at),
            added_by: Maker { id: row.added_by_id, name: row.added_by },
            is_from_upgrade: row.is_from_upgrade,
        }
    }
}
