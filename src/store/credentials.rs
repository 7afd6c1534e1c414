//! Registry credentials of one project.

mod filters;
pub(super) mod hosts;
mod page;
mod rows;

pub(super) use rows::{SummaryRow, day, list};

use super::entity::credential::{Column, Entity};
use super::{Credentials, locked};
use crate::domain::audit::Subject;
use crate::domain::credential::{Access, Credential};
use crate::domain::pipeline::Grantable;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use uuid::Uuid;

impl<C: ConnectionTrait> Credentials<'_, C> {
    pub async fn find(&self, id: Uuid) -> Result<Option<Credential>, DbErr> {
        let row = self.one(id).one(self.db).await?;
        Ok(row.and_then(|row| Credential::try_from(row).ok()))
    }

    /// One credential, locked until the transaction ends.
    pub async fn lock(&self, id: Uuid) -> Result<Option<Credential>, DbErr> {
        let row = locked(self.db, self.one(id)).one(self.db).await?;
        Ok(row.and_then(|row| Credential::try_from(row).ok()))
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
