//! The pages of pipelines: the list, the dialogs drawn over it, the page of one in parts, and the pages
//! behind that.

mod activity;
mod approve;
mod connect;
mod declared;
mod definitions;
mod delete;
mod deliveries;
mod detail;
mod doubts;
mod edit;
mod edit_grant;
mod edit_rule;
mod empty;
mod frame;
mod grant_form;
mod grants;
mod how_to;
mod identities;
mod identity;
mod list;
mod new;
mod new_token;
mod picked;
mod revoke;
mod rule_fields;
mod tokens;
mod trust;
mod trust_form;
mod try_token;

pub use activity::ActivityPage;
pub use approve::ApprovePage;
pub use connect::ConnectPage;
pub use definitions::DefinitionsPage;
pub use delete::DeleteDialog;
pub use deliveries::DeliveriesPage;
pub use detail::DetailPage;
pub(super) use doubts::Doubts;
pub use edit::EditDialog;
pub use edit_grant::{EditGrantPage, RevokeGrantDialog};
pub use edit_rule::{DeleteRuleDialog, EditRulePage};
pub(super) use grant_form::Conditions;
pub(super) use how_to::HowTo;
pub use how_to::example_lines;
pub use identity::IdentityPage;
pub use list::ListPage;
pub use new::NewDialog;
pub(super) use new_token::{ShownOnce, shown_once};
pub use revoke::RevokeDialog;
pub use trust_form::NewRulePage;
pub use try_token::TryTokenPage;

use super::kit::PageContext;
use uuid::Uuid;

/// What a button in a row of the pipeline's page posts; `id` is the row's.
fn of_row(page: &PageContext, pipeline: Uuid, id: String) -> Vec<(&'static str, String)> {
    vec![("project", page.project.clone()), ("pipeline", pipeline.to_string()), ("id", id)]
}
