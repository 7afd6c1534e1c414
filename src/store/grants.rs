//! What the pipelines of a project may have.

mod changes;

use super::Grants;
use super::entity::access_grant::{ActiveModel, Column, Model};
use super::entity::{Unreadable, credential, readable, usage};
use super::pending::{rejection, settled_unless};
use super::seals::Sealing;
use super::terms;
use crate::domain::credential::{Access, Credential, Summary};
use crate::domain::grant::Terms;
use crate::domain::moment::{Day, Moment};
use crate::domain::pipeline::Grant;
use crate::domain::user::Maker;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A grant as it is written and found.
#[derive(Clone, Debug)]
pub struct GrantRow {
    pub id: Uuid,
    pub pipeline_id: Uuid,
    pub credential_id: Uuid,
    /// What for, where, from where and until when. An approval in them is found, and not written
    /// by an insert: only [`Grants::approve`] gives one.
    pub terms: Terms,
    /// The person who gave it, and so cannot approve it; `None` for one from before this was
    /// written down.
    pub granted_by: Option<Uuid>,
    /// Milliseconds.
    pub created_at: i64,
    pub created_by: String,
    /// Counts its approvals and rejections, and the saves of its credential and of what its pipeline is
    /// called.
    pub revision: i64,
}

/// An approval as it is written.
#[derive(Clone, Debug)]
pub struct ApprovalRow {
    pub by: Uuid,
    pub approver: String,
    /// Milliseconds.
    pub at: i64,
    pub until: Day,
    /// Whoever acts as the pipeline and is not newer than this is approved.
    pub epoch: i64,
    /// The grant as it stood on the approver's page: when it has another one now, this is for nothing.
    pub revision: i64,
}

