//! `regcred doctor accept`.

use super::super::asking::{confirm, tell};
use super::super::failure::Failure;
use super::super::output::clean;
use super::super::{Common, Session};
use crate::store::{Counts, NamedRow};
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
/// and the audit events of the instance say that you accepted it.
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
        let says: Map<String, Value> =
            row.says.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        Ok((json!({ "table": table, "id": key, "says": says, "accepted": true }), text))
    }

    /// Shows the row, and at a terminal asks whether to go on.
    fn ask(&self, row: &NamedRow) -> Result<(), Failure> {
        let mut shown =
            format!("This row was changed outside Regcred:\n  {} {}\n", row.table, row.key);
        for (name, value) in &row.says {
            // To a text nothing fails.
            let _ = writeln!(shown, "  {name}: {}", value.replace('\n', " "));
        }
        let warning = match row.miscounted {
            Some(Counts { counted, present }) => format!(
                "Regcred counted {counted} tokens and trust rules of this pipeline, and there are {present}. One that was removed works again if somebody puts it back. If you do not know why the numbers differ, do not accept this.\n"
            ),
            None => "Values that are not shown, such as a password hash, may have been changed, too. If you do not know who changed the row, do not accept it.\n".to_owned(),
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
