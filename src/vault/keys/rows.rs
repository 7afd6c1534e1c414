//! The MACs of rows that decide, under the keyring; and the one time when rows that have none, of an
//! older version of the program, are taken for ours.

use super::unlocked::Unlocked;
use super::{StartProblem, held, known};
use crate::crypto::CryptoError;
use crate::crypto::kek::Kek;
use crate::crypto::keyring::Keyring;
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Detail};
use crate::store::{KeyRow, RowMacs, Store};
use crate::vault::INSTANCE;
use crate::vault::audit::this_instance;
use crate::vault::events::{event, record_under};
use std::sync::Arc;

impl RowMacs for Keyring {
    fn seal(&self, message: &[u8]) -> Option<String> {
        self.seal_row(message)
    }

    fn holds(&self, message: &[u8], mac: &str) -> bool {
        self.verify_row(message, mac)
    }

    fn are_rows_sealed(&self) -> bool {
        Keyring::are_rows_sealed(self)
    }
}

/// Gives every row its MAC, and writes down in the keyring, where nobody can take it back without the
/// key-encryption key, that from now on a row without one is not ours. Once in the life of a database.
pub(super) async fn seal_once(
    store: &Store,
    unlocked: Unlocked,
    current: &Kek,
) -> Result<Unlocked, StartProblem> {
    if unlocked.ring.are_rows_sealed() {
        return Ok(unlocked);
    }
    let damaged = |cause: CryptoError| StartProblem::Damaged {
        given: current.id().to_string(),
        cause: cause.to_string(),
    };
    let open = |rows: &[KeyRow]| {
        let previous = unlocked.source.previous.as_ref();
        Keyring::unlock(current, previous, &held(rows)).map(Arc::new).map_err(damaged)
    };
    let write = store.write().await?;
    let mut rows = write.keys().lock().await?;
    let mut ring = open(&rows)?;
    // Another server may have done it while this one waited for the lock.
    if !ring.are_rows_sealed() {
        let sealed = write.seal_rows().await?;
        tracing::info!(rows = sealed, "the rows that decide were sealed");
        let what = (Action::RowsSealed, this_instance(), Detail::Nothing);
        let recorded =
            record_under(&unlocked.ring, &write, INSTANCE, event(&Actor::Product, what)).await?;
        for key in Keyring::mark_rows_sealed(current, &known(&rows)).map_err(damaged)? {
            if let Some(row) = rows.iter_mut().find(|row| row.key_uuid == key.key_uuid) {
                row.wrapped = key.wrapped;
                write.keys().update(row.clone()).await?;
            }
        }
        ring = open(&rows)?;
        write.commit(recorded).await?;
    }
    store.set_row_macs(Arc::clone(&ring) as Arc<dyn RowMacs>);
    Ok(Unlocked { ring, rows, source: unlocked.source })
}
