//! Pipeline tokens. A request brings only a token, so this is where its project is learned.

mod said;

use super::authentic::{self, genuine_now, is_genuine, ours_among};
use super::entity::{Unreadable, pipeline, pipeline_token, readable};
use super::latest::is_before;
use super::prepared::{Prepared, numbered};
use super::seals::Sealing;
use super::{Pipelines, Tokens, locked};
use crate::domain::moment::{Day, Moment};
use crate::domain::pipeline::Token;
use crate::domain::proof::Proof;
use crate::domain::user::Maker;
use pipeline_token::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Short-lived tokens that a pipeline's page shows.
const SHOWN: u64 = 5;

/// What every request of a pipeline begins with. `said` knows the places of the columns, too.
const FIND: &str = "SELECT pipeline.id, pipeline.name, pipeline.project_id,
    pipeline_token.secret_hash, pipeline_token.expires_on, pipeline_token.expires_at,
    pipeline_token.proof, pipeline_token.revoked_at, pipeline_token.identity_epoch,
    pipeline_token.id, pipeline_token.project_id, pipeline_token.pipeline_id,
    pipeline_token.created_by_id, pipeline_token.mac, pipeline.identity_epoch, pipeline.mac,
    pipeline_token.created_at, pipeline_token.created_by, pipeline.identities
    FROM pipeline_token INNER JOIN pipeline ON pipeline_token.pipeline_id = pipeline.id
    WHERE pipeline_token.id = ?";

#[derive(Clone, Debug)]
pub struct TokenRow {
    /// The public half.
    pub id: String,
    /// What people call it; may be empty.
    pub name: String,
    pub pipeline_id: Uuid,
    /// SHA-256 of the secret half.
    pub hash: [u8; 32],
    /// Milliseconds.
    pub created_at: i64,
    pub created_by: Maker,
    /// The last day it works.
    pub expires_on: Day,
    /// Until when a short-lived one works, in milliseconds; `None` for one that a person makes.
    pub short_until: Option<i64>,
    /// What proved the run that a short-lived one is for: a `Proof`, as JSON.
    pub proof: Option<String>,
    /// Its own, or that of the rule that it was given for: see [`super::Pipelines::raise_epoch`].
    pub identity_epoch: i64,
}

/// What a presented token's public half points at.
#[derive(Clone, Debug)]
pub struct StoredToken {
    pub pipeline_id: Uuid,
    pub pipeline: String,
    pub project_id: Uuid,
    /// SHA-256 of the secret half.
    pub hash: Vec<u8>,
    /// The last day it works.
    pub expires_on: Option<Day>,
    /// Until when a short-lived one works, in milliseconds.
    pub expires_at: Option<i64>,
    /// What was proved of the run that it was given to; nothing for one that a person made.
    pub proof: Proof,
    pub is_revoked: bool,
    /// What an approval has to reach to be for it.
    pub identity_epoch: i64,
}

