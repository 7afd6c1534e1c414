//! Checks of credentials against their registries: what was found, what the last one says, and when the next is due.

mod all;

pub use all::Refusals;

use super::entity::{Unreadable, check_state, credential_check, readable};
use super::reader::Reader;
use super::writing::Tx;
use super::{Store, Write, locked};
use crate::domain::check::{Check, CheckReport, CheckState, Checks, LastCheck};
use crate::domain::moment::Moment;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr,
    EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// A check that is about to be made.
#[derive(Clone, Debug)]
pub struct BegunCheck {
    pub id: Uuid,
    pub credential_id: Uuid,
    pub version: i64,
    /// The origin and the username.
    pub account: String,
    pub image: String,
    /// Who asked for it; empty for Regcred itself.
    pub asked_by: String,
    /// Milliseconds.
    pub begun_at: i64,
}

/// What follows of a check for its credential.
#[derive(Clone, Debug)]
pub struct CheckEnd {
    pub state: CheckState,
    /// Since when the credential is in its state, in milliseconds.
    pub since: i64,
    pub at: i64,
    /// When it is checked again; `None` when that is of no use.
    pub due_at: Option<i64>,
}

/// A credential that Regcred checks again.
#[derive(Clone, Debug)]
pub struct DueCheck {
    pub project_id: Uuid,
    pub credential_id: Uuid,
    pub image: String,
}

/// A handle on the checks of a project's credentials.
#[derive(Debug)]
pub struct CredentialChecks<'a, C: ConnectionTrait> {
    db: &'a C,
    project: Uuid,
}

impl Store {
    /// The checks of the project's credentials.
    pub fn checks(&self, project: Uuid) -> CredentialChecks<'_, Reader> {
        CredentialChecks { db: &self.reader, project }
    }
}

impl Write {
    /// The checks of the project's credentials.
    pub fn checks(&self, project: Uuid) -> CredentialChecks<'_, Tx> {
        CredentialChecks { db: &self.0, project }
    }
}

