//! One page of the list, found by the keys of the row beside it; and what its rows say beyond
//! themselves.

use super::{SUMMARIES, SummaryRow};
use crate::domain::delivery::Outcome;
use crate::domain::moment::Day;
use crate::domain::pipeline::PipelineSummary;
use crate::domain::pipeline::listing::{LATELY, PAGE_ROWS, PipelineQuery, PipelineSort, Place};
use crate::store::Pipelines;
use crate::store::prepared::{escaped, numbered, repeated};
use crate::store::seals::Sealing;
use sea_orm::{DbErr, FromQueryResult, Statement, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many of the last requests of each pipeline received nothing.
const REFUSED: &str = "SELECT p.id AS id, (SELECT COUNT(*)
        FROM (SELECT f.chain AS chain, f.seq AS seq FROM pipeline_fetch f
            WHERE f.pipeline_id = p.id ORDER BY f.seq DESC LIMIT ?) found
        WHERE NOT EXISTS (SELECT 1 FROM receipt r WHERE r.chain = found.chain AND r.seq = found.seq
            AND r.outcome = ?)) AS refused
    FROM pipeline p WHERE p.project_id = ? AND p.id IN";

/// A page of the list.
#[derive(Debug)]
pub struct PipelinesPage {
    /// At most [`PAGE_ROWS`].
    pub rows: Vec<PipelineSummary>,
    /// Where it begins, when there are rows before it.
    pub previous: Option<Place>,
    /// Where it ends, when there are rows after it.
    pub next: Option<Place>,
}

#[derive(FromQueryResult)]
struct RefusedRow {
    id: Uuid,
    refused: i64,
}

impl<C: Sealing> Pipelines<'_, C> {
    /// One page of those that fit; `search` is folded as `search_key` is, and as names are.
    pub async fn page(
        &self,
        query: &PipelineQuery,
        search: (&str, &str),
        today: Day,
    ) -> Result<PipelinesPage, DbErr> {
        if search.0.is_empty() && !query.search.is_empty() {
            // A mark without its letter is in no text.
            return Ok(PipelinesPage { rows: Vec::new(), previous: None, next: None });
        }
        let (sort, is_up) = (query.sort(), query.before.is_some());
        let place = query.before.as_ref().or(query.after.as_ref());
        let asked = (sort, search, today);
        let mut rows = self.beside(asked, place, is_up, PAGE_ROWS + 1).await?;
        let is_more = rows.len() as u64 > PAGE_ROWS;
        rows.truncate(usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX));
        // On the side that we come from, rows may have been deleted meanwhile.
        let is_behind = match (place, rows.first()) {
            (Some(_), Some(nearest)) => {
                let nearest = nearest.place(sort);
                !self.beside(asked, Some(&nearest), !is_up, 1).await?.is_empty()
            }
            _ => false,
        };
        let (is_before, is_after) = if is_up { (is_more, is_behind) } else { (is_behind, is_more) };
        if is_up {
            rows.reverse();
        }
        Ok(PipelinesPage {
            previous: rows.first().filter(|_| is_before).map(|row| row.place(sort)),
            next: rows.last().filter(|_| is_after).map(|row| row.place(sort)),
            rows: rows.into_iter().map(Into::into).collect(),
        })
    }

    /// At most so many of the rows that come after the place, or before it when it goes up; those next
    /// to it first.
    async fn beside(
        &self,
        (sort, (plain, folded), today): (PipelineSort, (&str, &str), Day),
        place: Option<&Place>,
        is_up: bool,
        most: u64,
    ) -> Result<Vec<SummaryRow>, DbErr> {
        let mut text = SUMMARIES.to_owned();
        let mut values: Vec<Value> = vec![today.to_text().into(), self.project.into()];
        if !plain.is_empty() {
            // A row of a server of the version before is found by its name only.
            text.push_str(
                " AND (pipeline.search_key LIKE ? ESCAPE '\\'
                OR pipeline.rules_key LIKE ? ESCAPE '\\' OR pipeline.name_key LIKE ? ESCAPE '\\')",
            );
            values.extend(
                [plain, plain, folded].map(|text| Value::from(format!("%{}%", escaped(text)))),
            );
        }
        if let Some(place) = place {
            text.push_str(beyond(sort, is_up));
            if sort == PipelineSort::Created {
                values.push(place.created_at.unwrap_or_default().into());
            }
            values.push(place.name_key.clone().into());
        }
        text.push_str(ordered(sort, is_up));
        values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
        let backend = self.db.get_database_backend();
        let text = numbered(backend, &text);
        let statement = Statement::from_sql_and_values(backend, text, values);
        SummaryRow::find_by_statement(statement).all(self.db).await
    }

    /// How many of the last requests of each of these received nothing.
    pub async fn refused_lately(&self, ids: &[Uuid]) -> Result<BTreeMap<Uuid, i64>, DbErr> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let backend = self.db.get_database_backend();
        let text = format!("{REFUSED} ({})", repeated("?", ids.len()));
        let mut values: Vec<Value> =
            vec![LATELY.into(), Outcome::Delivered.word().into(), self.project.into()];
        values.extend(ids.iter().copied().map(Value::from));
        let text = numbered(backend, &text);
        let statement = Statement::from_sql_and_values(backend, text, values);
        let rows = RefusedRow::find_by_statement(statement).all(self.db).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.refused)).collect())
    }
}

impl SummaryRow {
    fn place(&self, sort: PipelineSort) -> Place {
        Place::of(sort, self.created_at, &self.name_key)
    }
}

/// What lies beyond a place in the order; the newest come first, so what comes after them is less.
fn beyond(sort: PipelineSort, is_up: bool) -> &'static str {
    match (sort, is_up) {
        (PipelineSort::Name, false) => " AND pipeline.name_key > ?",
        (PipelineSort::Name, true) => " AND pipeline.name_key < ?",
        (PipelineSort::Created, false) => " AND (pipeline.created_at, pipeline.name_key) < (?, ?)",
        (PipelineSort::Created, true) => " AND (pipeline.created_at, pipeline.name_key) > (?, ?)",
    }
}

/// The rows in the order, or in the opposite one.
fn ordered(sort: PipelineSort, is_up: bool) -> &'static str {
    match (sort, is_up) {
        (PipelineSort::Name, false) => " ORDER BY pipeline.name_key LIMIT ?",
        (PipelineSort::Name, true) => " ORDER BY pipeline.name_key DESC LIMIT ?",
        (PipelineSort::Created, false) => {
            " ORDER BY pipeline.created_at DESC, pipeline.name_key DESC LIMIT ?"
        }
        (PipelineSort::Created, true) => " ORDER BY pipeline.created_at, pipeline.name_key LIMIT ?",
    }
}
