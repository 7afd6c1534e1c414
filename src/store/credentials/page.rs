//! One page of the list. It is found by the keys of the row beside it, so that a page far down takes
//! no longer than the first, and nothing is shown twice or left out when rows come and go meanwhile.

use super::SummaryRow;
use super::rows::{ListedRow, SUMMARY, USED_BY, day};
use super::search::Search;
use crate::domain::credential::Summary;
use crate::domain::listing::{COUNTED, Cursor, ListQuery, PAGE_ROWS, Sort, SortKey, UsedBy};
use crate::domain::moment::{Day, Moment};
use crate::store::Credentials;
use crate::store::as_json;
use crate::store::entity::credential::{Column, Entity};
use crate::store::entity::credential_count;
use crate::store::seals::Sealing;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, IdenStatic, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// So many rows are asked for, first for a page and one more, and then again while none of them can be
/// read: four times at most. What lies beyond more such rows in sequence than the last number is on no page.
const ASKED: [u64; 4] = [PAGE_ROWS + 1, 400, 3_200, 25_600];

#[derive(Debug, Default)]
pub struct Page {
    /// At most [`PAGE_ROWS`].
    pub rows: Vec<Summary>,
    /// Of the rows that a pipeline has received, how many have, and when the last one did.
    pub used_by: BTreeMap<Uuid, UsedBy>,
    /// Where it begins, when there are rows before it.
    pub previous: Option<Cursor>,
    /// Where it ends, when there are rows after it.
    pub next: Option<Cursor>,
}

/// A row of a page: its place, and who uses it.
type Shown = (Cursor, Summary, Option<UsedBy>);

impl<C: Sealing> Credentials<'_, C> {
    /// One page of those that fit.
    pub async fn list(
        &self,
        query: &ListQuery,
        search: &Search,
        today: Day,
    ) -> Result<Page, DbErr> {
        if search.is_in_vain(query) {
            return Ok(Page::default());
        }
        let fit = self.found(query, search, today);
        let is_back = query.before.is_some();
        let is_up = is_back != query.is_reversed;
        let (sort, place) = (query.sort(), query.before.as_ref().or(query.after.as_ref()));
        let (mut rows, is_more) = self.shown_beside(&fit, sort, place, is_up).await?;
        // On the side that we come from, rows may have been deleted meanwhile.
        let is_behind = match (place, rows.first()) {
            (Some(_), Some((nearest, ..))) => {
                !self.beside(&fit, sort, Some(nearest), !is_up, 1).await?.is_empty()
            }
            _ => false,
        };
        let (is_before, is_after) =
            if is_back { (is_more, is_behind) } else { (is_behind, is_more) };
        if is_back {
            rows.reverse();
        }
        let place = |(place, ..): &Shown| place.clone();
        Ok(Page {
            previous: rows.first().filter(|_| is_before).map(place),
            next: rows.last().filter(|_| is_after).map(place),
            used_by: rows.iter().filter_map(|(_, row, used)| Some((row.id, (*used)?))).collect(),
            rows: rows.into_iter().map(|(_, row, _)| row).collect(),
        })
    }

    /// The rows of a page that can be read, each with its place, those next to `place` first; and whether
    /// there are others beyond. A row that cannot be read has no place where the next page could begin:
    /// where all of a page are such, more are asked for at once, as often as [`ASKED`] says.
    async fn shown_beside(
        &self,
        fit: &Select<Entity>,
        sort: Sort,
        place: Option<&Cursor>,
        is_up: bool,
    ) -> Result<(Vec<Shown>, bool), DbErr> {
        let page = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
        for most in ASKED {
            let found = self.beside(fit, sort, place, is_up, most).await?;
            if found.iter().any(Option::is_none) {
                self.db.seals().tell("credential");
            }
            // The last one of as many as were asked for only says that there are more.
            let is_cut = found.len() as u64 == most;
            let all = found.len() - usize::from(is_cut);
            let read = |(row, (pipelines, last_at)): ListedRow| {
                let used = UsedBy { pipelines, last_at: Moment(last_at.as_i64().unwrap_or(0)) };
                let used = Some(used).filter(|used| used.pipelines > 0);
                Some((row.place(sort), Summary::try_from(row).ok()?, used))
            };
            let rows: Vec<_> = found.into_iter().take(all).map(|row| row.and_then(read)).collect();
            if let Some(first) = rows.iter().position(Option::is_some) {
                let is_more = is_cut || all - first > page;
                return Ok((rows.into_iter().skip(first).take(page).flatten().collect(), is_more));
            }
            if !is_cut {
                break;
            }
        }
        Ok((Vec::new(), false))
    }

    /// How many fit, and whether there are more of them. Those that are searched for or filtered are
    /// counted up to [`COUNTED`].
    pub async fn count(
        &self,
        query: &ListQuery,
        search: &Search,
        today: Day,
    ) -> Result<(u64, bool), DbErr> {
        if query.is_of_all() {
            return Ok((self.count_all().await?, false));
        }
        if search.is_in_vain(query) {
            return Ok((0, false));
        }
        let fit = self.found(query, search, today).select_only().column(Column::Id);
        let mut counted = Query::select();
        counted.expr(Expr::cust("COUNT(*)"));
        counted.from_subquery(fit.limit(COUNTED + 1).into_query(), Alias::new("sub_query"));
        let row = self.db.query_one(&counted).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        let count = u64::try_from(count).unwrap_or(0);
        Ok((std::cmp::min(count, COUNTED), count > COUNTED))
    }

    /// How many there are. The database keeps the number.
    async fn count_all(&self) -> Result<u64, DbErr> {
        let kept = credential_count::Entity::find_by_id(self.project)
            .select_only()
            .column(credential_count::Column::Number)
            .into_tuple::<i64>()
            .one(self.db)
            .await?;
        Ok(kept.map_or(0, |number| u64::try_from(number).unwrap_or(0)))
    }

    /// At most so many of the rows that come after the place, or before it when it goes up; those
    /// next to it first.
    async fn beside(
        &self,
        fit: &Select<Entity>,
        sort: Sort,
        place: Option<&Cursor>,
        is_up: bool,
        most: u64,
    ) -> Result<Vec<Option<ListedRow>>, DbErr> {
        let mut rows = Vec::new();
        for part in parts(sort, place, is_up) {
            let left = most.saturating_sub(rows.len() as u64);
            if left > 0 {
                let next = ordered(fit.clone().filter(part), sort, is_up).limit(left);
                let next = next.build(self.db.get_database_backend());
                rows.extend(
                    as_json::pairs(self.db, next, (SUMMARY, USED_BY), &said(sort, is_up)).await?,
                );
            }
        }
        Ok(rows)
    }
}

