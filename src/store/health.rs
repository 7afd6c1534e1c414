//! In what condition the database is, as far as this process knows: which connections are not used
//! again, whether the last write is sure to be there, and whether the files are still those that were
//! opened.

use sea_orm::{DbBackend, DbErr, RuntimeErr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Shared by all handles on one database.
#[derive(Clone, Debug, Default)]
pub(super) struct Health(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// When a write failed last. Connections that write are not used again if they were open then.
    failed_at: LastTime,
    /// When files that had gone were seen back. What was opened by their path before may have
    /// others open.
    returned_at: LastTime,
    failures: AtomicU64,
    /// Whether a write has failed since one was last read back.
    is_doubted: AtomicBool,
    /// The number of the last mark: each is higher than all before.
    mark: AtomicI64,
    /// Held from a marked commit until its mark was read back.
    proving: tokio::sync::Mutex<()>,
    files: OnceLock<OpenFiles>,
    is_missed: AtomicBool,
    is_closing: AtomicBool,
}

#[derive(Debug, Default)]
struct LastTime(Mutex<Option<Instant>>);

impl LastTime {
    fn set_now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection of that age was open then.
    fn was_seen_by(&self, age: Duration) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|last| age >= last.elapsed())
    }
}

#[derive(Debug)]
struct OpenFiles {
    database: OpenFile,
    /// Its log, and the index of the log by which processes share it. `SQLite` makes them, and
    /// removes them with the last connection.
    beside: [OpenFile; 2],
}

/// A file as it was when it was opened.
#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    /// Device and number: they stay when a file is renamed, and no other file has them.
    identity: OnceLock<(u64, u64)>,
}

impl OpenFile {
    fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), identity: OnceLock::new() }
    }

    /// Whether it is where it was seen first. One that was never seen is not missed.
    fn is_there(&self) -> bool {
        match identity(&self.path) {
            Some(found) => *self.identity.get_or_init(|| found) == found,
            None => self.identity.get().is_none(),
        }
    }
}

impl Health {
    /// Remembers which files the connections have open.
    pub(super) fn watch(&self, path: &Path) -> Result<(), DbErr> {
        // The others lie beside the file itself, wherever a link leads.
        let real = std::fs::canonicalize(path).map_err(|_| gone())?.into_os_string();
        let beside = ["-wal", "-shm"].map(|ending| {
            let mut path = real.clone();
            path.push(ending);
            OpenFile::new(path)
        });
        let files = OpenFiles { database: OpenFile::new(path), beside };
        // A second call would be about the same files.
        let files = self.0.files.get_or_init(|| files);
        if files.database.is_there() { Ok(()) } else { Err(gone()) }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.0.files.get().map(|files| files.database.path.as_path())
    }

    /// From now on the files beside the database are not missed: they go with the last connection.
    pub(super) fn begin_to_close(&self) {
        self.0.is_closing.store(true, Ordering::Release);
    }

    /// Whether the files are still where they were opened. Told in the log once, when one goes and
    /// when all are back.
    ///
    /// # Errors
    /// When one was moved, removed or replaced: then what is written cannot be found again.
    pub(super) fn check_files(&self) -> Result<(), DbErr> {
        let Some(files) = self.0.files.get() else { return Ok(()) };
        let is_closing = self.0.is_closing.load(Ordering::Acquire);
        let missed = std::iter::once(&files.database)
            .chain(files.beside.iter().filter(|_| !is_closing))
            .find(|file| !file.is_there());
        let was_missed = self.0.is_missed.swap(missed.is_some(), Ordering::AcqRel);
        match (missed, was_missed) {
            (Some(file), false) => {
                let path = file.path.display();
                tracing::error!(
                    "The database file {path} was moved, removed or replaced. Nothing is delivered or saved until the same file is back. To use another file, start the server again."
                );
            }
            (None, true) => {
                tracing::info!("the database file {} is back", files.database.path.display());
                self.0.returned_at.set_now();
                self.fail();
            }
            _ => {}
        }
        if missed.is_none() { Ok(()) } else { Err(gone()) }
    }

    /// A write failed: its connection is not used again, and the next write has to be read back.
    pub(super) fn fail(&self) {
        self.0.failed_at.set_now();
        self.0.failures.fetch_add(1, Ordering::AcqRel);
        self.0.is_doubted.store(true, Ordering::Release);
    }

