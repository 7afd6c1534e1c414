//! The rows of one table that belong to one project: what every handle on a project's nouns is
//! made of, so that no query can forget whose rows it is about.

use super::authentic::{self, Authentic, are_genuine, decides_nothing, is_genuine, ours_among};
use super::entity::{
    access_grant, credential, guard_change, pipeline, review, review_item, secret_version,
    trust_rule,
};
use super::locked;
use super::seals::Sealing;
use crate::domain::audit::Subject;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, DeleteMany, JoinType,
    QueryFilter, QueryOrder, QuerySelect, Select, UpdateMany,
};
use std::marker::PhantomData;
use uuid::Uuid;

/// A table whose rows belong to projects.
pub trait InProject: Authentic {
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

in_project!(
    access_grant,
    credential,
    guard_change,
    pipeline,
    review,
    review_item,
    secret_version,
    trust_rule
);

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

    /// The ids of those that `such` leaves of them, at most so many after `after`: one step of a walk, of
    /// which each row is then locked.
    pub(super) async fn ids_after(
        &self,
        such: impl FnOnce(Select<E>) -> Select<E>,
        after: Uuid,
        most: u64,
    ) -> Result<Vec<Uuid>, DbErr> {
        let rows = such(self.rows()).filter(E::ID.gt(after)).order_by_asc(E::ID).limit(most);
        rows.select_only().column(E::ID).into_tuple().all(self.db).await
    }

    /// These of them, by id, locked until the transaction ends where they are read in one.
    pub(super) fn locked(&self, ids: &[Uuid]) -> Select<E> {
        let rows = self.rows().filter(E::ID.is_in(ids.iter().copied())).order_by_asc(E::ID);
        locked(self.db, rows)
    }

    /// An update of all of them, to be narrowed, with what decides nothing.
    pub(super) fn updates(&self, changes: E::ActiveModel) -> UpdateMany<E> {
        debug_assert!(changes.is_changed() && decides_nothing::<E>(&changes));
        E::update_many().set(changes).filter(E::PROJECT.eq(self.project))
    }

    /// A deletion of all of them, to be narrowed.
    pub(super) fn deletions(&self) -> DeleteMany<E> {
        E::delete_many().filter(E::PROJECT.eq(self.project))
    }

    /// Sets what is set in those of them; how many there are.
    pub(super) async fn set(&self, such: Condition, changes: E::ActiveModel) -> Result<u64, DbErr>
    where
        C: Sealing,
    {
        self.change(such, |_| changes.clone()).await
    }

    /// Sets in each of those of them what is to be set in it; how many there are.
    pub(super) async fn change(
        &self,
        such: Condition,
        changes: impl Fn(&E::Model) -> E::ActiveModel,
    ) -> Result<u64, DbErr>
    where
        C: Sealing,
    {
        let such = Condition::all().add(E::PROJECT.eq(self.project)).add(such);
        authentic::change::<E, C>(self.db, such, changes).await
    }

    /// Those of the rows that we wrote.
    pub(super) async fn genuine(&self, rows: impl IntoIterator<Item = E::Model>) -> Vec<E::Model>
    where
        C: Sealing,
    {
        ours_among(self.db, rows.into_iter().collect(), is_genuine::<E>).await
    }

    /// Those of the rows, each with the credential that its column `of` names, where we wrote both.
    pub(super) async fn with_credentials(
        &self,
        of: E::Column,
        rows: Select<E>,
    ) -> Result<Vec<(E::Model, credential::Model)>, DbErr>
    where
        C: Sealing,
    {
        let to_credential =
            E::belongs_to(credential::Entity).from(of).to(credential::Column::Id).into();
        let rows = rows.join(JoinType::InnerJoin, to_credential).select_also(credential::Entity);
        let both = rows.all(self.db).await?.into_iter();
        let both = both.filter_map(|(row, credential)| Some((row, credential?))).collect();
        Ok(ours_among(self.db, both, are_genuine::<E, credential::Entity>).await)
    }

    /// Inserts the row; the project is this handle's, whatever the row says.
    pub async fn insert(&self, mut row: E::ActiveModel) -> Result<(), DbErr>
    where
        C: Sealing,
    {
        row.set(E::PROJECT, self.project.into());
        authentic::insert::<E, C>(self.db, row).await
    }

    /// Updates what is set of the row `id`; `false` when the project has no such row.
    pub async fn update(&self, id: Uuid, changes: E::ActiveModel) -> Result<bool, DbErr>
    where
        C: Sealing,
    {
        Ok(self.set(Condition::all().add(E::ID.eq(id)), changes).await? > 0)
    }

    /// Removes the row; `false` when the project has no such row.
    pub async fn delete(&self, id: Uuid) -> Result<bool, DbErr> {
        let done = self.deletions().filter(E::ID.eq(id)).exec(self.db).await?;
        Ok(done.rows_affected > 0)
    }
}
