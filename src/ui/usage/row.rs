//! The rows of the table of usage. Each figure leads to its receipts.

use super::PipelineName;
use super::drawn::Spark;
use crate::domain::audit::AuditQuery;
use crate::domain::counted::grouped;
use crate::domain::delivery::{Door, Outcome, ReceiptFilter, Went};
use crate::domain::moment::{Day, Moment};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::usage::{Figures, Named, UsageRow, UsageView};
use crate::ui::kit::{Badge, Cell, Columns, PageContext, Time};
use leptos::prelude::*;
use uuid::Uuid;

const PLACES: [&str; 3] = ["Registry", "Credential", "Pipeline"];

/// The columns, of which that comes first by which the rows are listed.
/// `since`: the first day of their window, if it has one.
pub(super) fn columns(
    rows: Vec<UsageRow>,
    (view, since): (UsageView, Option<Day>),
    page: &PageContext,
) -> Columns {
    let [registry, credential, pipeline] = PLACES;
    let [first, second, third] = in_order(view, [registry, credential, pipeline]);
    let heads = [
        first,
        second,
        third,
        "Granted",
        "Delivered",
        "For",
        "Version",
        "Refused",
        "Failed",
        "First and last",
    ];
    Columns::new(heads, rows.into_iter().map(|row| cells(row, (view, since), page)))
}

fn in_order<T>(view: UsageView, [registry, credential, pipeline]: [T; 3]) -> [T; 3] {
    match view {
        UsageView::Registry => [registry, credential, pipeline],
        UsageView::Credential => [credential, registry, pipeline],
        UsageView::Pipeline => [pipeline, registry, credential],
    }
}

fn cells(row: UsageRow, (view, since): (UsageView, Option<Day>), page: &PageContext) -> [Cell; 10] {
    let about = about(&row);
    let link = |went: Went, count: i64, last: Option<i64>| {
        figure(count, went, &about, receipts(&row, (went, since), last, page))
    };
    let figures = &row.figures;
    let delivered = figures.delivered();
    let last = figures.last_delivery;
    let received = link(Went::Delivered, delivered, last);
    let refused = link(Went::Refused, figures.refused, figures.last_refusal);
    let failed = link(Went::Failed, figures.failed, last);
    let version = version(figures, row.last_version, row.current_version);
    let (uses, times) = (uses(figures), times(figures));
    let granted = row.granted.map(|access| access.label());
    let (last_ever, days) = (row.last_ever, row.days);
    let places =
        [registry(row.host), credential(row.credential, page), pipeline(row.pipeline, page)];
    let [first, second, third] = in_order(view, places);
    [
        first,
        second,
        third,
        Cell::or(granted, "No"),
        match delivered {
            0 => never(last_ever),
            _ => Cell::of(view! { <div class="spark-cell">{received}<Spark days/></div> }),
        },
        uses,
        version,
        Cell::of(refused),
        Cell::of(failed),
        times,
    ]
}

/// Whose figures they are, for who hears a link alone.
fn about(row: &UsageRow) -> String {
    let pipeline = row.pipeline.name.as_deref().unwrap_or("a deleted pipeline");
    let credential = match &row.credential {
        Some(credential) => credential.name.as_deref().unwrap_or("a deleted credential"),
        None => "whole requests",
    };
    format!("{credential}, {pipeline}")
}

/// The page of receipts that begins with the last of these, and has none from before the window. Where both were
/// deleted, only the audit has it.
fn receipts(
    row: &UsageRow,
    (went, since): (Went, Option<Day>),
    last: Option<i64>,
    page: &PageContext,
) -> Option<String> {
    let (project, before) = (&page.project, last?.saturating_add(1));
    let (credential, pipeline) = (row.credential.as_ref(), &row.pipeline);
    let filter = ReceiptFilter { went: Some(went), since, ..ReceiptFilter::default() };
    let path = match credential.filter(|one| one.is_there) {
        Some(one) => {
            let filter = ReceiptFilter { pipeline: Some(pipeline.id), ..filter };
            paths::credential_deliveries(project, one.id) + &filter.to_url()
        }
        None if pipeline.is_there => {
            let id = credential.map_or_else(Uuid::nil, |one| one.id);
            let filter = ReceiptFilter { credential: Some(id), ..filter };
            paths::pipeline_deliveries(project, pipeline.id) + &filter.to_url()
        }
        None if page.may(Permission::AuditRead) => {
            let outcome = match went {
                Went::Refused => Outcome::Refused,
                Went::Delivered => Outcome::Delivered,
                // The audit does not ask for what was reported, and all that was delivered is another number.
                Went::Failed => return None,
            };
            let query = AuditQuery {
                pipeline: Some(pipeline.id),
                credential: credential.map(|one| one.id),
                outcome: Some(outcome),
                from: since,
                ..AuditQuery::default()
            };
            paths::audit(project) + &query.to_url()
        }
        None => return None,
    };
    Some(paths::with_query(&path, "before", &before.to_string()))
}

