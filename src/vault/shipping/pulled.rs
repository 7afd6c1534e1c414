//! Fetching: whoever has the token of a destination asks for the events behind a cursor. By asking it says
//! that it has everything before.

use crate::crypto::token::parse_token;
use crate::domain::shipping::{Cursor, Transport, Writing, page_body};
use crate::error::{Error, Result};
use crate::store::{DestinationRow, Unrecorded};
use crate::vault::attempts::network_of;
use crate::vault::refusals::Unknown;
use crate::vault::{Vault, now};
use std::time::Instant;

/// Milliseconds between two notes of when it asked last.
const NOTED_AGAIN: i64 = 60_000;

const BEYOND: &str = "The cursor is beyond the end of this log. If Regcred was restored from a backup, start again without a cursor.";

/// A destination whose token was verified a moment ago.
#[derive(Clone, Debug)]
pub struct Puller(DestinationRow);

/// What it is answered, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled(pub String);

impl Vault {
    /// The destination whose token this is. Every use reads the database, so the token of one that was
    /// deleted opens nothing from the next request on.
    ///
    /// # Errors
    /// `Unauthenticated` for any other text.
    pub async fn puller_of(&self, presented: &str, address: Option<&str>) -> Result<Puller> {
        let unknown = || {
            self.record_unknown(Unknown::Token, Some(network_of(address)));
            Error::Unauthenticated
        };
        let presented = parse_token(presented).ok_or_else(unknown)?;
        let found = self.store.destinations().find_by_token(&presented.id).await?;
        let row = found.ok_or_else(unknown)?;
        let is_right = row.token.as_ref().is_some_and(|(_, hash)| presented.matches(hash));
        let may_pull = row.shown.transport == Transport::Pull && row.shown.stopped_at.is_none();
        if is_right && may_pull { Ok(Puller(row)) } else { Err(unknown()) }
    }

    /// Some events behind the cursor, in their order; without one those behind the last cursor that was
    /// asked with.
    ///
    /// # Errors
    /// `TooManyRequests` beyond its share; `BadRequest` for a cursor that was never given.
    pub async fn pull(&self, puller: &Puller, after: Option<Cursor>) -> Result<Pulled> {
        let shown = &puller.0.shown;
        let taken = self.shares.take(shown.id, shown.id, Instant::now());
        taken.map_err(|error| match error {
            Error::TooManyRequests { retry_after, .. } => {
                Error::TooManyRequests { of: "This destination".to_owned(), retry_after }
            }
            other => other,
        })?;
        let after = after.unwrap_or(shown.cursor);
        // Who would be told that a log ends where somebody else has put its end would miss events.
        let length = self.store.chain().known_length(shown.chain).await?;
        let length = length.ok_or(Error::Unavailable)?;
        if after.link > length {
            return Err(Error::BadRequest(BEYOND.to_owned()));
        }
        let source = self.source_of(shown.chain).await?;
        let writing = Writing { format: shown.format, host: None };
        let part = self.part_after(&source, &writing, length, (after, None)).await?;
        if part.events.is_empty() && !part.is_end && !part.end.is_beyond(after) {
            // The next event is of a newer server, which can tell it.
            return Err(Error::Unavailable);
        }
        self.note_pull(puller, after).await?;
        let has_more = !part.is_end;
        Ok(Pulled(page_body(&source, shown.format, part.end, has_more, &part.events)))
    }

    /// Writes down what it has; not each time when that is the same.
    async fn note_pull(&self, puller: &Puller, after: Cursor) -> Result<()> {
        let (shown, at) = (&puller.0.shown, now().0);
        let is_known = shown.last_at.is_some_and(|last| at - last.0 < NOTED_AGAIN);
        if is_known && after == shown.cursor {
            return Ok(());
        }
        let write = self.store.write().await?;
        write.destinations().advance(shown.id, (shown.cursor, after), at, None).await?;
        Ok(write.commit_without_event(Unrecorded::Shipped).await?)
    }
}