impl<C: Sealing> Tokens<'_, C> {
    /// The token with this public half. Says nothing yet about who presented it.
    pub async fn find(&self, id: &str) -> Result<Option<StoredToken>, DbErr> {
        static FOUND: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let statement = FOUND.with(backend, || numbered(backend, FIND), vec![id.into()]);
        let Some(row) = self.db.query_one_raw(statement).await? else { return Ok(None) };
        let seals = self.db.seals();
        let met = seals.met();
        // Another server may have sealed one of the two with a key that this one has not read yet.
        let is_ours =
            said::is_ours(&row, seals)? || (seals.learn(met).await && said::is_ours(&row, seals)?);
        if !is_ours {
            return Ok(None);
        }
        let proof: Option<String> = row.try_get_by_index(6)?;
        let proof = match proof.as_deref().map(serde_json::from_str) {
            None => Proof::default(),
            Some(Ok(proof)) => proof,
            // One that cannot be read is no token: what it says of a fork would be lost.
            Some(Err(_)) => return Ok(None),
        };
        let expires_on: String = row.try_get_by_index(4)?;
        let revoked_at: Option<i64> = row.try_get_by_index(7)?;
        Ok(Some(StoredToken {
            pipeline_id: row.try_get_by_index(0)?,
            pipeline: row.try_get_by_index(1)?,
            project_id: row.try_get_by_index(2)?,
            hash: row.try_get_by_index(3)?,
            expires_on: Day::parse(&expires_on),
            expires_at: row.try_get_by_index(5)?,
            proof,
            is_revoked: revoked_at.is_some(),
            identity_epoch: row.try_get_by_index(8)?,
        }))
    }

    /// The project and the name of a pipeline, for who names nothing but the pipeline. Says
    /// nothing yet about who asks.
    pub async fn pipeline(&self, id: Uuid) -> Result<Option<(Uuid, String)>, DbErr> {
        let row = pipeline::Entity::find_by_id(id).one(self.db).await?;
        let Some(row) = row else { return Ok(None) };
        let row = genuine_now::<pipeline::Entity>(self.db, row).await;
        Ok(row.map(|row| (row.project_id, row.name)))
    }

    /// Inserts a token of a pipeline of the project. A short-lived one goes by itself, so it is not
    /// counted.
    pub async fn insert(&self, project: Uuid, row: TokenRow) -> Result<(), DbErr> {
        if row.short_until.is_none() {
            Pipelines::new(self.db, project).count_identities(row.pipeline_id, 1).await?;
        }
        let row = ActiveModel {
            id: Set(row.id),
            project_id: Set(project),
            pipeline_id: Set(row.pipeline_id),
            secret_hash: Set(row.hash.to_vec()),
            created_at: Set(row.created_at),
            created_by: Set(row.created_by.name),
            created_by_id: Set(row.created_by.id),
            expires_on: Set(row.expires_on.to_text()),
            last_used_at: Set(None),
            revoked_at: Set(None),
            expires_at: Set(row.short_until),
            proof: Set(row.proof),
            refused_at: Set(None),
            refused_from: Set(None),
            identity_epoch: Set(row.identity_epoch),
            name: Set(row.name),
            mac: NotSet,
        };
        authentic::insert::<Entity, C>(self.db, row).await
    }

    /// The tokens of a pipeline of the project that people made, newest first, and after them the
    /// last short-lived ones. One that we did not write is none.
    pub async fn of_pipeline(&self, project: Uuid, pipeline: Uuid) -> Result<Vec<Token>, DbErr> {
        let of = Entity::find().filter(of(project, pipeline)).order_by_desc(Column::CreatedAt);
        let short = of.clone().filter(Column::ExpiresAt.is_not_null()).limit(SHOWN);
        let mut rows = of.filter(Column::ExpiresAt.is_null()).all(self.db).await?;
        rows.extend(short.all(self.db).await?);
        Ok(readable(ours_among(self.db, rows, is_genuine::<Entity>).await))
    }

    /// Revokes a token of a pipeline of the project; `false` when there is no such live token.
    pub async fn revoke(
        &self,
        project: Uuid,
        pipeline: Uuid,
        id: &str,
        now: i64,
    ) -> Result<bool, DbErr> {
        let such = of(project, pipeline).add(Column::Id.eq(id));
        Ok(self.revoke_live(such, now).await? > 0)
    }

    /// Revokes every live short-lived token of a pipeline of the project. One that is hidden, because
    /// somebody changed it, does not come back.
    pub async fn revoke_short_lived(
        &self,
        project: Uuid,
        pipeline: Uuid,
        now: i64,
    ) -> Result<(), DbErr> {
        let such = of(project, pipeline).add(Column::ExpiresAt.gt(now));
        self.revoke_live(such, now).await?;
        self.disown(pipeline).await
    }

    /// Revokes those of these tokens that are live, whatever pipeline has them.
    pub async fn revoke_these(&self, ids: &[String], now: i64) -> Result<(), DbErr> {
        let such = Condition::all().add(Column::Id.is_in(ids.iter().cloned()));
        self.revoke_live(such, now).await.map(drop)
    }

    /// Locks these tokens until the transaction ends. Who changes several locks them in this order, so
    /// that no two wait for each other.
    pub async fn lock(&self, ids: BTreeSet<String>) -> Result<(), DbErr> {
        if self.db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let rows = Entity::find().select_only().column(Column::Id).filter(Column::Id.is_in(ids));
        let rows = locked(self.db, rows.order_by_asc(Column::Id));
        let _: Vec<String> = rows.into_tuple().all(self.db).await?;
        Ok(())
    }

    /// Writes down that a token was used, by its project, pipeline and public half.
    pub async fn touch(&self, token: (Uuid, Uuid, &str), at: i64) -> Result<(), DbErr> {
        let used = ActiveModel { last_used_at: Set(Some(at)), ..ActiveModel::default() };
        self.mark(token, is_before(Column::LastUsedAt, at), used).await
    }

    /// Writes down that a token was used after its end, and from which network.
    pub async fn mark_refused(
        &self,
        token: (Uuid, Uuid, &str),
        at: i64,
        network: String,
    ) -> Result<(), DbErr> {
        let marked = ActiveModel {
            refused_at: Set(Some(at)),
            refused_from: Set(Some(network)),
            ..ActiveModel::default()
        };
        self.mark(token, is_before(Column::RefusedAt, at), marked).await
    }

    async fn mark(
        &self,
        (project, pipeline, id): (Uuid, Uuid, &str),
        such: Condition,
        marked: ActiveModel,
    ) -> Result<(), DbErr> {
        Entity::update_many()
            .set(marked)
            .filter(of(project, pipeline))
            .filter(Column::Id.eq(id))
            .filter(such)
            .exec(self.db)
            .await?;
        Ok(())
    }

    /// Revokes every live token of every pipeline; how many there were.
    pub async fn revoke_all(&self, now: i64, today: Day) -> Result<u64, DbErr> {
        let such = Condition::all().add(Column::ExpiresOn.gte(today.to_text()));
        self.revoke_live(such, now).await
    }

    async fn revoke_live(&self, such: Condition, now: i64) -> Result<u64, DbErr> {
        let such = Entity::find().filter(such).filter(Column::RevokedAt.is_null());
        let rows = locked(self.db, such.order_by_asc(Column::Id)).all(self.db).await?;
        let revoke =
            |_: &Model| ActiveModel { revoked_at: Set(Some(now)), ..ActiveModel::default() };
        authentic::change_each::<Entity, C>(self.db, rows, revoke).await
    }

    pub async fn delete_of_pipeline(&self, project: Uuid, pipeline: Uuid) -> Result<(), DbErr> {
        Entity::delete_many().filter(of(project, pipeline)).exec(self.db).await.map(drop)
    }

    /// Removes the short-lived ones that had ended by `then` (milliseconds).
    pub async fn sweep(&self, then: i64) -> Result<(), DbErr> {
        Entity::delete_many().filter(Column::ExpiresAt.lt(then)).exec(self.db).await.map(drop)
    }
}

fn of(project: Uuid, pipeline: Uuid) -> Condition {
    Condition::all().add(Column::ProjectId.eq(project)).add(Column::PipelineId.eq(pipeline))
}

impl TryFrom<Model> for Token {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            expires_on: Day::parse(&row.expires_on).ok_or(Unreadable)?,
            id: row.id,
            name: row.name,
            created_at: Moment(row.created_at),
            created_by: Maker { id: row.created_by_id, name: row.created_by },
            last_used_at: row.last_used_at.map(Moment),
            revoked_at: row.revoked_at.map(Moment),
            short_until: row.expires_at.map(Moment),
            proof: row.proof.as_deref().and_then(|json| serde_json::from_str(json).ok()),
            refused: row.refused_at.map(|at| (Moment(at), row.refused_from.unwrap_or_default())),
            identity_epoch: row.identity_epoch,
        })
    }
}
