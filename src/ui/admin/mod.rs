//! The pages of the instance, for its admins.

mod keys;
mod proxies;

pub use keys::KeysPage;
