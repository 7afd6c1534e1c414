//! Notifications of a project: each cause once, and how far each member has read them.

use super::entity::{Unreadable, credential, notification, notification_seen, readable};
use super::prepared::{Prepared, numbered};
use super::reader::Reader;
use super::writing::Tx;
use super::{Store, Write};
use crate::domain::finding::FindingState;
use crate::domain::moment::{Day, Moment};
use crate::domain::notification::{News, Notification};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, DerivePartialModel,
    EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Value,
};
use std::collections::HashSet;
use uuid::Uuid;

/// What stands beside the navigation, in one statement since every page asks it. Each part stops at the bound, so
/// that it takes the same time however many there are.
const COUNTS: &str = "SELECT
    (SELECT COUNT(*) FROM (SELECT finding.id FROM finding
        WHERE finding.project_id = ? AND finding.state = ? LIMIT ?) found) AS findings,
    (SELECT COUNT(*) FROM (SELECT notification.id FROM notification WHERE notification.project_id = ?
        AND notification.at > COALESCE((SELECT seen_at FROM notification_seen
            WHERE notification_seen.project_id = ? AND notification_seen.person_id = ?), 0)
        LIMIT ?) found) AS notifications";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Beside {
    /// Open findings.
    pub findings: i64,
    /// Notifications that the member has not read.
    pub notifications: i64,
}

/// A credential whose dates may have something to say.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "credential::Entity")]
pub struct Dated {
    pub id: Uuid,
    pub name: String,
    pub secret_version: i64,
    pub expires_on: Option<String>,
    pub renew_on: Option<String>,
}

/// A handle on the notifications of a project.
#[derive(Debug)]
pub struct Notifications<'a, C: ConnectionTrait> {
    db: &'a C,
    project: Uuid,
}

impl Store {
    /// The notifications of the project.
    pub fn notifications(&self, project: Uuid) -> Notifications<'_, Reader> {
        Notifications { db: &self.reader, project }
    }
}

impl Write {
    /// The notifications of the project.
    pub fn notifications(&self, project: Uuid) -> Notifications<'_, Tx> {
        Notifications { db: &self.0, project }
    }
}

