//! Regcred: where a team keeps its registry credentials, and where its pipelines get them.
//!
//! The rooms, in the order a request walks through them; each calls only those below it, and a
//! test says so (`tests/rooms.rs`):
//!
//! | room | job |
//! | --- | --- |
//! | `commands` | the command line: what is asked for, and what is said |
//! | `server` | starts and wires: cookies, headers, limits, assets |
//! | `opening` | the configuration, the key-encryption key and the database |
//! | `ui` | what people see: pages, made on the server |
//! | `islands` | the little of it that runs in a browser |
//! | `help` | the guides that people read |
//! | `functions` | the one door from the browser to the server |
//! | `api` | the door for machines, `/api/v1` |
//! | `jobs` | runs what the product does by itself |
//! | `vault` | what the product does; where keys and rows meet |
//! | `issuers` | who signs for a run: their keys, and whether a token is theirs |
//! | `registries` | what is asked of registries |
//! | `receivers` | other systems that are told what happened |
//! | `outbound` | every connection to another host, and where none may go |
//! | `store` | rows in, domain values out |
//! | `checkpoints` | what others can check of an audit log without its database and keys |
//! | `crypto` | everything that touches keys |
//! | `domain` | words and rules, the same on both sides |

// The types of views nest as deep as the pages do.
#![recursion_limit = "1024"]

pub mod domain;
pub mod error;
pub mod functions;
pub mod islands;

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod checkpoints;
#[cfg(feature = "ssr")]
pub mod commands;
#[cfg(feature = "ssr")]
pub mod crypto;
#[cfg(all(test, feature = "ssr"))]
#[path = "tests/fuzz/mod.rs"]
mod fuzz;
#[cfg(feature = "ssr")]
pub mod help;
#[cfg(feature = "ssr")]
pub mod issuers;
#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
#[path = "../migrations/mod.rs"]
pub mod migrations;
#[cfg(feature = "ssr")]
pub mod opening;
#[cfg(feature = "ssr")]
pub mod outbound;
#[cfg(feature = "ssr")]
pub mod receivers;
#[cfg(feature = "ssr")]
pub mod registries;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod ui;
#[cfg(feature = "ssr")]
pub mod vault;

pub use error::{Error, Result};

/// Wakes the islands of a page in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
