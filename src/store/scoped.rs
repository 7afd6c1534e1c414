//! The rows of one table that belong to one project: what every handle on a project's nouns is
//! made of, so that no query can forget whose rows it is about.

use super::entity::{access_grant, credential, guard_change, pipeline, secret_version, trust_rule};
use crate::domain::audit::Subject;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, DeleteMany, EntityTrait, QueryFilter,
    QuerySelect, Select, UpdateMany,
};
use std::marker::PhantomData;
use uuid::Uuid;

/// A table whose rows belong to projects.
pub trait InProject: EntityTrait {
    const PROJECT: Self::Column;
    const ID: Self::Column;
}

macro_rules! in_project {
    ($($table:ident),+) => {
        $(impl InProject for $table::Entity {
            const PROJECT: Self::Column = $table::Column::ProjectId;
            const ID: Self::Column = $table::Column::Id;
        })+
    };
}

in_project!(access_grant, credential, guard_change, pipeline, secret_version, trust_rule);

/// The rows of the table `E` that belong to one project.
#[derive(Debug)]
pub struct Scoped<'a, C: ConnectionTrait, E: InProject> {
    pub(super) db: &'a C,
    pub(super) project: Uuid,
    table: PhantomData<E>,
}

impl<'a, C: ConnectionTrait, E: InProject> Scoped<'a, C, E> {
    pub(super) fn new(db: &'a C, project: Uuid) -> Self {
        Self { db, project, table: PhantomData }
    }

    pub(super) fn rows(&self) -> Select<E> {
        E::find().filter(E::PROJECT.eq(self.project))
    }

    pub(super) fn one(&self, id: Uuid) -> Select<E> {
        self.rows().filter(E::ID.eq(id))
    }

    /// The id and the name of one of them.
    pub(super) async fn subject_of(
        &self,
        id: Uuid,
        name: E::Column,
    ) -> Result<Option<Subject>, DbErr> {
        let row = self.one(id).select_only().columns([E::ID, name]);
        let row = row.into_tuple::<(Uuid, String)>().one(self.db).await?;
        Ok(row.map(|(id, name)| Subject { id, name }))
    }

    /// An update of all of them, to be narrowed.
    pub(super) fn updates(&self, changes: E::ActiveModel) -> UpdateMany<E> {
        debug_assert!(changes.is_changed());
        E::update_many().set(changes).filter(E::PROJECT.eq(self.project))
    }

    /// A deletion of all of them, to be narrowed.
    pub(super) fn deletions(&self) -> DeleteMany<E> {
        E::delete_many().filter(E::PROJECT.eq(self.project))
    }

    /// Inserts the row; the project is this handle's, whatever the row says.
    pub async fn insert(&self, mut row: E::ActiveModel) -> Result<(), DbErr> {
        row.set(E::PROJECT, self.project.into());
        E::insert(row).exec_without_returning(self.db).await.map(drop)
    }

    /// Updates what is set of the row `id`; `false` when the project has no such row.
    pub async fn update(&self, id: Uuid, changes: E::ActiveModel) -> Result<bool, DbErr> {
        let done = self.updates(changes).filter(E::ID.eq(id)).exec(self.db).await?;
        Ok(done.rows_affected > 0)
    }

    /// Removes the row; `false` when the project has no such row.
    pub async fn delete(&self, id: Uuid) -> Result<bool, DbErr> {
        let done = self.deletions().filter(E::ID.eq(id)).exec(self.db).await?;
        Ok(done.rows_affected > 0)
    }
}
