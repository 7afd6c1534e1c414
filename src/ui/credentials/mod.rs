//! The pages of registry credentials: the list, the dialogs drawn over it, and the page of one.

mod activity;
mod delete;
mod detail;
mod edit;
mod empty;
mod facts;
mod filters;
mod form;
mod key_upload;
mod list;
mod new;
mod presets;
mod preview;
mod repointing;
mod row;
mod sign_in;
mod stored;
mod token_service;
mod versions;

pub(in crate::ui) mod place;
pub(in crate::ui) mod receipts;
pub(in crate::ui) mod said;
pub(in crate::ui) mod used_by;

pub use delete::DeleteDialog;
pub use detail::DetailPage;
pub use edit::EditDialog;
pub use list::ListPage;
pub use new::NewDialog;
