//! What people see: the frame, the pages, and the kit that both are made of.

pub mod admin;
pub mod approvals;
pub mod audit;
mod choosing;
pub mod credentials;
mod events;
pub mod finder;
pub mod findings;
mod first_steps;
mod granting;
pub mod help;
pub mod home;
pub mod kit;
pub mod layout;
pub mod matching;
mod navigation;
pub mod notifications;
pub mod pipelines;
mod receipts;
pub mod reviews;
pub mod setup;
pub mod sign_in;
pub mod usage;
