//! Registry credentials of one project.

pub(super) mod hosts;

use super::entity::{credential, usage};
use super::locked;
use crate::domain::audit::Subject;
use crate::domain::credential::{Access, Credential, Method, StoredSecret, Summary};
use crate::domain::listing::{ListQuery, PAGE_ROWS, Sort, StateFilter};
use crate::domain::moment::{Day, Moment};
use crate::domain::registry::RegistryHost;
use crate::domain::{expiry, pipeline::Grantable};
use credential::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

/// A handle on a project's credentials.
#[derive(Debug)]
pub struct Credentials<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
    pub(super) project: Uuid,
}

impl<C: ConnectionTrait> Credentials<'_, C> {
    fn rows(&self) -> Select<Entity> {
        Entity::find().filter(Column::ProjectId.eq(self.project))
    }

    /// One page of those that fit; `search` is folded as `search_key` is.
    pub async fn list(
        &self,
        query: &ListQuery,
        search: &str,
        today: Day,
    ) -> Result<Vec<Summary>, DbErr> {
        let rows = self.rows().filter(self.condition(query, search, today));
        let rows = match query.sort.unwrap_or(Sort::Name) {
            Sort::Name => rows,
            Sort::Registry => rows.order_by_asc(Column::Host),
            Sort::Expires => rows
                .order_by(Expr::col(Column::ExpiresOn).is_null(), Order::Asc)
                .order_by_asc(Column::ExpiresOn),
            Sort::Changed => rows.order_by_desc(Column::UpdatedAt),
        };
        let rows = rows
            .order_by_asc(Column::NameKey)
            .limit(PAGE_ROWS)
            .offset(u64::from(query.page) * PAGE_ROWS)
            .all(self.db)
            .await?;
        Ok(rows.into_iter().filter_map(summary).collect())
    }

    /// How many fit.
    pub async fn count(&self, query: &ListQuery, search: &str, today: Day) -> Result<u64, DbErr> {
        self.rows().filter(self.condition(query, search, today)).count(self.db).await
    }

    fn condition(&self, query: &ListQuery, search: &str, today: Day) -> Condition {
        let mut all = Condition::all();
        if !search.is_empty() {
            let pattern = format!("%{}%", hosts::escaped(search));
            let is_in_text = Column::SearchKey.like(LikeExpr::new(pattern).escape('\\'));
            let mut found = Condition::any().add(is_in_text);
            if let Some(at_host) = hosts::searched(search) {
                found = found.add(at_host);
            }
            all = all.add(found);
        }
        if let Some(host) = &query.registry {
            all = all.add(hosts::at(host));
        }
        if let Some(method) = query.method {
            all = all.add(Column::Method.eq(method.word()));
        }
        if let Some(access) = query.access {
            all = all.add(Column::Access.eq(access.word()));
        }
        if query.is_unused {
            let credential = Expr::col((usage::Entity, usage::Column::CredentialId));
            let used = Query::select()
                .expr(Expr::val(1))
                .from(usage::Entity)
                .and_where(credential.equals((Entity, Column::Id)))
                .to_owned();
            all = all.add(Expr::not_exists(used));
        }
        if let Some(state) = query.state {
            all = all.add(in_state(state, today));
        }
        all
    }

    /// One credential.
    pub async fn find(&self, id: Uuid) -> Result<Option<Credential>, DbErr> {
        Ok(self.rows().filter(Column::Id.eq(id)).one(self.db).await?.and_then(whole))
    }

    /// The id and name of one of them, for what is written about it.
    pub async fn subject(&self, id: Uuid) -> Result<Option<Subject>, DbErr> {
        let row: Option<(Uuid, String)> = self
            .rows()
            .filter(Column::Id.eq(id))
            .select_only()
            .columns([Column::Id, Column::Name])
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(row.map(|(id, name)| Subject { id, name }))
    }

    /// One credential, locked until the transaction ends.
    pub async fn lock(&self, id: Uuid) -> Result<Option<Credential>, DbErr> {
        let row = locked(self.db, self.rows().filter(Column::Id.eq(id))).one(self.db).await?;
        Ok(row.and_then(whole))
    }

    /// Whether another than `except` has the folded name.
    pub async fn is_named(&self, name_key: &str, except: Option<Uuid>) -> Result<bool, DbErr> {
        let mut rows = self.rows().filter(Column::NameKey.eq(name_key));
        if let Some(id) = except {
            rows = rows.filter(Column::Id.ne(id));
        }
        Ok(rows.count(self.db).await? > 0)
    }

    /// Inserts the row; the project is this handle's, whatever the row says.
    pub async fn insert(&self, mut row: ActiveModel) -> Result<(), DbErr> {
        row.project_id = sea_orm::ActiveValue::Set(self.project);
        Entity::insert(row).exec_without_returning(self.db).await?;
        Ok(())
    }

    /// Updates what is set of the row `id`; `false` when the project has no such row.
    pub async fn update(&self, id: Uuid, row: ActiveModel) -> Result<bool, DbErr> {
        debug_assert!(row.is_changed());
        let done = Entity::update_many()
            .set(row)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Id.eq(id))
            .exec(self.db)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Removes the row.
    pub async fn delete(&self, id: Uuid) -> Result<(), DbErr> {
        Entity::delete_many()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Id.eq(id))
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// What can be granted: every credential that is not disabled, by name.
    pub async fn grantable(&self) -> Result<Vec<Grantable>, DbErr> {
        self.grantable_of(self.rows()).await
    }

    /// The same, of one registry host.
    pub async fn grantable_at(&self, host: &str) -> Result<Vec<Grantable>, DbErr> {
        self.grantable_of(self.rows().filter(Column::Host.eq(host))).await
    }

    async fn grantable_of(&self, rows: Select<Entity>) -> Result<Vec<Grantable>, DbErr> {
        let rows: Vec<(Uuid, String, String, String, bool)> = rows
            .filter(Column::DisabledAt.is_null())
            .order_by_asc(Column::NameKey)
            .select_only()
            .columns([Column::Id, Column::Name, Column::Host, Column::Access, Column::IsProtected])
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(id, name, host, access, is_protected)| {
                Some(Grantable {
                    id,
                    access: Access::from_word(&access)?,
                    name,
                    host,
                    is_protected,
                })
            })
            .collect())
    }
}

