//! Registry credentials of one project.

mod alike;
mod filters;
pub(super) mod hosts;
mod page;
mod rows;
mod search;

pub use alike::Alike;
pub(super) use rows::{SummaryRow, day};

use super::as_json;
use super::entity::credential::{ActiveModel, Column, Entity};
use super::entity::readable;
use super::prepared::{Prepared, numbered};
use super::seals::Sealing;
use super::{Credentials, locked};
use crate::domain::audit::Subject;
use crate::domain::credential::{Access, Credential};
use crate::domain::listing::ListQuery;
use crate::domain::moment::Day;
use crate::domain::pipeline::Grantable;
use sea_orm::{ColumnTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use search::Search;
use uuid::Uuid;

/// So many rows are read of those that come from a name on, to find the ones whose names begin with it: there
/// may be disabled ones among them, and others, in the order of some databases.
pub(super) const NAMES_READ: u64 = 200;

/// From one host in the index to the next, so that it takes as many steps as hosts are read, not as
/// there are credentials.
const HOSTS: &str = "WITH RECURSIVE found(host) AS (
    SELECT MIN(credential.host) FROM credential WHERE credential.project_id = ?
    UNION ALL
    SELECT (SELECT MIN(credential.host) FROM credential
        WHERE credential.project_id = ? AND credential.host > found.host)
    FROM found WHERE found.host IS NOT NULL
) SELECT host FROM found WHERE host IS NOT NULL LIMIT ?";

