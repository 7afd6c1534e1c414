//! The pages of registry credentials: the list, the dialogs drawn over it, and the page of one.

mod activity;
mod delete;
mod detail;
mod details;
mod edit;
mod empty;
mod filters;
mod form;
mod guard_change;
mod list;
mod markup;
mod more;
mod new;
mod presets;
mod replace;
mod repointing;
mod row;
mod row_menu;
mod rows;
mod sign_in;
mod stored;
mod token_service;
mod used_by;
mod versions;

pub use delete::DeleteDialog;
pub use detail::DetailPage;
pub use edit::EditDialog;
pub use list::ListPage;
pub use new::NewDialog;
pub use replace::ReplaceDialog;
