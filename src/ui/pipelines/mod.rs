//! The pages of pipelines: the list, the dialogs drawn over it, and the page of one with its tokens
//! and grants.

mod confirm;
mod delete;
mod detail;
mod empty;
mod grants;
mod how_to;
mod list;
mod new;
mod once;
mod tokens;

pub use delete::DeleteDialog;
pub use detail::DetailPage;
pub use list::ListPage;
pub use new::NewDialog;

pub(in crate::ui) use confirm::YourPassword;
pub(in crate::ui) use new::grantable_label;
