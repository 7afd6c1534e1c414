//! What proves a pipeline: its trust rules and its tokens. The dialog that revokes a token is drawn over
//! it.

use super::frame::{Part, PipelineFrame, head_of};
use super::new_token::{NewToken, ShownOnce, doubts_of_token, shown_once};
use super::tokens::Tokens;
use super::trust::{SharedSecret, TrustRules};
use crate::domain::paths;
use crate::domain::pipeline::{PipelineDetail, PipelinePage};
use crate::domain::trust_rule::TrustRule;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::find_pipeline;
use crate::ui::kit::{Behind, ErrorSummary, Loaded, PageContext};
use leptos::prelude::*;
use leptos_router::components::Outlet;

#[component]
pub fn IdentityPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Behind page=page.clone() class="list-page">
            <Loaded from=load(page.clone()) let:found>
                {whole(found, page)}
            </Loaded>
        </Behind>
        <Outlet/>
    }
}

/// The pipeline, the last post that failed, a new token, and the secret that a new trust rule for
/// Drone shares with it.
type Found = (PipelinePage, Option<FailedForm>, ShownOnce, ShownOnce);

async fn load(page: PageContext) -> Result<Found> {
    let found = find_pipeline(page.project.clone(), page.id()?).await?;
    if page.is_covered() {
        return Ok((found, None, None, None));
    }
    let failed = page.failed_form().await;
    let token = shown_once(page.query("once")).await;
    Ok((found, failed, token, shown_once(page.query("secret")).await))
}

fn whole((found, failed, token, secret): Found, page: PageContext) -> impl IntoView {
    let PipelinePage { pipeline, address, own_hosts } = found;
    let (id, head, approvals) = (pipeline.summary.id, head_of(&pipeline), pipeline.approvals());
    let (doubts, own_page) = (doubts_of_token(&pipeline), page.clone());
    let PipelineDetail { tokens, rules, unlisted, gone, today, .. } = pipeline;
    let error = failed.as_ref().map(|failed| failed.error.clone());
    let has_rules = rules.iter().any(TrustRule::accepts_any);
    let (project, connect) = (page.project.clone(), paths::pipeline_connect(&page.project, id));
    let own_tokens = paths::pipeline_identity(&page.project, id);
    view! {
        <PipelineFrame head part=Part::Identity page=page.clone()>
            {error.map(|error| view! { <ErrorSummary error/> })}
            {token.map(|token| {
                view! {
                    <NewToken token connect tokens=own_tokens doubts page=own_page pipeline=id/>
                }
            })}
            {secret.map(|secret| view! { <SharedSecret address project secret/> })}
            <TrustRules
                page=page.clone()
                pipeline=id
                rules
                unlisted
                own_hosts
                gone=gone.clone()
                approvals=approvals.clone()
                failed=failed.clone()
            />
            <Tokens page pipeline=id tokens gone approvals today has_rules failed/>
        </PipelineFrame>
    }
}
