//! The addresses of what is audited, reviewed and sent to others.

use super::{INSTANCE_AUDIT, with_query};
use crate::domain::listing::percent;
use uuid::Uuid;

/// What was done in the project, and what its pipelines were handed or refused. Without a project it is
/// that of the instance.
pub fn audit(project: &str) -> String {
    if project.is_empty() {
        INSTANCE_AUDIT.to_owned()
    } else {
        format!("/p/{}/audit", percent(project))
    }
}

/// The access reviews of a project.
pub fn reviews(project: &str) -> String {
    format!("/p/{}/reviews", percent(project))
}

/// The items of one; which of them is in its query.
pub fn review(project: &str, id: Uuid) -> String {
    format!("{}/{id}", reviews(project))
}

/// All of it, to be printed.
pub fn review_report(project: &str, id: Uuid) -> String {
    format!("{}/report", review(project, id))
}

/// One link of the chain.
pub fn audit_link(project: &str, seq: i64) -> String {
    format!("{}/{seq}", audit(project))
}

/// Where the chain is verified; `after` in its query says behind which link it goes on.
pub fn verify_audit(project: &str) -> String {
    format!("{}/verify", audit(project))
}

/// Where the events of the chain are sent, and who fetches them.
pub fn shipping(project: &str) -> String {
    format!("{}/shipping", audit(project))
}

/// The same with one of them.
pub fn destination(project: &str, id: Uuid) -> String {
    with_query(&shipping(project), "destination", &id.to_string())
}
