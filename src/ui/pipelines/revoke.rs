//! What is asked before a token is revoked: who used it last.

use super::of_row;
use crate::domain::ago;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{PipelinePage, Token};
use crate::error::{Error, Result};
use crate::functions::answer::now;
use crate::functions::pipelines::{RevokeToken, find_pipeline};
use crate::ui::kit::{Confirm, LoadedQuestion, PageContext};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

#[component]
pub fn RevokeDialog() -> impl IntoView {
    let page = PageContext::here();
    let token = use_params_map().get_untracked().get("token").unwrap_or_default();
    let list = || paths::pipelines(&page.project);
    let close_href =
        page.id().map_or_else(|_| list(), |id| paths::pipeline_identity(&page.project, id));
    view! {
        <LoadedQuestion
            id="revoke-token"
            title="Revoke token"
            close_href
            from=load(page.clone(), token)
            let:found
        >
            {dialog(found, page)}
        </LoadedQuestion>
    }
}

/// The pipeline's id and name, the token, and whether another one works.
type Found = (Uuid, String, Token, bool);

async fn load(page: PageContext, id: String) -> Result<Found> {
    page.needs(Permission::PipelineWrite)?;
    let PipelinePage { pipeline, .. } = find_pipeline(page.project.clone(), page.id()?).await?;
    let others = pipeline.live_tokens().any(|token| token.id != id);
    let has_rules = pipeline.rules.iter().any(|rule| rule.ended_at.is_none());
    let token = pipeline.tokens.iter().find(|token| token.id == id && token.revoked_at.is_none());
    let token = token.cloned().ok_or(Error::NotFound)?;
    Ok((pipeline.summary.id, pipeline.summary.name, token, others || has_rules))
}

fn dialog((pipeline, name, token, is_spare): Found, page: PageContext) -> impl IntoView {
    let title = format!("Revoke token {}?", token.label());
    let used = match token.last_used_at {
        Some(at) => format!("{name} last used it {}.", ago::past(at, now())),
        None => format!("{name} has never used it."),
    };
    let then = if is_spare {
        "Jobs that use this token are refused from their next request on. Other tokens and trust rules go on working."
    } else {
        "Jobs that use this token are refused from their next request on. The pipeline has no other token and no trust rule, so it can then fetch nothing."
    };
    let values = of_row(&page, pipeline, token.id);
    let close_href = paths::pipeline_identity(&page.project, pipeline);
    view! {
        <Confirm id="revoke-token" title close_href action=RevokeToken::url() values word="Revoke">
            <p>{used}</p>
            <p>{then}</p>
            <p>"This action cannot be undone."</p>
        </Confirm>
    }
}