impl<C: ConnectionTrait> Notifications<'_, C> {
    /// How many findings are open and how many notifications the person has not read, each up to a bound.
    pub async fn beside(&self, person: Uuid, most: i64) -> Result<Beside, DbErr> {
        static COUNT: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let project = self.project;
        let values: Vec<Value> = vec![
            project.into(),
            FindingState::Open.word().into(),
            most.into(),
            project.into(),
            project.into(),
            person.into(),
            most.into(),
        ];
        let count = COUNT.with(backend, || numbered(backend, COUNTS), values);
        Ok(Beside::find_by_statement(count).one(self.db).await?.unwrap_or_default())
    }

    /// Tells it, unless that was told of this cause already; whether it was not.
    pub async fn tell(&self, notification: &Notification, cause: &str) -> Result<bool, DbErr> {
        let row = notification::ActiveModel {
            id: Set(notification.id),
            project_id: Set(self.project),
            credential_id: Set(notification.credential),
            cause: Set(cause.to_owned()),
            name: Set(notification.name.clone()),
            what: Set(serde_json::to_string(&notification.news).unwrap_or_default()),
            at: Set(notification.at.0),
        };
        let once = OnConflict::columns([
            notification::Column::ProjectId,
            notification::Column::CredentialId,
            notification::Column::Cause,
        ])
        .do_nothing()
        .to_owned();
        let told = notification::Entity::insert(row).on_conflict(once);
        Ok(told.exec_without_returning(self.db).await? > 0)
    }

    /// What was told of these credentials: each with its cause.
    pub async fn told(&self, credentials: &[Uuid]) -> Result<HashSet<(Uuid, String)>, DbErr> {
        if credentials.is_empty() {
            return Ok(HashSet::new());
        }
        let rows: Vec<(Uuid, String)> = notification::Entity::find()
            .select_only()
            .columns([notification::Column::CredentialId, notification::Column::Cause])
            .filter(notification::Column::ProjectId.eq(self.project))
            .filter(notification::Column::CredentialId.is_in(credentials.iter().copied()))
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// The newest ones.
    pub async fn newest(&self, most: u64) -> Result<Vec<Notification>, DbErr> {
        let rows = notification::Entity::find()
            .filter(notification::Column::ProjectId.eq(self.project))
            .order_by_desc(notification::Column::At)
            .limit(most)
            .all(self.db)
            .await?;
        Ok(readable(rows))
    }

    /// Until when the person has read them, in milliseconds.
    pub async fn seen_at(&self, person: Uuid) -> Result<i64, DbErr> {
        let row =
            notification_seen::Entity::find_by_id((self.project, person)).one(self.db).await?;
        Ok(row.map_or(0, |row| row.seen_at))
    }

    /// Notes that the person has read them until then (milliseconds).
    pub async fn see(&self, person: Uuid, at: i64) -> Result<(), DbErr> {
        let row = notification_seen::ActiveModel {
            project_id: Set(self.project),
            person_id: Set(person),
            seen_at: Set(at),
        };
        let mut known = OnConflict::columns([
            notification_seen::Column::ProjectId,
            notification_seen::Column::PersonId,
        ]);
        known.update_column(notification_seen::Column::SeenAt);
        notification_seen::Entity::insert(row)
            .on_conflict(known)
            .exec_without_returning(self.db)
            .await?;
        Ok(())
    }

    /// Forgets those of a credential that is deleted.
    pub async fn delete_of_credential(&self, credential: Uuid) -> Result<(), DbErr> {
        notification::Entity::delete_many()
            .filter(notification::Column::ProjectId.eq(self.project))
            .filter(notification::Column::CredentialId.eq(credential))
            .exec(self.db)
            .await
            .map(drop)
    }

    /// Whether there is one of before (milliseconds).
    pub async fn has_old(&self, before: i64) -> Result<bool, DbErr> {
        let found: Option<Uuid> = notification::Entity::find()
            .select_only()
            .column(notification::Column::Id)
            .filter(notification::Column::ProjectId.eq(self.project))
            .filter(notification::Column::At.lt(before))
            .limit(1)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(found.is_some())
    }

    /// Forgets those of before (milliseconds).
    pub async fn forget(&self, before: i64) -> Result<u64, DbErr> {
        let old = notification::Entity::delete_many()
            .filter(notification::Column::ProjectId.eq(self.project))
            .filter(notification::Column::At.lt(before));
        Ok(old.exec(self.db).await?.rows_affected)
    }

    /// The enabled credentials that expire between these days, both included.
    pub async fn expiring(&self, from: Day, to: Day) -> Result<Vec<Dated>, DbErr> {
        let (from, to) = (from.to_text(), to.to_text());
        self.dated(Condition::all().add(credential::Column::ExpiresOn.between(from, to))).await
    }

    /// The enabled credentials that are to be rotated or reviewed between these days, both included.
    pub async fn due(&self, from: Day, to: Day) -> Result<Vec<Dated>, DbErr> {
        let (from, to) = (from.to_text(), to.to_text());
        self.dated(Condition::all().add(credential::Column::RenewOn.between(from, to))).await
    }

    async fn dated(&self, such: Condition) -> Result<Vec<Dated>, DbErr> {
        credential::Entity::find()
            .filter(credential::Column::ProjectId.eq(self.project))
            .filter(such)
            .filter(credential::Column::DisabledAt.is_null())
            .into_partial_model::<Dated>()
            .all(self.db)
            .await
    }
}

impl TryFrom<notification::Model> for Notification {
    type Error = Unreadable;

    fn try_from(row: notification::Model) -> Result<Self, Unreadable> {
        let news: News = serde_json::from_str(&row.what).map_err(|_| Unreadable)?;
        let (id, credential, name) = (row.id, row.credential_id, row.name);
        Ok(Self { id, at: Moment(row.at), credential, name, news })
    }
}
