//! Every place that commits a transaction without an audit event, with its reason: a new one is seen
//! in review. Elsewhere the compiler asks for the event.

use crate::rooms::sources;
use std::collections::BTreeMap;

/// The file, the reason, and how often it stands there.
const COMMITS: [(&str, &str, usize); 47] = [
    ("src/server/session.rs", "Session", 3),
    ("src/store/backup/load.rs", "Restore", 1),
    ("src/store/connect.rs", "Schema", 1),
    ("src/store/receipts/counts.rs", "Counts", 1),
    ("src/store/receipts/recorder.rs", "Receipts", 1),
    ("src/store/tests.rs", "Test", 4),
    ("src/store/tests/durable.rs", "Test", 2),
    ("src/store/tests/granted.rs", "Test", 2),
    ("src/store/tests/receipts.rs", "Test", 2),
    ("src/store/tests/reports.rs", "Test", 3),
    ("src/store/tests/retention.rs", "Test", 3),
    ("src/store/tests/retention/base.rs", "Test", 1),
    ("src/store/tests/retention/reported.rs", "Test", 2),
    ("src/store/tests/retention/trees.rs", "Test", 4),
    ("src/store/tests/told.rs", "Test", 1),
    ("src/vault/checkpoints.rs", "Tree", 2),
    ("src/vault/checkpoints/witnessing.rs", "Job", 2),
    ("src/vault/checkpoints/witnessing.rs", "Shipped", 1),
    ("src/vault/checks.rs", "Check", 2),
    ("src/vault/checks/due.rs", "Check", 2),
    ("src/vault/credentials/completed.rs", "Sweep", 1),
    ("src/vault/definitions.rs", "Declared", 1),
    ("src/vault/exchange.rs", "Proof", 1),
    ("src/vault/findings.rs", "Counts", 1),
    ("src/vault/first_steps.rs", "FirstSteps", 1),
    ("src/vault/issuers.rs", "Revocation", 1),
    ("src/vault/jobs.rs", "Job", 6),
    ("src/vault/jobs.rs", "Sweep", 1),
    ("src/vault/keys.rs", "FirstKeys", 1),
    ("src/vault/keys/binding.rs", "Reseal", 1),
    ("src/vault/keys/moved.rs", "Reseal", 3),
    ("src/vault/keys/reseal.rs", "Reseal", 1),
    ("src/vault/keys/rows.rs", "Test", 4),
    ("src/vault/keys/under.rs", "Reseal", 1),
    ("src/vault/mod.rs", "Sweep", 1),
    ("src/vault/notifications.rs", "Notifications", 3),
    ("src/vault/people/setup.rs", "SetupLink", 1),
    ("src/vault/refusals.rs", "Refusals", 1),
    ("src/vault/retention.rs", "Removal", 1),
    ("src/vault/reviews.rs", "Tree", 1),
    ("src/vault/shipping/pulled.rs", "Shipped", 1),
    ("src/vault/shipping/sending.rs", "Job", 2),
    ("src/vault/shipping/sending.rs", "Shipped", 3),
    ("src/vault/shipping/testing.rs", "Shipped", 1),
    ("src/vault/signed.rs", "Proof", 1),
    ("src/vault/slots.rs", "Slot", 2),
    ("src/vault/trust_rules/named.rs", "Sweep", 1),
];

#[test]
fn what_leaves_no_event_is_listed_with_its_reason() {
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    for source in sources() {
        let code: String = source.code.split_whitespace().collect();
        for call in code.split(".commit_without_event(").skip(1) {
            let reason = call.split(')').next().unwrap().rsplit("::").next().unwrap();
            *found.entry((source.path.clone(), reason.to_owned())).or_default() += 1;
        }
    }
    let found: Vec<(&str, &str, usize)> = found
        .iter()
        .map(|((path, reason), count)| (path.as_str(), reason.as_str(), *count))
        .collect();
    assert_eq!(found, COMMITS);
}
