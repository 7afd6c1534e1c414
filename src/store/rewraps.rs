//! Secrets of every project that are still under an older data key, or whose fingerprint is. The only reader of ciphertexts
//! that does not begin at a project: it seals each one again where it lies.

use super::authentic::is_genuine;
use super::entity::{Sealed, Unreadable, credential, secret_version};
use super::seals::Sealing;
use super::{Fingerprint, Rewraps, locked};
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
    /// Whether it can be told from others: of a secret that never could, no fingerprint is made.
    pub has_fingerprint: bool,
    /// Whether we wrote the row.
    pub is_version_ours: bool,
    /// Whether we wrote that of the credential.
    pub is_credential_ours: bool,
    pub sealed: Vec<u8>,
}

impl SealedRow {
    /// Whether we wrote the row, and that of the credential.
    pub fn is_ours(&self) -> bool {
        self.is_version_ours && self.is_credential_ours
    }
}

/// A secret with its credential.
type Both = (secret_version::Model, Option<credential::Model>);

impl<C: Sealing> Rewraps<'_, C> {
    /// Some that are under a version before `active` and not marked unreadable.
    pub async fn due(&self, active: i32, most: u64) -> Result<Vec<SealedRow>, DbErr> {
        let due = joined().filter(is_due(active)).limit(most);
        Ok(self.read(due.all(self.db).await?))
    }

    /// Some whose fingerprint was made with a key before `active`, and that are not marked unreadable.
    pub async fn fingerprints_due(&self, active: i32, most: u64) -> Result<Vec<SealedRow>, DbErr> {
        let due = joined().filter(is_fingerprint_due(active)).limit(most);
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
        let read = |both: Both| {
            let is_version_ours = is_genuine::<Entity>(seals, &both.0);
            let is_ours = |row| is_genuine::<credential::Entity>(seals, row);
            let is_credential_ours = both.1.as_ref().is_some_and(is_ours);
            let row = SealedRow::try_from(both).ok()?;
            Some(SealedRow { is_version_ours, is_credential_ours, ..row })
        };
        rows.into_iter().filter_map(read).collect()
    }

    /// How many are due.
    pub async fn left(&self, active: i32) -> Result<u64, DbErr> {
        self.count(is_due(active)).await
    }

    /// How many fingerprints are due.
    pub async fn fingerprints_left(&self, active: i32) -> Result<u64, DbErr> {
        self.count(is_fingerprint_due(active)).await
    }

    async fn count(&self, such: Condition) -> Result<u64, DbErr> {
        let left: Option<i64> = with_credential()
            .select_only()
            .column_as(Expr::col((Entity, Column::Id)).count(), "rows")
            .filter(such)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(u64::try_from(left.unwrap_or(0)).unwrap_or(0))
    }

    /// Stores the new blob, under the key `to`, over the one that was read, and its fingerprint if there is
    /// one. `false`: it was destroyed or
    /// sealed again meanwhile, which is as good. That may have been under the same key, for another user
    /// name: the blob itself tells.
    pub async fn replace(
        &self,
        read: &SealedRow,
        to: i32,
        sealed: Vec<u8>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<bool, DbErr> {
        let mut update = Entity::update_many()
            .col_expr(Column::Sealed, Expr::value(Sealed(sealed)))
            .col_expr(Column::DataKey, Expr::value(to));
        if let Some(made) = fingerprint {
            update = update
                .col_expr(Column::Fingerprint, Expr::value(made.bytes))
                .col_expr(Column::FingerprintKey, Expr::value(made.key_version));
        }
        let done = update.filter(is_as_read(read)).exec(self.db).await?;
        Ok(done.rows_affected > 0)
    }

    /// Has the row that was read name the key that its ciphertext names, unless it is another one by
    /// now. No MAC covers that column.
    pub async fn correct(&self, read: &SealedRow, key_version: i32) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::DataKey, Expr::value(key_version))
            .filter(Column::Id.eq(read.id))
            .filter(Column::Sealed.eq(Sealed(read.sealed.clone())))
            .exec(self.db)
            .await
            .map(drop)
    }

    /// Takes every such mark away.
    pub async fn unmark_all(&self) -> Result<(), DbErr> {
        self.unmark_such(Condition::all()).await
    }

    /// The same from those that have a fingerprint: no other is opened when the key for these changes.
    pub async fn unmark_fingerprinted(&self) -> Result<(), DbErr> {
        self.unmark_such(Condition::all().add(Column::Fingerprint.is_not_null())).await
    }

    /// The same from those of the secrets, locked in the order in which receipts count them.
    async fn unmark_such(&self, such: Condition) -> Result<(), DbErr> {
        let such = such.add(Column::UnreadableAt.is_not_null());
        let marked = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(such.clone())
            .order_by_asc(Column::ProjectId)
            .order_by_asc(Column::CredentialId)
            .order_by_asc(Column::Version);
        locked(self.db, marked).into_tuple::<Uuid>().all(self.db).await?;
        Entity::update_many()
            .col_expr(Column::UnreadableAt, Expr::value(Option::<i64>::None))
            .filter(such)
            .exec(self.db)
            .await
            .map(drop)
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

    /// Locks the credential until the transaction ends: before any version of its secret, as whoever
    /// changes it does.
    pub async fn hold(&self, credential: Uuid) -> Result<(), DbErr> {
        let row =
            credential::Entity::find_by_id(credential).select_only().column(credential::Column::Id);
        locked(self.db, row).into_tuple::<Uuid>().one(self.db).await.map(drop)
    }

    /// Takes the marks from a credential and from each version of its secret. Of several credentials, in
    /// the order of their projects and ids.
    pub async fn unmark(&self, credential: Uuid) -> Result<(), DbErr> {
        self.hold(credential).await?;
        credential::Entity::update_many()
            .col_expr(credential::Column::SecretUnreadableAt, Expr::value(Option::<i64>::None))
            .filter(credential::Column::Id.eq(credential))
            .filter(credential::Column::SecretUnreadableAt.is_not_null())
            .exec(self.db)
            .await?;
        self.unmark_such(Condition::all().add(Column::CredentialId.eq(credential))).await
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

/// Which are to be sealed again: what has no ciphertext never will be.
fn is_due(active: i32) -> Condition {
    Condition::all()
        .add(Column::DataKey.lt(active))
        .add(Column::UnreadableAt.is_null())
        .add(Column::Sealed.is_not_null())
}

/// Whose fingerprint is to be made anew: it takes the secret, under a key that the row names.
fn is_fingerprint_due(active: i32) -> Condition {
    Condition::all()
        .add(Column::FingerprintKey.lt(active))
        .add(Column::Fingerprint.is_not_null())
        .add(Column::DataKey.is_not_null())
        .add(Column::UnreadableAt.is_null())
        .add(Column::Sealed.is_not_null())
}

fn joined() -> sea_orm::SelectTwo<Entity, credential::Entity> {
    with_credential().select_also(credential::Entity)
}

/// Those that have a credential.
fn with_credential() -> sea_orm::Select<Entity> {
    let to_credential = Entity::belongs_to(credential::Entity)
        .from(Column::CredentialId)
        .to(credential::Column::Id)
        .into();
    Entity::find().join(JoinType::InnerJoin, to_credential)
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
            has_fingerprint: row.fingerprint.is_some(),
            is_version_ours: false,
            is_credential_ours: false,
            sealed: row.sealed.ok_or(Unreadable)?.0,
        })
    }
}
