//! What the whole package promises, on files.

mod corpus;
mod vectors;
