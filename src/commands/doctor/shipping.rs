//! Whether the audit logs arrive where they are sent.

use super::super::output::count;
use super::report::{Report, State};
use crate::vault::{FailingDestination, HoldingDestination};
use serde_json::{Value, json};

/// One line for each destination that fails, and for each that retention waits for: nothing is lost
/// meanwhile, so it is a warning. `holding` is nothing where receipts are kept anyhow.
pub(super) fn look(
    report: &mut Report,
    failing: &[FailingDestination],
    holding: Option<&[HoldingDestination]>,
) {
    let (waits, holding) = (holding.is_some(), holding.unwrap_or_default());
    if failing.is_empty() && holding.is_empty() {
        let none = if waits {
            "No destination of an audit log is failing, and retention waits for none."
        } else {
            "No destination of an audit log is failing."
        };
        report.add("shipping", State::Ok, none);
    }
    for one in failing {
        report.add("shipping", State::Warning, sentence(one));
    }
    for one in holding {
        report.add("shipping", State::Warning, said_of_holding(one));
    }
    let failing: Vec<Value> = failing.iter().map(document).collect();
    let holding: Vec<Value> = holding.iter().map(document_of_holding).collect();
    report.detail("shipping", json!({ "failing": failing, "holding": holding }));
}

fn said_of_holding(one: &HoldingDestination) -> String {
    let HoldingDestination { name, log, since, links } = one;
    let (since, links) = (since.to_text(), count(links.unsigned_abs(), "link"));
    format!(
        "Retention has waited for {name} of {log} since {since}. This destination is {links} behind, and the receipts that it has not received yet are kept for longer. Make sure that it can receive them, or stop it."
    )
}

fn document_of_holding(one: &HoldingDestination) -> Value {
    let HoldingDestination { name, log, since, links } = one;
    let since = since.to_text();
    json!({ "destination": name, "log": log, "since": since, "links_behind": links })
}

fn sentence(FailingDestination { name, log, since, links, why }: &FailingDestination) -> String {
    let (since, links) = (since.to_rfc3339(), count(links.unsigned_abs(), "link"));
    format!("Nothing could be sent to {name} of {log} since {since}: it is {links} behind. {why}")
}

fn document(FailingDestination { name, log, since, links, why }: &FailingDestination) -> Value {
    let since = since.to_rfc3339();
    json!({ "destination": name, "log": log, "since": since, "links_behind": links, "why": why })
}
