//! Findings: what was found of a project when it was looked for last, and who accepted what.

mod facts;
mod refused;

pub use facts::{DeliveredImage, FoundCredential, FoundGrant};
pub use refused::RefusedRequest;

use super::entity::{Unreadable, finding, readable};
use super::reader::Reader;
use super::writing::Tx;
use super::{Store, Write};
use crate::domain::finding::{
    Acceptance, Finding, FindingChanges, FindingState, FindingsQuery, Found, KnownFinding,
};
use crate::domain::moment::{Day, Moment};
use finding::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, UpdateMany,
};
use uuid::Uuid;

/// Rows that one statement inserts, and ids that it names. A row has 16 values; `SQLite` takes 32,766.
const AT_ONCE: usize = 500;

/// A handle on the findings of a project.
#[derive(Debug)]
pub struct Findings<'a, C: ConnectionTrait> {
    db: &'a C,
    project: Uuid,
}

impl Store {
    /// The findings of the project.
    pub fn findings(&self, project: Uuid) -> Findings<'_, Reader> {
        Findings { db: &self.reader, project }
    }
}

impl Write {
    /// The findings of the project.
    pub fn findings(&self, project: Uuid) -> Findings<'_, Tx> {
        Findings { db: &self.0, project }
    }
}

impl<C: ConnectionTrait> Findings<'_, C> {
    /// Those that are asked for, at most so many: by kind, and the oldest first.
    pub async fn page(&self, query: &FindingsQuery, most: u64) -> Result<Vec<Finding>, DbErr> {
        let mut rows = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::State.eq(query.state.word()));
        if let Some(kind) = query.kind {
            rows = rows.filter(Column::Rank.eq(kind.rank()));
        }
        if let Some(place) = query.after {
            let same =
                Condition::all().add(Column::Rank.eq(place.rank)).add(Column::Id.gt(place.id));
            let behind = Condition::any().add(Column::Rank.gt(place.rank)).add(same);
            // The first says no more than the second, and lets the index begin there.
            rows = rows.filter(Column::Rank.gte(place.rank)).filter(behind);
        }
        let rows = rows.order_by_asc(Column::Rank).order_by_asc(Column::Id).limit(most);
        Ok(readable(rows.all(self.db).await?))
    }

    pub async fn find(&self, id: Uuid) -> Result<Option<Finding>, DbErr> {
        let row = Entity::find_by_id(id).filter(Column::ProjectId.eq(self.project));
        Ok(readable(row.one(self.db).await?).pop())
    }

    /// All of them, those too that were resolved lately.
    pub async fn known(&self) -> Result<Vec<KnownFinding>, DbErr> {
        let rows = Entity::find().filter(Column::ProjectId.eq(self.project)).all(self.db).await?;
        Ok(rows.into_iter().map(KnownFinding::from).collect())
    }

    /// Somebody accepted it.
    pub async fn accept(&self, id: Uuid, by: Uuid, accepted: &Acceptance) -> Result<(), DbErr> {
        let row = ActiveModel {
            state: Set(FindingState::Accepted.word().to_owned()),
            accepted_until: Set(Some(accepted.until.to_text())),
            accepted_at: Set(Some(accepted.at.0)),
            accepted_by: Set(Some(accepted.by.clone())),
            accepted_by_id: Set(Some(by)),
            reason: Set(Some(accepted.reason.clone())),
            ..ActiveModel::default()
        };
        self.update(row).filter(Column::Id.eq(id)).exec(self.db).await.map(drop)
    }

    /// It is open, whoever accepted it.
    pub async fn open(&self, id: Uuid) -> Result<(), DbErr> {
        self.update(opened()).filter(Column::Id.eq(id)).exec(self.db).await.map(drop)
    }

    /// Writes what came of looking for them, unless somebody else wrote or accepted meanwhile what it would undo.
    pub async fn apply(&self, changes: FindingChanges, at: Moment) -> Result<(), DbErr> {
        let rows: Vec<ActiveModel> =
            changes.new.iter().map(|found| self.row_of(found, at)).collect();
        for part in rows.chunks(AT_ONCE) {
            let there =
                OnConflict::columns([Column::ProjectId, Column::FoundKey]).do_nothing().to_owned();
            Entity::insert_many(part.to_vec())
                .on_conflict(there)
                .exec_without_returning(self.db)
                .await?;
        }
        let today = at.day().to_text();
        for part in changes.lapsed.chunks(AT_ONCE) {
            let is_over = Condition::any()
                .add(Column::AcceptedUntil.is_null())
                .add(Column::AcceptedUntil.lt(today.as_str()));
            let such = Condition::all()
                .add(Column::Id.is_in(part.iter().copied()))
                .add(Column::State.eq(FindingState::Accepted.word()))
                .add(is_over);
            self.update(opened()).filter(such).exec(self.db).await?;
        }
        for (id, found) in &changes.renewed {
            self.update(said(found)).filter(Column::Id.eq(*id)).exec(self.db).await?;
        }
        for (id, found) in &changes.reopened {
            let what = said(found);
            let row = ActiveModel {
                rank: what.rank,
                found: what.found,
                opened_at: Set(at.0),
                ..opened()
            };
            let such = Condition::all()
                .add(Column::Id.eq(*id))
                .add(Column::State.eq(FindingState::Resolved.word()));
            self.update(row).filter(such).exec(self.db).await?;
        }
        for part in changes.resolved.chunks(AT_ONCE) {
            let row = ActiveModel {
                state: Set(FindingState::Resolved.word().to_owned()),
                resolved_at: Set(Some(at.0)),
                ..ActiveModel::default()
            };
            let standing = [FindingState::Open, FindingState::Accepted].map(FindingState::word);
            let such = Condition::all()
                .add(Column::Id.is_in(part.iter().copied()))
                .add(Column::State.is_in(standing));
            self.update(row).filter(such).exec(self.db).await?;
        }
        for part in changes.forgotten.chunks(AT_ONCE) {
            let such = Condition::all()
                .add(Column::Id.is_in(part.iter().copied()))
                .add(Column::State.eq(FindingState::Resolved.word()));
            self.delete(such).await?;
        }
        Ok(())
    }

    pub async fn delete_of_credential(&self, credential: Uuid) -> Result<(), DbErr> {
        self.delete(Condition::all().add(Column::CredentialId.eq(credential))).await
    }

    pub async fn delete_of_pipeline(&self, pipeline: Uuid) -> Result<(), DbErr> {
        self.delete(Condition::all().add(Column::PipelineId.eq(pipeline))).await
    }

    async fn delete(&self, such: Condition) -> Result<(), DbErr> {
        let gone = Entity::delete_many().filter(Column::ProjectId.eq(self.project));
        gone.filter(such).exec(self.db).await.map(drop)
    }

    fn update(&self, row: ActiveModel) -> UpdateMany<Entity> {
        Entity::update_many().set(row).filter(Column::ProjectId.eq(self.project))
    }

    fn row_of(&self, found: &Found, at: Moment) -> ActiveModel {
        let what = said(found);
        ActiveModel {
            id: Set(Uuid::now_v7()),
            project_id: Set(self.project),
            found_key: Set(found.key()),
            kind: Set(found.kind.word().to_owned()),
            rank: what.rank,
            credential_id: Set(found.credential.as_ref().map(|one| one.id)),
            pipeline_id: Set(found.pipeline.as_ref().map(|one| one.id)),
            found: what.found,
            opened_at: Set(at.0),
            ..opened()
        }
    }
}

