//! Receipts: written in groups by one task, so that concurrent deliveries share a transaction and
//! a flush to disk. A receipt counts once its group is durable.

mod insert;
mod report;
mod row;

use super::chain::{Head, Link, Mac};
use super::entity::{delivery_report, receipt};
use super::tallies::Tallies;
use super::{Store, Unrecorded, Write};
use crate::domain::delivery::Receipt;
use row::{fields, model, shown};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use uuid::Uuid;

/// A receipt to write.
#[derive(Clone, Debug)]
pub struct ReceiptRow {
    /// The project: the chain it belongs to.
    pub project: Uuid,
    /// What pages show; its id and time are final.
    pub receipt: Receipt,
    /// Which credential.
    pub credential_id: Option<Uuid>,
}

/// A handle on a project's receipts.
#[derive(Debug)]
pub struct Receipts<'a, C: ConnectionTrait> {
    pub(super) db: &'a C,
    pub(super) project: Uuid,
}

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The last receipts of a credential, newest first.
    pub async fn of_credential(&self, id: Uuid, most: u64) -> Result<Vec<Receipt>, DbErr> {
        self.newest(receipt::Column::CredentialId.eq(id), most).await
    }

    /// The last receipts of a pipeline, newest first.
    pub async fn of_pipeline(&self, id: Uuid, most: u64) -> Result<Vec<Receipt>, DbErr> {
        self.newest(receipt::Column::PipelineId.eq(id), most).await
    }

    async fn newest(
        &self,
        filter: sea_orm::sea_query::SimpleExpr,
        most: u64,
    ) -> Result<Vec<Receipt>, DbErr> {
        let to_report = receipt::Entity::belongs_to(delivery_report::Entity)
            .from(receipt::Column::Id)
            .to(delivery_report::Column::ReceiptId)
            .into();
        let rows = receipt::Entity::find()
            .join(JoinType::LeftJoin, to_report)
            .select_also(delivery_report::Entity)
            .filter(receipt::Column::Chain.eq(self.project))
            .filter(filter)
            .order_by_desc(receipt::Column::Seq)
            .limit(most)
            .all(self.db)
            .await?;
        Ok(rows.into_iter().filter_map(|(row, report)| shown(row, report)).collect())
    }
}

/// A [`Mac`] that a task can own.
type SharedMac = Arc<dyn Fn(&[u8]) -> [u8; 32] + Send + Sync>;

type Waiting = (Vec<ReceiptRow>, oneshot::Sender<bool>);

/// Hands receipts to the task that writes them.
#[derive(Clone, Debug)]
pub struct Recorder {
    queue: mpsc::Sender<Waiting>,
}

/// Requests that may wait for their receipts; more are told to come back.
const QUEUE: usize = 1024;
/// Requests whose receipts share one transaction at most.
const GROUP: usize = 256;
/// How often a group is tried that the database gives up.
const ATTEMPTS: u32 = 3;
/// How long a group may take: more than all that is waited for on the way, and yet a database that
/// went away without a word does not keep the others from ever being written.
const PATIENCE: Duration = Duration::from_secs(20);

impl Recorder {
    /// Starts the task. It ends when the last clone of the recorder is gone.
    pub fn start(store: Store, mac: SharedMac) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Waiting>(QUEUE);
        tokio::spawn(async move {
            let mut group = Vec::with_capacity(GROUP);
            // A group is whoever waits by the time the last one is durable: nobody waits for others.
            while waiting.recv_many(&mut group, GROUP).await > 0 {
                let is_durable = survive(&store, write_again(&store, mac.as_ref(), &group)).await;
                for (_, answer) in group.drain(..) {
                    // Who asked may be gone; the receipt stays.
                    let _ = answer.send(is_durable);
                }
            }
        });
        Self { queue }
    }

    /// Waits until the receipts are durable. `false`: they are not, and nothing may leave.
    pub async fn record(&self, rows: Vec<ReceiptRow>) -> bool {
        if rows.is_empty() {
            return true;
        }
        let (answer, durable) = oneshot::channel();
        self.queue.try_send((rows, answer)).is_ok() && durable.await.unwrap_or(false)
    }
}

/// Runs it to its end or until time is up. `false` also when it panics: those who come later still
/// get their receipts.
async fn survive(store: &Store, writing: impl Future<Output = bool>) -> bool {
    let mut writing = pin!(timeout(PATIENCE, writing));
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| writing.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(is_durable))) => Poll::Ready(is_durable),
            Ok(Poll::Ready(Err(_))) => {
                tracing::error!("receipts were not written in time");
                // Who comes next does not wait for the same connections.
                store.health.fail();
                Poll::Ready(false)
            }
            // The place was logged.
            Err(_) => Poll::Ready(false),
        }
    })
    .await
}

/// Writes the group, again when the database gave it up for another transaction.
async fn write_again(store: &Store, mac: Mac<'_>, group: &[Waiting]) -> bool {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match write(store, mac, group.iter().flat_map(|(rows, _)| rows)).await {
            Ok(()) => return true,
            Err(error) if attempts < ATTEMPTS && super::is_aborted(&error) => {}
            Err(error) => {
                super::passing::log(&error, "receipts were not written");
                return false;
            }
        }
    }
}

async fn write<'a>(
    store: &Store,
    mac: Mac<'_>,
    rows: impl Iterator<Item = &'a ReceiptRow>,
) -> Result<(), DbErr> {
    // Sorted by project: replicas lock heads in one order and cannot wait for each other.
    let mut by_project: BTreeMap<Uuid, Vec<&ReceiptRow>> = BTreeMap::new();
    for row in rows {
        by_project.entry(row.project).or_default().push(row);
    }
    let write = store.write().await?;
    for (project, rows) in by_project {
        append(&write, mac, project, &rows).await?;
    }
    write.commit_without_event(Unrecorded::Receipts).await
}

async fn append(
    write: &Write,
    mac: Mac<'_>,
    project: Uuid,
    rows: &[&ReceiptRow],
) -> Result<(), DbErr> {
    let db = &write.0;
    let mut tallies = Tallies::default();
    for row in rows {
        tallies.count(row);
    }
    tallies.store(db, project).await?;
    let mut head = Head::lock(db, project).await?;
    let mut models = Vec::with_capacity(rows.len());
    for row in rows {
        let mut model = model(project, row);
        let fields = fields(&model);
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        let (seq, link) = head.next(mac, "receipt", &fields);
        model.seq = seq;
        model.mac = link;
        models.push(model);
    }
    insert::insert(db, &models).await?;
    head.store(db).await
}

/// The receipts of a chain between two numbers as links.
pub(super) async fn links<C: ConnectionTrait>(
    db: &C,
    chain: Uuid,
    (first, last): (i64, i64),
) -> Result<Vec<Link>, DbErr> {
    let rows = receipt::Entity::find()
        .filter(receipt::Column::Chain.eq(chain))
        .filter(receipt::Column::Seq.between(first, last))
        .all(db)
        .await?;
    Ok(rows.iter().map(|row| (row.seq, "receipt", fields(row), row.mac.clone())).collect())
}

/// The number of the newest receipt of a chain; 0 when there is none.
pub(super) async fn newest<C: ConnectionTrait>(db: &C, chain: Uuid) -> Result<i64, DbErr> {
    let row = receipt::Entity::find()
        .filter(receipt::Column::Chain.eq(chain))
        .order_by_desc(receipt::Column::Seq)
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.seq))
}
