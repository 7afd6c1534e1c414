//! What is found when all rows that decide are looked at.

use super::identities::find_miscounted;
use super::tables::find_tampered;
use super::{Authentic, Mend};
use crate::store::Store;
use sea_orm::{DbErr, EntityName};

/// Rows that are named.
const NAMED: usize = 50;

/// Rows that were changed or put there by somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tampered {
    pub rows: u64,
    /// Some of them.
    pub named: Vec<ChangedRow>,
}

/// Where a row is that was changed; nothing else that is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedRow {
    pub table: &'static str,
    /// Its primary key.
    pub key: String,
    pub mend: Mend,
}

impl Tampered {
    pub(super) fn add<E: Authentic>(&mut self, name: String) {
        self.note(EntityName::table_name(&E::default()), name, E::MEND);
    }

    pub(super) fn note(&mut self, table: &'static str, key: String, mend: Mend) {
        self.rows += 1;
        if self.named.len() < NAMED {
            self.named.push(ChangedRow { table, key, mend });
        }
    }
}

impl Store {
    /// The rows that we did not write, among all that decide, and the pipelines whose tokens and trust
    /// rules are not as many as they count.
    pub async fn tampered_rows(&self) -> Result<Tampered, DbErr> {
        Ok(self.tampered_as_far_as_known().await?.0)
    }

    /// The same, and whether one of them names a newer key than the known ones, which another server may
    /// have made.
    pub async fn tampered_as_far_as_known(&self) -> Result<(Tampered, bool), DbErr> {
        // It counts by itself what it meets.
        let reader = self.reader.clone();
        let mut found = Tampered::default();
        find_tampered(&reader, &mut found).await?;
        find_miscounted(&reader, &mut found).await?;
        Ok((found, reader.seals.met() > 0))
    }
}
