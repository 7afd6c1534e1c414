//! What people did to the pipeline, its tokens, rules and grants.

use super::frame::{Part, PipelineFrame};
use crate::domain::audit::AuditEvent;
use crate::domain::paths;
use crate::domain::pipeline::PipelineActivity;
use crate::error::{Error, Result};
use crate::functions::pipelines::pipeline_activity;
use crate::ui::kit::{Cell, Columns, FlashMessages, Loaded, PageContext, Section, Table, Time};
use leptos::prelude::*;

#[component]
pub fn ActivityPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

async fn load(page: PageContext) -> Result<PipelineActivity> {
    let before = match page.query("before") {
        None => None,
        Some(text) => Some(text.parse::<i64>().map_err(|_| {
            Error::BadRequest(
                "The address of this page has an unknown value for before.".to_owned(),
            )
        })?),
    };
    pipeline_activity(page.project.clone(), page.id()?, before).await
}

fn whole(found: PipelineActivity, page: PageContext) -> impl IntoView {
    let PipelineActivity { head, events, older } = found;
    let here = paths::pipeline_activity(&page.project, head.summary.id);
    let older = older.map(|seq| paths::with_query(&here, "before", &seq.to_string()));
    let columns = Columns::new(["When", "What", "Details"], events.into_iter().map(row));
    view! {
        <PipelineFrame head part=Part::Activity page>
            <Section id="activity" title="Activity">
                <Table columns empty="Nothing more has been done to this pipeline."/>
                {older
                    .map(|href| {
                        view! {
                            <nav class="pager" aria-label="Pages">
                                <a class="button" rel="next" href=href>"Older"</a>
                            </nav>
                        }
                    })}
            </Section>
        </PipelineFrame>
    }
}

fn row(event: AuditEvent) -> [Cell; 3] {
    let sentence = format!("{} {} {}", event.actor, event.action.label(), event.subject);
    [
        Cell::of(view! { <Time at=event.at/> }),
        Cell::of(sentence),
        Cell::styled("muted", event.detail.to_text()),
    ]
}
