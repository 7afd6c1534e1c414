//! Rows that were changed outside the product: found once a day, which is on record, and one that the
//! operator answers for is looked at, and taken for ours as it was shown.

use crate::domain::actor::{Actor, Operator};
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::error::{Error, Result};
use crate::store::{NamedRow, Write};
use crate::vault::audit::this_instance;
use crate::vault::{INSTANCE, Vault, now};
use uuid::Uuid;

/// Where the ends of the chains are.
const CHAINS: &str = "chain_head";
/// Seconds in which no more than one event says that there are changed rows: a bit less than a day,
/// since the job does not run to the second.
const ONCE: i64 = 20 * 60 * 60;
/// Seconds by which the clock of the server that wrote an event may be ahead.
const AHEAD: i64 = 5 * 60;
/// Events of the instance that are looked at for the last one.
const LOOKED_AT: u64 = 200;

impl Vault {
    /// The job: looks at every row that decides, and records how many were changed by somebody else.
    ///
    /// # Errors
    /// `Unavailable` when this server cannot open the stored keys, and a row names one that it does not know.
    pub async fn find_changed_rows(&self) -> Result<()> {
        // A row may be under a key that another server has made a moment ago. Without that one the others
        // are looked at all the same: whoever writes to the database can make a keyring that does not open.
        let are_keys_read = self.refresh_keys().await?;
        let (found, names_newer_key) = self.store.tampered_as_far_as_known().await?;
        if names_newer_key && !are_keys_read {
            return Err(Error::Unavailable);
        }
        let changed = found.rows;
        if changed == 0 {
            return Ok(());
        }
        let write = self.write_in(INSTANCE).await?;
        let (since, latest) = (now().plus_seconds(-ONCE), now().plus_seconds(AHEAD));
        let length = write.chain().length(INSTANCE).await?;
        // One that somebody put there, beyond the end or for later, silences nothing.
        let is_recent = |event: &AuditEvent| {
            event.action == Action::RowsFound
                && event.at > since
                && event.at <= latest
                && event.seq <= length
        };
        if write.chain().newest(INSTANCE, LOOKED_AT).await?.iter().any(is_recent) {
            return Ok(());
        }
        let what = (Action::RowsFound, this_instance(), Detail::Rows(changed));
        self.commit_event(write, INSTANCE, &Actor::Product, what).await
    }

    /// Says in the log how many rows that decide were changed by somebody else, if there are any. At
    /// each start, whatever the database says of the job and of what was found before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tell_changed_rows(&self) -> Result<()> {
        let rows = self.store.tampered_rows().await?.rows;
        if rows > 0 {
            tracing::error!(rows, "rows were changed outside Regcred: `regcred doctor` names them");
        }
        Ok(())
    }

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

    /// Takes the row for ours as it was shown, and the end of a chain as it is by now. Of that it is on
    /// record where the chain was broken. It is on record in the row's project, too: its owners do not
    /// read the events of the instance.
    ///
    /// # Errors
    /// `Conflict` when it says something else by now.
    pub async fn accept_row(&self, operator: &Operator, row: &NamedRow) -> Result<()> {
        let chain = Uuid::parse_str(&row.key).ok().filter(|_| row.table == CHAINS);
        let broken_at = match chain {
            Some(chain) => self.first_break(chain).await?,
            None => None,
        };
        let ring = self.keys.ring();
        let mut project = None;
        if let Some(id) = row.project
            && self.store.chain().length(id).await? > 0
        {
            project = Some(id);
        }
        let write = self.write_in(INSTANCE).await?;
        if let Some(project) = project {
            write.chain().hold(project).await?;
        }
        let credential = credential_of(&write, row).await?;
        if let Some(credential) = credential {
            write.rewraps().hold(credential).await?;
        }
        let is_accepted = match chain {
            Some(_) => write.accept_end(&*ring, row).await?,
            None => write.accept_row(row).await?,
        };
        if !is_accepted {
            return Err(Error::Conflict(
                "The row was changed again meanwhile. Nothing was accepted. Look at it again."
                    .to_owned(),
            ));
        }
        if let Some(credential) = credential {
            // They may be there only because the row was changed. What does not open all the same is
            // marked again.
            write.rewraps().unmark(credential).await?;
        }
        let detail = Detail::Row { table: row.table.to_owned(), id: row.key.clone(), broken_at };
        let what = (Action::RowAccepted, this_instance(), detail);
        if let Some(project) = project {
            self.record_event(&write, project, operator, what.clone()).await?;
        }
        self.commit_event(write, INSTANCE, operator, what).await
    }
}

/// The credential whose secrets are those of that row.
async fn credential_of(write: &Write, row: &NamedRow) -> Result<Option<Uuid>> {
    Ok(match (row.table, Uuid::parse_str(&row.key)) {
        ("credential", Ok(id)) => Some(id),
        ("secret_version", Ok(id)) => write.rewraps().credential_of(id).await?,
        _ => None,
    })
}
