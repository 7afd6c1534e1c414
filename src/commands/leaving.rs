//! What ends when a person loses a right: told before it is done, and asked about at a terminal.

use super::failure::Failure;
use super::output::{clean, list};
use crate::domain::departure::Leftover;
use crate::domain::moment::Moment;
use serde_json::{Value, json};
use std::io::{self, BufRead, IsTerminal, Write};

const HEADINGS: [&str; 5] = ["PROJECT", "PIPELINE", "WHAT", "LAST USED", "THEN"];

#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Leaving {
    /// Keep the tokens, trust rules, approvals and shared secrets of the user, and list them for a
    /// decision
    #[arg(long)]
    keep: bool,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
}

impl Leaving {
    pub(super) fn keeps(self) -> bool {
        self.keep
    }

    /// Tells what would end, and at a terminal asks whether to go on.
    pub(super) fn ask(self, left: &[Leftover]) -> Result<(), Failure> {
        if left.is_empty() {
            return Ok(());
        }
        let head = if self.keep {
            "These stay, although the user loses the right to them. Decide on each:"
        } else {
            "This is what the user made, approved or was shown:"
        };
        let (_, table) = self.listed(left);
        let ends = !self.keep && left.iter().any(Leftover::ends);
        let must_ask = ends && !self.yes && io::stdin().is_terminal();
        let question = if must_ask { "\nType yes to go on: " } else { "\n" };
        let mut out = io::stderr().lock();
        let told = write!(out, "{head}\n{}{question}", clean(&table)).and_then(|()| out.flush());
        if !must_ask {
            // What is done is also printed afterwards, and a script may have closed this.
            return Ok(());
        }
        told.map_err(Failure::Output)?;
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        if read.is_ok() && answer.trim() == "yes" {
            Ok(())
        } else {
            Err(Failure::said("You did not type yes. Nothing was changed."))
        }
    }

    /// Behind the sentence that says what was done: how much ended, and how much is to be decided on.
    pub(super) fn told(
        self,
        mut document: Value,
        text: String,
        left: &[Leftover],
    ) -> (Value, String) {
        document["left"] = self.listed(left).0;
        let ended = left.iter().filter(|one| !self.keep && one.ends()).count();
        let stays = left.len() - ended;
        let more = match (ended, stays) {
            (0, 0) => String::new(),
            (ended, 0) => format!(" {ended} of their things ended."),
            (0, stays) => format!(" {stays} of their things stay. Decide on them."),
            (ended, stays) => {
                format!(" {ended} of their things ended, and {stays} stay. Decide on those.")
            }
        };
        (document, format!("{text}{more}"))
    }

    fn listed(self, left: &[Leftover]) -> (Value, String) {
        list(HEADINGS, left, |one| {
            let pipeline = one.pipeline.as_ref().map(|pipeline| pipeline.name.clone());
            let ends = !self.keep && one.ends();
            let document = json!({
                "project": one.slug,
                "pipeline": pipeline,
                "what": one.thing.label(),
                "made_by": one.maker,
                "last_used_at": one.last_used_at.map(Moment::to_rfc3339),
                "ended": ends,
                "by_name_only": one.is_by_name,
            });
            let row = [
                one.slug.clone(),
                pipeline.unwrap_or_else(|| "all".to_owned()),
                one.thing.label(),
                last_used(one),
                one.end(self.keep).to_owned(),
            ];
            (document, row)
        })
    }
}

/// When it was used last, as far as such a thing is used.
pub(super) fn last_used(one: &Leftover) -> String {
    match one.last_used_at {
        Some(at) => at.to_text(),
        None if one.thing.is_used() => "never".to_owned(),
        None => String::new(),
    }
}
