//! The audit of a project, and that of the instance: what was done, what was delivered and refused.

mod checkpoint;
mod event;
mod filters;
mod list;
mod row;
mod shipping;
mod shipping_one;
mod verify;

pub use event::{AuditEventPage, InstanceAuditEventPage};
pub use list::{AuditPage, InstanceAuditPage};
pub use shipping::{InstanceShippingPage, ShippingPage};
pub use verify::{InstanceVerifyPage, VerifyPage};

use crate::domain::paths;

/// What the list of the project is called; `project` is empty for the instance.
fn title(project: &str) -> &'static str {
    if project.is_empty() { "Instance audit" } else { "Audit" }
}

/// The way back to the list.
fn up(project: &str) -> (String, String) {
    (paths::audit(project), title(project).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_called_as_the_page_it_leads_to() {
        assert_eq!(up("acme"), (paths::audit("acme"), "Audit".to_owned()));
        assert_eq!(up(""), (paths::INSTANCE_AUDIT.to_owned(), "Instance audit".to_owned()));
    }
}
