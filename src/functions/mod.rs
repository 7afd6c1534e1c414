//! The one door from the browser to the server, under `/rpc`.
//!
//! A server function says who is asking and makes one call of the vault. Reads answer what a page
//! draws. Writes are posts of plain HTML forms: `settle` sends the browser on, to the next page
//! when it went well, and back to the form, with what was typed (but no secret) in a single-use
//! slot, when it did not. So every form works without JavaScript, and nothing typed is in a URL.

pub mod answer;
pub mod credentials;
#[cfg(feature = "ssr")]
pub mod jobs;
pub mod keys;
pub mod matching;
pub mod pipelines;
pub mod proxies;
pub mod registry;
pub mod session;
pub mod trust_rules;
pub mod versions;

#[cfg(feature = "ssr")]
mod context;
#[cfg(feature = "ssr")]
mod credential_post;
#[cfg(feature = "ssr")]
mod entry;
#[cfg(feature = "ssr")]
mod keeping;
#[cfg(feature = "ssr")]
mod mark;
#[cfg(feature = "ssr")]
mod settle;
#[cfg(feature = "ssr")]
pub use context::{PERSON, load_frame, provide};
#[cfg(feature = "ssr")]
pub use mark::Mark;
