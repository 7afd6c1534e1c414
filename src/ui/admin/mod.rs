//! The pages of the instance, for its admins.

mod jobs;
mod keys;
mod proxies;

pub use jobs::JobsPage;
pub use keys::KeysPage;
