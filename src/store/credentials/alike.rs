//! Credentials that are held against one that is being saved.

use crate::domain::audit::Subject;
use crate::domain::credential::Access;
use crate::domain::moment::Day;
use crate::store::Credentials;
use crate::store::entity::credential::Column;
use crate::store::seals::Sealing;
use crate::store::terms;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QuerySelect};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Credentials for the same registry that are held against one.
const LOOKED_AT: u64 = 1_000;

/// What two credentials have in common of which no image tells which one is meant.
#[derive(Clone, Copy, Debug)]
pub struct Alike<'a> {
    pub host: &'a str,
    pub is_insecure: bool,
    pub access: Access,
    pub paths: &'a [String],
    /// Whether this one has expired today: an expired one gives way to a valid one.
    pub has_expired: bool,
    pub today: Day,
}

impl<C: Sealing> Credentials<'_, C> {
    /// Another enabled one that is for just the same.
    pub async fn twin_of(&self, id: Uuid, alike: Alike<'_>) -> Result<Option<Subject>, DbErr> {
        let paths: BTreeSet<&String> = alike.paths.iter().collect();
        let rows: Vec<(Uuid, String, String, Option<String>)> = self
            .rows()
            .filter(Column::Host.eq(alike.host))
            .filter(Column::IsInsecure.eq(alike.is_insecure))
            .filter(Column::Access.eq(alike.access.word()))
            .filter(Column::DisabledAt.is_null())
            .filter(Column::Id.ne(id))
            .select_only()
            .columns([Column::Id, Column::Name, Column::Paths, Column::ExpiresOn])
            .limit(LOOKED_AT)
            .into_tuple()
            .all(self.db)
            .await?;
        // In whatever order they were typed, they are the same.
        let is_alike = |text: &str| {
            terms::list(text).is_some_and(|other| other.iter().collect::<BTreeSet<_>>() == paths)
        };
        let has_expired = |until: &Option<String>| {
            until.as_deref().and_then(Day::parse).is_some_and(|day| day < alike.today)
        };
        let twin = rows.into_iter().find(|(_, _, paths, until)| {
            is_alike(paths) && has_expired(until) == alike.has_expired
        });
        Ok(twin.map(|(id, name, ..)| Subject { id, name }))
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
