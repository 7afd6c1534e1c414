//! A walk through a table in the order of its key. A row whose key cannot be read was not written by us, and
//! hides none of those behind it.

use super::Authentic;
use super::checks::{Key, names_of, page};
use crate::store::seals::Sealing;
use sea_orm::{DbErr, QuerySelect, Select};

/// How far it has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    after: Option<Key>,
    /// Rows behind that key that were looked at, because none of them has a key that can be read.
    past: u64,
}

/// Some rows.
pub(super) struct Page<E: Authentic> {
    pub(super) rows: Select<E>,
    /// The keys of those whose key can be read.
    pub(super) names: Vec<Key>,
    /// How many others there are. A walk counts each of them once.
    pub(super) unreadable: u64,
}

impl Pages {
    /// The next rows, at most so many; `None` at the end of the table.
    pub(super) async fn next<E: Authentic, C: Sealing>(
        &mut self,
        db: &C,
        most: u64,
    ) -> Result<Option<Page<E>>, DbErr> {
        let past = (self.past > 0).then_some(self.past);
        let rows = page::<E>(self.after.clone()).offset(past).limit(most);
        let found = names_of::<E, C>(db, &rows).await?;
        if found.is_empty() {
            return Ok(None);
        }
        // What stands behind the last one that can be read comes again.
        let counted = found.iter().rposition(Option::is_some).unwrap_or(found.len());
        let unreadable = found.iter().take(counted).filter(|name| name.is_none()).count() as u64;
        let names: Vec<Key> = found.into_iter().flatten().collect();
        match names.last() {
            Some(last) => (self.after, self.past) = (Some(last.clone()), 0),
            None => self.past += unreadable,
        }
        Ok(Some(Page { rows, names, unreadable }))
    }
}
