//! The pages of pipelines: the list, the dialogs drawn over it, the page of one with its grants,
//! trust rules and tokens, and the pages behind that.

mod approve;
mod delete;
mod detail;
mod empty;
mod grant_form;
mod grants;
mod how_to;
mod list;
mod new;
mod new_token;
mod tokens;
mod trust;
mod trust_form;
mod try_token;

pub use approve::ApprovePage;
pub use delete::DeleteDialog;
pub use detail::DetailPage;
pub use list::ListPage;
pub use new::NewDialog;
pub use trust_form::NewRulePage;
pub use try_token::TryTokenPage;

use super::kit::{Cell, Time};
use crate::domain::moment::Moment;
use leptos::prelude::*;

fn done_by(at: Moment, name: &str) -> Cell {
    Cell::of(view! {
        <Time at/>
        <div class="muted">{format!("by {name}")}</div>
    })
}

/// A moment that may never have come.
fn last(at: Option<Moment>) -> Cell {
    Cell::or(at.map(|at| view! { <Time at/> }), "Never")
}
