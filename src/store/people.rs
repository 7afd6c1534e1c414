//! People who sign in.

use super::entity::person::{ActiveModel, Column, Entity};
use crate::domain::user::Person;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

/// A handle on the people.
#[derive(Debug)]
pub struct People<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
}

/// A person to write.
pub struct NewPerson {
    /// What pages show.
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
    /// What pages show.
    pub person: Person,
    /// The Argon2id hash.
    pub password_hash: String,
}

impl<C: ConnectionTrait> People<'_, C> {
    /// Who has this folded address and may sign in.
    pub async fn find_by_email(&self, email_key: &str) -> Result<Option<PersonRow>, DbErr> {
        self.one(Column::EmailKey.eq(email_key)).await
    }

    /// The person, if they may sign in.
    pub async fn find(&self, id: Uuid) -> Result<Option<PersonRow>, DbErr> {
        self.one(Column::Id.eq(id)).await
    }

    async fn one(
        &self,
        filter: sea_orm::sea_query::SimpleExpr,
    ) -> Result<Option<PersonRow>, DbErr> {
        let row =
            Entity::find().filter(filter).filter(Column::DisabledAt.is_null()).one(self.db).await?;
        Ok(row.map(|row| PersonRow {
            person: Person { id: row.id, email: row.email, name: row.name, is_admin: row.is_admin },
            password_hash: row.password_hash,
        }))
    }

    /// Inserts a person.
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
        };
        Entity::insert(row).exec_without_returning(self.db).await?;
        Ok(())
    }
}
