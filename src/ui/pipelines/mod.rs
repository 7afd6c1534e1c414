//! The pages of pipelines: the list, the dialogs drawn over it, the page of one with its grants,
//! trust rules and tokens, and the pages behind that.

mod approve;
mod delete;
mod detail;
mod doubts;
mod edit_grant;
mod edit_rule;
mod empty;
mod grant_form;
mod grants;
mod how_to;
mod identities;
mod list;
mod new;
mod new_token;
mod rule_fields;
mod tokens;
mod trust;
mod trust_form;
mod try_token;

pub use approve::ApprovePage;
pub use delete::DeleteDialog;
pub use detail::DetailPage;
pub use edit_grant::{EditGrantPage, RevokeGrantPage};
pub use edit_rule::{DeleteRulePage, EditRulePage};
pub use how_to::example_lines;
pub(super) use grant_form::Conditions;
pub(super) use how_to::HowTo;
pub use list::ListPage;
pub use new::NewDialog;
pub use trust_form::NewRulePage;
pub use try_token::TryTokenPage;

use super::kit::PageContext;
use uuid::Uuid;

/// What a button in a row of the pipeline's page posts; `id` is the row's.
fn of_row(page: &PageContext, pipeline: Uuid, id: String) -> Vec<(&'static str, String)> {
    vec![("project", page.project.clone()), ("pipeline", pipeline.to_string()), ("id", id)]
}