impl<C: Sealing> Grants<'_, C> {
    pub async fn insert(&self, row: GrantRow) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(row.id),
            project_id: Set(self.project),
            pipeline_id: Set(row.pipeline_id),
            credential_id: Set(row.credential_id),
            intent: Set(row.terms.intent.word().to_owned()),
            created_at: Set(row.created_at),
            created_by: Set(row.created_by),
            repositories: Set(terms::stored(&row.terms.repositories)),
            branches: Set(terms::stored(&row.terms.branches)),
            events: Set(terms::stored(&row.terms.events)),
            forks: Set(row.terms.forks.word().to_owned()),
            expires_on: Set(row.terms.expires_on.map(Day::to_text)),
            is_narrow: Set(row.terms.is_narrow),
            needs_approval: Set(row.terms.needs_approval),
            granted_by: Set(row.granted_by),
            approved_by: Set(None),
            approver: Set(None),
            approved_at: Set(None),
            approved_until: Set(None),
            approved_epoch: Set(None),
            revision: Set(0),
            mac: NotSet,
            settled_until: Set(settled_unless(row.terms.needs_approval)),
            rejected_at: Set(None),
            rejected_by: Set(None),
            rejection: Set(None),
        };
        self.0.insert(row).await
    }

    /// Which pipelines hold a grant of the credential, and what for; one that holds two is there
    /// twice. A grant that reaches nobody because its terms cannot be read is there, too.
    pub async fn of_credential(&self, credential: Uuid) -> Result<Vec<(Uuid, Access)>, DbErr> {
        let rows = self.rows().filter(Column::CredentialId.eq(credential));
        let rows = rows.order_by_asc(Column::CreatedAt).all(self.db).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.pipeline_id, Access::from_word(&row.intent)?)))
            .collect())
    }

    /// One grant of the pipeline; `None` also for one whose terms cannot be read.
    pub async fn find(&self, pipeline: Uuid, id: Uuid) -> Result<Option<GrantRow>, DbErr> {
        Ok(readable(self.genuine(self.row(pipeline, id).await?).await).pop())
    }

    /// What the pipeline may have, by name, with what it received, as the person `viewer` sees it.
    pub async fn of_pipeline(&self, pipeline: Uuid, viewer: Uuid) -> Result<Vec<Grant>, DbErr> {
        let held = self.held_by(pipeline, viewer).await?;
        Ok(held.into_iter().map(|(grant, _)| grant).collect())
    }

    /// The same, each with its credential, where that can be read.
    pub async fn held_by(
        &self,
        pipeline: Uuid,
        viewer: Uuid,
    ) -> Result<Vec<(Grant, Option<Summary>)>, DbErr> {
        let rows = self
            .rows()
            .filter(Column::PipelineId.eq(pipeline))
            .order_by_asc(credential::Column::NameKey)
            .order_by_asc(Column::Intent);
        let rows = self.with_credentials(Column::CredentialId, rows).await?;
        let used: HashMap<Uuid, usage::Model> = usage::Entity::find()
            .filter(usage::Column::ProjectId.eq(self.project))
            .filter(usage::Column::PipelineId.eq(pipeline))
            .all(self.db)
            .await?
            .into_iter()
            .map(|row| (row.credential_id, row))
            .collect();
        Ok(rows
            .into_iter()
            .filter_map(|(grant, credential)| {
                let used = used.get(&grant.credential_id);
                let of = Credential::try_from(credential.clone()).ok().map(|found| found.summary);
                let grant = Grant {
                    id: grant.id,
                    credential_id: grant.credential_id,
                    credential: credential.name,
                    host: credential.host,
                    terms: terms::read(&grant)?.with_guard(credential.is_protected),
                    rejection: rejection(&grant),
                    created_at: Moment(grant.created_at),
                    // Nobody approves what nobody is known to have given.
                    is_own: grant.granted_by.map_or(grant.needs_approval, |by| by == viewer),
                    created_by: Maker { id: grant.granted_by, name: grant.created_by },
                    approved_by: grant.approved_by,
                    widening: None,
                    revision: grant.revision,
                    deliveries: used.map_or(0, |row| row.deliveries),
                    used: used.map_or(0, |row| row.used),
                    last_delivery: used.map(|row| Moment(row.last_at)),
                    doubts: Vec::new(),
                    is_tied_by_host: false,
                };
                Some((grant, of))
            })
            .collect())
    }

    /// Makes every grant that hands out the credential's secret wait for an approval; how many there
    /// are. Which do is not asked of the database: what stands there may have been changed for a moment.
    pub async fn require_approval(&self, credential: Uuid) -> Result<usize, DbErr> {
        let such = Condition::all().add(Column::CredentialId.eq(credential));
        let rows = self.rows().filter(such.clone()).all(self.db).await?;
        let waiting = rows.iter().filter(|row| gives_secret(row) && !row.needs_approval).count();
        let wait = |row: &Model| ActiveModel {
            needs_approval: Set(row.needs_approval || gives_secret(row)),
            settled_until: Set(if gives_secret(row) && !row.needs_approval {
                settled_unless(true)
            } else {
                row.settled_until.clone()
            }),
            ..ActiveModel::default()
        };
        self.change(such, wait).await?;
        Ok(waiting)
    }

    /// Counts that their credential is another than before, so that nobody approves what they did not
    /// see.
    pub async fn note_other_credential(&self, credential: Uuid, now: i64) -> Result<(), DbErr> {
        self.count(Condition::all().add(Column::CredentialId.eq(credential)), now).await
    }

    /// The same when their pipeline is called otherwise.
    pub async fn note_other_pipeline(&self, pipeline: Uuid, now: i64) -> Result<(), DbErr> {
        self.count(Condition::all().add(Column::PipelineId.eq(pipeline)), now).await
    }

    /// The count is never behind the clock, `now` in milliseconds, as that of
    /// [`super::Pipelines::raise_epoch`] is not.
    async fn count(&self, such: Condition, now: i64) -> Result<(), DbErr> {
        let count = |row: &Model| ActiveModel {
            revision: Set((row.revision + 1).max(now)),
            ..ActiveModel::default()
        };
        self.change(such, count).await.map(drop)
    }

    /// Removes one grant of the pipeline; which credential it was for, if there was one.
    pub async fn delete(&self, pipeline: Uuid, id: Uuid) -> Result<Option<Uuid>, DbErr> {
        let found = self.row(pipeline, id).await?;
        if found.is_some() {
            self.0.delete(id).await?;
        }
        Ok(found.map(|row| row.credential_id))
    }

    pub async fn delete_of_credential(&self, credential: Uuid) -> Result<(), DbErr> {
        self.deletions().filter(Column::CredentialId.eq(credential)).exec(self.db).await.map(drop)
    }

    pub async fn delete_of_pipeline(&self, pipeline: Uuid) -> Result<(), DbErr> {
        self.deletions().filter(Column::PipelineId.eq(pipeline)).exec(self.db).await.map(drop)
    }

    async fn row(&self, pipeline: Uuid, id: Uuid) -> Result<Option<Model>, DbErr> {
        self.one(id).filter(Column::PipelineId.eq(pipeline)).one(self.db).await
    }
}

/// See [`Terms::gives_secret`].
fn gives_secret(row: &Model) -> bool {
    !(row.is_narrow && row.intent == Access::Pull.word())
}

impl TryFrom<Model> for GrantRow {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            terms: terms::read(&row).ok_or(Unreadable)?,
            id: row.id,
            pipeline_id: row.pipeline_id,
            credential_id: row.credential_id,
            granted_by: row.granted_by,
            created_at: row.created_at,
            created_by: row.created_by,
            revision: row.revision,
        })
    }
}
