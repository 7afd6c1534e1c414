//! A server that has not read the newest key yet takes rows under it for nobody's. Who reads asks again
//! where it matters (`Seals::learn`); whatever a transaction has made of such a row is never committed.

use super::seals::Sealing;
use super::writing::{Write, broken};
use sea_orm::DbErr;

impl Write {
    /// # Errors
    /// When a row counted as nobody's that another server had sealed with a key which was not known here.
    /// The stored keys were read again, so that it may be tried again.
    pub(super) async fn check_keys(&self) -> Result<(), DbErr> {
        let seals = self.0.seals();
        let Some(known) = seals.known_to_unsettled() else { return Ok(()) };
        let stored = self.keys().newest_audit().await?;
        if stored.and_then(|stored| u32::try_from(stored).ok()) <= Some(known) {
            seals.note_stored(known);
            return Ok(());
        }
        // A key that is no newer after all was none: the row was changed by somebody else.
        if seals.read_again().await && seals.newest() <= Some(known) {
            return Ok(());
        }
        Err(broken("the keys of this server were older than a row"))
    }
}
