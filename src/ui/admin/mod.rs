//! The pages of the instance, for its admins.

mod keys;

pub use keys::KeysPage;
