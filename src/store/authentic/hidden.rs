//! A row that somebody changed counts for nothing, so it hides from who approves, renews or ends
//! something. Nobody approves or renews while there is one, and at an end each loses its MAC: it does
//! not count again when it is put back.

use super::checks::{Key, PAGE, page};
use super::identities::counts;
use super::{Authentic, genuine, is_genuine};
use crate::domain::trust_rule::Provider;
use crate::store::entity::{
    access_grant, destination, guard_change, pipeline, pipeline_token, trust_rule,
};
use crate::store::seals::Sealing;
use crate::store::{Credentials, Pipelines, Store, Tokens, TrustRules, Write};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, ModelTrait, QueryFilter,
    Select, Value,
};
use std::collections::BTreeSet;
use std::marker::PhantomData;
use uuid::Uuid;

/// Who acts as a pipeline, and what it has.
trait OfPipeline: Authentic {
    const ID: Self::Column;
    const PIPELINE: Self::Column;
    fn pipeline(row: &Self::Model) -> (Uuid, Uuid);
}

macro_rules! of_pipeline {
    ($($table:ident),+) => {
        $(impl OfPipeline for $table::Entity {
            const ID: Self::Column = $table::Column::Id;
            const PIPELINE: Self::Column = $table::Column::PipelineId;
            fn pipeline(row: &Self::Model) -> (Uuid, Uuid) {
                (row.project_id, row.pipeline_id)
            }
        })+
    };
}

of_pipeline!(access_grant, pipeline_token, trust_rule);

impl OfPipeline for pipeline::Entity {
    const ID: Self::Column = pipeline::Column::Id;
    const PIPELINE: Self::Column = pipeline::Column::Id;
    fn pipeline(row: &Self::Model) -> (Uuid, Uuid) {
        (row.project_id, row.id)
    }
}

impl<C: Sealing> Pipelines<'_, C> {
    /// Whether we wrote every row that says who acts as the pipeline, and what it has, and none of who
    /// acts as it is missing.
    pub async fn is_untouched(&self, id: Uuid) -> Result<bool, DbErr> {
        let (db, pipeline) = (self.db, self.one(id).one(self.db).await?);
        if pipeline.and_then(|row| genuine::<pipeline::Entity>(db, row)).is_none() {
            return Ok(false);
        }
        let is_complete = counts(db, id).await?.is_some_and(|it| it.counted == it.present);
        Ok(is_complete
            && all_are_ours::<pipeline_token::Entity, C>(db, id).await?
            && all_are_ours::<trust_rule::Entity, C>(db, id).await?
            && all_are_ours::<access_grant::Entity, C>(db, id).await?)
    }
}

impl<C: Sealing> Credentials<'_, C> {
    /// Whether we wrote every grant of the credential, and what waits to lower its guards.
    pub async fn is_untouched(&self, id: Uuid) -> Result<bool, DbErr> {
        let grants = access_grant::Entity::find();
        let grants = grants.filter(access_grant::Column::CredentialId.eq(id));
        let changes = guard_change::Entity::find();
        let changes = changes.filter(guard_change::Column::CredentialId.eq(id));
        Ok(are_ours(self.db, grants).await? && are_ours(self.db, changes).await?)
    }
}

impl<C: Sealing> TrustRules<'_, C> {
    /// Whether we wrote every rule of the project for that provider, those that have stopped as well.
    pub async fn are_untouched(&self, provider: Provider) -> Result<bool, DbErr> {
        let rules = self.rows().filter(trust_rule::Column::Provider.eq(provider.word()));
        are_ours(self.db, rules).await
    }
}

impl<C: Sealing> Tokens<'_, C> {
    /// Takes the MAC of the pipeline's tokens that we did not write.
    pub(in crate::store) async fn disown(&self, pipeline: Uuid) -> Result<(), DbErr> {
        disown::<pipeline_token::Entity, C>(self.db, pipeline).await.map(drop)
    }
}

impl Store {
    /// The projects and pipelines of which somebody changed a row: of one that has lost its MAC before
    /// nothing is to be done any more.
    pub async fn changed_pipelines(&self) -> Result<BTreeSet<(Uuid, Uuid)>, DbErr> {
        changed_pipelines(&self.reader).await
    }
}

impl Write {
    /// Takes the MAC of the pipeline, and of each of its tokens, rules and grants, that somebody
    /// changed; how many there were.
    pub async fn disown(&self, pipeline: Uuid) -> Result<u64, DbErr> {
        Ok(disown::<pipeline::Entity, _>(&self.0, pipeline).await?
            + disown::<access_grant::Entity, _>(&self.0, pipeline).await?
            + disown::<pipeline_token::Entity, _>(&self.0, pipeline).await?
            + disown::<trust_rule::Entity, _>(&self.0, pipeline).await?)
    }