fn figure(count: i64, went: Went, about: &str, href: Option<String>) -> AnyView {
    let text = grouped(count);
    match href.filter(|_| count > 0) {
        Some(href) => {
            let label = format!("{text} {}: {about}", went.label());
            view! { <a href=href aria-label=label>{text}</a> }.into_any()
        }
        None if count > 0 => text.into_any(),
        None => view! { <span class="muted">"0"</span> }.into_any(),
    }
}

fn registry(host: Option<String>) -> Cell {
    Cell::or(
        host.map(|host| view! { <div class="mono cut" title=host.clone()>{host.clone()}</div> }),
        "Unknown",
    )
}

fn credential(credential: Option<Named>, page: &PageContext) -> Cell {
    let Some(Named { id, name, is_there }) = credential else {
        return Cell::of(view! { <span class="muted">"Whole request"</span> });
    };
    let Some(name) = name else {
        return Cell::of(view! { <span class="muted">"Deleted credential"</span> });
    };
    let title = name.clone();
    let drawn = if is_there {
        view! { <a href=paths::credential(&page.project, id)>{name}</a> }.into_any()
    } else {
        view! { {name} " " <span class="muted">"deleted"</span> }.into_any()
    };
    Cell::of(view! { <div class="cut" title=title>{drawn}</div> })
}

fn pipeline(pipeline: Named, page: &PageContext) -> Cell {
    let Named { id, name, is_there: has_page } = pipeline;
    let Some(name) = name else {
        return Cell::of(view! { <span class="muted">"Deleted pipeline"</span> });
    };
    let (title, page) = (name.clone(), page.clone());
    let gone = (!has_page).then(|| view! { " " <span class="muted">"deleted"</span> });
    Cell::of(view! {
        <div class="cut" title=title>
            <PipelineName id name has_page page/>
            {gone}
        </div>
    })
}

/// None in the window; there may have been some before it.
fn never(last_ever: Option<Moment>) -> Cell {
    match last_ever {
        Some(at) => Cell::of(view! { <span class="muted">"0, last " <Time at/></span> }),
        None => Cell::of(view! { <span class="muted">"Never"</span> }),
    }
}

/// "Pull 12, push 3", and below it through which doors.
fn uses(figures: &Figures) -> Cell {
    let pulls = (figures.pulls > 0).then(|| format!("pull {}", grouped(figures.pulls)));
    let pushes = (figures.pushes > 0).then(|| format!("push {}", grouped(figures.pushes)));
    let uses: Vec<String> = pulls.into_iter().chain(pushes).collect();
    let doors: Vec<&str> = figures.doors.iter().copied().map(Door::label).collect();
    let (uses, doors) = (uses.join(", "), doors.join(", "));
    let title = doors.clone();
    let drawn = (!uses.is_empty()).then(|| {
        view! {
            <div class="cut">{uses}</div>
            <div class="cut muted" title=title>{doors}</div>
        }
    });
    Cell::or(drawn, "None")
}

/// The versions that were received, and whether the last is the current one.
fn version(figures: &Figures, last: Option<i64>, current: Option<i64>) -> Cell {
    let drawn = figures.versions.map(|(low, high)| {
        let versions = if low == high { low.to_string() } else { format!("{low} to {high}") };
        let is_older = current.is_some_and(|current| last.unwrap_or(high) < current);
        let older = is_older.then(|| view! { " " <Badge label="older" tone="warn"/> });
        view! { {versions} {older} }
    });
    Cell::or(drawn, "None")
}

fn times(figures: &Figures) -> Cell {
    let drawn = figures.first_at.zip(figures.last_at).map(|(first, last)| {
        view! {
            <div>
                <Time at=first/>
            </div>
            <div>
                <Time at=last/>
            </div>
        }
    });
    Cell::or(drawn, "None")
}
