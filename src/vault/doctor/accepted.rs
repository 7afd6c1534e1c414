//! A row that was changed outside the product and that the operator answers for: it is looked at, and
//! taken for ours as it was shown.

use crate::domain::actor::Operator;
use crate::domain::audit::{Action, Detail};
use crate::error::{Error, Result};
use crate::store::NamedRow;
use crate::vault::audit::this_instance;
use crate::vault::{INSTANCE, Vault};
use uuid::Uuid;

/// Where the ends of the chains are.
const CHAINS: &str = "chain_head";

impl Vault {
    /// The row with that primary key, as `tampered_rows` names it.
    ///
    /// # Errors
    /// `Conflict` when there is none.
    pub async fn named_row(
        &self,
        _operator: &Operator,
        table: &str,
        key: &str,
    ) -> Result<NamedRow> {
        let write = self.write_in(INSTANCE).await?;
        write.named_row(table, key).await?.ok_or_else(|| {
            Error::Conflict(
                "There is no such row. `regcred doctor` lists changed rows with their tables and ids."
                    .to_owned(),
            )
        })
    }

    /// Takes the row for ours as it was shown. Of the end of a chain it is on record where the chain
    /// was broken.
    ///
    /// # Errors
    /// `Conflict` when it says something else by now.
    pub async fn accept_row(&self, operator: &Operator, row: &NamedRow) -> Result<()> {
        let broken_at = match Uuid::parse_str(&row.key) {
            Ok(chain) if row.table == CHAINS => self.first_break(chain).await?,
            _ => None,
        };
        let write = self.write_in(INSTANCE).await?;
        if !write.accept_row(row).await? {
            return Err(Error::Conflict(
                "The row was changed again meanwhile. Nothing was accepted. Look at it again."
                    .to_owned(),
            ));
        }
        let detail = Detail::Row { table: row.table.to_owned(), id: row.key.clone(), broken_at };
        let what = (Action::RowAccepted, this_instance(), detail);
        self.commit_event(write, INSTANCE, operator, what).await
    }
}
