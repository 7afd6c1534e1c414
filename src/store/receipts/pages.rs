//! Receipts in pages, newest first. A page ends between two fetches.

use super::{Receipts, to_fetch};
use crate::domain::delivery::ReceiptPage;
use crate::store::entity::{fetch, receipt};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::BTreeMap;
use uuid::Uuid;

type Row = (receipt::Model, fetch::Model);

/// Receipts on a page of a pipeline: a fetch may have thousands.
const RECEIPTS: u64 = 1_000;

/// How many pages of receipts are read for one of a credential: a fetch may name 50 images that it is for.
const MORE: u64 = 4;

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The last receipts of a credential before a link, and about so many.
    pub async fn of_credential(
        &self,
        id: Uuid,
        before: Option<i64>,
        most: u64,
    ) -> Result<ReceiptPage, DbErr> {
        let rows: Vec<(receipt::Model, Option<fetch::Model>)> = receipt::Entity::find()
            .join(JoinType::InnerJoin, to_fetch())
            .select_also(fetch::Entity)
            .filter(receipt::Column::CredentialId.eq(id))
            .filter(receipt::Column::Seq.lt(before.unwrap_or(i64::MAX)))
            .order_by_desc(receipt::Column::Seq)
            .order_by_desc(receipt::Column::Number)
            .limit(most * MORE)
            .all(self.db)
            .await?;
        let of = |(row, fetch): (receipt::Model, Option<fetch::Model>)| Some((row, fetch?));
        self.page(rows.into_iter().filter_map(of).collect(), (most, most * MORE), None).await
    }

    /// The receipts of the last fetches of a pipeline before a link, at most `most` of them; of one credential
    /// alone, if one is named; nil for those of whole requests.
    pub async fn page_of_pipeline(
        &self,
        (id, credential): (Uuid, Option<Uuid>),
        before: Option<i64>,
        most: u64,
    ) -> Result<ReceiptPage, DbErr> {
        let mut fetches = fetch::Entity::find()
            .filter(fetch::Column::PipelineId.eq(id))
            .filter(fetch::Column::Seq.lt(before.unwrap_or(i64::MAX)))
            .order_by_desc(fetch::Column::Seq)
            .limit(most + 1)
            .all(self.db)
            .await?;
        let has_more = fetches.len() as u64 > most;
        if has_more {
            fetches.pop();
        }
        let older = fetches.last().filter(|_| has_more).map(|fetch| fetch.seq);
        let fetches = fetches.into_iter().filter(|fetch| fetch.chain == self.project);
        let fetches: BTreeMap<i64, fetch::Model> =
            fetches.map(|fetch| (fetch.seq, fetch)).collect();
        if fetches.is_empty() {
            return Ok(ReceiptPage { older, ..ReceiptPage::default() });
        }
        let mut of_them = Condition::all()
            .add(receipt::Column::Chain.eq(self.project))
            .add(receipt::Column::Seq.is_in(fetches.keys().copied()));
        if let Some(credential) = credential {
            // Whole requests name none.
            of_them = of_them.add(if credential.is_nil() {
                receipt::Column::CredentialId.is_null()
            } else {
                receipt::Column::CredentialId.eq(credential)
            });
        }
        let receipts = receipt::Entity::find()
            .filter(of_them)
            .order_by_desc(receipt::Column::Seq)
            .order_by_desc(receipt::Column::Number)
            .limit(RECEIPTS + 1)
            .all(self.db)
            .await?;
        let with_fetch = |row: receipt::Model| {
            let fetch = fetches.get(&row.seq)?.clone();
            Some((row, fetch))
        };
        let rows = receipts.into_iter().filter_map(with_fetch).collect();
        self.page(rows, (RECEIPTS, RECEIPTS + 1), older).await
    }

    /// The receipts of one fetch, as many as a page has.
    pub async fn of_link(&self, seq: i64) -> Result<ReceiptPage, DbErr> {
        let fetch = fetch::Entity::find_by_id((self.project, seq)).one(self.db).await?;
        let Some(fetch) = fetch else {
            return Ok(ReceiptPage::default());
        };
        let rows = receipt::Entity::find()
            .filter(receipt::Column::Chain.eq(self.project))
            .filter(receipt::Column::Seq.eq(seq))
            .order_by_asc(receipt::Column::Number)
            .limit(RECEIPTS + 1)
            .all(self.db)
            .await?;
        let rows = rows.into_iter().map(|row| (row, fetch.clone())).collect();
        self.page(rows, (RECEIPTS, RECEIPTS + 1), None).await
    }

    /// As many of the rows as a page has, and `older` when these are all; `read` is how many could have
    /// been read.
    async fn page(
        &self,
        mut rows: Vec<Row>,
        (most, read): (u64, u64),
        older: Option<i64>,
    ) -> Result<ReceiptPage, DbErr> {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let (next, is_cut) = cut(&mut rows, size(most), size(read));
        let receipts = self.with_reports(rows).await?;
        Ok(ReceiptPage { receipts, is_cut, older: next.or(older), ..ReceiptPage::default() })
    }
}

/// Leaves about so many, and of each fetch all. One that would leave the page half empty if it came on
/// the next is cut when it was not read to its end. Gives the number of the last fetch when there are
/// more rows, and whether it is cut.
fn cut(rows: &mut Vec<Row>, most: usize, read: usize) -> (Option<i64>, bool) {
    let Some(next) = rows.get(most).map(|(row, _)| row.seq) else { return (None, false) };
    let whole = rows.iter().take_while(|(row, _)| row.seq > next).count();
    let end = rows.iter().take_while(|(row, _)| row.seq >= next).count();
    let (size, is_cut) = if whole >= most.div_ceil(2) {
        (whole, false)
    } else if end < rows.len() || rows.len() < read {
        (end, false)
    } else {
        (most, true)
    };
    let has_more = size < rows.len();
    rows.truncate(size);
    (rows.last().filter(|_| has_more).map(|(row, _)| row.seq), is_cut)
}
