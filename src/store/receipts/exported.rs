//! Receipts as an export has them: with all that is known of their fetch, and some at a time, since one
//! fetch may have thousands.

use super::Receipts;
use crate::domain::audit::ExportedReceipt;
use crate::domain::delivery::Outcome;
use crate::store::entity::{fetch, receipt};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A receipt by its link and its number there.
pub type ReceiptPlace = (i64, i32);

/// Some receipts in their order, each with its place, and behind which one there are more. One that only a
/// newer program can read is `None`.
pub type ExportedPart = (Vec<(ReceiptPlace, Option<ExportedReceipt>)>, Option<ReceiptPlace>);

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The receipts of these links behind a place, or from the first on, at most so many rows: those with that
    /// outcome and of that credential, where one is asked for. The links are in their order.
    pub async fn exported(
        &self,
        links: &[i64],
        (outcome, credential): (Option<Outcome>, Option<Uuid>),
        after: Option<ReceiptPlace>,
        most: u64,
    ) -> Result<ExportedPart, DbErr> {
        use receipt::Column;
        let (Some(first), Some(last)) = (links.first(), links.last()) else {
            return Ok((Vec::new(), None));
        };
        // Between both, so that each part goes on where the one before ended, and none begins with the
        // oldest receipt there is.
        let after = after.unwrap_or((*first, -1));
        let place = Expr::tuple([Column::Seq, Column::Number].map(ColumnTrait::into_expr));
        let mut rows = receipt::Entity::find()
            .filter(Column::Chain.eq(self.project))
            .filter(Column::Seq.is_in(links.iter().copied()))
            .filter(Column::Seq.lte(*last))
            .filter(place.gt(Expr::tuple([Expr::val(after.0), Expr::val(after.1)])));
        if let Some(outcome) = outcome {
            rows = rows.filter(Column::Outcome.eq(outcome.word()));
        }
        if let Some(credential) = credential {
            rows = rows.filter(Column::CredentialId.eq(credential));
        }
        let rows = rows.order_by_asc(Column::Seq).order_by_asc(Column::Number).limit(most);
        let rows = rows.all(self.db).await?;
        let Some(last) = rows.last().map(|row| (row.seq, row.number)) else {
            return Ok((Vec::new(), None));
        };
        let next = (rows.len() as u64 >= most).then_some(last);
        let links: BTreeSet<i64> = rows.iter().map(|row| row.seq).collect();
        let fetches = fetch::Entity::find()
            .filter(fetch::Column::Chain.eq(self.project))
            .filter(fetch::Column::Seq.is_in(links))
            .all(self.db)
            .await?;
        let fetches: BTreeMap<i64, fetch::Model> =
            fetches.into_iter().map(|fetch| (fetch.seq, fetch)).collect();
        let read = |row: receipt::Model| {
            let (place, credential_id) = ((row.seq, row.number), row.credential_id);
            // Of a fetch that was removed just now there is nothing.
            let receipt = Self::unreported(row, fetches.get(&place.0)?);
            Some((place, receipt.map(|receipt| ExportedReceipt { receipt, credential_id })))
        };
        Ok((rows.into_iter().filter_map(read).collect(), next))
    }
}
