//! The guides: the same pages for everybody, signed in or not.

mod frame;
mod guide;
mod index;
mod why;

pub use guide::GuidePage;
pub use index::HelpPage;
pub use why::Reason;