/// `domain::expiry::state` as a condition.
fn in_state(state: StateFilter, today: Day) -> Condition {
    let last_warned = today.plus_days(expiry::WARNING_DAYS).to_text();
    let today = today.to_text();
    let is_far = || {
        Condition::any()
            .add(Column::ExpiresOn.is_null())
            .add(Column::ExpiresOn.gt(last_warned.clone()))
    };
    let is_due = || Column::RenewOn.lte(today.clone());
    match state {
        StateFilter::Disabled => Condition::all().add(Column::DisabledAt.is_not_null()),
        StateFilter::Unreadable => Condition::all().add(Column::UnreadableAt.is_not_null()),
        StateFilter::Expired => Condition::all().add(Column::ExpiresOn.lt(today)),
        StateFilter::Expiring => {
            Condition::all().add(Column::ExpiresOn.between(today, last_warned))
        }
        StateFilter::Due => Condition::all().add(is_far()).add(is_due()),
        StateFilter::Unknown => {
            Condition::all().add(Column::ExpiresOn.is_null()).add(Column::RenewOn.is_null())
        }
        StateFilter::Fine => Condition::all()
            .add(is_far())
            .add(Condition::any().add(Column::RenewOn.is_null()).add(Column::RenewOn.gt(today)))
            .add(
                Condition::any()
                    .add(Column::RenewOn.is_not_null())
                    .add(Column::ExpiresOn.is_not_null()),
            ),
    }
}

pub(super) fn list<T: serde::de::DeserializeOwned>(text: &str) -> Vec<T> {
    serde_json::from_str(text).unwrap_or_default()
}

pub(super) fn day(text: &Option<String>) -> Option<Day> {
    text.as_deref().and_then(Day::parse)
}

/// A row as the list shows it; `None` when the row was not written by us.
pub(super) fn summary(row: Model) -> Option<Summary> {
    Some(Summary {
        id: row.id,
        name: row.name,
        description: row.description,
        host: RegistryHost::stored(&row.host)?,
        is_insecure: row.is_insecure,
        method: Method::from_word(&row.method)?,
        username: row.username,
        access: Access::from_word(&row.access)?,
        paths: list(&row.paths),
        expires_on: day(&row.expires_on),
        renew_on: day(&row.renew_on),
        disabled_at: row.disabled_at.map(Moment),
        unreadable_at: row.unreadable_at.map(Moment),
        updated_at: Moment(row.updated_at),
        updated_by: row.updated_by,
    })
}

pub(super) fn whole(row: Model) -> Option<Credential> {
    Some(Credential {
        origin: RegistryHost::stored(&row.host)?.origin(row.is_insecure),
        email: row.email.clone(),
        owner: row.owner.clone(),
        environment: row.environment.clone(),
        labels: list(&row.labels),
        review_on: day(&row.review_on),
        rotate_every_days: row.rotate_every_days.and_then(|n| u32::try_from(n).ok()),
        is_protected: row.is_protected,
        secret: StoredSecret {
            version: row.secret_version,
            set_at: Moment(row.secret_set_at),
            set_by: row.secret_set_by.clone(),
        },
        token_service: row.token_service.clone(),
        key_file: row.key_file.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        revision: row.revision,
        created_at: Moment(row.created_at),
        created_by: row.created_by.clone(),
        summary: summary(row)?,
    })
}
