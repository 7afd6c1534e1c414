//! The pages of registry credentials: the list with the dialogs drawn over it, and the pages of one.

mod activity;
mod connect;
mod dates;
mod delete;
mod deliveries;
mod detail;
mod details;
mod edit;
mod empty;
mod filters;
mod form;
mod frame;
mod grant;
mod guard_change;
mod list;
mod new;
mod presets;
mod repointing;
mod row;
mod sign_in;
mod stored;
mod token_service;
mod used_by;
mod version_dialogs;
mod versions;

pub use activity::ActivityPage;
pub use connect::ConnectPage;
pub use delete::DeleteDialog;
pub use deliveries::DeliveriesPage;
pub use detail::DetailPage;
pub use edit::EditDialog;
pub use grant::GrantDialog;
pub use list::ListPage;
pub use new::NewDialog;
pub use version_dialogs::{DestroyVersionDialog, SwitchVersionDialog};
pub use versions::VersionsPage;
