//! Credentials that are held against one that is being saved.

use crate::domain::audit::Subject;
use crate::domain::credential::Access;
use crate::store::Credentials;
use crate::store::entity::credential::Column;
use crate::store::seals::Sealing;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};
use uuid::Uuid;

/// What two credentials have in common of which no image tells which one is meant.
#[derive(Clone, Copy, Debug)]
pub struct Alike<'a> {
    pub host: &'a str,
    pub is_insecure: bool,
    pub access: Access,
    pub paths: &'a [String],
}

impl<C: Sealing> Credentials<'_, C> {
    /// Another enabled one that is for just the same.
    pub async fn twin_of(&self, id: Uuid, alike: Alike<'_>) -> Result<Option<Subject>, DbErr> {
        let paths = serde_json::to_string(alike.paths).unwrap_or_default();
        let row: Option<(Uuid, String)> = self
            .rows()
            .filter(Column::Host.eq(alike.host))
            .filter(Column::IsInsecure.eq(alike.is_insecure))
            .filter(Column::Access.eq(alike.access.word()))
            .filter(Column::Paths.eq(paths))
            .filter(Column::DisabledAt.is_null())
            .filter(Column::Id.ne(id))
            .select_only()
            .columns([Column::Id, Column::Name])
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(row.map(|(id, name)| Subject { id, name }))
    }

    /// Which of these folded names are taken.
    pub async fn taken(&self, name_keys: Vec<String>) -> Result<Vec<String>, DbErr> {
        self.rows()
            .filter(Column::NameKey.is_in(name_keys))
            .select_only()
            .column(Column::NameKey)
            .into_tuple()
            .all(self.db)
            .await
    }
}
