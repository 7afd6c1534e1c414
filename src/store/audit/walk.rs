//! The order of a walk through the links of a chain, some at a time. Events and fetches are two tables:
//! each is read for itself, and what was found is put together in one order.

use crate::domain::audit::{AuditPlace, AuditQuery};
use crate::domain::delivery::Outcome;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

/// Rows that one step looks at in a table: an index finds what one filter takes, and what the others
/// leave of it is read past. So a step never goes through all there is; the next one goes on.
const WINDOW: u64 = 2_000;

/// The same of fetches whose receipts tell whether anything was delivered: each may have thousands.
const FETCHES: u64 = 500;

/// Receipts of a credential that are read for each fetch that is asked for, before [`WINDOW`] of them are:
/// a fetch has one of a credential, and a few where a client asked in parts.
const EACH: u64 = 4;

/// Which way a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Older,
    /// Always in the order of the links.
    Newer,
}

/// A link that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundLink {
    pub seq: i64,
    /// Milliseconds.
    pub at: i64,
    pub is_fetch: bool,
}

/// What one step of a walk found, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub links: Vec<FoundLink>,
    /// Where the walk goes on; `None` when nothing is left.
    pub next: Option<AuditPlace>,
    /// Whether it found as many as were asked for.
    pub is_full: bool,
}

/// A walk: which links of which chain, from where, and how many of them at most.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    pub chain: Uuid,
    pub query: &'a AuditQuery,
    pub place: Option<AuditPlace>,
    pub way: Way,
    pub most: u64,
}

/// What was read of one table: what the filter takes of it, and how far that goes, unless it is all.
#[derive(Default)]
pub(super) struct Part {
    pub(super) found: Vec<FoundLink>,
    pub(super) end: Option<(i64, i64)>,
}

impl Walk<'_> {
    fn is_by_time(&self) -> bool {
        self.way == Way::Older && self.query.is_by_time()
    }

    /// How many rows of a table are read: no more than are asked for, where an index finds exactly
    /// these. Of what was delivered there is none, and a credential may have many receipts in one fetch.
    pub(super) fn limit(&self) -> u64 {
        let AuditQuery { person, pipeline, credential, noun, action, outcome, from, to, .. } =
            self.query;
        let is_timed = (from.is_some() || to.is_some()) && !self.is_by_time();
        let filters = [
            person.is_some(),
            pipeline.is_some(),
            noun.is_some(),
            action.is_some(),
            outcome.is_some(),
            is_timed,
        ];
        let filters = filters.into_iter().filter(|is_set| *is_set).count();
        let is_exact = credential.is_none() && (filters == 0 || (filters == 1 && !is_timed));
        let window = match outcome {
            Some(Outcome::Delivered) => FETCHES,
            _ if is_exact => 0,
            _ => WINDOW,
        };
        std::cmp::max(window, self.most + 1)
    }

    /// How many receipts of a credential are read, first and if these are too few. What another filter
    /// leaves of them is not known before.
    pub(super) fn receipt_limits(&self) -> (u64, u64) {
        let AuditQuery { person, pipeline, noun, action, from, to, .. } = self.query;
        let all = self.limit();
        let is_filtered = person.is_some()
            || pipeline.is_some()
            || noun.is_some()
            || action.is_some()
            || from.is_some()
            || to.is_some();
        let first = if is_filtered { all } else { std::cmp::min(all, EACH * (self.most + 1)) };
        (first, all)
    }

    /// The rows of a table from the place on, in the order of the walk.
    pub(super) fn rows<E: EntityTrait>(
        &self,
        of: Select<E>,
        seq: E::Column,
        at: E::Column,
    ) -> Select<E> {
        let place = self.place.map(|place| place.seq);
        let of = match self.way {
            Way::Newer => of.filter(seq.gt(place.unwrap_or(i64::MIN))).order_by(seq, Order::Asc),
            Way::Older if self.is_by_time() => {
                let (from, after) = self.query.times();
                let reached = self.place.map(|place| (place.at.unwrap_or(after), place.seq));
                let (time, link) = reached.unwrap_or((after, i64::MIN));
                let columns = Expr::tuple([at, seq].map(ColumnTrait::into_expr));
                let values = Expr::tuple([time, link].map(Expr::val));
                of.filter(at.gte(from))
                    .filter(columns.lt(values))
                    .order_by(at, Order::Desc)
                    .order_by(seq, Order::Desc)
            }
            Way::Older => of.filter(seq.lt(place.unwrap_or(i64::MAX))).order_by(seq, Order::Desc),
        };
        of.limit(self.limit())
    }

    /// The place of a link in the order: what comes first is less.
    fn rank(&self, (at, seq): (i64, i64)) -> (i64, i64) {
        match self.way {
            Way::Newer => (0, seq),
            Way::Older if self.is_by_time() => (at.saturating_neg(), seq.saturating_neg()),
            Way::Older => (0, seq.saturating_neg()),
        }
    }

    fn place(&self, (at, seq): (i64, i64)) -> AuditPlace {
        AuditPlace { seq, at: self.is_by_time().then_some(at) }
    }

    /// A part of these rows, each with its time, its number, and whether the filter takes it.
    pub(super) fn part(
        &self,
        rows: impl Iterator<Item = (i64, i64, bool)>,
        is_fetch: bool,
    ) -> Part {
        let (mut part, mut count, mut last) = (Part::default(), 0, None);
        for (at, seq, is_taken) in rows {
            (count, last) = (count + 1, Some((at, seq)));
            part.found.extend(is_taken.then_some(FoundLink { seq, at, is_fetch }));
        }
        part.end = last.filter(|_| count >= self.limit());
        part
    }

    /// The first of what was found: of no table more than the others were read for.
    pub(super) fn put_together(&self, parts: Vec<Part>) -> Step {
        let end = parts.iter().filter_map(|part| part.end).min_by_key(|end| self.rank(*end));
        let limit = end.map(|end| self.rank(end));
        let mut links: Vec<FoundLink> = parts.into_iter().flat_map(|part| part.found).collect();
        let rank = |link: &FoundLink| self.rank((link.at, link.seq));
        links.retain(|link| limit.is_none_or(|limit| rank(link) <= limit));
        links.sort_by_key(rank);
        let most = usize::try_from(self.most).unwrap_or(usize::MAX);
        let is_full = links.len() >= most;
        let next = if links.len() > most {
            links.truncate(most);
            links.last().map(|link| (link.at, link.seq))
        } else {
            end
        };
        Step { links, next: next.map(|key| self.place(key)), is_full }
    }
}
