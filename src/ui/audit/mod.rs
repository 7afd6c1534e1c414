//! The audit of a project, and that of the instance: what was done, what was delivered and refused.

mod event;
mod filters;
mod list;
mod row;
mod verify;

pub use event::{AuditEventPage, InstanceAuditEventPage};
pub use list::{AuditPage, InstanceAuditPage};
pub use verify::{InstanceVerifyPage, VerifyPage};