impl<C: Sealing> Credentials<'_, C> {
    pub async fn find(&self, id: Uuid) -> Result<Option<Credential>, DbErr> {
        Ok(readable(self.genuine(self.one(id).one(self.db).await?).await).pop())
    }

    /// One credential, locked until the transaction ends.
    pub async fn lock(&self, id: Uuid) -> Result<Option<Credential>, DbErr> {
        let row = locked(self.db, self.one(id)).one(self.db).await?;
        Ok(readable(self.genuine(row).await).pop())
    }

    /// The id and name of one of them, for what is written about it.
    pub async fn subject(&self, id: Uuid) -> Result<Option<Subject>, DbErr> {
        self.subject_of(id, Column::Name).await
    }

    /// Whether another than `except` has the folded name.
    pub async fn is_named(&self, name_key: &str, except: Option<Uuid>) -> Result<bool, DbErr> {
        let mut rows = self.rows().filter(Column::NameKey.eq(name_key));
        if let Some(id) = except {
            rows = rows.filter(Column::Id.ne(id));
        }
        Ok(rows.count(self.db).await? > 0)
    }

    /// Those that a server of the version before has inserted: at most so many after `after`, by id.
    pub async fn incomplete(&self, after: Uuid, most: u64) -> Result<Vec<Uuid>, DbErr> {
        self.ids_after(|rows| rows.filter(Column::NaturalKey.eq("")), after, most).await
    }

    /// Locks these until the transaction ends, by id; gives those that can be read and that nobody has
    /// saved since they were found.
    pub async fn lock_incomplete(&self, ids: &[Uuid]) -> Result<Vec<Credential>, DbErr> {
        let rows = self.locked(ids).filter(Column::NaturalKey.eq(""));
        Ok(readable(self.genuine(rows.all(self.db).await?).await))
    }

    /// Writes what is missing in such a row, which is locked.
    pub async fn complete(&self, id: Uuid, missing: ActiveModel) -> Result<(), DbErr> {
        self.updates(missing).filter(Column::Id.eq(id)).exec(self.db).await.map(drop)
    }

    /// What can be granted of these.
    pub async fn grantable_of(&self, ids: Vec<Uuid>) -> Result<Vec<Grantable>, DbErr> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows().filter(Column::Id.is_in(ids)).filter(Column::DisabledAt.is_null());
        self.as_grantable(rows).await
    }

    /// The names of these, whether or not they can be granted, where they still exist.
    pub async fn names(&self, ids: Vec<Uuid>) -> Result<Vec<String>, DbErr> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows().filter(Column::Id.is_in(ids));
        rows.select_only().column(Column::Name).into_tuple().all(self.db).await
    }

    /// What can be granted of those whose folded name begins with the text, by name: at most so many, and
    /// only those among the first [`NAMES_READ`] from the text on.
    pub async fn named_from(&self, text: &str, most: usize) -> Result<Vec<Grantable>, DbErr> {
        let rows: Vec<(Uuid, String, Option<i64>)> = self
            .rows()
            .filter(Column::NameKey.gte(text))
            .order_by_asc(Column::NameKey)
            .limit(NAMES_READ)
            .select_only()
            .columns([Column::Id, Column::NameKey, Column::DisabledAt])
            .into_tuple()
            .all(self.db)
            .await?;
        let begins =
            rows.into_iter().filter(|(_, key, off)| key.starts_with(text) && off.is_none());
        let ids: Vec<Uuid> = begins.map(|(id, ..)| id).take(most).collect();
        let mut found = self.grantable_of(ids.clone()).await?;
        found.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
        Ok(found)
    }

    /// What can be granted of the one with this folded name.
    pub async fn named(&self, name_key: &str) -> Result<Vec<Grantable>, DbErr> {
        let rows = self.rows().filter(Column::NameKey.eq(name_key));
        self.as_grantable(rows.filter(Column::DisabledAt.is_null())).await
    }

    /// What can be granted of those that fit, at most so many, in the order of the list.
    pub async fn choices(
        &self,
        query: &ListQuery,
        search: &Search,
        today: Day,
        most: u64,
    ) -> Result<Vec<Grantable>, DbErr> {
        self.grantable_among((query, search, today), |rows| rows, most).await
    }

    /// The same of those that can take over from the credential `from` of that host: of its registry, and
    /// not protected.
    pub async fn replacements(
        &self,
        (from, host): (Uuid, &str),
        query: &ListQuery,
        search: &Search,
        today: Day,
        most: u64,
    ) -> Result<Vec<Grantable>, DbErr> {
        let can_take_over = |rows: Select<Entity>| {
            rows.filter(Column::Host.eq(host))
                .filter(Column::IsProtected.eq(false))
                .filter(Column::Id.ne(from))
        };
        self.grantable_among((query, search, today), can_take_over, most).await
    }

    /// What can be granted of those that fit and that `such` leaves of them.
    async fn grantable_among(
        &self,
        (query, search, today): (&ListQuery, &Search, Day),
        such: impl FnOnce(Select<Entity>) -> Select<Entity>,
        most: u64,
    ) -> Result<Vec<Grantable>, DbErr> {
        if search.is_in_vain(query) {
            return Ok(Vec::new());
        }
        let fit = such(self.found(query, search, today)).filter(Column::DisabledAt.is_null());
        self.as_grantable(fit.order_by_asc(Column::NaturalKey).limit(most)).await
    }

    async fn as_grantable(&self, rows: Select<Entity>) -> Result<Vec<Grantable>, DbErr> {
        let rows: Vec<(Uuid, String, String, String, bool)> = rows
            .select_only()
            .columns([Column::Id, Column::Name, Column::Host, Column::Access, Column::IsProtected])
            .into_tuple()
            .all(self.db)
            .await?;
        let read = |(id, name, host, access, is_protected): (_, _, _, String, _)| {
            let access = Access::from_word(&access)?;
            Some(Grantable { id, access, name, host, is_protected })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// At most so many of the registry hosts, the first by name.
    pub async fn hosts(&self, most: u64) -> Result<Vec<String>, DbErr> {
        static STATEMENT: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let values = vec![self.project.into(), self.project.into(), most.into()];
        let statement = STATEMENT.with(backend, || numbered(backend, HOSTS), values);
        let hosts: Vec<Option<(String,)>> =
            as_json::rows(self.db, statement, "host", "host").await?;
        Ok(hosts.into_iter().flatten().map(|(host,)| host).collect())
    }
}
