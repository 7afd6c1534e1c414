//! Locks on the rows that are read, where the database has such locks.

use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ConnectionTrait, DbBackend, QuerySelect};

/// Reads no rows that somebody else has locked, and locks the others: whoever does not wait keeps nobody
/// waiting for him.
pub(super) fn free<C: ConnectionTrait, S: QuerySelect>(db: &C, select: S) -> S {
    if db.get_database_backend() == DbBackend::Postgres {
        select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
    } else {
        select
    }
}

/// Adds a lock on the rows read, where the database has such locks (`SQLite` has one writer).
pub(super) fn locked<C: ConnectionTrait, S: QuerySelect>(db: &C, select: S) -> S {
    if db.get_database_backend() == DbBackend::Postgres { select.lock_exclusive() } else { select }
}
