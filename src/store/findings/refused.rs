//! What pipelines were refused, for the findings about it: of a credential, or as a whole.

use super::facts::LOOKED_AT;
use crate::domain::delivery::Outcome;
use crate::domain::moment::Moment;
use crate::store::Receipts;
use crate::store::prepared::{Prepared, numbered};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Counted {
    number: i64,
}

/// It stops at the bound. The fetches of the pipeline come first, by their own index: a pipeline has one chain.
const REFUSED: &str = "SELECT COUNT(*) AS number FROM (
    SELECT r.seq FROM pipeline_fetch f CROSS JOIN receipt r
    WHERE f.pipeline_id = ? AND f.seq > ? AND r.chain = f.chain AND r.seq = f.seq
        AND r.outcome = ? AND COALESCE(r.credential_id, ?) = ? LIMIT ?
) found";

/// What a pipeline was refused of a credential, or as a whole where that is nil, with what it asked for.
const REFUSALS: &str = "SELECT r.image AS image, r.seq AS seq FROM (
    SELECT f.chain, f.seq, f.at FROM pipeline_fetch f WHERE f.pipeline_id = ?
        ORDER BY f.seq DESC LIMIT ?
) found CROSS JOIN receipt r
    WHERE found.at >= ? AND r.chain = found.chain AND r.seq = found.seq AND r.outcome = ?
        AND COALESCE(r.credential_id, ?) = ?";

/// The last delivery for an image, from the newest to the one before. Other pipelines may have received it since, so
/// each is looked up by itself: nothing is joined, because `PostgreSQL` would go through all fetches for that. The
/// outcome stands in the text, because the index is of what was delivered.
const LAST_OF_IMAGE: &str = "SELECT MAX(CASE WHEN (
        SELECT f.pipeline_id FROM pipeline_fetch f WHERE f.chain = ? AND f.seq = found.seq
    ) = ? THEN found.seq END) AS seq
    FROM (
        SELECT r.seq FROM receipt r
        WHERE r.credential_id = ? AND r.image = ? AND r.outcome = 'delivered'
        ORDER BY r.seq DESC LIMIT ?
    ) found";

/// A refusal.
#[derive(Clone, Debug, FromQueryResult)]
pub struct RefusedRequest {
    /// The image or the registry, if the request named one.
    pub image: Option<String>,
    /// The link.
    pub seq: i64,
}

#[derive(FromQueryResult)]
struct Last {
    seq: Option<i64>,
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// How often the pipeline was refused the credential after a link: up to a bound.
    pub async fn refused_after(
        &self,
        (credential, pipeline): (Uuid, Uuid),
        link: i64,
        most: i64,
    ) -> Result<i64, DbErr> {
        static COUNT: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let values: Vec<Value> = vec![
            pipeline.into(),
            link.into(),
            Outcome::Refused.word().into(),
            Uuid::nil().into(),
            credential.into(),
            most.into(),
        ];
        let count = COUNT.with(backend, || numbered(backend, REFUSED), values);
        let counted = Counted::find_by_statement(count).one(self.db).await?;
        Ok(counted.map_or(0, |counted| counted.number))
    }

    /// What the pipeline was refused of the credential, or as a whole where that is nil, since a moment, of the newest
    /// fetches.
    pub async fn refusals(
        &self,
        (credential, pipeline): (Uuid, Uuid),
        since: Moment,
    ) -> Result<Vec<RefusedRequest>, DbErr> {
        static FOUND: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let values: Vec<Value> = vec![
            pipeline.into(),
            LOOKED_AT.into(),
            since.0.into(),
            Outcome::Refused.word().into(),
            Uuid::nil().into(),
            credential.into(),
        ];
        let refusals = FOUND.with(backend, || numbered(backend, REFUSALS), values);
        RefusedRequest::find_by_statement(refusals).all(self.db).await
    }

    /// The link of the last delivery of the credential to the pipeline for that image.
    pub async fn last_of_image(
        &self,
        (credential, pipeline): (Uuid, Uuid),
        image: &str,
    ) -> Result<Option<i64>, DbErr> {
        static LAST: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let values: Vec<Value> = vec![
            self.project.into(),
            pipeline.into(),
            credential.into(),
            image.into(),
            LOOKED_AT.into(),
        ];
        let last = LAST.with(backend, || numbered(backend, LAST_OF_IMAGE), values);
        Ok(Last::find_by_statement(last).one(self.db).await?.and_then(|last| last.seq))
    }
}