impl SummaryRow {
    fn place(&self, sort: Sort) -> Cursor {
        let key = match sort {
            Sort::Name => SortKey::Name,
            Sort::Registry => SortKey::Registry(self.host.clone()),
            Sort::Expires => SortKey::Expires(day(&self.expires_on)),
            Sort::Changed => SortKey::Changed(Moment(self.updated_at)),
        };
        Cursor { key, name_key: self.natural_key.clone() }
    }
}

/// What the rows are ordered by, or by the opposite. The name, which no other row of the project has,
/// comes last, so that there is one order only.
fn order(sort: Sort, is_up: bool) -> Vec<(Column, Order)> {
    let (rising, falling) =
        if is_up { (Order::Desc, Order::Asc) } else { (Order::Asc, Order::Desc) };
    let first = match sort {
        Sort::Name => None,
        Sort::Registry => Some((Column::Host, rising.clone())),
        Sort::Expires => Some((Column::ExpiresOn, rising.clone())),
        Sort::Changed => Some((Column::UpdatedAt, falling)),
    };
    first.into_iter().chain([(Column::NaturalKey, rising)]).collect()
}

fn ordered(rows: Select<Entity>, sort: Sort, is_up: bool) -> Select<Entity> {
    order(sort, is_up).into_iter().fold(rows, |rows, (column, order)| rows.order_by(column, order))
}

/// The same as it is written.
fn said(sort: Sort, is_up: bool) -> String {
    let column = |(column, order): (Column, Order)| {
        format!("{}{}", column.as_str(), if order == Order::Desc { " DESC" } else { "" })
    };
    order(sort, is_up).into_iter().map(column).collect::<Vec<_>>().join(", ")
}

/// What lies beyond the place in the order, in parts that follow one another. Each is one range of
/// an index; the databases do not agree on where rows without a day of expiry come.
fn parts(sort: Sort, place: Option<&Cursor>, is_up: bool) -> Vec<Condition> {
    let all = Condition::all;
    let dated = || all().add(Column::ExpiresOn.is_not_null());
    let undated = || all().add(Column::ExpiresOn.is_null());
    let Some(Cursor { key, name_key }) = place else {
        return match (sort, is_up) {
            (Sort::Expires, false) => vec![dated(), undated()],
            (Sort::Expires, true) => vec![undated(), dated()],
            _ => vec![all()],
        };
    };
    let beyond = |columns: Expr, values: Expr| {
        if is_up { columns.lt(values) } else { columns.gt(values) }
    };
    let name = || beyond(column(Column::NaturalKey), Expr::val(name_key.as_str()));
    let both = |first: Column, value: &str| {
        let values = [Expr::val(value), Expr::val(name_key.as_str())];
        beyond(Expr::tuple([first, Column::NaturalKey].map(column)), Expr::tuple(values))
    };
    match key {
        SortKey::Name => vec![all().add(name())],
        SortKey::Registry(host) => vec![all().add(both(Column::Host, host))],
        SortKey::Changed(at) => {
            let (reached, is_first) = if is_up {
                (Column::UpdatedAt.gte(at.0), Column::NaturalKey.gte(name_key.as_str()))
            } else {
                (Column::UpdatedAt.lte(at.0), Column::NaturalKey.lte(name_key.as_str()))
            };
            // Of that very moment only those beyond. Written with OR, a database might read two
            // ranges and sort them.
            let passed = all().add(Column::UpdatedAt.eq(at.0)).add(is_first).not();
            vec![all().add(reached).add(passed)]
        }
        SortKey::Expires(Some(day)) => {
            let mut parts = vec![all().add(both(Column::ExpiresOn, &day.to_text()))];
            if !is_up {
                parts.push(undated());
            }
            parts
        }
        SortKey::Expires(None) => {
            let mut parts = vec![undated().add(name())];
            if is_up {
                parts.push(dated());
            }
            parts
        }
    }
}

fn column(column: Column) -> Expr {
    Expr::col((Entity, column))
}
