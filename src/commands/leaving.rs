//! What ends when a person loses a right: told before it is done, and asked about at a terminal.

use super::asking::{confirm, tell};
use super::failure::Failure;
use super::output::{clean, count, list};
use crate::domain::departure::Leftover;
use crate::domain::moment::Moment;
use serde_json::{Value, json};
use std::io::{self, IsTerminal};

const HEADINGS: [&str; 5] = ["PROJECT", "PIPELINE", "WHAT", "LAST USED", "THEN"];

#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Leaving {
    /// Keep the tokens, trust rules, approvals and shared secrets of the user, and list them for a
    /// decision
    #[arg(long)]
    keep: bool,
    /// End it without asking for confirmation
    #[arg(long)]
    yes: bool,
}

impl Leaving {
    /// Of a command whose other words say that it is to be done.
    pub(super) fn said(keep: bool) -> Self {
        Self { keep, yes: true }
    }

    pub(super) fn keeps(self) -> bool {
        self.keep
    }

    /// Tells what would end, and at a terminal asks whether to go on. Elsewhere nobody can be asked:
    /// a script has to say what it wants.
    pub(super) fn ask(self, left: &[Leftover]) -> Result<(), Failure> {
        if left.is_empty() {
            return Ok(());
        }
        let head = if self.keep {
            "These stay, although the user may no longer make them. Decide on each:"
        } else {
            "This is what the user made, approved, typed or was shown:"
        };
        let (_, table) = self.listed(left);
        let ends = self.ending(left);
        let must_say = ends > 0 && !self.yes;
        let must_ask = must_say && io::stdin().is_terminal();
        let text = format!("{head}\n{}\n", clean(&table));
        if must_ask {
            return confirm(&text, "Type yes to go on: ", "Nothing was changed.");
        }
        tell(&text);
        if must_say { Err(Failure::said(unsaid(ends))) } else { Ok(()) }
    }

    /// Behind the sentence that says what was done: how much ended, and how much is to be decided on.
    pub(super) fn told(
        self,
        mut document: Value,
        text: String,
        left: &[Leftover],
    ) -> (Value, String) {
        document["left"] = self.listed(left).0;
        let ended = self.ending(left);
        let more = outcome(ended, left.len() - ended);
        (document, format!("{text}{more}"))
    }

    /// How many of them end.
    fn ending(self, left: &[Leftover]) -> usize {
        if self.keep { 0 } else { left.iter().filter(|one| one.ends()).count() }
    }

    fn listed(self, left: &[Leftover]) -> (Value, String) {
        list(HEADINGS, left, |one| {
            let pipeline = one.pipeline.as_ref().map(|pipeline| pipeline.name.clone());
            let ends = !self.keep && one.ends();
            let of_instance = one.slug.is_empty();
            let document = json!({
                "project": (!of_instance).then_some(&one.slug),
                "pipeline": pipeline,
                "what": one.thing.label(),
                "made_by": one.maker,
                "last_used_at": one.last_used_at.map(Moment::to_rfc3339),
                "ended": ends,
                "by_name_only": one.is_by_name,
                "page": one.page(),
            });
            let project = if of_instance { "instance" } else { one.slug.as_str() };
            let all = if one.thing.is_of_pipelines() { "all" } else { "" };
            let page = one.page().map(|page| format!(" ({page})")).unwrap_or_default();
            let row = [
                project.to_owned(),
                pipeline.unwrap_or_else(|| all.to_owned()),
                one.thing.label(),
                last_used(one),
                format!("{}{page}", one.end(self.keep)),
            ];
            (document, row)
        })
    }
}

fn unsaid(ends: usize) -> String {
    let (items, them) = (count(ends as u64, "item"), if ends == 1 { "it" } else { "them" });
    format!(
        "This would end {items}. Nothing was changed. Add --yes to end {them}, or --keep to keep {them}."
    )
}

fn outcome(ended: usize, stays: usize) -> String {
    let items = |number: usize| count(number as u64, "item");
    let (stay, them) = if stays == 1 { ("stays", "it") } else { ("stay", "them") };
    let decide = format!("Decide whether to keep {them}.");
    match (ended, stays) {
        (0, 0) => String::new(),
        (ended, 0) => format!(" {} ended.", items(ended)),
        (0, stays) => format!(" {} {stay}. {decide}", items(stays)),
        (ended, stays) => format!(" {} ended and {stays} {stay}. {decide}", items(ended)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_and_what_stays_is_counted() {
        for (ended, stays, said) in [
            (0, 0, ""),
            (1, 0, " 1 item ended."),
            (0, 1, " 1 item stays. Decide whether to keep it."),
            (0, 5, " 5 items stay. Decide whether to keep them."),
            (2, 3, " 2 items ended and 3 stay. Decide whether to keep them."),
            (1, 1, " 1 item ended and 1 stays. Decide whether to keep it."),
        ] {
            assert_eq!(outcome(ended, stays), said);
        }
    }
}
