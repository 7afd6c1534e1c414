//! The page of one pipeline.

use super::grants::Grants;
use super::how_to::HowTo;
use super::new_token::NewToken;
use super::tokens::Tokens;
use super::trust::{SharedSecret, TrustRules};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{PipelineDetail, PipelinePage, PipelineSummary};
use crate::error::Result;
use crate::functions::answer::{FailedForm, take_token};
use crate::functions::pipelines::find_pipeline;
use crate::ui::kit::{
    Alert, ErrorSummary, FlashMessages, LinkButton, Loaded, PageContext, PageHead,
};
use crate::ui::receipts::Receipts;
use leptos::prelude::*;
use leptos_meta::Title;
use uuid::Uuid;

#[component]
pub fn DetailPage() -> impl IntoView {
    let page = PageContext::here();
    let list = paths::pipelines(&page.project);
    view! {
        <p>
            <a href=list>"Pipelines"</a>
        </p>
        <FlashMessages/>
        <Loaded from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

/// Set when something is to be shown once, and empty inside when it was already shown.
type ShownOnce = Option<Option<String>>;

/// The pipeline, the last post that failed, a new token, and the secret that a new trust rule for
/// Drone shares with it.
type Found = (PipelinePage, Option<FailedForm>, ShownOnce, ShownOnce);

async fn load(page: PageContext) -> Result<Found> {
    let found = find_pipeline(page.project.clone(), page.id()?).await?;
    let failed = page.failed_form().await;
    let token = shown_once(page.query("once")).await;
    Ok((found, failed, token, shown_once(page.query("secret")).await))
}

async fn shown_once(slot: Option<String>) -> ShownOnce {
    match slot {
        Some(slot) => Some(take_token(slot).await),
        None => None,
    }
}

fn whole((found, failed, token, secret): Found, page: PageContext) -> impl IntoView {
    let PipelinePage { pipeline, grantable, receipts, address } = found;
    let approvals = pipeline.approvals();
    let waiting = pipeline.grants.iter().filter(|grant| pipeline.is_waiting(&grant.terms));
    let waiting: Vec<Uuid> = waiting.map(|grant| grant.id).collect();
    let newer = pipeline.grants.iter().filter(|grant| pipeline.has_newer(&grant.terms));
    let newer: Vec<Uuid> = newer.map(|grant| grant.id).collect();
    let is_changed = pipeline.is_changed;
    let PipelineDetail { summary, grants, tokens, rules, unlisted, gone, today, .. } = pipeline;
    let PipelineSummary { id, name, description, .. } = summary;
    let project = page.project.clone();
    let delete = page.may(Permission::PipelineDelete).then(|| paths::delete_pipeline(&project, id));
    let error = failed.as_ref().map(|failed| failed.error.clone());
    let has_rules = !rules.is_empty();
    view! {
        <Title text=name.clone()/>
        <PageHead title=name>
            {delete
                .map(|href| {
                    view! {
                        <div class="toolbar">
                            <LinkButton href label="Delete"/>
                        </div>
                    }
                })}
        </PageHead>
        {(!description.is_empty()).then(|| view! { <p>{description}</p> })}
        {is_changed
            .then(|| {
                view! {
                    <Alert>
                        <p>
                            "This pipeline's row was changed outside Regcred, so it receives no credential and its tokens do not work. An operator can run "
                            <code>"regcred doctor"</code> " to find out what to do."
                        </p>
                    </Alert>
                }
            })}
        {error.map(|error| view! { <ErrorSummary error/> })}
        {token.map(|token| view! { <NewToken token/> })}
        {secret
            .map(|secret| {
                let (address, project) = (address.clone(), project.clone());
                view! { <SharedSecret address project secret/> }
            })}
        <Grants
            page=page.clone()
            pipeline=id
            grants=grants.clone()
            grantable
            gone=gone.clone()
            waiting
            newer
            today
            failed=failed.clone()
        />
        <TrustRules
            page=page.clone()
            pipeline=id
            rules=rules.clone()
            unlisted
            gone=gone.clone()
            approvals=approvals.clone()
            failed=failed.clone()
        />
        <Tokens page=page.clone() pipeline=id tokens gone approvals today has_rules failed/>
        <HowTo address pipeline=id project rules grants/>
        <Receipts receipts page is_of_pipeline=true/>
    }
}
