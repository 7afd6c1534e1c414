//! Secrets of every project that are still under an older data key. The only reader of ciphertexts
//! that does not begin at a project: it seals each one again where it lies.

use super::Rewraps;
use super::authentic::is_genuine;
use super::entity::{Sealed, Unreadable, credential, secret_version};
use super::seals::Sealing;
use crate::domain::registry::RegistryHost;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use secret_version::{Column, Entity};
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct SealedRow {
    /// The row, which the ciphertext is bound to.
    pub id: Uuid,
    pub project_id: Uuid,
    pub credential_id: Uuid,
    pub credential: String,
    /// The user name that it is sent with.
    pub username: String,
    pub version: i64,
    /// Whether it is the one that is delivered.
    pub is_current: bool,
    /// The origin that the credential's host and mark make; `None` when the host is no host.
    pub origin: Option<String>,
    /// The version of the data key, as the row says.
    pub key_version: i32,
    pub is_marked: bool,
    /// Whether we wrote the row, and that of the credential.
    pub is_ours: bool,
    pub sealed: Vec<u8>,
}

/// A secret with its credential.
type Both = (secret_version::Model, Option<credential::Model>);

impl<C: Sealing> Rewraps<'_, C> {
    /// Some that are under a version before `active` and not marked unreadable.
    pub async fn due(&self, active: i32, most: u64) -> Result<Vec<SealedRow>, DbErr> {
        let due = joined()
            .filter(Column::DataKey.lt(active))
            .filter(Column::UnreadableAt.is_null())
            .filter(Column::Sealed.is_not_null())
            .limit(most);
        Ok(self.read(due.all(self.db).await?))
    }

    /// Those under these keys that are marked unreadable, after the row `after`, by id.
    pub async fn marked(
        &self,
        under: &[i32],
        after: Uuid,
        most: u64,
    ) -> Result<Vec<SealedRow>, DbErr> {
        let rows = joined()
            .filter(Column::DataKey.is_in(under.iter().copied()))
            .filter(Column::UnreadableAt.is_not_null())
            .filter(Column::Sealed.is_not_null())
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(most);
        Ok(self.read(rows.all(self.db).await?))
    }

    /// Every sealed secret after the row `after`, by id: for a check of all of them.
    pub async fn all_after(&self, after: Uuid, most: u64) -> Result<Vec<SealedRow>, DbErr> {
        let rows = joined()
            .filter(Column::Sealed.is_not_null())
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(most);
        Ok(self.read(rows.all(self.db).await?))
    }

    fn read(&self, rows: Vec<Both>) -> Vec<SealedRow> {
        let seals = self.db.seals();
        let is_ours = |(row, credential): &Both| {
            is_genuine::<Entity>(seals, row)
                && credential.as_ref().is_some_and(|it| is_genuine::<credential::Entity>(seals, it))
        };
        let read = |both: Both| {
            let is_ours = is_ours(&both);
            SealedRow::try_from(both).ok().map(|row| SealedRow { is_ours, ..row })
        };
        rows.into_iter().filter_map(read).collect()
    }

    /// How many of them there are.
    pub async fn left(&self, active: i32) -> Result<u64, DbErr> {
        let left: Option<i64> = Entity::find()
            .select_only()
            .column_as(Expr::col(Column::Id).count(), "rows")
            .filter(Column::DataKey.lt(active))
            .filter(Column::UnreadableAt.is_null())
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(u64::try_from(left.unwrap_or(0)).unwrap_or(0))
    }

    /// Stores the new blob, under the key `to`, over the one that was read. `false`: it was destroyed or
    /// sealed again meanwhile, which is as good. That may have been under the same key, for another user
    /// name: the blob itself tells.
    pub async fn replace(&self, read: &SealedRow, to: i32, sealed: Vec<u8>) -> Result<bool, DbErr> {
        let done = Entity::update_many()
            .col_expr(Column::Sealed, Expr::value(Sealed(sealed)))
            .col_expr(Column::DataKey, Expr::value(to))
            .filter(is_as_read(read))
            .exec(self.db)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Takes every such mark away.
    pub async fn unmark_all(&self) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::UnreadableAt, Expr::value(Option::<i64>::None))
            .filter(Column::UnreadableAt.is_not_null())
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// Marks the row that was read as not opening, so that it is not tried again. `false`: it is another
    /// secret by now, or that one sealed again.
    pub async fn mark(&self, read: &SealedRow, at: i64) -> Result<bool, DbErr> {
        let done = Entity::update_many()
            .col_expr(Column::UnreadableAt, Expr::value(at))
            .filter(is_as_read(read))
            .exec(self.db)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Takes the marks from a credential and from each version of its secret.
    pub async fn unmark(&self, credential: Uuid) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::UnreadableAt, Expr::value(Option::<i64>::None))
            .filter(Column::CredentialId.eq(credential))
            .exec(self.db)
            .await?;
        credential::Entity::update_many()
            .col_expr(credential::Column::SecretUnreadableAt, Expr::value(Option::<i64>::None))
            .filter(credential::Column::Id.eq(credential))
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// Whose secret that row is; `None` when there is no such row.
    pub async fn credential_of(&self, version: Uuid) -> Result<Option<Uuid>, DbErr> {
        let found = Entity::find_by_id(version).select_only().column(Column::CredentialId);
        found.into_tuple::<Uuid>().one(self.db).await
    }
}

/// Whether the row still holds the secret that was read, as it was sealed then.
fn is_as_read(read: &SealedRow) -> Condition {
    Condition::all()
        .add(Column::Id.eq(read.id))
        .add(Column::DataKey.eq(read.key_version))
        .add(Column::Sealed.eq(Sealed(read.sealed.clone())))
}

fn joined() -> sea_orm::SelectTwo<Entity, credential::Entity> {
    let to_credential = Entity::belongs_to(credential::Entity)
        .from(Column::CredentialId)
        .to(credential::Column::Id)
        .into();
    Entity::find().join(JoinType::InnerJoin, to_credential).select_also(credential::Entity)
}

/// What was destroyed, or has lost its credential, cannot be read.
impl TryFrom<Both> for SealedRow {
    type Error = Unreadable;

    fn try_from((row, credential): Both) -> Result<Self, Unreadable> {
        let credential = credential.ok_or(Unreadable)?;
        let host = RegistryHost::stored(&credential.host);
        Ok(Self {
            id: row.id,
            project_id: row.project_id,
            credential_id: row.credential_id,
            credential: credential.name,
            username: credential.username,
            version: row.version,
            is_current: credential.secret_version == row.version,
            origin: host.map(|host| host.origin(credential.is_insecure)),
            key_version: row.data_key.unwrap_or(0),
            is_marked: row.unreadable_at.is_some(),
            is_ours: false,
            sealed: row.sealed.ok_or(Unreadable)?.0,
        })
    }
}
