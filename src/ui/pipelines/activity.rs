//! What people did to the pipeline, its tokens, rules and grants.

use super::frame::{Part, PipelineFrame};
use crate::domain::audit::{AuditEvent, Detail, FieldChange};
use crate::domain::moment::Moment;
use crate::domain::paths;
use crate::domain::pipeline::PipelineActivity;
use crate::error::Result;
use crate::functions::pipelines::pipeline_activity;
use crate::ui::events::Events;
use crate::ui::kit::{FlashMessages, Loaded, PageContext};
use leptos::prelude::*;

/// `/p/{project}/pipelines/{id}/activity`; `before` in its query asks for older events.
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
    pipeline_activity(page.project.clone(), page.id()?, page.before()?).await
}

fn whole(found: PipelineActivity, page: PageContext) -> impl IntoView {
    let PipelineActivity { head, events, older } = found;
    let own = paths::pipeline_activity(&page.project, head.summary.id);
    let older = older.map(|seq| paths::with_query(&own, "before", &seq.to_string()));
    let events: Vec<_> = events.iter().map(told).collect();
    view! {
        <PipelineFrame head part=Part::Activity page>
            <Events events older/>
        </PipelineFrame>
    }
}

fn told(event: &AuditEvent) -> (Moment, String, String) {
    let sentence = format!("{} {} {}", event.actor, event.action.label(), event.subject);
    let details = match &event.detail {
        Detail::Changed(changes) => {
            changes.iter().map(FieldChange::before_and_after).collect::<Vec<_>>().join(", ")
        }
        other => other.to_text(),
    };
    (event.at, sentence, details)
}
