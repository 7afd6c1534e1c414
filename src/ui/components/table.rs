//! Tables: the heads of the columns, above whatever rows they are given.

use super::given;
use leptos::prelude::*;

/// The head of a column of buttons. It is only read out: each button says what it does.
pub const ACTIONS: &str = "Actions";

/// A table; its children are the rows. A narrow screen hides the heads, so each cell repeats its
/// own in `data-label`.
#[component]
pub fn Table(
    /// The heads, from left to right.
    columns: Vec<&'static str>,
    /// What it is called, where no heading on the page names it.
    #[prop(into, optional)]
    label: String,
    /// The id of the heading that names it, where a section has several tables.
    #[prop(into, optional)]
    labelled_by: String,
    children: Children,
) -> impl IntoView {
    view! {
        <table class="table" aria-label=given(label) aria-labelledby=given(labelled_by)>
            <thead>
                <tr>{columns.into_iter().map(head).collect_view()}</tr>
            </thead>
            <tbody>{children()}</tbody>
        </table>
    }
}

fn head(name: &'static str) -> AnyView {
    if name == ACTIONS {
        view! {
            <th scope="col">
                <span class="visually-hidden">{name}</span>
            </th>
        }
        .into_any()
    } else {
        view! { <th scope="col">{name}</th> }.into_any()
    }
}