/// The columns that say what was found.
fn said(found: &Found) -> ActiveModel {
    ActiveModel {
        rank: Set(found.kind.rank()),
        // Its keys are texts, so nothing in it can fail.
        found: Set(serde_json::to_string(found).unwrap_or_default()),
        ..ActiveModel::default()
    }
}

/// The columns that say that it is open.
fn opened() -> ActiveModel {
    ActiveModel {
        state: Set(FindingState::Open.word().to_owned()),
        resolved_at: Set(None),
        accepted_until: Set(None),
        accepted_at: Set(None),
        accepted_by: Set(None),
        accepted_by_id: Set(None),
        reason: Set(None),
        ..ActiveModel::default()
    }
}

impl TryFrom<Model> for Finding {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let state = FindingState::from_word(&row.state).ok_or(Unreadable)?;
        let accepted = (state == FindingState::Accepted).then(|| acceptance(&row)).flatten();
        Ok(Self {
            id: row.id,
            state,
            found: serde_json::from_str(&row.found).map_err(|_| Unreadable)?,
            opened: Moment(row.opened_at),
            resolved: row.resolved_at.map(Moment),
            acceptance: accepted,
        })
    }
}

fn acceptance(row: &Model) -> Option<Acceptance> {
    Some(Acceptance {
        by: row.accepted_by.clone()?,
        at: Moment(row.accepted_at?),
        until: Day::parse(row.accepted_until.as_deref()?)?,
        reason: row.reason.clone()?,
    })
}

impl From<Model> for KnownFinding {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            // What a newer version knows is open for this one.
            state: FindingState::from_word(&row.state).unwrap_or(FindingState::Open),
            found: serde_json::from_str(&row.found).ok(),
            accepted_until: row.accepted_until.as_deref().and_then(Day::parse),
            resolved: row.resolved_at.map(Moment),
            key: row.found_key,
        }
    }
}
