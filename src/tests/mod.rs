//! The integration tests: the real router over a real database, in process. Each test is a claim
//! and has a database of its own; with `REGCRED_TEST_DATABASE_URL` it is one of `PostgreSQL`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops where it stands")]

mod app;
mod backup;
mod browser;
mod canary;
mod chain;
mod changeover;
mod commands;
mod credentials;
mod database;
mod deletions;
mod deliveries;
mod doctor;
mod edits;
mod failpoint;
mod filters;
mod forms;
mod full_disk;
mod grants;
mod headers;
mod hosts;
mod key_files;
mod keys;
mod killing;
mod listing;
mod matrix;
mod memory;
mod migrations;
mod pipelines;
mod process;
mod projects;
mod receipts;
mod repoint;
mod repointing;
mod requests;
mod rooms;
mod rotation;
mod sessions;
mod setup;
mod sign_in;
mod stale;
mod start_states;
mod tokens;
mod uploads;
mod versions;
