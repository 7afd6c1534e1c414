//! The one door from the browser to the server.
//!
//! Two kinds of functions are in here. What a page reads is a plain function: it says who is asking
//! and calls the vault once. What a form posts, and what an island asks, is a server function under
//! `/rpc`: it says who is asking, calls the vault once, and ends with one combinator of `reply`.
//! That sends the browser on to the next page with a sentence, or back to the form with what was
//! typed (never a secret). Both travel in a sealed cookie (`notes`), so every form works without
//! JavaScript, nothing typed is in a URL, and a stranger's post writes nothing to the database.
//!
//! Only `registry` is in the browser's part of the program: an island calls it.

#[cfg(feature = "ssr")]
pub mod answer;
#[cfg(feature = "ssr")]
pub mod approvals;
#[cfg(feature = "ssr")]
pub mod arrival;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod checkpoints;
#[cfg(feature = "ssr")]
pub mod checks;
#[cfg(feature = "ssr")]
pub mod choosing;
#[cfg(feature = "ssr")]
mod context;
#[cfg(feature = "ssr")]
pub mod credential_bulk;
#[cfg(feature = "ssr")]
pub mod credential_endings;
#[cfg(feature = "ssr")]
pub mod credential_pages;
#[cfg(feature = "ssr")]
mod credential_post;
#[cfg(feature = "ssr")]
pub mod credential_switch;
#[cfg(feature = "ssr")]
pub mod credentials;
#[cfg(feature = "ssr")]
mod definition_post;
#[cfg(feature = "ssr")]
pub mod definitions;
#[cfg(feature = "ssr")]
pub mod deliveries;
#[cfg(feature = "ssr")]
pub mod findings;
#[cfg(feature = "ssr")]
pub mod first_steps;
#[cfg(all(test, feature = "ssr"))]
pub(crate) mod fuzz;
#[cfg(feature = "ssr")]
pub mod guard_changes;
#[cfg(feature = "ssr")]
pub mod issuers;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod keys;
#[cfg(feature = "ssr")]
mod mark;
#[cfg(feature = "ssr")]
pub mod matching;
#[cfg(feature = "ssr")]
mod notes;
#[cfg(feature = "ssr")]
pub mod notifications;
#[cfg(feature = "ssr")]
pub mod pipelines;
#[cfg(feature = "ssr")]
pub mod proxies;
pub mod registry;
#[cfg(feature = "ssr")]
mod reply;
#[cfg(feature = "ssr")]
pub mod reviews;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod shipping;
#[cfg(feature = "ssr")]
pub mod trust_rules;
#[cfg(feature = "ssr")]
pub mod usage;
#[cfg(feature = "ssr")]
pub mod versions;

#[cfg(feature = "ssr")]
pub use context::{PASSWORD, PERSON, is_signed_in, load_frame, provide};
#[cfg(feature = "ssr")]
pub use mark::Mark;
#[cfg(feature = "ssr")]
pub use notes::{cookie, cookies};
#[cfg(feature = "ssr")]
pub use reply::{shows_page, sign_in_first};
