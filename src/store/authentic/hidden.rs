//! A row that somebody changed counts for nothing, so it hides from who approves, renews or ends
//! something. Nobody approves or renews while there is one, and at an end each loses its MAC: it does
//! not count again when it is put back.

use super::{Authentic, genuine, is_genuine};
use crate::domain::trust_rule::Provider;
use crate::store::entity::{access_grant, guard_change, pipeline, pipeline_token, trust_rule};
use crate::store::seals::Sealing;
use crate::store::{Credentials, Pipelines, Tokens, TrustRules, Write};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, ModelTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, Value,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Rows that are in memory at once.
const PAGE: u64 = 500;

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
        let Some(pipeline) = pipeline.and_then(|row| genuine::<pipeline::Entity>(db, row)) else {
            return Ok(false);
        };
        let tokens = of::<pipeline_token::Entity>(id).all(db).await?;
        let rules = of::<trust_rule::Entity>(id).all(db).await?;
        let of_people = tokens.iter().filter(|token| token.expires_at.is_none()).count();
        Ok(i64::try_from(of_people + rules.len()) == Ok(pipeline.identities)
            && all_ours::<pipeline_token::Entity>(db, &tokens)
            && all_ours::<trust_rule::Entity>(db, &rules)
            && are_ours(db, of::<access_grant::Entity>(id)).await?)
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
        let rows = of::<pipeline_token::Entity>(pipeline).all(self.db).await?;
        disown_among::<pipeline_token::Entity, C>(self.db, rows).await.map(drop)
    }
}

impl Write {
    /// Takes the MAC of every pipeline, token, rule and grant that we did not write: gives the projects
    /// and the pipelines that they are of.
    pub async fn disown_changed(&self) -> Result<BTreeSet<(Uuid, Uuid)>, DbErr> {
        let mut all = disown::<pipeline::Entity, _>(&self.0).await?;
        all.extend(disown::<access_grant::Entity, _>(&self.0).await?);
        all.extend(disown::<pipeline_token::Entity, _>(&self.0).await?);
        all.extend(disown::<trust_rule::Entity, _>(&self.0).await?);
        Ok(all)
    }
}

/// Whatever else stands in them: of which project they are may have been changed, too.
fn of<E: OfPipeline>(pipeline: Uuid) -> Select<E> {
    E::find().filter(ColumnTrait::eq(&E::PIPELINE, pipeline))
}

async fn are_ours<E: Authentic, C: Sealing>(db: &C, rows: Select<E>) -> Result<bool, DbErr> {
    let rows = rows.all(db).await?;
    Ok(all_ours::<E>(db, &rows))
}

fn all_ours<E: Authentic>(db: &impl Sealing, rows: &[E::Model]) -> bool {
    rows.iter().all(|row| is_genuine::<E>(db.seals(), row))
}

/// Goes through the whole table in the order of its key: somebody may have moved a row anywhere.
async fn disown<E: OfPipeline, C: Sealing>(db: &C) -> Result<BTreeSet<(Uuid, Uuid)>, DbErr> {
    let mut found = BTreeSet::new();
    let mut after: Option<Value> = None;
    loop {
        let mut page = E::find().order_by_asc(E::ID).limit(PAGE);
        if let Some(after) = after.take() {
            page = page.filter(ColumnTrait::gt(&E::ID, after));
        }
        let rows = page.all(db).await?;
        after = rows.last().map(|last| last.get(E::ID));
        let is_last = (rows.len() as u64) < PAGE;
        found.extend(disown_among::<E, C>(db, rows).await?);
        if is_last {
            return Ok(found);
        }
    }
}

async fn disown_among<E: OfPipeline, C: Sealing>(
    db: &C,
    rows: Vec<E::Model>,
) -> Result<BTreeSet<(Uuid, Uuid)>, DbErr> {
    let mut found = BTreeSet::new();
    for row in rows {
        if is_genuine::<E>(db.seals(), &row) {
            continue;
        }
        found.insert(E::pipeline(&row));
        let mut without = <E::ActiveModel as ActiveModelTrait>::default();
        without.try_set(E::ID, row.get(E::ID))?;
        without.try_set(E::MAC, Value::String(None))?;
        E::update(without).exec_without_returning(db).await?;
    }
    Ok(found)
}
