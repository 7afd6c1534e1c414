//! People who sign in.

use super::People;
use super::authentic::{self, genuine_now};
use super::entity::person::{ActiveModel, Column, Entity, Model};
use super::locked;
use super::seals::Sealing;
use crate::domain::moment::Moment;
use crate::domain::user::{Account, Person};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, Select,
};
use uuid::Uuid;

pub struct NewPerson {
    pub person: Person,
    /// The folded e-mail address, unique.
    pub email_key: String,
    /// The Argon2id hash.
    pub password_hash: String,
    /// Milliseconds.
    pub created_at: i64,
}

/// A person with what verifies their password. It cannot be printed.
pub struct PersonRow {
    pub person: Person,
    /// The Argon2id hash.
    pub password_hash: String,
}

impl<C: Sealing> People<'_, C> {
    /// Who has this folded address and may sign in.
    pub async fn find_by_email(&self, email_key: &str) -> Result<Option<PersonRow>, DbErr> {
        self.one(Entity::find().filter(Column::EmailKey.eq(email_key))).await
    }

    /// The person, if they may sign in.
    pub async fn find(&self, id: Uuid) -> Result<Option<PersonRow>, DbErr> {
        self.one(Entity::find().filter(Column::Id.eq(id))).await
    }

    /// The same, held until the transaction ends: who changes the person is waited for, or waits.
    pub async fn hold(&self, id: Uuid) -> Result<Option<PersonRow>, DbErr> {
        self.one(locked(self.db, Entity::find().filter(Column::Id.eq(id)))).await
    }

    async fn one(&self, rows: Select<Entity>) -> Result<Option<PersonRow>, DbErr> {
        let row = rows.filter(Column::DisabledAt.is_null()).one(self.db).await?;
        let Some(row) = row else { return Ok(None) };
        let row = genuine_now::<Entity>(self.db, row).await;
        Ok(row
            .map(|row| PersonRow { password_hash: row.password_hash.clone(), person: row.into() }))
    }

    /// Everybody, by address, whether or not they may sign in and whether or not we wrote the row.
    pub async fn list(&self) -> Result<Vec<Account>, DbErr> {
        let rows = Entity::find().order_by_asc(Column::EmailKey).all(self.db).await?;
        Ok(rows.into_iter().map(Account::from).collect())
    }

    /// Who has this folded address, whether or not they may sign in; and whether we wrote the row:
    /// otherwise the address may be of somebody else.
    pub async fn account(&self, email_key: &str) -> Result<Option<(Account, bool)>, DbErr> {
        let row = Entity::find().filter(Column::EmailKey.eq(email_key)).one(self.db).await?;
        let Some(row) = row else { return Ok(None) };
        let is_ours = genuine_now::<Entity>(self.db, row.clone()).await.is_some();
        Ok(Some((Account::from(row), is_ours)))
    }

    pub async fn set_password(&self, id: Uuid, password_hash: String) -> Result<(), DbErr> {
        self.set(id, ActiveModel { password_hash: Set(password_hash), ..ActiveModel::default() })
            .await
    }

    /// Since when the person may not sign in, in milliseconds; `None`: they may.
    pub async fn set_disabled(&self, id: Uuid, at: Option<i64>) -> Result<(), DbErr> {
        self.set(id, ActiveModel { disabled_at: Set(at), ..ActiveModel::default() }).await
    }

    pub async fn set_admin(&self, id: Uuid, is_admin: bool) -> Result<(), DbErr> {
        self.set(id, ActiveModel { is_admin: Set(is_admin), ..ActiveModel::default() }).await
    }

    async fn set(&self, id: Uuid, row: ActiveModel) -> Result<(), DbErr> {
        let such = Condition::all().add(Column::Id.eq(id));
        authentic::change::<Entity, C>(self.db, such, |_| row.clone()).await.map(drop)
    }

    pub async fn insert(&self, new: NewPerson) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(new.person.id),
            email: Set(new.person.email),
            email_key: Set(new.email_key),
            name: Set(new.person.name),
            password_hash: Set(new.password_hash),
            is_admin: Set(new.person.is_admin),
            disabled_at: Set(None),
            created_at: Set(new.created_at),
            mac: NotSet,
        };
        authentic::insert::<Entity, C>(self.db, row).await
    }
}

impl From<Model> for Person {
    fn from(row: Model) -> Self {
        Self { id: row.id, email: row.email, name: row.name, is_admin: row.is_admin }
    }
}

impl From<Model> for Account {
    fn from(row: Model) -> Self {
        Self {
            created_at: Moment(row.created_at),
            disabled_at: row.disabled_at.map(Moment),
            person: row.into(),
        }
    }
}
