//! What a walk finds in the two tables: each filter has an index of its own.

use super::walk::{FoundLink, Part, Step, Walk, Way};
use crate::domain::audit::{Action, AuditQuery};
use crate::domain::delivery::Outcome;
use crate::store::Chain;
use crate::store::entity::{audit_event, fetch, receipt};
use crate::store::seals::Sealing;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The noun of an action: the index has it in these words.
const LETTERS: &str = "substr(\"audit_event\".\"action\", 1, 5)";
/// What was not delivered: the index has these receipts alone.
const REFUSED: &str = "\"receipt\".\"outcome\" <> 'delivered'";

impl<C: Sealing> Chain<'_, C> {
    /// One step of the walk.
    pub async fn step(&self, walk: Walk<'_>) -> Result<Step, DbErr> {
        let mut parts = Vec::new();
        if walk.query.wants_changes() {
            for such in of_events(walk.chain, walk.query) {
                parts.push(self.events_found(&walk, such).await?);
            }
        }
        if walk.query.wants_deliveries() {
            parts.push(match (walk.query.credential, walk.query.outcome) {
                (Some(credential), _) => self.fetches_of(&walk, credential).await?,
                (None, Some(Outcome::Refused)) => self.fetches_refused(&walk).await?,
                (None, outcome) => self.fetches_found(&walk, outcome).await?,
            });
        }
        Ok(walk.put_together(parts))
    }

    async fn events_found(&self, walk: &Walk<'_>, such: Condition) -> Result<Part, DbErr> {
        use audit_event::{Column, Entity};
        type Row = (i64, i64, String, Option<Uuid>, Uuid);
        let rows = Entity::find()
            .select_only()
            .columns([Column::At, Column::Seq])
            .columns([Column::Action, Column::ActorId, Column::SubjectId])
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
        let all = Entity::find().select_only().columns([
            Column::Chain,
            Column::At,
            Column::Seq,
            Column::PipelineId,
        ]);
        let rows = match walk.query.pipeline {
            // An index begins with it. If the chain were asked for as well, the embedded database might go
            // through all of that; whose a row is, is told afterwards.
            Some(pipeline) => all.filter(Column::PipelineId.eq(pipeline)),
            None => all.filter(Column::Chain.eq(walk.chain)),
        };
        let rows = walk.rows(rows, Column::Seq, Column::At);
        let rows: Vec<(Uuid, i64, i64, Uuid)> = rows.into_tuple().all(self.db).await?;
        // A pipeline is in one project: of another one's nothing is told, nor how much of it there is.
        if rows.iter().any(|(chain, ..)| *chain != walk.chain) {
            return Ok(Part::default());
        }
        let with = match outcome {
            Some(outcome) => {
                let seqs = rows.iter().map(|(_, _, seq, _)| *seq).collect();
                Some(self.with_outcome(walk.chain, seqs, outcome).await?)
            }
            None => None,
        };
        let rows = rows.into_iter().map(|(_, at, seq, pipeline)| {
            let has = with.as_ref().is_none_or(|with| with.contains(&seq));
            (at, seq, has && walk.query.takes_fetch(at, pipeline))
        });
        Ok(walk.part(rows, true))
    }

    /// Fetches by their receipts that were refused. Those with delivered ones have no index: nearly all
    /// are.
    async fn fetches_refused(&self, walk: &Walk<'_>) -> Result<Part, DbErr> {
        use receipt::{Column, Entity};
        let place = walk.place.map(|place| place.seq);
        let rows = Entity::find()
            .select_only()
            .column(Column::Seq)
            .distinct()
            .filter(Column::Chain.eq(walk.chain))
            .filter(has_outcome(Outcome::Refused));
        let rows = match walk.way {
            Way::Newer => {
                rows.filter(Column::Seq.gt(place.unwrap_or(i64::MIN))).order_by_asc(Column::Seq)
            }
            Way::Older => {
                rows.filter(Column::Seq.lt(place.unwrap_or(i64::MAX))).order_by_desc(Column::Seq)
            }
        };
        let seqs: Vec<i64> = rows.limit(walk.limit()).into_tuple().all(self.db).await?;
        // Never by time: an outcome is asked for.
        let last = seqs.last().filter(|_| seqs.len() as u64 >= walk.limit());
        let end = last.map(|seq| (0, *seq));
        Ok(Part { found: self.fetches_in(walk, seqs).await?, end })
    }

    /// Fetches by their receipts of that credential.
    async fn fetches_of(&self, walk: &Walk<'_>, credential: Uuid) -> Result<Part, DbErr> {
        let (first, all) = walk.receipt_limits();
        let (mut seqs, mut end) = self.links_of(walk, credential, first).await?;
        if first < all && end.is_some() && seqs.len() as u64 <= walk.most {
            (seqs, end) = self.links_of(walk, credential, all).await?;
        }
        Ok(Part { found: self.fetches_in(walk, seqs.into_iter().collect()).await?, end })
    }

    /// The links in which that many receipts of the credential are, and how far these go, unless they are
    /// all.
    async fn links_of(
        &self,
        walk: &Walk<'_>,
        credential: Uuid,
        limit: u64,
    ) -> Result<(BTreeSet<i64>, Option<(i64, i64)>), DbErr> {
        use receipt::{Column, Entity};
        let rows = Entity::find()
            .select_only()
            .columns([Column::Chain, Column::Seq, Column::Outcome])
            .filter(Column::CredentialId.eq(credential));
        let place = walk.place.map(|place| place.seq);
        let rows = match walk.way {
            Way::Newer => {
                rows.filter(Column::Seq.gt(place.unwrap_or(i64::MIN))).order_by_asc(Column::Seq)
            }
            Way::Older => {
                rows.filter(Column::Seq.lt(place.unwrap_or(i64::MAX))).order_by_desc(Column::Seq)
            }
        };
        let rows = rows.limit(limit).into_tuple();
        let mut rows: Vec<(Uuid, i64, String)> = rows.all(self.db).await?;
        // A credential is in one project, as a pipeline is.
        if rows.iter().any(|(chain, ..)| *chain != walk.chain) {
            return Ok((BTreeSet::new(), None));
        }
        // The last fetch may have more of them: it is found in the next step, unless it is the only one.
        let is_cut = rows.len() as u64 >= limit;
        let last = rows.last().map(|(_, seq, _)| *seq);
        if is_cut && rows.first().map(|(_, seq, _)| *seq) != last {
            rows.retain(|(_, seq, _)| Some(*seq) != last);
        }
        // Never by time: a credential is asked for.
        let end = rows.last().filter(|_| is_cut).map(|(_, seq, _)| (0, *seq));
        let wanted = walk.query.outcome.map(Outcome::word);
        let has = |outcome: &str| wanted.is_none_or(|wanted| outcome == wanted);
        let seqs = rows.into_iter().filter(|(.., outcome)| has(outcome)).map(|(_, seq, _)| seq);
        Ok((seqs.collect(), end))
    }

    /// Those of these fetches that the filter takes.
    async fn fetches_in(&self, walk: &Walk<'_>, seqs: Vec<i64>) -> Result<Vec<FoundLink>, DbErr> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<(i64, i64, Uuid)> = fetch::Entity::find()
            .select_only()
            .columns([fetch::Column::At, fetch::Column::Seq, fetch::Column::PipelineId])
            .filter(fetch::Column::Chain.eq(walk.chain))
            .filter(fetch::Column::Seq.is_in(seqs))
            .into_tuple()
            .all(self.db)
            .await?;
        let found = found.into_iter().filter(|(at, _, id)| walk.query.takes_fetch(*at, *id));
        Ok(found.map(|(at, seq, _)| FoundLink { seq, at, is_fetch: true }).collect())
    }

    /// Which of these fetches have a receipt with that outcome.
    async fn with_outcome(
        &self,
        chain: Uuid,
        seqs: Vec<i64>,
        outcome: Outcome,
    ) -> Result<BTreeSet<i64>, DbErr> {
        if seqs.is_empty() {
            return Ok(BTreeSet::new());
        }
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
fn of_events(chain: Uuid, query: &AuditQuery) -> Vec<Condition> {
    use audit_event::Column;
    let all = || Condition::all().add(Column::Chain.eq(chain));
    let of_action = |action: Action| all().add(Column::Action.eq(action.word()));
    let letters = query.noun.and_then(|noun| noun.letters());
    if let Some(person) = query.person {
        vec![all().add(Column::ActorId.eq(person))]
    } else if let Some(pipeline) = query.pipeline {
        vec![all().add(Column::SubjectId.eq(pipeline))]
    } else if let Some(credential) = query.credential {
        vec![all().add(Column::SubjectId.eq(credential))]
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
