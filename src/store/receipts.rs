//! Receipts: those of one fetch are one link of the chain, and fetches are written in groups by one
//! task, so that concurrent deliveries share a transaction and a flush to disk. A receipt is valid
//! once its group is durable.

mod base;
mod counts;
mod days;
mod exported;
mod insert;
mod lately;
mod pages;
mod proved;
mod queue;
mod received;
mod recorder;
mod recount;
mod report;
mod retention;
mod row;
mod usage;

pub use base::Putting;
pub use exported::ReceiptPlace;
pub use proved::ProofWalk;
pub use received::VersionsReceived;
pub use recorder::{NotRecorded, Recorder};
pub use recount::WrongSum;
pub use report::Heard;
pub use retention::Removal;
pub(super) use retention::Removed;
pub use usage::{Pair, Usage, UsageOf};

use super::chain::Link;
use super::entity::{delivery_report, fetch, receipt};
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door, Fetch, Outcome, Receipt};
use crate::domain::moment::Moment;
use crate::domain::proof::Proof;
use row::{covered, shown};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Receipts whose links are read at once, unless a single fetch has more.
const AT_ONCE: u64 = 5_000;
/// Receipts that one link may have: more than one fetch has.
const OF_ONE: u64 = 70_000;

/// A request of a pipeline with its receipts, to write.
#[derive(Clone, Debug)]
pub struct FetchRow {
    /// The chain it belongs to.
    pub project: Uuid,
    pub fetch: Fetch,
    pub at: Moment,
    pub pipeline_id: Uuid,
    pub pipeline: String,
    pub door: Door,
    /// The public half of the token that proved the pipeline; empty when none did.
    pub token_id: String,
    pub claims: Claims,
    pub proof: Proof,
    /// Where the request came from.
    pub address: Option<String>,
    /// In the order of their numbers.
    pub receipts: Vec<ReceiptRow>,
}

/// One receipt of a fetch.
#[derive(Clone, Debug)]
pub struct ReceiptRow {
    pub number: u16,
    /// `None` when a whole request was refused, and so are its name and version.
    pub credential_id: Option<Uuid>,
    pub credential: Option<String>,
    pub version: Option<i64>,
    pub intent: Access,
    /// The image, without tag and digest, if one was named.
    pub image: Option<String>,
    pub outcome: Outcome,
    /// Why it was refused, or what to know about it.
    pub reason: Option<String>,
}

/// A handle on a project's receipts.
#[derive(Debug)]
pub struct Receipts<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
    pub(super) project: Uuid,
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The last receipts of a pipeline, newest first.
    pub async fn of_pipeline(&self, id: Uuid, most: u64) -> Result<Vec<Receipt>, DbErr> {
        let fetches = fetch::Entity::find()
            .filter(fetch::Column::PipelineId.eq(id))
            .order_by_desc(fetch::Column::Seq)
            .limit(most)
            .all(self.db)
            .await?;
        let fetches = fetches.into_iter().filter(|fetch| fetch.chain == self.project);
        let fetches: BTreeMap<i64, fetch::Model> =
            fetches.map(|fetch| (fetch.seq, fetch)).collect();
        if fetches.is_empty() {
            return Ok(Vec::new());
        }
        // Only the last of them: a fetch may have thousands.
        let receipts = receipt::Entity::find()
            .filter(receipt::Column::Chain.eq(self.project))
            .filter(receipt::Column::Seq.is_in(fetches.keys().copied()))
            .order_by_desc(receipt::Column::Seq)
            .order_by_desc(receipt::Column::Number)
            .limit(most)
            .all(self.db)
            .await?;
        let with_fetch = |row: receipt::Model| {
            let fetch = fetches.get(&row.seq)?.clone();
            Some((row, fetch))
        };
        self.with_reports(receipts.into_iter().filter_map(with_fetch).collect()).await
    }

    /// The receipt without what was reported of it; `None` when the row was not written by us.
    pub(super) fn unreported(row: receipt::Model, fetch: &fetch::Model) -> Option<Receipt> {
        shown(row, fetch, None)
    }

    /// What was reported of the receipts between two numbers of these links.
    async fn reports_of(
        &self,
        links: BTreeSet<i64>,
        (first, last): (i32, i32),
    ) -> Result<Vec<delivery_report::Model>, DbErr> {
        delivery_report::Entity::find()
            .filter(delivery_report::Column::Chain.eq(self.project))
            .filter(delivery_report::Column::Seq.is_in(links))
            .filter(delivery_report::Column::Number.between(first, last))
            .all(self.db)
            .await
    }

    async fn with_reports(
        &self,
        rows: Vec<(receipt::Model, fetch::Model)>,
    ) -> Result<Vec<Receipt>, DbErr> {
        let links = rows.iter().map(|(row, _)| row.seq).collect();
        let numbers = || rows.iter().map(|(row, _)| row.number);
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else {
            return Ok(Vec::new());
        };
        let reports = self.reports_of(links, (first, last)).await?;
        let reports: BTreeMap<(i64, i32), delivery_report::Model> =
            reports.into_iter().map(|one| ((one.seq, one.number), one)).collect();
        let shown = |(row, fetch): (receipt::Model, fetch::Model)| {
            let report = reports.get(&(row.seq, row.number));
            (row.chain == self.project).then(|| shown(row, &fetch, report)).flatten()
        };
        Ok(rows.into_iter().filter_map(shown).collect())
    }
}

