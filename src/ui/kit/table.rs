//! Tables: the columns name the cells below them.

use super::{Badge, Time, non_empty};
use crate::domain::moment::Moment;
use crate::domain::user::Maker;
use leptos::prelude::*;

/// The last column of a table whose rows have buttons. It is only read out: each button says what it
/// does.
pub const ACTIONS: &str = "Actions";

/// What stands in one column of a row.
pub struct Cell {
    class: Option<&'static str>,
    view: AnyView,
}

impl Cell {
    pub fn of(view: impl IntoView + 'static) -> Self {
        Self { class: None, view: view.into_any() }
    }

    /// A cell in a class of the style sheet.
    pub fn styled(class: &'static str, view: impl IntoView + 'static) -> Self {
        Self { class: Some(class), view: view.into_any() }
    }

    /// A cell that may be empty: `instead` says so.
    pub fn or(view: Option<impl IntoView + 'static>, instead: &'static str) -> Self {
        match view {
            Some(view) => Self::of(view),
            None => Self::of(view! { <span class="muted">{instead}</span> }),
        }
    }

    /// When something was done, and by whom.
    pub fn done(at: Moment, by: &str) -> Self {
        let by = format!(" by {by}");
        Self::of(view! {
            <Time at/>
            <span class="muted">{by}</span>
        })
    }

    /// When something was made, and by whom; `is_gone`: who may make such things no more.
    pub fn made(at: Moment, by: &Maker, is_gone: bool) -> Self {
        if !is_gone {
            return Self::done(at, &by.name);
        }
        let by = made_by_gone(by);
        Self::of(view! {
            <Time at/>
            <div>
                <Badge label=by tone="warn"/>
            </div>
        })
    }

    /// A moment that may never have come.
    pub fn last(at: Option<Moment>) -> Self {
        Self::or(at.map(|at| view! { <Time at/> }), "Never")
    }
}

/// What is said of what somebody made whose right to it ended.
pub fn made_by_gone(by: &Maker) -> String {
    format!("Created by {by}, who is no longer a maintainer or owner")
}

/// The columns of a table, each with its head, and the cells below them.
pub struct Columns {
    heads: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Columns {
    /// A table with these heads, from left to right, and a cell in each column of every row.
    pub fn new<const N: usize>(
        heads: [&'static str; N],
        rows: impl IntoIterator<Item = [Cell; N]>,
    ) -> Self {
        Self { heads: heads.to_vec(), rows: rows.into_iter().map(Vec::from).collect() }
    }

    /// The same without the last column, unless `is_drawn`: for buttons that nobody here may press.
    #[must_use]
    pub fn with_last(mut self, is_drawn: bool) -> Self {
        if !is_drawn {
            self.heads.pop();
            for row in &mut self.rows {
                row.pop();
            }
        }
        self
    }
}

/// A table. A narrow screen hides the heads, so each cell carries that of its column.
#[component]
pub fn Table(
    columns: Columns,
    /// What it is called, where no heading on the page names it.
    #[prop(into, optional)]
    label: String,
    /// The id of the heading that names it, where a section has several tables.
    #[prop(into, optional)]
    labelled_by: String,
    /// What to say instead when it has no rows.
    #[prop(optional)]
    empty: &'static str,
    /// A class of the style sheet beside its own.
    #[prop(optional)]
    class: &'static str,
    /// What stands below the rows.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let Columns { heads, rows } = columns;
    if rows.is_empty() && !empty.is_empty() {
        return view! { <p class="muted">{empty}</p> }.into_any();
    }
    let class = format!("table {class}").trim_end().to_owned();
    let drawn = rows
        .into_iter()
        .map(|row| {
            let cells = heads.iter().copied().zip(row).map(cell).collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class=class aria-label=non_empty(label) aria-labelledby=non_empty(labelled_by)>
            <thead>
                <tr>{heads.into_iter().map(head).collect_view()}</tr>
            </thead>
            <tbody>{drawn}</tbody>
        </table>
        {children.map(|children| children())}
    }
    .into_any()
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

fn cell((head, cell): (&'static str, Cell)) -> AnyView {
    let class = if head == ACTIONS { Some("row-actions") } else { cell.class };
    view! { <td data-label=head class=class>{cell.view}</td> }.into_any()
}
