//! What the whole package promises, on files.

mod vectors;