    /// The same of destinations of audit logs. There are few of each log.
    pub async fn disown_destinations(&self) -> Result<u64, DbErr> {
        use destination::{ActiveModel, Column, Entity};
        let mut disowned = 0;
        for row in Entity::find().filter(Column::Mac.is_not_null()).all(&self.0).await? {
            if was_ours::<Entity>(&self.0, &row) {
                let id = Set(row.id);
                let without = ActiveModel { id, mac: Set(None), ..Default::default() };
                Entity::update(without).exec_without_returning(&self.0).await?;
                disowned += 1;
            }
        }
        Ok(disowned)
    }

    /// The same for every pipeline. Others wait meanwhile.
    pub async fn disown_changed(&self) -> Result<(), DbErr> {
        for (_, pipeline) in changed_pipelines(&self.0).await? {
            self.disown(pipeline).await?;
        }
        Ok(())
    }
}

async fn are_ours<E: Authentic, C: Sealing>(db: &C, rows: Select<E>) -> Result<bool, DbErr> {
    let rows = rows.all(db).await?;
    Ok(all_ours::<E>(db, &rows))
}

fn all_ours<E: Authentic>(db: &impl Sealing, rows: &[E::Model]) -> bool {
    rows.iter().all(|row| is_genuine::<E>(db.seals(), row))
}

/// Rows in the order of their key, a page at once.
struct Walk<E: OfPipeline> {
    pipeline: Option<Uuid>,
    after: Option<Key>,
    is_over: bool,
    table: PhantomData<E>,
}

impl<E: OfPipeline> Walk<E> {
    /// Through the rows of the pipeline, whatever else stands in them: of which project they are may
    /// have been changed, too. Or through the whole table: somebody may have moved a row anywhere.
    fn new(pipeline: Option<Uuid>) -> Self {
        Self { pipeline, after: None, is_over: false, table: PhantomData }
    }

    async fn next<C: Sealing>(&mut self, db: &C) -> Result<Option<Vec<E::Model>>, DbErr> {
        if self.is_over {
            return Ok(None);
        }
        let mut page = page::<E>(self.after.take());
        if let Some(pipeline) = self.pipeline {
            page = page.filter(ColumnTrait::eq(&E::PIPELINE, pipeline));
        }
        let rows = page.all(db).await?;
        self.after = rows.last().map(|last| vec![last.get(E::ID)]);
        self.is_over = (rows.len() as u64) < PAGE;
        Ok(Some(rows))
    }
}

async fn all_are_ours<E: OfPipeline, C: Sealing>(db: &C, pipeline: Uuid) -> Result<bool, DbErr> {
    let mut walk = Walk::<E>::new(Some(pipeline));
    while let Some(rows) = walk.next(db).await? {
        if !all_ours::<E>(db, &rows) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn changed_pipelines<C: Sealing>(db: &C) -> Result<BTreeSet<(Uuid, Uuid)>, DbErr> {
    let mut all = changed::<pipeline::Entity, C>(db).await?;
    all.extend(changed::<access_grant::Entity, C>(db).await?);
    all.extend(changed::<pipeline_token::Entity, C>(db).await?);
    all.extend(changed::<trust_rule::Entity, C>(db).await?);
    Ok(all)
}

async fn changed<E: OfPipeline, C: Sealing>(db: &C) -> Result<BTreeSet<(Uuid, Uuid)>, DbErr> {
    let (mut found, mut walk) = (BTreeSet::new(), Walk::<E>::new(None));
    while let Some(rows) = walk.next(db).await? {
        found.extend(rows.iter().filter(|row| was_ours::<E>(db, row)).map(E::pipeline));
    }
    Ok(found)
}

/// Whether it has a MAC still, and somebody changed it.
fn was_ours<E: Authentic>(db: &impl Sealing, row: &E::Model) -> bool {
    !matches!(row.get(E::MAC), Value::String(None)) && !is_genuine::<E>(db.seals(), row)
}

async fn disown<E: OfPipeline, C: Sealing>(db: &C, pipeline: Uuid) -> Result<u64, DbErr> {
    let (mut disowned, mut walk) = (0, Walk::<E>::new(Some(pipeline)));
    while let Some(rows) = walk.next(db).await? {
        for row in rows.iter().filter(|row| was_ours::<E>(db, row)) {
            let mut without = <E::ActiveModel as ActiveModelTrait>::default();
            without.try_set(E::ID, row.get(E::ID))?;
            without.try_set(E::MAC, Value::String(None))?;
            E::update(without).exec_without_returning(db).await?;
            disowned += 1;
        }
    }
    Ok(disowned)
}
