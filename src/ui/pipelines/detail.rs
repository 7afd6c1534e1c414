//! The first part of a pipeline's page: the credentials that it may have. The dialog that
//! revokes one is drawn over it.

use super::frame::{Part, PipelineFrame, head_of};
use super::grants::Grants;
use super::new_token::{NewToken, ShownOnce, doubts_of_token, shown_once};
use crate::domain::choosing::Choices;
use crate::domain::counted::count;
use crate::domain::paths;
use crate::domain::pipeline::{GrantForm, Grantable, PipelineDetail, PipelinePage};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::choosing::find_pipeline_to_grant;
use crate::functions::pipelines::{CreateGrant, find_pipeline};
use crate::ui::kit::{Behind, ErrorSummary, Fact, Facts, FormState, Loaded, PageContext, Time};
use leptos::prelude::*;
use leptos_router::components::Outlet;
use uuid::Uuid;

#[component]
pub fn DetailPage() -> impl IntoView {
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

/// The pipeline and what it can be granted, the last post that failed, and a new token.
type Found = ((PipelinePage, Choices<Grantable>), Option<FailedForm>, ShownOnce);

async fn load(page: PageContext) -> Result<Found> {
    // What the page before left for a dialog is the dialog's.
    let is_covered = page.is_covered();
    let failed = if is_covered { None } else { page.failed_form().await };
    let (project, id) = (page.project.clone(), page.id()?);
    // What can be granted is asked for where the form is drawn.
    let found = if page.may_grant() && !is_covered {
        let state = FormState::of::<CreateGrant>(failed.clone(), GrantForm::default());
        find_pipeline_to_grant(project, id, state.search(), state.chosen("credentials")).await?
    } else {
        (find_pipeline(project, id).await?, Choices::of(Vec::new()))
    };
    let token = if is_covered { None } else { shown_once(page.query("once")).await };
    Ok((found, failed, token))
}

fn whole((found, failed, token): Found, page: PageContext) -> impl IntoView {
    let (PipelinePage { pipeline, .. }, grantable) = found;
    let waiting = pipeline.grants.iter().filter(|grant| pipeline.is_waiting(&grant.terms));
    let waiting: Vec<Uuid> = waiting.map(|grant| grant.id).collect();
    let newer = pipeline.grants.iter().filter(|grant| pipeline.has_newer(&grant.terms));
    let newer: Vec<Uuid> = newer.map(|grant| grant.id).collect();
    let (id, head) = (pipeline.summary.id, head_of(&pipeline));
    let about = about(&pipeline, &page);
    let doubts = doubts_of_token(&pipeline);
    let own_page = page.clone();
    let PipelineDetail { grants, gone, today, .. } = pipeline;
    let error = failed.as_ref().and_then(|failed| failed.refusal().cloned());
    let connect = paths::pipeline_connect(&page.project, id);
    let own_tokens = paths::pipeline_identity(&page.project, id);
    view! {
        <PipelineFrame head part=Part::Credentials page=page.clone()>
            {error.map(|error| view! { <ErrorSummary error/> })}
            {token.map(|token| {
                view! {
                    <NewToken token connect tokens=own_tokens doubts page=own_page pipeline=id/>
                }
            })}
            <div class="columns">
                <div class="stack">
                    <Grants page pipeline=id grants grantable gone waiting newer today failed/>
                </div>
                {about}
            </div>
        </PipelineFrame>
    }
}

/// What else there is to know, each with the part that says more. The ids are those that the sections
/// had when they stood on this page: an address that ends in one still leads there.
fn about(pipeline: &PipelineDetail, page: &PageContext) -> AnyView {
    let summary = &pipeline.summary;
    let (project, id) = (page.project.as_str(), summary.id);
    let identity = paths::pipeline_identity(project, id);
    let (tokens, rules) = (identity.clone() + "#tokens", identity + "#trust-rules");
    let connect = paths::pipeline_connect(project, id);
    let deliveries = paths::pipeline_deliveries(project, id);
    let live_tokens = said(pipeline.live_tokens().count(), "active token");
    let live_rules = pipeline.rules.iter().filter(|rule| rule.ended_at.is_none()).count();
    let live_rules = said(live_rules, "trust rule");
    let (last, created_at) = (summary.last_delivery, summary.created_at);
    let created_by = format!(", {}", summary.created_by);
    view! {
        <aside class="stack" aria-label="About this pipeline">
            <Facts>
                <Fact label="Tokens"><a id="tokens" href=tokens>{live_tokens}</a></Fact>
                <Fact label="Trust rules"><a id="trust-rules" href=rules>{live_rules}</a></Fact>
                <Fact label="Last delivery">
                    <a id="deliveries" href=deliveries>
                        {match last {
                            Some(at) => view! { <Time at/> }.into_any(),
                            None => "Never".into_any(),
                        }}
                    </a>
                </Fact>
                <Fact label="Created"><Time at=created_at/>{created_by}</Fact>
            </Facts>
            <p>
                <a id="how-to" href=connect>"How to use it"</a>
            </p>
        </aside>
    }
    .into_any()
}

fn said(number: usize, noun: &str) -> String {
    if number == 0 { format!("No {noun}s") } else { count(number as u64, noun) }
}
