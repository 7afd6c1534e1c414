//! `regcred doctor accept`.

use super::super::asking::{confirm, tell};
use super::super::failure::Failure;
use super::super::output::clean;
use super::super::{Common, Session};
use crate::crypto::digest::sha256;
use crate::domain::hearsay::written_out;
use crate::store::{Counts, NamedRow, Shown};
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    Accept(Accept),
}

/// Accept a row that was changed outside Regcred
///
/// For a change that you know: somebody corrected a name with SQL, or a server of an older version wrote
/// the row. The command shows the row without its secrets and asks. Then Regcred uses the row as it is,
/// and the audit events of the instance and of the row's project say that you accepted it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "TABLE and ID are in the output of `regcred doctor`. A row of `membership` has two ids.

Examples:
  regcred doctor accept person 0198f0c2-0000-7000-8000-123456789abc
  regcred doctor accept chain_head 00000000-0000-0000-0000-000000000000 --yes"
)]
pub(super) struct Accept {
    /// The table of the row
    table: String,
    /// The id of the row
    #[arg(required = true)]
    id: Vec<String>,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
}

impl Action {
    pub(super) async fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let Self::Accept(accept) = self;
        let session = common.begin(0).await?;
        let done = accept.carry_out(&session).await;
        common.finish(session, done).await
    }
}

impl Accept {
    async fn carry_out(
        &self,
        Session { vault, operator }: &Session,
    ) -> Result<(Value, String), Failure> {
        let row = vault.named_row(operator, &self.table, &self.id.join(" ")).await?;
        if row.is_ours && row.miscounted.is_none() {
            return Err(Failure::said("Regcred wrote this row itself. Nothing was changed."));
        }
        if !row.is_readable() {
            return Err(Failure::said(
                "This row has a value that no such row can have. Correct or delete it, or restore a backup. Nothing was changed.",
            ));
        }
        self.ask(&row)?;
        vault.accept_row(operator, &row).await?;
        let (table, key) = (row.table, &row.key);
        let mut text = format!("The row was accepted: {table} {key}.");
        if table == "person" {
            text += " Set a new password for this user: regcred user password EMAIL";
        }
        if table == "pipeline_token" {
            text += " If you do not know its secret, revoke this token and create another one.";
        }
        let says = row.says.iter().map(|(name, value)| ((*name).to_owned(), json!(said(value))));
        let says: Map<String, Value> = says.collect();
        Ok((json!({ "table": table, "id": key, "says": says, "accepted": true }), text))
    }

    /// Shows the row, and at a terminal asks whether to go on.
    fn ask(&self, row: &NamedRow) -> Result<(), Failure> {
        let mut shown =
            format!("This row was changed outside Regcred:\n  {} {}\n", row.table, row.key);
        for (name, value) in &row.says {
            // To a text nothing fails.
            let _ = writeln!(shown, "  {name}: {}", written_out(&said(value)));
        }
        let warning = match row.miscounted {
            Some(Counts { counted, present }) => format!(
                "Regcred counted {counted} tokens and trust rules of this pipeline, and there are {present}. One that was removed works again if somebody puts it back. If you do not know why the numbers differ, do not accept this.\n"
            ),
            None => "The hash of a password is not shown and may have been changed, too. Of other hidden values you see the first 8 digits of their SHA-256. If you do not know who changed the row, do not accept it.\n".to_owned(),
        };
        shown += &warning;
        let must_ask = !self.yes;
        if must_ask && !io::stdin().is_terminal() {
            return Err(Failure::said(format!(
                "{}Nothing was accepted. Use --yes to accept the row without a question.",
                clean(&shown)
            )));
        }
        if must_ask {
            let question = "Type yes to accept it as it is now: ";
            return confirm(&clean(&shown), question, "Nothing was accepted.");
        }
        tell(&clean(&shown));
        Ok(())
    }
}

/// The value, or enough of a digest to tell that a hidden one was changed.
fn said(value: &Shown) -> String {
    match value {
        Shown::Plain(text) => text.clone(),
        Shown::Hidden(bytes) => {
            let digits: String = HEXLOWER.encode(&sha256(bytes)).chars().take(8).collect();
            format!("(hidden, SHA-256 {digits}...)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hidden_value_it_is_told_that_it_was_changed_and_nothing_else() {
        let one = said(&Shown::Hidden(b"hunter2".to_vec()));
        assert_ne!(one, said(&Shown::Hidden(b"hunter3".to_vec())));
        assert!(!one.contains("hunter2") && one.len() < 40, "{one}");
        assert_eq!(said(&Shown::Plain("x".repeat(999))).len(), 999, "nothing is cut off");
    }
}
