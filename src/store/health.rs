//! In what condition the database is, as far as this process knows: which connections are not used
//! again, whether the last write is sure to be there, and whether the file is still the one that was
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
    /// When a write failed last. Connections that were opened before it are not used again.
    failed_at: Mutex<Option<Instant>>,
    /// How many writes have failed.
    failures: AtomicU64,
    /// Whether a write has failed since one was last read back.
    is_doubted: AtomicBool,
    /// The number of the last mark: each is higher than all before.
    mark: AtomicI64,
    /// Held from a marked commit until its mark was read back.
    proving: tokio::sync::Mutex<()>,
    file: OnceLock<OpenFile>,
    is_missed: AtomicBool,
}

/// The embedded database's file, as it was when it was opened.
#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    log: PathBuf,
    /// Device and number: they stay when a file is renamed, and no other file has them.
    identity: (u64, u64),
}

impl Health {
    /// Remembers which file the connections have open.
    pub(super) fn watch(&self, path: &Path) -> Result<(), DbErr> {
        let identity = identity(path).ok_or_else(gone)?;
        // The log lies beside the file itself, wherever a link leads.
        let mut log = std::fs::canonicalize(path).map_err(|_| gone())?.into_os_string();
        log.push("-wal");
        let file = OpenFile { path: path.to_owned(), log: log.into(), identity };
        // A second call would be about the same file.
        let _ = self.0.file.set(file);
        Ok(())
    }

    /// The path of the embedded database.
    pub(super) fn path(&self) -> Option<&Path> {
        self.0.file.get().map(|file| file.path.as_path())
    }

    /// Whether the file is still where it was opened. Told in the log once, when it goes and when it
    /// is back.
    ///
    /// # Errors
    /// When it was moved, removed or replaced: then nothing that is written can be found again.
    pub(super) fn check_file(&self) -> Result<(), DbErr> {
        let Some(file) = self.0.file.get() else { return Ok(()) };
        let is_there = identity(&file.path) == Some(file.identity);
        let was_missed = self.0.is_missed.swap(!is_there, Ordering::AcqRel);
        let path = file.path.display();
        match (is_there, was_missed) {
            (false, false) => tracing::error!(
                "The database file {path} was moved, removed or replaced. Nothing is delivered or saved until the same file is back. To use another file, start the server again."
            ),
            (true, true) => {
                tracing::info!("the database file {path} is back");
                self.0.is_doubted.store(true, Ordering::Release);
            }
            _ => {}
        }
        if is_there { Ok(()) } else { Err(gone()) }
    }

    /// Whether the log that a commit was just written to lies beside the database file.
    pub(super) fn has_log(&self) -> bool {
        self.0.file.get().is_none_or(|file| file.log.exists())
    }

    /// A write failed: its connection is not used again, and the next write has to be read back.
    pub(super) fn fail(&self) {
        *self.0.failed_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.0.failures.fetch_add(1, Ordering::AcqRel);
        self.0.is_doubted.store(true, Ordering::Release);
    }

    /// How many writes have failed.
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
        let failed_at = *self.0.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|failed_at| age >= failed_at.elapsed())
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

/// Device and number of the file at the path.
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
    fn marks_are_never_the_same() {
        let health = Health::default();
        let marks: Vec<i64> = (0..1_000).map(|_| health.next_mark()).collect();
        assert!(marks.windows(2).all(|two| two[0] < two[1]));
    }
}