/// From a receipt to its fetch.
fn to_fetch() -> sea_orm::RelationDef {
    receipt::Entity::belongs_to(fetch::Entity)
        .from((receipt::Column::Chain, receipt::Column::Seq))
        .to((fetch::Column::Chain, fetch::Column::Seq))
        .into()
}

/// The fetches of a chain between two numbers as links, and up to which number these are all: a
/// fetch may have thousands of receipts, and no more of them are in memory at once than need be.
pub(super) async fn links<C: ConnectionTrait>(
    db: &C,
    chain: Uuid,
    (first, mut last): (i64, i64),
) -> Result<(Vec<Link>, i64), DbErr> {
    let mut rows = receipts_between(db, chain, (first, last), AT_ONCE).await?;
    let ends = rows.first().zip(rows.last()).map(|(one, other)| (one.seq, other.seq));
    // Of the last link there may be more.
    if let Some((one, cut)) = ends.filter(|_| rows.len() as u64 == AT_ONCE) {
        if one < cut {
            last = (cut - 1).max(1);
        } else {
            // It is the only one, and read as a whole. Nobody wrote one that has more: it does not hold.
            rows = receipts_between(db, chain, (cut, cut), OF_ONE).await?;
            last = cut;
        }
    }
    let mut receipts: BTreeMap<i64, Vec<receipt::Model>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.seq <= last) {
        receipts.entry(row.seq).or_default().push(row);
    }
    let fetches = fetch::Entity::find()
        .filter(fetch::Column::Chain.eq(chain))
        .filter(fetch::Column::Seq.between(first, last))
        .all(db)
        .await?;
    let mut links: Vec<Link> = Vec::with_capacity(fetches.len());
    for fetch in fetches {
        let (kind, fields) = covered(&fetch, &receipts.remove(&fetch.seq).unwrap_or_default());
        links.push((fetch.seq, kind, fields, fetch.mac));
    }
    // A receipt without a fetch was not written by us.
    links.extend(receipts.into_keys().map(|seq| (seq, "receipt", Vec::new(), Vec::new())));
    Ok((links, last))
}

/// The receipts of the links between two numbers, in their order, and at most so many.
async fn receipts_between<C: ConnectionTrait>(
    db: &C,
    chain: Uuid,
    (first, last): (i64, i64),
    most: u64,
) -> Result<Vec<receipt::Model>, DbErr> {
    receipt::Entity::find()
        .filter(receipt::Column::Chain.eq(chain))
        .filter(receipt::Column::Seq.between(first, last))
        .order_by_asc(receipt::Column::Seq)
        .order_by_asc(receipt::Column::Number)
        .limit(most)
        .all(db)
        .await
}

/// The number of the newest fetch or receipt of a chain; 0 when there is none.
pub(super) async fn newest<C: ConnectionTrait>(db: &C, chain: Uuid) -> Result<i64, DbErr> {
    let fetch = Receipts { db, project: chain }.newest_seq().await?;
    // One without a fetch was not written by us, wherever it stands.
    let receipt: Option<i64> = receipt::Entity::find()
        .select_only()
        .column(receipt::Column::Seq)
        .filter(receipt::Column::Chain.eq(chain))
        .order_by_desc(receipt::Column::Seq)
        .into_tuple()
        .one(db)
        .await?;
    Ok(fetch.max(receipt.unwrap_or(0)))
}
