//! Who received a credential lately, and for which images.

use super::{Receipts, UsageOf};
use crate::domain::credential_page::Lately;
use crate::domain::moment::{DAY_MS, Moment};
use crate::domain::narrowing::{Image, LATELY};
use crate::store::prepared::numbered;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Images of a credential that are looked at.
const IMAGES: u32 = 2_000;
/// Receipts that are looked at for the pipelines of each image: the newest.
const NEWEST: u32 = 20;

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The pipelines that received the credential lately, by name.
    pub async fn lately(&self, credential: Uuid, now: Moment) -> Result<Vec<Lately>, DbErr> {
        let (of, today) = (UsageOf::Credentials(vec![credential]), now.day_number());
        let usage = self.usage(&of, (today - (LATELY - 1), today)).await?;
        let mut found = Vec::new();
        for ((_, pipeline), (figures, _)) in &usage.pairs {
            if figures.delivered() > 0 {
                found.push((*pipeline, figures.pulls, figures.pushes, figures.last_delivery));
            }
        }
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.pairs_known(&of).await?.into_iter();
        let mut names: HashMap<Uuid, String> =
            known.map(|pair| (pair.pipeline_id, pair.pipeline)).collect();
        // What was delivered a moment ago may not be counted yet.
        let unnamed = found.iter().filter(|(pipeline, ..)| !names.contains_key(pipeline));
        let (ids, links): (Vec<Uuid>, Vec<Option<i64>>) =
            unnamed.map(|(pipeline, _, _, link)| (*pipeline, *link)).unzip();
        names.extend(self.pipelines_in(ids, links.into_iter().flatten().collect()).await?);
        let named = |(pipeline_id, pulls, pushes, _): (Uuid, i64, i64, Option<i64>)| {
            let pipeline = names.get(&pipeline_id)?.clone();
            Some(Lately { pipeline_id, pipeline, pulls, pushes })
        };
        let mut lately: Vec<Lately> = found.into_iter().filter_map(named).collect();
        lately.sort_by(|one, other| one.pipeline.cmp(&other.pipeline));
        Ok(lately)
    }

    /// The images that it was delivered for lately, each with the pipelines that received it last: the first
    /// ones in the order of the index, at most [`IMAGES`].
    pub async fn images_lately(&self, credential: Uuid, now: Moment) -> Result<Vec<Image>, DbErr> {
        let since = now.0 - LATELY * DAY_MS;
        let of: Value = credential.into();
        let values =
            vec![of.clone(), of.clone(), of.clone(), of, self.project.into(), since.into()];
        let backend = self.db.get_database_backend();
        let text = numbered(backend, &images_text());
        let statement = Statement::from_sql_and_values(backend, text, values);
        let rows = ImageRow::find_by_statement(statement).all(self.db).await?;
        let images: BTreeSet<Image> = rows.into_iter().filter_map(ImageRow::read).collect();
        Ok(images.into_iter().collect())
    }
}

#[derive(FromQueryResult)]
struct ImageRow {
    image: String,
    pipeline: String,
}

impl ImageRow {
    /// The pipeline and the repository; `None` for what names no repository.
    fn read(self) -> Option<Image> {
        let (_, repository) = self.image.split_once('/')?;
        Some((self.pipeline, repository.to_owned()))
    }
}

/// From one image in the index to the next, and of each its newest receipts. How many there are in all does
/// not matter. The outcome stands in the text, because the index is of what was delivered.
fn images_text() -> String {
    let next = |after: &str| {
        format!(
            "(SELECT receipt.image FROM receipt WHERE receipt.credential_id = ?
                AND receipt.outcome = 'delivered' AND receipt.image > {after}
                ORDER BY receipt.image LIMIT 1)"
        )
    };
    let (first, other, older) = (next("''"), next("found.image"), NEWEST - 1);
    format!(
        "WITH RECURSIVE found(image, step) AS (
            SELECT {first}, 1
            UNION ALL
            SELECT {other}, found.step + 1 FROM found
                WHERE found.image IS NOT NULL AND found.step < {IMAGES}
        ) SELECT DISTINCT found.image AS image, pipeline_fetch.pipeline AS pipeline
        FROM found CROSS JOIN receipt CROSS JOIN pipeline_fetch
        WHERE receipt.credential_id = ? AND receipt.outcome = 'delivered'
            AND receipt.image = found.image AND receipt.seq >= COALESCE(
                (SELECT newer.seq FROM receipt newer WHERE newer.credential_id = ?
                    AND newer.outcome = 'delivered' AND newer.image = found.image
                    ORDER BY newer.seq DESC LIMIT 1 OFFSET {older}), 0)
            AND pipeline_fetch.chain = receipt.chain AND pipeline_fetch.seq = receipt.seq
            AND pipeline_fetch.chain = ? AND pipeline_fetch.at >= ?"
    )
}
