//! Opening: the configuration, the key-encryption key and the database, for the server and the commands.

pub mod config;
pub mod exposure;
pub mod kek;
pub mod memory;
mod open;

pub use open::*;
