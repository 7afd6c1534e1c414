//! How many tokens and trust rules a pipeline counts, and how many there are: one that is missing was
//! taken away by somebody else, who may put it back.

use super::checks::PAGE;
use super::pages::Pages;
use super::tampered::Tampered;
use super::{Mend, genuine};
use crate::store::entity::pipeline;
use crate::store::prepared::numbered;
use crate::store::seals::Sealing;
use sea_orm::{DbErr, EntityTrait, Statement, Value};
use uuid::Uuid;

/// The name of the table, as an operator gives it.
pub(super) const PIPELINE: &str = "pipeline";

/// A short-lived token goes by itself, so it is not counted.
const COUNTS: &str = "SELECT pipeline.identities AS counted,
    (SELECT COUNT(*) FROM pipeline_token WHERE pipeline_token.pipeline_id = pipeline.id
        AND pipeline_token.expires_at IS NULL)
    + (SELECT COUNT(*) FROM trust_rule WHERE trust_rule.pipeline_id = pipeline.id) AS present
    FROM pipeline WHERE pipeline.id = ?";

/// Tokens and trust rules of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// How many the pipeline says there are.
    pub counted: i64,
    pub present: i64,
}

/// Goes through the pipelines in the order of their key, and finds those of which somebody took a token
/// or trust rule away, or added one.
pub(super) async fn find_miscounted<C: Sealing>(db: &C, found: &mut Tampered) -> Result<(), DbErr> {
    let mut pages = Pages::default();
    // A row whose key cannot be read was found as one that we did not write.
    while let Some(page) = pages.next::<pipeline::Entity, C>(db, PAGE).await? {
        for key in &page.names {
            let [Value::Uuid(Some(id))] = key.as_slice() else { continue };
            if miscounted(db, *id).await?.is_some() {
                found.note(PIPELINE, id.to_string(), Mend::Accept);
            }
        }
    }
    Ok(())
}

/// The numbers of a pipeline that we wrote, when they differ.
pub(super) async fn miscounted<C: Sealing>(db: &C, id: Uuid) -> Result<Option<Counts>, DbErr> {
    let counts = counts(db, id).await?.filter(|counts| counts.counted != counts.present);
    if counts.is_none() {
        return Ok(None);
    }
    let row = pipeline::Entity::find_by_id(id).one(db).await;
    // One that cannot be read was found as one that we did not write.
    let row = row.ok().flatten().and_then(|row| genuine::<pipeline::Entity>(db, row));
    Ok(counts.filter(|_| row.is_some()))
}

/// Both in one statement: between two somebody may make a token.
pub(super) async fn counts<C: Sealing>(db: &C, id: Uuid) -> Result<Option<Counts>, DbErr> {
    let backend = db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, numbered(backend, COUNTS), [id.into()]);
    let Some(row) = db.query_one_raw(statement).await? else { return Ok(None) };
    // No row of ours has a number that cannot be read.
    let Ok(counted) = row.try_get::<i64>("", "counted") else { return Ok(None) };
    Ok(Some(Counts { counted, present: row.try_get("", "present")? }))
}
