//! Which failures of the database pass: it is busy, full, restarting or away, and the same request
//! may succeed in a moment.

use sea_orm::{DbErr, RuntimeErr, SqlxError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Primary result codes of `SQLite`: busy, locked, read-only, I/O, full, cannot open, and the
/// locking protocol. Its extended codes hold the primary one in their lowest byte.
const SQLITE: [u32; 7] = [5, 6, 8, 10, 13, 14, 15];

/// Classes of `PostgreSQL`: connection exceptions, insufficient resources, operator intervention
/// (shutdown, crash, starting up, cancelled, time-out), and errors of the system under it.
const CLASSES: [&str; 4] = ["08", "53", "57", "58"];

/// Single codes of `PostgreSQL`: serialization failure, outcome unknown, deadlock, read-only, the
/// two time-outs of a transaction, and a lock that was not had.
const SINGLE: [&str; 7] = ["40001", "40003", "40P01", "25006", "25P03", "25P04", "55P03"];
/// Codes of those classes that stay: the database was dropped, a limit of the configuration.
const STAYING: [&str; 2] = ["57P04", "53400"];

/// Whether it is worth trying again.
pub(super) fn passes(error: &DbErr) -> bool {
    match error {
        // Whatever is wrong while connecting or waiting for a connection: nothing was asked yet.
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            match &**cause {
                SqlxError::Database(refusal) => {
                    refusal.code().is_some_and(|code| is_passing(&code))
                }
                // The connection broke, or there is none.
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed
                | SqlxError::BeginFailed => true,
                _ => false,
            }
        }
        _ => false,
    }
}

/// `SQLite` has numbers of up to four digits, `PostgreSQL` five letters and digits.
fn is_passing(code: &str) -> bool {
    if code.len() == 5 {
        let is_of_class = CLASSES.iter().any(|class| code.starts_with(class));
        return SINGLE.contains(&code) || (is_of_class && !STAYING.contains(&code));
    }
    code.parse::<u32>().is_ok_and(|code| SQLITE.contains(&(code & 0xff)))
}

/// How long a failure that passes is not logged again: every request meets it while it lasts.
const QUIET: Duration = Duration::from_secs(60);
/// How many different ones are logged in that time.
const KINDS: usize = 16;

#[derive(Debug)]
struct Said(Mutex<Vec<(String, Instant)>>);

static SAID: Said = Said(Mutex::new(Vec::new()));

impl Said {
    /// Whether it was not said in the last minute; then it is from now on.
    fn is_news(&self, text: &str, now: Instant) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.retain(|(_, at)| now.saturating_duration_since(*at) < QUIET);
        let is_news = said.len() < KINDS && !said.iter().any(|(known, _)| known == text);
        if is_news {
            said.push((text.to_owned(), now));
        }
        is_news
    }
}

/// Logs what became of it: a failure that passes once a minute, and what is our fault each time.
pub(super) fn log(error: &DbErr, what: &str) {
    let is_news = !passes(error) || SAID.is_news(&format!("{what}: {error}"), Instant::now());
    if is_news {
        tracing::error!(error = %error, "{what}");
    } else {
        tracing::debug!(error = %error, "{what}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use sea_orm::ConnAcquireErr;
    use std::io;
    use std::sync::Arc;

    fn asked(cause: SqlxError) -> DbErr {
        DbErr::Query(RuntimeErr::SqlxError(Arc::new(cause)))
    }

    #[test]
    fn a_database_that_went_away_comes_back() {
        let broken = [io::ErrorKind::ConnectionReset, io::ErrorKind::UnexpectedEof]
            .map(|kind| asked(SqlxError::Io(kind.into())));
        let others = [
            asked(SqlxError::PoolTimedOut),
            asked(SqlxError::PoolClosed),
            asked(SqlxError::WorkerCrashed),
            asked(SqlxError::BeginFailed),
            DbErr::Exec(RuntimeErr::SqlxError(Arc::new(SqlxError::PoolTimedOut))),
            DbErr::Conn(RuntimeErr::Internal("refused".to_owned())),
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        ];
        for error in broken.into_iter().chain(others) {
            assert!(passes(&error), "{error}");
            assert_eq!(Error::from(error), Error::Unavailable);
        }
    }

    #[test]
    fn what_is_wrong_with_the_question_stays_wrong() {
        for error in [
            asked(SqlxError::RowNotFound),
            asked(SqlxError::ColumnNotFound("name".to_owned())),
            DbErr::Query(RuntimeErr::Internal("a fault".to_owned())),
            DbErr::RecordNotFound("a row".to_owned()),
            DbErr::Custom("a fault".to_owned()),
        ] {
            assert!(!passes(&error), "{error}");
            assert_eq!(Error::from(error), Error::Internal);
        }
    }

    #[test]
    fn what_every_request_meets_is_said_once_a_minute() {
        let (said, start) = (Said(Mutex::default()), Instant::now());
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        assert!(said.is_news("the disk is full", start));
        assert!((0..59).all(|second| !said.is_news("the disk is full", after(second))));
        assert!(said.is_news("another", after(59)), "one does not hide another");
        assert!(said.is_news("the disk is full", after(60)));
        let new = (0..1_000).filter(|n| said.is_news(&n.to_string(), after(61))).count();
        assert_eq!(new, KINDS - 2, "however many there are");
    }

    #[test]
    fn codes_of_either_database_are_read() {
        for code in [
            "57P01", "57P02", "57P03", "57P05", "57014", "08000", "08003", "08006", "08001",
            "08004", "08P01", "53100", "53200", "53300", "58000", "58030", "40001", "40P01",
            "25006", "25P03", "55P03", "5", "6", "8", "10", "13", "14", "261", "517", "778",
            "1032", "2570", "4874",
        ] {
            assert!(is_passing(code), "{code}");
        }
        for code in [
            "57P04", "53400", "23505", "23503", "42601", "42P01", "22P02", "XX000", "25P02",
            "28P01", "1", "7", "11", "19", "26", "787", "2067", "1555", "", "x",
        ] {
            assert!(!is_passing(code), "{code}");
        }
    }
}
