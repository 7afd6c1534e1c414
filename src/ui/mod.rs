//! What people see: the frame, the pages, and the components both are made of.

pub mod admin;
pub mod components;
pub mod credentials;
pub mod home;
pub mod layout;
pub mod matching;
pub mod pipelines;
pub mod problem;
pub mod setup;
pub mod sign_in;
