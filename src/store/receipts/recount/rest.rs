//! The rest of what is recounted: the pairs of all time, the last uses of versions and of tokens, and what
//! was reported of deliveries.

use super::delivered::Delivered;
use super::{PAGE, PART, Slice, WrongSum};
use crate::domain::delivery::{Outcome, Report};
use crate::store::Receipts;
use crate::store::entity::{delivery_report, receipt, secret_version, usage};
use crate::store::prepared::{Prepared, numbered};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, Value,
};
use std::cmp::min;
use uuid::Uuid;

/// One of the tokens that fetched something after they were last used.
const EARLY: &str = "SELECT t.id AS id FROM (SELECT f.token_id AS token_id, MAX(f.at) AS last_at
        FROM pipeline_fetch f WHERE f.chain = ? AND f.seq > ? AND f.seq <= ? GROUP BY f.token_id) g
    JOIN pipeline_token t ON t.id = g.token_id
    WHERE t.last_used_at IS NULL OR t.last_used_at < g.last_at LIMIT 1";

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The first pair, version or token that does not say what was delivered up to the second link. What was
    /// put aside goes up to the first.
    pub(super) async fn wrong_delivered(
        &self,
        links: (i64, i64),
        is_all: bool,
    ) -> Result<Option<WrongSum>, DbErr> {
        let mut slice = Slice { after: None, last: None };
        loop {
            let (mut delivered, last) = self.recount_delivered(slice, links).await?;
            slice.last = last;
            if let Some(wrong) = self.wrong_version(slice, &delivered, is_all).await? {
                return Ok(Some(wrong));
            }
            if let Some(wrong) = self.wrong_pair(slice, &mut delivered, is_all).await? {
                return Ok(Some(wrong));
            }
            match last {
                Some(last) => slice = Slice { after: Some(last), last: None },
                None => return self.early_token(links).await,
            }
        }
    }

    /// The first stored pair of the slice that differs, or that is not stored.
    async fn wrong_pair(
        &self,
        slice: Slice,
        delivered: &mut Delivered,
        is_all: bool,
    ) -> Result<Option<WrongSum>, DbErr> {
        let most = Uuid::from_u128(u128::MAX);
        let mut from = slice.after.map_or((Uuid::nil(), Uuid::nil()), |after| (after, most));
        loop {
            let rows = self.pairs_after(from).await?;
            let end = rows.last().map(|row| (row.credential_id, row.pipeline_id));
            for row in rows.into_iter().filter(|row| slice.has(row.credential_id)) {
                let pair = (row.credential_id, row.pipeline_id);
                let holds = match delivered.pairs.remove(&pair) {
                    Some(known) => known.is(&row, is_all),
                    None => !is_all,
                };
                if !holds {
                    return Ok(Some(WrongSum::of_pair(pair)));
                }
            }
            match end.filter(|(credential, _)| slice.has(*credential)) {
                Some(end) => from = end,
                None => break,
            }
        }
        let missing = delivered.pairs.first_key_value();
        Ok(missing.map(|(pair, _)| WrongSum::of_pair(*pair)))
    }

    /// The first stored version of the slice that differs. Those of a deleted credential are gone.
    async fn wrong_version(
        &self,
        slice: Slice,
        delivered: &Delivered,
        is_all: bool,
    ) -> Result<Option<WrongSum>, DbErr> {
        let mut from = slice.after.map_or((Uuid::nil(), i64::MIN), |after| (after, i64::MAX));
        loop {
            let rows = self.versions_after(from).await?;
            let end = rows.last().map(|(credential, version, ..)| (*credential, *version));
            for (credential, version, times, last_at) in rows {
                let of = (credential, version);
                if slice.has(credential) && !delivered.has_version(of, (times, last_at), is_all) {
                    return Ok(Some(WrongSum::of_version(of)));
                }
            }
            match end.filter(|(credential, _)| slice.has(*credential)) {
                Some(end) => from = end,
                None => return Ok(None),
            }
        }
    }

    /// Some of the versions after that one, in the order of their keys: how often each was delivered, and
    /// when last.
    async fn versions_after(
        &self,
        (credential, version): (Uuid, i64),
    ) -> Result<Vec<(Uuid, i64, i64, Option<i64>)>, DbErr> {
        use secret_version::Column::{
            CredentialId, Deliveries, LastDeliveredAt, ProjectId, Version,
        };
        let columns = Expr::tuple([CredentialId, Version].map(ColumnTrait::into_expr));
        let after = columns.gt(Expr::tuple([Expr::val(credential), Expr::val(version)]));
        secret_version::Entity::find()
            .select_only()
            .columns([CredentialId, Version, Deliveries, LastDeliveredAt])
            .filter(ProjectId.eq(self.project))
            .filter(after)
            .order_by_asc(CredentialId)
            .order_by_asc(Version)
            .limit(PAGE)
            .into_tuple()
            .all(self.db)
            .await
    }

    /// A token that says that it was last used before it fetched something. It may say later: a door of
    /// which there are no receipts uses it, too.
    async fn early_token(&self, (mut after, end): (i64, i64)) -> Result<Option<WrongSum>, DbErr> {
        static TEXT: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        while after < end {
            let last = min(end, after + PART);
            let values = vec![Value::from(self.project), after.into(), last.into()];
            let early = TEXT.with(backend, || numbered(backend, EARLY), values);
            if let Some(row) = self.db.query_one_raw(early).await? {
                let id: String = row.try_get_by_index(0)?;
                return Ok(Some(WrongSum::of_token(&id)));
            }
            after = last;
        }
        Ok(None)
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

    /// The first report of the links behind the first and up to the second that is of no delivery, or says
    /// what nobody can report.
    pub(super) async fn lost_report(
        &self,
        (after, last): (i64, i64),
    ) -> Result<Option<WrongSum>, DbErr> {
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
            .filter(Seq.gt(after))
            .filter(Seq.lte(last))
            .filter(lost)
            .order_by_asc(Seq)
            .order_by_asc(Number)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(found.map(|(seq, number)| WrongSum::of_report(seq, number)))
    }
}
