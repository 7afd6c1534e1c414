//! The pages of the instance, for its admins.

mod issuers;
mod jobs;
mod keys;
mod proxies;

pub use issuers::{IssuersPage, RemoveIssuerPage};
pub use jobs::JobsPage;
pub use keys::KeysPage;
