//! The page on which a second person lets a pipeline push with a protected credential.

use super::confirm::YourPassword;
use super::grants::TermsInWords;
use crate::domain::grant::APPROVAL_DAYS_MAX;
use crate::domain::pipeline::Grant;
use crate::error::{Error, Result};
use crate::functions::answer::Returned;
use crate::functions::pipelines::{PipelinePage, find_pipeline};
use crate::ui::components::{Alert, ErrorSummary, Field, LinkButton, SubmitButton, Time};
use crate::ui::credentials::place::{Place, returned};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

/// How long an approval holds unless somebody chooses.
const APPROVAL_DAYS: &str = "30";

/// `/p/{project}/pipelines/{id}/grants/{grant}/approve`
#[component]
pub fn ApprovePage() -> impl IntoView {
    let place = Place::here();
    let grant = use_params_map().with_untracked(|params| params.get("grant"));
    let loaded = OnceResource::new_blocking(load(place.clone(), grant));
    view! {
        <Title text="Approve a grant"/>
        <Suspense>
            {move || {
                let place = place.clone();
                Suspend::new(async move {
                    match loaded.await {
                        Ok((page, grant, came_back)) => {
                            view! { <Whole page grant place came_back/> }.into_any()
                        }
                        Err(error) => view! { <Problem error/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

async fn load(
    place: Place,
    grant: Option<String>,
) -> Result<(PipelinePage, Grant, Option<Returned>)> {
    if !(place.may.write && place.may.write_pipelines) {
        return Err(Error::Forbidden);
    }
    let page = find_pipeline(place.project.clone(), place.id()?).await?;
    let id = grant.and_then(|id| Uuid::parse_str(&id).ok()).ok_or(Error::NotFound)?;
    let grant = page.pipeline.grants.iter().find(|grant| grant.id == id).cloned();
    let grant = grant.ok_or(Error::NotFound)?;
    Ok((page, grant, returned(place.query("back")).await))
}

#[component]
fn Whole(
    page: PipelinePage,
    grant: Grant,
    place: Place,
    came_back: Option<Returned>,
) -> impl IntoView {
    let (summary, today) = (page.pipeline.summary, page.pipeline.today);
    let (pipeline, name) = (summary.id, summary.name);
    let href = place.pipeline(pipeline);
    let credential_href = place.credential(grant.credential_id);
    let (id, needs_approval, is_own) = (grant.id, grant.terms.needs_approval, grant.is_own);
    view! {
        <p>
            <a href=href>{name.clone()}</a>
        </p>
        <h1>"Approve a grant"</h1>
        <dl class="facts">
            <dt>"Credential"</dt>
            <dd>
                <a href=credential_href>{grant.credential}</a>
                " "
                <span class="mono muted">{grant.host}</span>
            </dd>
            <dt>"Pipeline"</dt>
            <dd>{name}</dd>
            <dt>"Access"</dt>
            <dd>
                <div>{grant.terms.intent.label()}</div>
                <TermsInWords terms=grant.terms today/>
            </dd>
            <dt>"Granted"</dt>
            <dd>
                <Time at=grant.created_at/>
                {format!(" by {}", grant.created_by)}
            </dd>
        </dl>
        {match (needs_approval, is_own) {
            (false, _) => view! { <p>"This grant needs no approval."</p> }.into_any(),
            (true, true) => {
                view! {
                    <Alert kind="warning">
                        <p>
                            "You gave this grant, so somebody else has to approve it: any other member who may give credentials to pipelines."
                        </p>
                    </Alert>
                }
                    .into_any()
            }
            (true, false) => view! { <ApproveForm pipeline id place came_back/> }.into_any(),
        }}
    }
}

#[component]
fn ApproveForm(
    pipeline: Uuid,
    id: Uuid,
    place: Place,
    came_back: Option<Returned>,
) -> impl IntoView {
    let days = came_back
        .as_ref()
        .and_then(|returned| returned.form.get("days")?.as_str().map(str::to_owned))
        .unwrap_or_else(|| APPROVAL_DAYS.to_owned());
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let (days_error, password_error) = (at("days"), at("password"));
    let cancel = place.pipeline(pipeline);
    view! {
        <p>
            "The credential is protected: a pipeline pushes with it only while two people want it to, the one who granted it and you."
        </p>
        {came_back.map(|returned| view! { <ErrorSummary error=returned.error/> })}
        <form method="post" action="/rpc/grants/approve" class="card stack" novalidate>
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="pipeline" value=pipeline.to_string()/>
            <input type="hidden" name="id" value=id.to_string()/>
            <Field
                name="days"
                label="Approved for (days)"
                value=days
                error=days_error
                hint=format!("From 1 to {APPROVAL_DAYS_MAX}. Then it has to be approved again.")
                kind="number"
            />
            <YourPassword id="password" error=password_error/>
            <div class="toolbar">
                <LinkButton href=cancel label="Cancel"/>
                <SubmitButton label="Approve"/>
            </div>
        </form>
    }
}