    pub(super) fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::Acquire)
    }

    /// Whether a write has failed since one was last read back.
    pub(super) fn is_doubted(&self) -> bool {
        self.0.is_doubted.load(Ordering::Acquire)
    }

    /// What was written was read back; `failures` is how many writes had failed before it.
    pub(super) fn trust(&self, failures: u64) {
        if self.failures() == failures {
            self.0.is_doubted.store(false, Ordering::Release);
        }
    }

    /// Whether a connection of that age was open when a write failed.
    pub(super) fn is_suspect(&self, age: Duration) -> bool {
        self.0.failed_at.was_seen_by(age)
    }

    /// Whether a connection of that age was opened before files that had gone were back.
    pub(super) fn is_astray(&self, age: Duration) -> bool {
        self.0.returned_at.was_seen_by(age)
    }

    /// A number that no mark of this process has had, for what is read back.
    pub(super) fn next_mark(&self) -> i64 {
        let now = time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
        let now = i64::try_from(now).unwrap_or(0);
        let next = |last: i64| Some(now.max(last + 1));
        let last = self.0.mark.fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        now.max(last.unwrap_or(0) + 1)
    }

    /// Waits until no other mark is being read back.
    pub(super) async fn proving(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.proving.lock().await
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// The error of a database file that is not where it was.
fn gone() -> DbErr {
    DbErr::Conn(RuntimeErr::Internal("the database file was moved, removed or replaced".to_owned()))
}

/// Whether the error leaves open what the database has done, or says that it cannot write. Not those
/// that the database gives for a value or for another transaction: it goes on as before after them.
pub(super) fn is_failure(backend: DbBackend, error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    let Some(database) = cause.as_database_error() else {
        return !matches!(**cause, sea_orm::SqlxError::RowNotFound);
    };
    let Some(code) = database.code() else { return true };
    if backend == DbBackend::Postgres {
        const SERIOUS: [&str; 6] = ["08", "53", "57P", "58", "F0", "XX"];
        return SERIOUS.iter().any(|class| code.starts_with(class));
    }
    // The low byte of SQLite's extended codes: a wrong statement, busy, locked, constraint.
    !code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 1 | 5 | 6 | 19))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_connections_that_were_open_when_a_write_failed_are_suspect() {
        let health = Health::default();
        assert!(!health.is_suspect(Duration::from_secs(3600)) && !health.is_doubted());
        health.fail();
        assert!(health.is_suspect(Duration::from_secs(1)) && health.is_doubted());
        assert!(!health.is_suspect(Duration::ZERO));
    }

    #[test]
    fn a_failure_meanwhile_keeps_the_doubt() {
        let health = Health::default();
        health.fail();
        let before = health.failures();
        health.fail();
        health.trust(before);
        assert!(health.is_doubted());
        health.trust(health.failures());
        assert!(!health.is_doubted());
    }

    #[test]
    fn a_log_that_was_replaced_is_missed_until_the_same_one_is_back() {
        let folder = std::env::temp_dir().join(format!("regcred_health_{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).unwrap();
        let path = |name: &str| folder.join(name);
        std::fs::write(path("db"), "").unwrap();
        let health = Health::default();
        health.watch(&path("db")).unwrap();
        health.check_files().unwrap();
        for name in ["db-wal", "db-shm", "db"] {
            std::fs::write(path(name), "").unwrap();
            // What was made after the start is not missed, and is known from then on.
            health.check_files().unwrap();
            std::fs::rename(path(name), path("aside")).unwrap();
            health.check_files().unwrap_err();
            std::fs::write(path(name), "").unwrap();
            health.check_files().unwrap_err();
            std::fs::rename(path("aside"), path(name)).unwrap();
            health.check_files().unwrap();
            assert!(health.is_doubted(), "{name}: what was written meanwhile is in doubt");
            assert!(health.is_astray(Duration::from_secs(1)) && !health.is_astray(Duration::ZERO));
            health.trust(health.failures());
        }
        std::fs::remove_file(path("db-wal")).unwrap();
        health.check_files().unwrap_err();
        health.begin_to_close();
        health.check_files().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn marks_are_never_the_same() {
        let health = Health::default();
        let marks: Vec<i64> = (0..1_000).map(|_| health.next_mark()).collect();
        assert!(marks.windows(2).all(|two| two[0] < two[1]));
    }
}
