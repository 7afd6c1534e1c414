//! What retention means for destinations: it waits for those that are on, and what it removed before
//! another one had it is said.

use crate::domain::actor::Operator;
use crate::domain::audit::{Action, Detail};
use crate::domain::moment::Day;
use crate::domain::shipping::{Behind, Destination, Unsent};
use crate::error::Result;
use crate::store::DestinationRow;
use crate::vault::{INSTANCE, Vault, now};

const DAY: i64 = 24 * 60 * 60;

/// The last link that each of these destinations has, of those that are on; `None` when none is.
pub(in crate::vault) fn had_by_all(rows: &[DestinationRow]) -> Option<i64> {
    let on = rows.iter().filter(|row| row.shown.stopped_at.is_none());
    on.map(|row| row.shown.cursor.last_whole()).min()
}

/// A destination for which receipts are kept that are older than retention says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldingDestination {
    pub name: String,
    /// Whose audit log it receives: the project's part of the URL.
    pub log: String,
    pub since: Day,
    /// Links that it has not received.
    pub links: i64,
}

impl Vault {
    /// The destinations that retention waits for, in all chains; `None` when receipts are kept anyhow.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn holding_destinations(
        &self,
        _operator: &Operator,
    ) -> Result<Option<Vec<HoldingDestination>>> {
        if self.settings.retention.is_none() {
            return Ok(None);
        }
        let mut found = Vec::new();
        for row in self.store.destinations().on().await? {
            let shown = row.shown;
            let length = self.store.chain().length(shown.chain).await?;
            let behind = self.behind(&shown, length).await?;
            let Some(since) = self.waited_since(&shown, behind) else { continue };
            let log = self.source_of(shown.chain).await?.name;
            found.push(HoldingDestination { name: shown.name, log, since, links: behind.links });
        }
        Ok(Some(found))
    }

    /// Since which day retention keeps receipts only for this destination; `None` when it does not.
    pub(super) fn waited_since(&self, shown: &Destination, behind: Behind) -> Option<Day> {
        let days = self.settings.retention?;
        // The log of the instance has no receipts.
        let may_wait = shown.stopped_at.is_none() && shown.chain != INSTANCE;
        let old = behind.since.filter(|_| may_wait)?.plus_seconds(i64::from(days) * DAY);
        (old <= now()).then(|| old.day())
    }

    /// What retention removed before the destination had it: of what it has not got, or else of what it had
    /// not when it was resumed last.
    pub(super) async fn unsent(&self, shown: &Destination) -> Result<Option<Unsent>> {
        let ring = self.keys.ring();
        let receipts = self.store.receipts(shown.chain);
        let unsent = receipts.removed_behind(&*ring, shown.sent_up_to()).await?;
        if unsent.is_some() {
            return Ok(unsent);
        }
        let (chain, action) = (self.store.chain(), Action::DestinationStarted);
        let resumed = chain.last_about(shown.chain, shown.id, action).await?;
        Ok(match resumed.map(|event| event.detail) {
            Some(Detail::Destination { unsent, .. }) => unsent,
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::moment::Moment;
    use crate::domain::shipping::{Cursor, Transport};

    fn row(cursor: Cursor, stopped_at: Option<Moment>) -> DestinationRow {
        let sample = Destination::sample(Transport::Webhook, cursor);
        let shown = Destination { stopped_at, ..sample };
        DestinationRow {
            shown,
            salt: None,
            earlier_salt: None,
            token: None,
            made_by_id: None,
            shown_to: None,
        }
    }

    #[test]
    fn retention_waits_for_the_last_of_those_that_are_on() {
        let (first, stopped) =
            (row(Cursor::whole(9), None), row(Cursor::whole(1), Some(Moment(0))));
        let part = row(Cursor { link: 7, receipt: 2 }, None);
        assert_eq!(had_by_all(std::slice::from_ref(&stopped)), None);
        assert_eq!(had_by_all(&[first.clone(), stopped.clone()]), Some(9));
        assert_eq!(had_by_all(&[first, stopped, part]), Some(6), "of link 7 a part is missing");
    }
}
