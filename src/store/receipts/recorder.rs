//! The task that writes fetches in groups.

use super::queue::{Place, Queue};
use super::row::{covered, models};
use super::{FetchRow, insert};
use crate::error::Error;
use crate::store::chain::{Head, Mac};
use crate::store::entity::{fetch, receipt};
use crate::store::{Rank, Store, Unrecorded, Write};
use sea_orm::DbErr;
use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use uuid::Uuid;

/// A [`Mac`] that a task can own.
type SharedMac = Arc<dyn Fn(&[u8]) -> [u8; 32] + Send + Sync>;

/// A fetch that is ready to be written but for its link.
struct Ready {
    fetch: fetch::Model,
    receipts: Vec<receipt::Model>,
    /// The kind of the link and what it covers.
    covered: (&'static str, Vec<Vec<u8>>),
}

impl From<FetchRow> for Ready {
    fn from(row: FetchRow) -> Self {
        let (fetch, receipts) = models(row);
        let covered = covered(&fetch, &receipts);
        Self { fetch, receipts, covered }
    }
}

type Waiting = (Vec<Ready>, oneshot::Sender<bool>);

/// How it went with a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Durable,
    /// The database is away or busy, or may have written it.
    Failed,
    /// The database does not take one of them, and will not.
    Refused,
}

/// Hands receipts to the task that writes them.
#[derive(Clone)]
pub struct Recorder {
    queue: Arc<Mutex<Queue<Waiting>>>,
    /// Rung when somebody has come into the queue. The task ends when nobody can ring any more.
    bell: mpsc::Sender<()>,
}

/// Why receipts are not there, and nothing that depends on them may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRecorded {
    /// Too many requests of the pipeline wait already.
    NoRoom,
    /// The database did not keep them, or may not have.
    NotDurable,
}

impl From<NotRecorded> for Error {
    fn from(why: NotRecorded) -> Self {
        match why {
            NotRecorded::NoRoom => {
                Self::TooManyRequests { of: "This pipeline".to_owned(), retry_after: 1 }
            }
            NotRecorded::NotDurable => Self::Unavailable,
        }
    }
}

/// Projects that may wait to be counted.
const UNCOUNTED: usize = 1024;
/// Requests whose receipts share one transaction at most.
const GROUP: usize = 256;
/// Receipts that share one, unless a single request has more.
const RECEIPTS: usize = 20_000;
/// How often a group is tried that the database gives up.
const ATTEMPTS: u32 = 3;
/// How long a group may take: more than all that is waited for on the way, and yet a database that
/// went away without a word does not keep the others from ever being written.
const PATIENCE: Duration = Duration::from_secs(20);

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl Recorder {
    /// Starts the task. It ends when the last clone of the recorder is gone.
    pub fn start(store: Store, mac: SharedMac) -> Self {
        let queue = Arc::new(Mutex::new(Queue::new()));
        // One ring is enough, however many came.
        let (bell, mut rung) = mpsc::channel(1);
        let (uncounted, told) = mpsc::channel(UNCOUNTED);
        tokio::spawn(store.clone().keep_counted(told));
        let waiting = Arc::clone(&queue);
        tokio::spawn(async move {
            while rung.recv().await.is_some() {
                // A group is all that wait when the last one is durable: nobody waits for others.
                loop {
                    let mut group = next_group(&waiting);
                    if group.is_empty() {
                        break;
                    }
                    let writing = write_again(&store, mac.as_ref(), &mut group);
                    let mut written = survive(&store, writing).await;
                    let mut projects = by_project(group);
                    if written == Written::Refused && projects.len() > 1 {
                        // One project that takes no receipts keeps no other from its own.
                        for one in &mut projects {
                            let writing = write_again(&store, mac.as_ref(), one);
                            written = survive(&store, writing).await;
                            answer(std::mem::take(one), written, &uncounted);
                            if written == Written::Failed {
                                break;
                            }
                        }
                    }
                    for one in projects {
                        answer(one, written, &uncounted);
                    }
                }
            }
        });
        Self { queue, bell }
    }

    /// Waits until the receipts are durable.
    ///
    /// # Errors
    /// Why they are not.
    pub async fn record(&self, rows: Vec<FetchRow>) -> Result<(), NotRecorded> {
        let Some(first) = rows.first() else { return Ok(()) };
        let place = Place { project: first.project, pipeline: first.pipeline_id };
        let receipts = rows.iter().map(|row| row.receipts.len()).sum();
        let (answer, durable) = oneshot::channel();
        // Made ready here and not by the task, which all wait for.
        let rows = rows.into_iter().map(Ready::from).collect();
        if !self.lock().push(place, receipts, (rows, answer)) {
            return Err(NotRecorded::NoRoom);
        }
        // A bell that is ringing already will be heard.
        let _ = self.bell.try_send(());
        if durable.await.unwrap_or(false) { Ok(()) } else { Err(NotRecorded::NotDurable) }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<Waiting>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those who share the next transaction.
fn next_group(waiting: &Mutex<Queue<Waiting>>) -> Vec<Waiting> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).take(GROUP, RECEIPTS)
}

