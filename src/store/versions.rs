//! The versions of a credential's secret: what is kept, what waits, what is gone, and which
//! credentials hold the same one.

use super::authentic::is_genuine;
use super::credentials::SummaryRow;
use super::entity::{Sealed, credential, readable, secret_version};
use super::locked;
use super::seals::Sealing;
use super::{Fingerprint, Secrets};
use crate::domain::credential::{Credential, Method, Summary};
use crate::domain::moment::{Day, Moment};
use crate::domain::secret_version::{SecretVersion, VersionState};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DbErr, DerivePartialModel, EntityTrait, JoinType,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use secret_version::{ActiveModel, Column, Entity};
use uuid::Uuid;

#[derive(Clone)]
pub struct SealedVersion {
    /// The version's id, which the ciphertext is bound to.
    pub id: Uuid,
    pub version: i64,
    pub sealed: Vec<u8>,
    /// What may be shown of a key file, as JSON.
    pub key_file: Option<String>,
    /// What looked wrong with it.
    pub doubt: Option<String>,
    /// Its last day for when it is current, blank when it has none; `None` when nobody has said.
    pub expires_on: Option<String>,
    /// Whether we wrote the row.
    pub is_ours: bool,
}

/// The columns that pages show: all but the ciphertext and what tells equal ones.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct ShownRow {
    version: i64,
    method: String,
    created_at: i64,
    created_by: String,
    destroyed_at: Option<i64>,
    staged_at: Option<i64>,
    unreadable_at: Option<i64>,
    deliveries: i64,
    last_delivered_at: Option<i64>,
}

