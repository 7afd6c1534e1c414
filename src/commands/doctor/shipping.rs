//! Whether the audit logs arrive where they are sent.

use super::super::output::count;
use super::report::{Report, State};
use crate::vault::FailingDestination;
use serde_json::{Value, json};

/// One line for each destination that fails: nothing is lost meanwhile, so it is a warning.
pub(super) fn look(report: &mut Report, failing: &[FailingDestination]) {
    if failing.is_empty() {
        report.add("shipping", State::Ok, "No destination of an audit log is failing.");
    }
    for one in failing {
        report.add("shipping", State::Warning, sentence(one));
    }
    let failing: Vec<Value> = failing.iter().map(document).collect();
    report.detail("shipping", json!({ "failing": failing }));
}

fn sentence(FailingDestination { name, log, since, links, why }: &FailingDestination) -> String {
    let (since, links) = (since.to_rfc3339(), count(links.unsigned_abs(), "link"));
    format!("Nothing could be sent to {name} of {log} since {since}: it is {links} behind. {why}")
}

fn document(FailingDestination { name, log, since, links, why }: &FailingDestination) -> Value {
    let since = since.to_rfc3339();
    json!({ "destination": name, "log": log, "since": since, "links_behind": links, "why": why })
}
