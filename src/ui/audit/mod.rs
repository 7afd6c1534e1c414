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