/// The group, apart by the projects of those who wait.
fn by_project(group: Vec<Waiting>) -> Vec<Vec<Waiting>> {
    let mut projects: BTreeMap<Option<Uuid>, Vec<Waiting>> = BTreeMap::new();
    for one in group {
        projects.entry(one.0.first().map(|row| row.fetch.chain)).or_default().push(one);
    }
    projects.into_values().collect()
}

/// Tells those who wait how it went, and whose receipts are to be counted.
fn answer(group: Vec<Waiting>, written: Written, uncounted: &mpsc::Sender<Uuid>) {
    let is_durable = written == Written::Durable;
    for (rows, answer) in group {
        if let (true, Some(row)) = (is_durable, rows.first()) {
            // When there is no room it is told of the next ones.
            let _ = uncounted.try_send(row.fetch.chain);
        }
        // Who asked may be gone; the receipt stays.
        let _ = answer.send(is_durable);
    }
}

/// Runs it to its end or until time is up. `Failed` also when it panics: those who come later still
/// get their receipts.
async fn survive(store: &Store, writing: impl Future<Output = Written>) -> Written {
    let mut writing = pin!(timeout(PATIENCE, writing));
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| writing.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(written))) => Poll::Ready(written),
            Ok(Poll::Ready(Err(_))) => {
                tracing::error!("receipts were not written in time");
                // Who comes next does not wait for the same connections.
                store.health.fail();
                Poll::Ready(Written::Failed)
            }
            // The place was logged.
            Err(_) => Poll::Ready(Written::Failed),
        }
    })
    .await
}

/// Writes the group, again when the database gave it up for another transaction.
async fn write_again(store: &Store, mac: Mac<'_>, group: &mut [Waiting]) -> Written {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let rows = group.iter_mut().flat_map(|(rows, _)| rows.iter_mut()).collect();
        match write(store, mac, rows).await {
            Ok(()) => return Written::Durable,
            Err(error) if attempts < ATTEMPTS && crate::store::is_aborted(&error) => {}
            Err(error) => {
                crate::store::passing::log(&error, "receipts were not written");
                let passes = crate::store::passing::passes(&error);
                return if passes { Written::Failed } else { Written::Refused };
            }
        }
    }
}

async fn write(store: &Store, mac: Mac<'_>, rows: Vec<&mut Ready>) -> Result<(), DbErr> {
    // Sorted by project: replicas lock heads in one order and cannot wait for each other.
    let mut by_project: BTreeMap<Uuid, Vec<&mut Ready>> = BTreeMap::new();
    for row in rows {
        by_project.entry(row.fetch.chain).or_default().push(row);
    }
    let write = store.write_as(Rank::Receipts).await?;
    for (project, mut rows) in by_project {
        append(&write, mac, project, &mut rows).await?;
    }
    write.commit_without_event(Unrecorded::Receipts).await
}

async fn append(
    write: &Write,
    mac: Mac<'_>,
    project: Uuid,
    rows: &mut [&mut Ready],
) -> Result<(), DbErr> {
    let db = &write.0;
    let mut head = Head::lock(db, project).await?;
    for Ready { fetch, receipts, covered: (kind, fields) } in rows.iter_mut().map(|row| &mut **row)
    {
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        (fetch.seq, fetch.mac) = head.next(mac, kind, &fields);
        for one in receipts {
            one.seq = fetch.seq;
        }
    }
    let fetches: Vec<&fetch::Model> = rows.iter().map(|row| &row.fetch).collect();
    let receipts: Vec<&receipt::Model> = rows.iter().flat_map(|row| &row.receipts).collect();
    insert::insert(db, &fetches, &receipts).await?;
    head.store(db).await
}
