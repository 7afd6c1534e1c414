//! The rest of what is recounted: the pairs of all time, and what was reported of deliveries.

use super::{PAGE, PART, WrongSum};
use crate::domain::delivery::{Outcome, Report};
use crate::store::Receipts;
use crate::store::entity::{delivery_report, receipt, usage};
use crate::store::receipts::days::DaySum;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::cmp::min;
use std::collections::HashMap;
use uuid::Uuid;

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The first pair whose deliveries are not those that were put aside up to the first link, and those of
    /// its receipts up to the second.
    pub(super) async fn wrong_pair(
        &self,
        (mut after, end): (i64, i64),
        is_exact: bool,
    ) -> Result<Option<WrongSum>, DbErr> {
        let mut counted: HashMap<(Uuid, Uuid), i64> = HashMap::new();
        let mut count = |sums: Vec<DaySum>| {
            for sum in sums {
                let is_counted =
                    sum.outcome == Outcome::Delivered.word() && !sum.credential_id.is_nil();
                if is_counted {
                    *counted.entry((sum.credential_id, sum.pipeline_id)).or_default() += sum.times;
                }
            }
        };
        self.each_aside(&mut count).await?;
        while after < end {
            let last = min(end, after + PART);
            count(self.sums_between(after, last).await?);
            after = last;
        }
        let mut from = (Uuid::nil(), Uuid::nil());
        loop {
            let rows = self.pairs_after(from).await?;
            let Some(end) = rows.last().map(|row| (row.credential_id, row.pipeline_id)) else {
                break;
            };
            for row in rows {
                let pair = (row.credential_id, row.pipeline_id);
                let known = counted.remove(&pair).unwrap_or(0);
                if row.deliveries < known || (is_exact && row.deliveries > known) {
                    return Ok(Some(WrongSum::of_pair(pair)));
                }
            }
            from = end;
        }
        Ok(counted.into_keys().min().map(WrongSum::of_pair))
    }

    /// The pairs after that one, in the order of their keys.
    async fn pairs_after(
        &self,
        (credential, pipeline): (Uuid, Uuid),
    ) -> Result<Vec<usage::Model>, DbErr> {
        use usage::Column::{CredentialId, PipelineId, ProjectId};
        let columns = Expr::tuple([CredentialId, PipelineId].map(ColumnTrait::into_expr));
        let after = columns.gt(Expr::tuple([Expr::val(credential), Expr::val(pipeline)]));
        usage::Entity::find()
            .filter(ProjectId.eq(self.project))
            .filter(after)
            .order_by_asc(CredentialId)
            .order_by_asc(PipelineId)
            .limit(PAGE)
            .all(self.db)
            .await
    }

    /// The first report that is of no delivery, or says what nobody can report.
    pub(super) async fn lost_report(&self) -> Result<Option<WrongSum>, DbErr> {
        use delivery_report::Column::{Chain, Number, Outcome as Said, Seq};
        let to_receipt = delivery_report::Entity::belongs_to(receipt::Entity)
            .from((Chain, Seq, Number))
            .to((receipt::Column::Chain, receipt::Column::Seq, receipt::Column::Number))
            .into();
        let words = Report::ALL.iter().map(|report| report.word());
        let lost = Condition::any()
            .add(receipt::Column::Outcome.is_null())
            .add(receipt::Column::Outcome.ne(Outcome::Delivered.word()))
            .add(Said.is_not_in(words));
        let found: Option<(i64, i32)> = delivery_report::Entity::find()
            .select_only()
            .columns([Seq, Number])
            .join(JoinType::LeftJoin, to_receipt)
            .filter(Chain.eq(self.project))
            .filter(lost)
            .order_by_asc(Seq)
            .order_by_asc(Number)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(found.map(|(seq, number)| WrongSum::of_report(seq, number)))
    }
}
