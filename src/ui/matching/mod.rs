//! The explainer: an image, a pipeline and a run go in; which credential serves it, and why not the
//! others, comes out.

mod answer;
mod page;
mod question;

pub use page::MatchPage;