impl<C: Sealing> Secrets<'_, C> {
    /// The versions of a credential, newest first; `current` is the one it delivers. Loads no
    /// ciphertext.
    pub async fn versions(
        &self,
        credential: Uuid,
        current: i64,
        most: u64,
    ) -> Result<Vec<SecretVersion>, DbErr> {
        self.shown(self.of(credential).limit(most), current).await
    }

    pub async fn version(
        &self,
        credential: Uuid,
        version: i64,
        current: i64,
    ) -> Result<Option<SecretVersion>, DbErr> {
        let one = self.of(credential).filter(Column::Version.eq(version));
        Ok(self.shown(one, current).await?.pop())
    }

    async fn shown(&self, rows: Select<Entity>, current: i64) -> Result<Vec<SecretVersion>, DbErr> {
        let rows = rows.order_by_desc(Column::Version).into_partial_model::<ShownRow>();
        let rows = rows.all(self.db).await?;
        Ok(rows.into_iter().filter_map(|row| row.shown(current)).collect())
    }

    /// The ciphertext of one; `None` when it was destroyed.
    pub async fn sealed(
        &self,
        credential: Uuid,
        version: i64,
    ) -> Result<Option<SealedVersion>, DbErr> {
        let row = self.of(credential).filter(Column::Version.eq(version)).one(self.db).await?;
        Ok(self.genuine(row).await.pop().and_then(|row| SealedVersion::of(row, true)))
    }

    /// Every version of the credential that has a ciphertext, locked until the transaction ends; those
    /// of rows that we did not write, too.
    pub async fn lock_sealed(&self, credential: Uuid) -> Result<Vec<SealedVersion>, DbErr> {
        // In the order in which receipts count them.
        let rows = self.of(credential).filter(Column::Sealed.is_not_null());
        let rows = locked(self.db, rows.order_by_asc(Column::Version)).all(self.db).await?;
        let read = |row: secret_version::Model| {
            let is_ours = is_genuine::<Entity>(self.db.seals(), &row);
            SealedVersion::of(row, is_ours)
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Stores another ciphertext of the same secret, under that version of the data key.
    pub async fn reseal(&self, id: Uuid, key_version: i32, sealed: Vec<u8>) -> Result<(), DbErr> {
        let row = ActiveModel {
            sealed: Set(Some(Sealed(sealed))),
            data_key: Set(Some(key_version)),
            ..ActiveModel::default()
        };
        self.updates(row).filter(Column::Id.eq(id)).exec(self.db).await.map(drop)
    }

    /// The number of the newest version; 0 when there is none.
    pub async fn newest(&self, credential: Uuid) -> Result<i64, DbErr> {
        let newest: Option<i64> = self
            .of(credential)
            .order_by_desc(Column::Version)
            .select_only()
            .column(Column::Version)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(newest.unwrap_or(0))
    }

    /// Takes the mark of waiting from a version.
    pub async fn unstage(&self, credential: Uuid, version: i64) -> Result<(), DbErr> {
        let row = ActiveModel { staged_at: Set(None), ..ActiveModel::default() };
        self.change(row, credential, &[version]).await
    }

    /// Writes down the last day of a version that is about to be current no more.
    pub async fn keep_last_day(
        &self,
        credential: Uuid,
        version: i64,
        ends: Option<Day>,
    ) -> Result<(), DbErr> {
        let ends = ends.map(Day::to_text).unwrap_or_default();
        let row = ActiveModel { expires_on: Set(Some(ends)), ..ActiveModel::default() };
        let such = self.updates(row).filter(Column::CredentialId.eq(credential));
        such.filter(Column::Version.eq(version)).exec(self.db).await.map(drop)
    }

    /// Destroys the ciphertexts of these versions of a credential, and what could tell them.
    pub async fn destroy(&self, credential: Uuid, versions: &[i64], now: i64) -> Result<(), DbErr> {
        let row = ActiveModel {
            sealed: Set(None),
            data_key: Set(None),
            fingerprint: Set(None),
            staged_at: Set(None),
            key_file: Set(None),
            doubt: Set(None),
            token: Set(None),
            destroyed_at: Set(Some(now)),
            ..ActiveModel::default()
        };
        self.change(row, credential, versions).await
    }

    async fn change(
        &self,
        row: ActiveModel,
        credential: Uuid,
        versions: &[i64],
    ) -> Result<(), DbErr> {
        if versions.is_empty() {
            return Ok(());
        }
        let such = Condition::all()
            .add(Column::CredentialId.eq(credential))
            .add(Column::Version.is_in(versions.iter().copied()))
            .add(Column::DestroyedAt.is_null());
        self.set(such, row).await.map(drop)
    }

    /// Whether one of the versions up to that number has the fingerprint. One that was destroyed has none.
    pub async fn had(
        &self,
        credential: Uuid,
        newest: i64,
        fingerprint: Fingerprint,
    ) -> Result<bool, DbErr> {
        let found: Option<i64> = self
            .of(credential)
            .filter(Column::Version.lte(newest))
            .filter(Column::Fingerprint.eq(fingerprint.bytes))
            .select_only()
            .column(Column::Version)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(found.is_some())
    }

    /// The other credentials whose current secret has the fingerprint of this one's.
    pub async fn same_as(&self, credential: &Credential) -> Result<Vec<Summary>, DbErr> {
        let current = Condition::all().add(Column::Version.eq(credential.secret.version));
        self.same_as_those(credential.summary.id, current).await
    }

    /// The other credentials whose current secret has the fingerprint of one of the versions up to that
    /// number. One that was destroyed has none.
    pub async fn same_as_up_to(
        &self,
        credential: Uuid,
        newest: i64,
    ) -> Result<Vec<Summary>, DbErr> {
        let old = Condition::all().add(Column::Version.lte(newest));
        self.same_as_those(credential, old).await
    }

    async fn same_as_those(&self, id: Uuid, such: Condition) -> Result<Vec<Summary>, DbErr> {
        let mine: Vec<Option<Vec<u8>>> = self
            .of(id)
            .filter(such)
            .select_only()
            .column(Column::Fingerprint)
            .into_tuple()
            .all(self.db)
            .await?;
        let fingerprints: Vec<Vec<u8>> = mine.into_iter().flatten().collect();
        if fingerprints.is_empty() {
            return Ok(Vec::new());
        }
        let to_version = credential::Entity::belongs_to(Entity)
            .from(credential::Column::Id)
            .to(Column::CredentialId)
            .into();
        let rows = credential::Entity::find()
            .join(JoinType::InnerJoin, to_version)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Fingerprint.is_in(fingerprints))
            .filter(Column::CredentialId.ne(id))
            .filter(
                Expr::col((Entity, Column::Version))
                    .equals((credential::Entity, credential::Column::SecretVersion)),
            )
            .order_by_asc(credential::Column::NameKey)
            .into_partial_model::<SummaryRow>()
            .all(self.db)
            .await?;
        Ok(readable(rows))
    }
}

impl SealedVersion {
    /// `None` when it was destroyed.
    fn of(row: secret_version::Model, is_ours: bool) -> Option<Self> {
        Some(Self {
            id: row.id,
            version: row.version,
            sealed: row.sealed?.0,
            key_file: row.key_file,
            doubt: row.doubt,
            expires_on: row.expires_on,
            is_ours,
        })
    }
}

impl ShownRow {
    /// The version while the one with the number `current` is delivered.
    fn shown(self, current: i64) -> Option<SecretVersion> {
        let state = if self.destroyed_at.is_some() {
            VersionState::Destroyed
        } else if self.unreadable_at.is_some() {
            VersionState::Unreadable
        } else if self.version == current {
            VersionState::Current
        } else if self.staged_at.is_some() {
            VersionState::Staged
        } else {
            VersionState::Kept
        };
        Some(SecretVersion {
            version: self.version,
            state,
            method: Method::from_word(&self.method)?,
            set_at: Moment(self.created_at),
            set_by: self.created_by,
            deliveries: self.deliveries,
            last_delivered_at: self.last_delivered_at.map(Moment),
        })
    }
}
