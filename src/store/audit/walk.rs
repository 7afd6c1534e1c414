//! The links of a chain that a filter takes, some at a time. Events and fetches are two tables: each is
//! read by an index of its own, and what was found is put together in one order.

use crate::domain::audit::{Action, AuditPlace, AuditQuery};
use crate::domain::delivery::Outcome;
use crate::store::Chain;
use crate::store::entity::{audit_event, fetch, receipt};
use crate::store::seals::Sealing;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Rows that one step looks at in a table: an index finds what one filter takes, and what the others
/// leave of it is read past. So a step never goes through all there is; the next one goes on.
const WINDOW: u64 = 2_000;

/// The noun of an action: the index has it in these words.
const LETTERS: &str = "substr(\"audit_event\".\"action\", 1, 5)";
/// What was not delivered: the index has these receipts alone.
const REFUSED: &str = "\"receipt\".\"outcome\" <> 'delivered'";

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
struct Part {
    found: Vec<FoundLink>,
    end: Option<(i64, i64)>,
}

impl Walk<'_> {
    fn is_by_time(&self) -> bool {
        self.way == Way::Older && self.query.is_by_time()
    }

    /// How many rows of a table are read: no more than are asked for, where the index finds exactly
    /// these.
    fn limit(&self) -> u64 {
        let AuditQuery { person, pipeline, noun, action, outcome, from, to, .. } = self.query;
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
        let is_exact = filters == 0 || (filters == 1 && !is_timed);
        if is_exact { self.most + 1 } else { WINDOW.max(self.most + 1) }
    }

    /// The rows of a table from the place on, in the order of the walk.
    fn rows<E: EntityTrait>(&self, of: Select<E>, seq: E::Column, at: E::Column) -> Select<E> {
        let place = self.place.map(|place| place.seq);
        let of = match self.way {
            Way::Newer => {
                of.filter(seq.gt(place.unwrap_or(i64::MIN))).order_by(seq, Order::Asc)
            }
            Way::Older if self.is_by_time() => {
                let (from, after) = self.query.times();
                let reached = self.place.map(|place| (place.at.unwrap_or(after), place.seq));
                let (time, link) = reached.unwrap_or((after, i64::MIN));
                let columns = Expr::tuple([at, seq].map(|column| column.into_expr()));
                let values = Expr::tuple([time, link].map(Expr::val));
                of.filter(at.gte(from))
                    .filter(columns.lt(values))
                    .order_by(at, Order::Desc)
                    .order_by(seq, Order::Desc)
            }
            Way::Older => {
                of.filter(seq.lt(place.unwrap_or(i64::MAX))).order_by(seq, Order::Desc)
            }
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
    fn part(&self, rows: impl Iterator<Item = (i64, i64, bool)>, is_fetch: bool) -> Part {
        let (mut part, mut count, mut last) = (Part::default(), 0, None);
        for (at, seq, is_taken) in rows {
            (count, last) = (count + 1, Some((at, seq)));
            part.found.extend(is_taken.then_some(FoundLink { seq, at, is_fetch }));
        }
        part.end = last.filter(|_| count >= self.limit());
        part
    }

    /// The first of what was found: of no table more than the others were read for.
    fn put_together(&self, parts: Vec<Part>) -> Step {
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

impl<C: Sealing> Chain<'_, C> {
    /// One step of the walk.
    pub async fn step(&self, walk: Walk<'_>) -> Result<Step, DbErr> {
        let mut parts = Vec::new();
        if walk.query.wants_changes() {
            for such in of_events(walk.query) {
                parts.push(self.events_found(&walk, such).await?);
            }
        }
        if walk.query.wants_deliveries() {
            parts.push(match (walk.query.outcome, walk.query.pipeline) {
                (Some(outcome), None) => self.fetches_with(&walk, outcome).await?,
                (outcome, _) => self.fetches_found(&walk, outcome).await?,
            });
        }
        Ok(walk.put_together(parts))
    }

    async fn events_found(&self, walk: &Walk<'_>, such: Condition) -> Result<Part, DbErr> {
        use audit_event::{Column, Entity};
        type Row = (i64, i64, String, Option<Uuid>, Uuid);
        let rows = Entity::find()
            .select_only()
            .columns([Column::At, Column::Seq, Column::Action, Column::ActorId, Column::SubjectId])
            .filter(Column::Chain.eq(walk.chain))
            .filter(such);
        let rows = walk.rows(rows, Column::Seq, Column::At);
        let rows: Vec<Row> = rows.into_tuple().all(self.db).await?;
        let rows = rows.into_iter().map(|(at, seq, action, actor, subject)| {
            (at, seq, walk.query.takes_change(at, &action, actor, subject))
        });
        Ok(walk.part(rows, false))
    }

    /// Fetches by their pipeline, or all of them.
    async fn fetches_found(
        &self,
        walk: &Walk<'_>,
        outcome: Option<Outcome>,
    ) -> Result<Part, DbErr> {
        use fetch::{Column, Entity};
        let mut rows = Entity::find()
            .select_only()
            .columns([Column::At, Column::Seq, Column::PipelineId])
            .filter(Column::Chain.eq(walk.chain));
        if let Some(pipeline) = walk.query.pipeline {
            rows = rows.filter(Column::PipelineId.eq(pipeline));
        }
        let rows = walk.rows(rows, Column::Seq, Column::At);
        let rows: Vec<(i64, i64, Uuid)> = rows.into_tuple().all(self.db).await?;
        let with = match outcome {
            Some(outcome) => {
                let seqs = rows.iter().map(|(_, seq, _)| *seq).collect();
                Some(self.with_outcome(walk.chain, seqs, outcome).await?)
            }
            None => None,
        };
        let rows = rows.into_iter().map(|(at, seq, pipeline)| {
            let has = with.as_ref().is_none_or(|with| with.contains(&seq));
            (at, seq, has && walk.query.takes_fetch(at, pipeline))
        });
        Ok(walk.part(rows, true))
    }

    /// Fetches by their receipts with that outcome.
    async fn fetches_with(&self, walk: &Walk<'_>, outcome: Outcome) -> Result<Part, DbErr> {
        use receipt::{Column, Entity};
        let place = walk.place.map(|place| place.seq);
        let rows = Entity::find()
            .select_only()
            .column(Column::Seq)
            .distinct()
            .filter(Column::Chain.eq(walk.chain))
            .filter(has_outcome(outcome));
        let rows = match walk.way {
            Way::Newer => {
                rows.filter(Column::Seq.gt(place.unwrap_or(i64::MIN))).order_by_asc(Column::Seq)
            }
            Way::Older => {
                rows.filter(Column::Seq.lt(place.unwrap_or(i64::MAX))).order_by_desc(Column::Seq)
            }
        };
        let seqs: Vec<i64> = rows.limit(walk.limit()).into_tuple().all(self.db).await?;
        let (count, last) = (seqs.len() as u64, seqs.last().copied());
        let found: Vec<(i64, i64, Uuid)> = fetch::Entity::find()
            .select_only()
            .columns([fetch::Column::At, fetch::Column::Seq, fetch::Column::PipelineId])
            .filter(fetch::Column::Chain.eq(walk.chain))
            .filter(fetch::Column::Seq.is_in(seqs))
            .into_tuple()
            .all(self.db)
            .await?;
        let found = found.into_iter().filter(|(at, _, id)| walk.query.takes_fetch(*at, *id));
        let found = found.map(|(at, seq, _)| FoundLink { seq, at, is_fetch: true }).collect();
        // Never by time: an outcome is asked for.
        let end = last.filter(|_| count >= walk.limit()).map(|seq| (0, seq));
        Ok(Part { found, end })
    }

    /// Which of these fetches have a receipt with that outcome.
    async fn with_outcome(
        &self,
        chain: Uuid,
        seqs: Vec<i64>,
        outcome: Outcome,
    ) -> Result<BTreeSet<i64>, DbErr> {
        let rows: Vec<i64> = receipt::Entity::find()
            .select_only()
            .column(receipt::Column::Seq)
            .distinct()
            .filter(receipt::Column::Chain.eq(chain))
            .filter(receipt::Column::Seq.is_in(seqs))
            .filter(has_outcome(outcome))
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(rows.into_iter().collect())
    }
}

fn has_outcome(outcome: Outcome) -> Condition {
    let all = Condition::all();
    match outcome {
        Outcome::Delivered => all.add(receipt::Column::Outcome.eq(outcome.word())),
        Outcome::Refused => all.add(Expr::cust(REFUSED)),
    }
}

/// What an index is asked for: the events of one filter, in one part or, where several actions are
/// meant, in one for each of them.
fn of_events(query: &AuditQuery) -> Vec<Condition> {
    use audit_event::Column;
    let all = Condition::all;
    let of_action = |action: Action| all().add(Column::Action.eq(action.word()));
    let letters = query.noun.and_then(|noun| noun.letters());
    if let Some(person) = query.person {
        vec![all().add(Column::ActorId.eq(person))]
    } else if let Some(pipeline) = query.pipeline {
        vec![all().add(Column::SubjectId.eq(pipeline))]
    } else if let Some(action) = query.action {
        vec![of_action(action)]
    } else if query.outcome.is_some() {
        Action::REFUSALS.iter().copied().map(of_action).collect()
    } else if let Some(letters) = letters {
        vec![all().add(Expr::cust(LETTERS).eq(letters))]
    } else {
        vec![all()]
    }
}
