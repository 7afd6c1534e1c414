//! The page of one grant, where its terms are changed, and the dialog that revokes it.

use super::grant_form::Conditions;
use super::of_row;
use crate::domain::counted::grouped;
use crate::domain::credential::Access;
use crate::domain::credential_page::Lately;
use crate::domain::narrowing::LATELY;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{Grant, GrantForm, PipelinePage};
use crate::error::{Error, Result};
use crate::functions::answer::FailedForm;
use crate::functions::deliveries::received_of_grant;
use crate::functions::pipelines::{DeleteGrant, UpdateGrant, find_pipeline};
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    Confirm, Fact, Facts, FormState, Hidden, Loaded, LoadedQuestion, PageContext, PageHead,
    PostForm, Select, Time, options,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `/p/{project}/pipelines/{id}/grants/{grant}/edit`
#[component]
pub fn EditGrantPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title="Edit a grant" from=load_to_edit(page.clone()) let:found>
            {edit(found, page)}
        </Loaded>
    }
}

/// `/p/{project}/pipelines/{id}/grants/{grant}/delete`
#[component]
pub fn RevokeGrantDialog() -> impl IntoView {
    let page = PageContext::here();
    let list = || paths::pipelines(&page.project);
    let close_href = page.id().map_or_else(|_| list(), |id| paths::grants(&page.project, id));
    view! {
        <LoadedQuestion
            id="revoke-grant"
            title="Revoke a grant"
            close_href
            from=load_to_revoke(page.clone())
            let:found
        >
            {revoke(found, page)}
        </LoadedQuestion>
    }
}

type Found = (PipelinePage, Grant);

/// With what the pipeline received lately: who narrows a grant sees what that may stop.
type ToEdit = (Found, Option<Lately>, Option<FailedForm>);

async fn load_to_edit(page: PageContext) -> Result<ToEdit> {
    page.needs_to_grant()?;
    let found = load(&page).await?;
    let pair = (found.1.credential_id, found.0.pipeline.summary.id);
    let lately = received_of_grant(page.project.clone(), pair).await?;
    Ok((found, lately, page.failed_form().await))
}

async fn load_to_revoke(page: PageContext) -> Result<Found> {
    page.needs(Permission::PipelineWrite)?;
    load(&page).await
}

async fn load(page: &PageContext) -> Result<Found> {
    let found = find_pipeline(page.project.clone(), page.id()?).await?;
    let id = page.id_of("grant")?;
    let grant = found.pipeline.grants.iter().find(|grant| grant.id == id).cloned();
    Ok((found, grant.ok_or(Error::NotFound)?))
}

/// The count to send along: that of the page that was refused, unless it was refused for being out of
/// date.
pub(super) fn seen(failed: Option<&FailedForm>, now: i64) -> i64 {
    match failed {
        Some(FailedForm { error: Error::Conflict(_), .. }) | None => now,
        Some(failed) => failed.revision.unwrap_or(now),
    }
}

/// What was received, in words.
fn received(lately: Option<&Lately>) -> String {
    match lately {
        Some(one) => format!(
            "{} to pull, {} to push in the last {LATELY} days",
            grouped(one.pulls),
            grouped(one.pushes)
        ),
        None => format!("Nothing in the last {LATELY} days"),
    }
}

fn edit(((found, grant), lately, failed): ToEdit, page: PageContext) -> impl IntoView {
    let (pipeline, name) = (found.pipeline.summary.id, found.pipeline.summary.name);
    let href = paths::grants(&page.project, pipeline);
    let revision = seen(failed.as_ref(), grant.revision).to_string();
    let start = GrantForm::of(grant.credential_id, &grant.terms);
    let state = FormState::new(failed, start).within("form");
    let is_guarded = grant.terms.needs_approval;
    let credential_href = paths::credential(&page.project, grant.credential_id);
    let (credential, host) = (grant.credential, grant.host);
    view! {
        <PageHead title="Edit a grant" up=(href.clone(), name)/>
        <Facts>
            <Fact label="Credential">
                <a href=credential_href>{credential}</a>
                " "
                <span class="mono muted">{host}</span>
            </Fact>
            <Fact label="Received">{received(lately.as_ref())}</Fact>
        </Facts>
        {state.summary()}
        <PostForm
            action=UpdateGrant::url()
            project=page.project
            id=grant.id
            class="card stack"
            submit="Save"
            cancel=href
        >
            <Hidden name="pipeline" value=pipeline.to_string()/>
            <Hidden name="revision" value=revision/>
            <Select
                at=state.at("intent")
                label="Access"
                options=options(Access::ALL, Access::word, Access::label)
            />
            <Conditions state=state.clone()/>
            {is_guarded
                .then(|| {
                    view! {
                        <p class="muted">
                            "This credential is protected. If the grant gives more than before, another member must approve it again."
                        </p>
                    }
                })}
            <YourPassword error=state.error("password")/>
        </PostForm>
    }
}

/// What the pipeline loses; `has_other`: it has another grant of the same credential.
fn consequence(name: &str, grant: &Grant, has_other: bool) -> String {
    let credential = &grant.credential;
    let loses = if has_other {
        format!(
            "From the next request on, {name} receives {credential} only as its other grant of this credential allows."
        )
    } else {
        format!("From the next request on, {name} no longer receives {credential}.")
    };
    let kept = if grant.terms.is_narrow {
        "The short-lived tokens that it received before work until they expire. If it received the secret itself before, that works at the registry until it is replaced there."
    } else {
        "What it received before still works at the registry until the secret is replaced there."
    };
    format!("{loses} {kept}")
}

fn revoke((found, grant): Found, page: PageContext) -> impl IntoView {
    let (pipeline, name) = (found.pipeline.summary.id, found.pipeline.summary.name);
    let href = paths::grants(&page.project, pipeline);
    let again = if grant.terms.needs_approval {
        "To give it back, grant the credential again. Another member must then approve it."
    } else {
        "To give it back, grant the credential again with your password."
    };
    let is_of_same = |other: &Grant| other.credential_id == grant.credential_id;
    let mut others = found.pipeline.grants.iter().filter(|other| other.id != grant.id);
    let consequence = consequence(&name, &grant, others.any(is_of_same));
    let last = grant.last_delivery;
    view! {
        <Confirm
            id="revoke-grant"
            title=format!("Revoke {}", grant.credential)
            close_href=href
            action=DeleteGrant::url()
            values=of_row(&page, pipeline, grant.id.to_string())
            word="Revoke"
        >
            <p>{consequence}</p>
            <p>
                {match last {
                    Some(at) => view! { "The pipeline last received this credential " <Time at/> "." }.into_any(),
                    None => view! { "The pipeline has not received this credential yet." }.into_any(),
                }}
            </p>
            <p class="muted">{again}</p>
        </Confirm>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::grant::Terms;

    #[test]
    fn who_has_another_grant_of_a_credential_is_not_said_to_lose_it() {
        let grant = Grant::sample("ghcr", "ghcr.io");
        let said = consequence("build", &grant, false);
        assert!(said.contains("build no longer receives ghcr.") && said.contains("is replaced"));
        assert!(consequence("build", &grant, true).contains("only as its other grant"));
        let terms = Terms { is_narrow: true, ..Terms::plain(Access::Pull) };
        let narrow = Grant { terms, ..grant };
        assert!(consequence("build", &narrow, false).contains("work until they expire."));
    }
}
