//! Who received a credential lately, and for which images.

use super::{Pair, Receipts, UsageOf};
use crate::domain::credential_page::Lately;
use crate::domain::moment::{DAY_MS, Moment};
use crate::domain::narrowing::{Image, LATELY};
use crate::domain::usage::Figures;
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
        let of = UsageOf::Credentials(vec![credential]);
        let found = self.delivered_lately(&of, now).await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.pairs_known(&of).await?.into_iter();
        let mut names: HashMap<Uuid, String> =
            known.map(|pair| (pair.pipeline_id, pair.pipeline)).collect();
        // What was delivered a moment ago may not be counted yet.
        let unnamed = found.iter().filter(|((_, pipeline), _)| !names.contains_key(pipeline));
        let (ids, links): (Vec<Uuid>, Vec<Option<i64>>) =
            unnamed.map(|((_, pipeline), figures)| (*pipeline, figures.last_delivery)).unzip();
        names.extend(self.pipelines_in(ids, links.into_iter().flatten().collect()).await?);
        let named = |((_, pipeline_id), figures): (Pair, Figures)| {
            let pipeline = names.get(&pipeline_id)?.clone();
            let (pulls, pushes) = (figures.pulls, figures.pushes);
            Some(Lately { pipeline_id, pipeline, pulls, pushes })
        };
        let mut lately: Vec<Lately> = found.into_iter().filter_map(named).collect();
        lately.sort_by(|one, other| one.pipeline.cmp(&other.pipeline));
        Ok(lately)
    }

    /// Which of these credentials some pipeline received lately.
    pub async fn received_among(
        &self,
        credentials: Vec<Uuid>,
        now: Moment,
    ) -> Result<BTreeSet<Uuid>, DbErr> {
        let delivered = self.delivered_lately(&UsageOf::Credentials(credentials), now).await?;
        Ok(delivered.into_iter().map(|((credential, _), _)| credential).collect())
    }

    /// The pairs of these of which something was delivered lately, with their figures.
    async fn delivered_lately(
        &self,
        of: &UsageOf,
        now: Moment,
    ) -> Result<Vec<(Pair, Figures)>, DbErr> {
        let today = now.day_number();
        let usage = self.usage(of, (today - (LATELY - 1), today)).await?;
        let pairs = usage.pairs.into_iter().map(|(pair, (figures, _))| (pair, figures));
        Ok(pairs.filter(|(_, figures)| figures.delivered() > 0).collect())
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
    /// `None` of what is older.
    pipeline: Option<String>,
}

impl ImageRow {
    /// The pipeline and the repository; `None` for what is older, or names no repository.
    fn read(self) -> Option<Image> {
        let (_, repository) = self.image.split_once('/')?;
        Some((self.pipeline?, repository.to_owned()))
    }
}

/// From one image in the index to the next, and from the newest receipt of each to the one before. How many
/// there are in all does not matter: nothing is joined, because `PostgreSQL` would go through all of them for
/// that. The outcome stands in the text, because the index is of what was delivered.
fn images_text() -> String {
    let such = "FROM receipt WHERE receipt.credential_id = ? AND receipt.outcome = 'delivered'";
    let image = |after: &str| {
        format!(
            "(SELECT receipt.image {such} AND receipt.image > {after}
                ORDER BY receipt.image LIMIT 1)"
        )
    };
    let seq = |of: &str| {
        format!("(SELECT receipt.seq {such} AND {of} ORDER BY receipt.seq DESC LIMIT 1)")
    };
    let (first, next) = (image("''"), image("found.image"));
    let newest = seq("receipt.image = found.image");
    let older = seq("receipt.image = newest.image AND receipt.seq < newest.seq");
    format!(
        "WITH RECURSIVE found(image, step) AS (
            SELECT {first}, 1
            UNION ALL
            SELECT {next}, found.step + 1 FROM found
                WHERE found.image IS NOT NULL AND found.step < {IMAGES}
        ), newest(image, seq, step) AS (
            SELECT found.image, {newest}, 1 FROM found WHERE found.image IS NOT NULL
            UNION ALL
            SELECT newest.image, {older}, newest.step + 1 FROM newest
                WHERE newest.seq IS NOT NULL AND newest.step < {NEWEST}
        ) SELECT DISTINCT newest.image AS image,
            (SELECT pipeline_fetch.pipeline FROM pipeline_fetch WHERE pipeline_fetch.chain = ?
                AND pipeline_fetch.seq = newest.seq AND pipeline_fetch.at >= ?) AS pipeline
        FROM newest WHERE newest.seq IS NOT NULL"
    )
}
