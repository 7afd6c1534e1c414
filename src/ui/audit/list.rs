//! The list: changes, deliveries and refusals, newest first, and the export of what it shows.

use super::filters::Filters;
use super::row::Rows;
use crate::domain::audit::{AuditListing, AuditQuery, AuditRow, ExportFormat};
use crate::domain::choosing::Sought;
use crate::domain::moment::Day;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::audit::{audit_page, instance_audit_page};
use crate::functions::choosing::pipeline_choices;
use crate::ui::kit::{
    FlashMessages, Hidden, KeptAsFigures, LinkButton, Loaded, Older, PageContext, PageHead, Section,
};
use crate::ui::layout::InstanceFrame;
use leptos::prelude::*;
use uuid::Uuid;

/// `/p/{project}/audit?person=&pipeline=&credential=&noun=&action=&outcome=&from=&to=&before=`
#[component]
pub fn AuditPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded title="Audit" from=load(page.clone()) let:found>
            {listed(found, page)}
        </Loaded>
    }
}

/// `/admin/audit`, with the same query.
#[component]
pub fn InstanceAuditPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <InstanceFrame>
            <FlashMessages/>
            <Loaded title="Instance audit" from=load(page.clone()) let:found>
                {listed(found, page)}
            </Loaded>
        </InstanceFrame>
    }
}

/// What is listed, what was asked, and the pipelines to choose from.
type Found = (AuditListing, AuditQuery, Vec<(Uuid, String)>);

async fn load(page: PageContext) -> Result<Found> {
    let query = asked(&page)?;
    if page.project.is_empty() {
        let listing = instance_audit_page(query.clone()).await?;
        return Ok((listing, query, Vec::new()));
    }
    let listing = audit_page(page.project.clone(), query.clone()).await?;
    let mut pipelines = Vec::new();
    if page.may(Permission::PipelineRead) {
        let search = Sought::default();
        pipelines = pipeline_choices(page.project.clone(), search, query.pipeline).await?.rows;
    }
    Ok((listing, query, pipelines))
}

/// What the address asks for. Of two days the first is the earlier one, in whichever field it was typed:
/// the form shows them so.
fn asked(page: &PageContext) -> Result<AuditQuery> {
    let day = |key: &str| page.query(key).and_then(|text| Day::parse(&text));
    let is_reversed = day("from").zip(day("to")).is_some_and(|(from, to)| from > to);
    AuditQuery::read(|key| match key {
        "from" if is_reversed => page.query("to"),
        "to" if is_reversed => page.query("from"),
        _ => page.query(key),
    })
}

fn listed((listing, query, pipelines): Found, page: PageContext) -> impl IntoView {
    let AuditListing { rows, older, is_searching, people, figures_until } = listing;
    let list = paths::audit(&page.project);
    let (is_instance, is_filtered) = (page.project.is_empty(), !query.is_of_all());
    let title = super::title(&page.project);
    let what = if is_instance {
        "What was done in this instance outside the projects, newest first. Each project has an audit of its own."
    } else {
        "Every change, delivery and refusal in this project, newest first. If the operator has set how long they are kept, older deliveries, refusals and reports of outcomes are removed."
    };
    let said = said(&rows_range(&rows), is_filtered, is_searching, query.before.is_some());
    let older_href = older.map(|query| format!("{list}{}", query.to_url()));
    let (verify, has_rows) = (paths::verify_audit(&page.project), !rows.is_empty());
    let project = page.project.clone();
    let (shipping, may_ship) =
        (paths::shipping(&project), is_instance || page.may(Permission::AuditWrite));
    view! {
        <PageHead title=title>
            <div class="toolbar">
                {may_ship.then(|| view! { <LinkButton href=shipping label="Shipping"/> })}
                <LinkButton href=verify label="Verify the chain"/>
            </div>
        </PageHead>
        <p class="muted">{what}</p>
        <KeptAsFigures until=figures_until/>
        <Filters query=query.clone() people pipelines action=list.clone() is_instance/>
        <p class="said muted" role="status">{said}</p>
        {has_rows.then(|| view! { <Rows rows page/> })}
        <Older href=older_href/>
        <Export query project/>
    }
}

/// The numbers of the first and the last row.
fn rows_range(rows: &[AuditRow]) -> Option<(usize, i64, i64)> {
    let (first, last) = (rows.first()?, rows.last()?);
    Some((rows.len(), first.seq.max(last.seq), first.seq.min(last.seq)))
}

/// What the page shows, or why it shows nothing.
fn said(
    range: &Option<(usize, i64, i64)>,
    is_filtered: bool,
    is_searching: bool,
    is_later_page: bool,
) -> String {
    let more = if is_searching {
        " Not everything has been searched yet. Choose Older to continue."
    } else {
        ""
    };
    match range {
        Some((1, newest, _)) => format!("1 event: link {newest}.{more}"),
        Some((count, newest, oldest)) => {
            format!("{count} events, of links {newest} to {oldest}.{more}")
        }
        None if is_searching => format!("Nothing was found so far.{more}"),
        None if is_later_page => "Nothing older was recorded.".to_owned(),
        None if is_filtered => "Nothing matches. Remove a filter.".to_owned(),
        None => "Nothing was recorded yet. What people do here, and what pipelines receive, is listed from now on.".to_owned(),
    }
}

/// The forms that download what the filters select.
#[component]
fn Export(query: AuditQuery, project: String) -> impl IntoView {
    let is_filtered = !query.is_of_all();
    let query = query.first_page();
    let what = if is_filtered {
        "The export has everything that the filters select, oldest first. Each export is recorded as an audit event."
    } else {
        "The export has everything that was recorded, oldest first. Each export is recorded as an audit event."
    };
    let fields = query
        .pairs()
        .into_iter()
        .map(|(name, value)| view! { <Hidden name value/> })
        .collect_view();
    let buttons = ExportFormat::ALL
        .iter()
        .filter(|format| !is_filtered || **format != ExportFormat::Links)
        .map(|format| {
            let label = format!("Export {}", format.label());
            view! {
                <button type="submit" class="button" name="format" value=format.word()>{label}</button>
            }
        })
        .collect_view();
    view! {
        <Section id="export" title="Export">
            <p class="muted">
                {what}
                " CSV is for spreadsheets: a value that could be read as a formula has an apostrophe before it. JSON Lines keeps every value as it is. The last line of both names the last link of the export and the filters. If that line is missing, the file is not complete."
            </p>
            {(!is_filtered).then(links_in_words)}
            <form method="post" action=paths::EXPORT_AUDIT class="toolbar" aria-label="Export">
                <Hidden name="project" value=project/>
                {fields}
                {buttons}
            </form>
        </Section>
    }
}

fn links_in_words() -> impl IntoView {
    view! {
        <p class="muted">
            "Links is the whole chain as it is hashed, without such a last line: "
            <span class="mono">"regcred audit verify --export"</span>
            " compares it with a checkpoint."
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_which_links_it_shows_and_whether_there_may_be_more() {
        let some = Some((50, 99, 40));
        assert_eq!(said(&some, false, false, false), "50 events, of links 99 to 40.");
        assert_eq!(said(&Some((1, 7, 7)), true, false, false), "1 event: link 7.");
        assert!(said(&some, true, true, false).ends_with("Choose Older to continue."));
        assert!(said(&None, true, true, true).starts_with("Nothing was found so far."));
        assert_eq!(said(&None, true, false, false), "Nothing matches. Remove a filter.");
        assert_eq!(said(&None, false, false, true), "Nothing older was recorded.");
    }
}