impl<C: ConnectionTrait> CredentialChecks<'_, C> {
    /// Notes a check before it is made: until it has ended it counts as a refused sign-in.
    pub async fn begin(&self, check: &BegunCheck) -> Result<(), DbErr> {
        let row = credential_check::ActiveModel {
            id: Set(check.id),
            project_id: Set(self.project),
            credential_id: Set(check.credential_id),
            version: Set(check.version),
            account: Set(check.account.clone()),
            image: Set(check.image.clone()),
            asked_by: Set(check.asked_by.clone()),
            begun_at: Set(check.begun_at),
            is_refused: Set(true),
            report: Set(None),
        };
        row.insert(self.db).await.map(drop)
    }

    /// Notes how it ended. The newest `kept` of the credential stay.
    pub async fn end(
        &self,
        check: &BegunCheck,
        report: &CheckReport,
        kept: u64,
    ) -> Result<(), DbErr> {
        use credential_check::Column;
        let row = credential_check::ActiveModel {
            is_refused: Set(report.is_refused_sign_in()),
            report: Set(serde_json::to_string(report).ok()),
            ..Default::default()
        };
        credential_check::Entity::update_many()
            .set(row)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::Id.eq(check.id))
            .exec(self.db)
            .await?;
        self.forget_old(check.credential_id, kept).await
    }

    /// Sets the credential's state by a check that has ended.
    pub async fn settle(&self, check: &BegunCheck, end: &CheckEnd) -> Result<(), DbErr> {
        use check_state::Column;
        let row = check_state::ActiveModel {
            credential_id: Set(check.credential_id),
            project_id: Set(self.project),
            version: Set(check.version),
            state: Set(end.state.word().to_owned()),
            since: Set(end.since),
            checked_at: Set(end.at),
            image: Set(check.image.clone()),
            due_at: Set(end.due_at),
        };
        let mut known = OnConflict::column(Column::CredentialId);
        known.update_columns([
            Column::Version,
            Column::State,
            Column::Since,
            Column::CheckedAt,
            Column::Image,
            Column::DueAt,
        ]);
        check_state::Entity::insert(row).on_conflict(known).exec_without_returning(self.db).await?;
        Ok(())
    }

    /// Removes all but the newest of a credential.
    async fn forget_old(&self, credential: Uuid, kept: u64) -> Result<(), DbErr> {
        use credential_check::Column;
        let oldest: Option<Uuid> = self
            .of(credential)
            .select_only()
            .column(Column::Id)
            .order_by_desc(Column::Id)
            .offset(kept)
            .limit(1)
            .into_tuple()
            .one(self.db)
            .await?;
        let Some(oldest) = oldest else { return Ok(()) };
        credential_check::Entity::delete_many()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.eq(credential))
            .filter(Column::Id.lte(oldest))
            .exec(self.db)
            .await
            .map(drop)
    }

    fn of(&self, credential: Uuid) -> sea_orm::Select<credential_check::Entity> {
        use credential_check::Column;
        credential_check::Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.eq(credential))
    }

    /// How many checks of a credential began since then (milliseconds), as far as they are kept.
    pub async fn begun_since(&self, credential: Uuid, at: i64) -> Result<u64, DbErr> {
        self.of(credential).filter(credential_check::Column::BegunAt.gte(at)).count(self.db).await
    }

    /// What the last checks of these credentials say.
    pub async fn states(&self, credentials: &[Uuid]) -> Result<Vec<LastCheck>, DbErr> {
        use check_state::Column;
        if credentials.is_empty() {
            return Ok(Vec::new());
        }
        let rows = check_state::Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::CredentialId.is_in(credentials.iter().copied()))
            .all(self.db)
            .await?;
        Ok(readable(rows))
    }

    /// The state of one, locked until the transaction ends, with the image that it was checked with.
    pub async fn lock_state(&self, credential: Uuid) -> Result<Option<LastCheck>, DbErr> {
        let row = check_state::Entity::find_by_id(credential)
            .filter(check_state::Column::ProjectId.eq(self.project));
        Ok(readable(locked(self.db, row).one(self.db).await?).pop())
    }

    /// What is shown of one: its state, when it is checked again, and its last checks that have ended.
    pub async fn page(&self, credential: Uuid, most: u64) -> Result<Checks, DbErr> {
        let row = check_state::Entity::find_by_id(credential)
            .filter(check_state::Column::ProjectId.eq(self.project))
            .one(self.db)
            .await?;
        let due_at = row.as_ref().and_then(|row| row.due_at).map(Moment);
        let checks = self
            .of(credential)
            .filter(credential_check::Column::Report.is_not_null())
            .order_by_desc(credential_check::Column::Id)
            .limit(most)
            .all(self.db)
            .await?;
        Ok(Checks { last: readable(row).pop(), due_at, checks: readable(checks) })
    }

    /// Has a credential be checked again at `at` that is checked by itself, if that is not due earlier and it was
    /// not checked since `since` (milliseconds).
    pub async fn make_due(&self, credential: Uuid, at: i64, since: i64) -> Result<(), DbErr> {
        use check_state::Column;
        let row = check_state::ActiveModel { due_at: Set(Some(at)), ..Default::default() };
        let is_later = Condition::all().add(Column::DueAt.gt(at)).add(Column::CheckedAt.lt(since));
        self.change(credential, row, is_later).await
    }

    /// Notes that it signs in with something else than the last check did, and has one that was checked before be
    /// checked again then (milliseconds).
    pub async fn replaced(&self, credential: Uuid, at: i64) -> Result<(), DbErr> {
        let row = check_state::ActiveModel {
            state: Set(CheckState::Replaced.word().to_owned()),
            due_at: Set(Some(at)),
            ..Default::default()
        };
        self.change(credential, row, Condition::all()).await
    }

    /// Has it be checked again then (milliseconds), or by nobody but a person.
    pub async fn set_due(&self, credential: Uuid, at: Option<i64>) -> Result<(), DbErr> {
        let row = check_state::ActiveModel { due_at: Set(at), ..Default::default() };
        self.change(credential, row, Condition::all()).await
    }

    async fn change(
        &self,
        credential: Uuid,
        row: check_state::ActiveModel,
        such: Condition,
    ) -> Result<(), DbErr> {
        check_state::Entity::update_many()
            .set(row)
            .filter(check_state::Column::ProjectId.eq(self.project))
            .filter(check_state::Column::CredentialId.eq(credential))
            .filter(such)
            .exec(self.db)
            .await
            .map(drop)
    }

    /// Forgets all of a credential that is deleted.
    pub async fn delete_of_credential(&self, credential: Uuid) -> Result<(), DbErr> {
        credential_check::Entity::delete_many()
            .filter(credential_check::Column::ProjectId.eq(self.project))
            .filter(credential_check::Column::CredentialId.eq(credential))
            .exec(self.db)
            .await?;
        check_state::Entity::delete_many()
            .filter(check_state::Column::ProjectId.eq(self.project))
            .filter(check_state::Column::CredentialId.eq(credential))
            .exec(self.db)
            .await
            .map(drop)
    }
}

impl TryFrom<credential_check::Model> for Check {
    type Error = Unreadable;

    fn try_from(row: credential_check::Model) -> Result<Self, Unreadable> {
        let report = row.report.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Ok(Self {
            id: row.id,
            at: Moment(row.begun_at),
            by: row.asked_by,
            version: row.version,
            image: row.image,
            report: report.ok_or(Unreadable)?,
        })
    }
}

impl TryFrom<check_state::Model> for LastCheck {
    type Error = Unreadable;

    fn try_from(row: check_state::Model) -> Result<Self, Unreadable> {
        Ok(Self {
            credential: row.credential_id,
            version: row.version,
            state: CheckState::from_word(&row.state).ok_or(Unreadable)?,
            since: Moment(row.since),
            at: Moment(row.checked_at),
        })
    }
}
