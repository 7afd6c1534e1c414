//! What is asked before a token is revoked: who used it last.

use super::of_row;
use crate::domain::ago;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{PipelinePage, Token};
use crate::domain::trust_rule::TrustRule;
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

/// The pipeline's id and name, the token, and whether it works and another one does.
type Found = (Uuid, String, Token, (bool, bool));

async fn load(page: PageContext, id: String) -> Result<Found> {
    page.needs(Permission::PipelineWrite)?;
    let PipelinePage { pipeline, .. } = find_pipeline(page.project.clone(), page.id()?).await?;
    let others = pipeline.live_tokens().any(|token| token.id != id);
    let has_rules = pipeline.rules.iter().any(TrustRule::accepts_any);
    // Short-lived ones end by themselves.
    let may_be = |token: &&Token| token.revoked_at.is_none() && token.short_until.is_none();
    let token = pipeline.tokens.iter().filter(may_be).find(|token| token.id == id);
    let token = token.cloned().ok_or(Error::NotFound)?;
    let works = (token.is_live(pipeline.today), others || has_rules);
    Ok((pipeline.summary.id, pipeline.summary.name, token, works))
}

fn dialog((pipeline, name, token, works): Found, page: PageContext) -> impl IntoView {
    let title = format!("Revoke token {}?", token.label());
    let used = match token.last_used_at {
        Some(at) => format!("{name} last used it {}.", ago::past(at, now())),
        None => format!("{name} has never used it."),
    };
    let then = consequence(works);
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

/// What changes, by whether the token works, and whether something else does.
fn consequence((is_live, is_spare): (bool, bool)) -> &'static str {
    match (is_live, is_spare) {
        (false, _) => "The token has expired, so jobs that use it are refused already.",
        (true, true) => {
            "Jobs that use this token are refused from their next request on. Other tokens and trust rules go on working."
        }
        (true, false) => {
            "Jobs that use this token are refused from their next request on. The pipeline has no other token and no trust rule that works, so it can then fetch nothing."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::consequence;

    #[test]
    fn a_token_that_has_expired_is_not_said_to_work_until_it_is_revoked() {
        assert!(consequence((false, false)).ends_with("are refused already."));
        assert!(consequence((true, true)).ends_with("go on working."));
        assert!(consequence((true, false)).ends_with("it can then fetch nothing."));
    }
}
