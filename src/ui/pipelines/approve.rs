//! The page on which a second person lets a pipeline push with a protected credential.

use super::doubts::Doubts;
use super::grants::TermsInWords;
use super::identities::Identities;
use crate::domain::grant::APPROVAL_DAYS_MAX;
use crate::domain::paths;
use crate::domain::pipeline::{Grant, PipelineDetail, PipelinePage};
use crate::error::{Error, Result};
use crate::functions::answer::FailedForm;
use crate::functions::approvals::RejectGrant;
use crate::functions::pipelines::{ApproveGrant, find_pipeline};
use crate::ui::approvals::RejectForm;
use crate::ui::granting::{TO_DECIDE, YourPassword};
use crate::ui::kit::{
    Alert, Fact, Facts, Field, FormState, Hidden, Loaded, PageContext, PageHead, PostForm, Section,
    Time,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;
use uuid::Uuid;

/// How long an approval holds unless somebody chooses.
const APPROVAL_DAYS: &str = "30";

#[component]
pub fn ApprovePage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title="Approve a grant" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

type Found = (PipelinePage, Grant, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    page.needs_to_grant()?;
    let found = find_pipeline(page.project.clone(), page.id()?).await?;
    let id = page.id_of("grant")?;
    let grant = found.pipeline.grants.iter().find(|grant| grant.id == id).cloned();
    let grant = grant.ok_or(Error::NotFound)?;
    Ok((found, grant, page.failed_form().await))
}

fn whole((found, grant, failed): Found, page: PageContext) -> impl IntoView {
    let is_waiting = found.pipeline.is_waiting(&grant.terms);
    let PipelineDetail { summary, tokens, rules, epoch, today, .. } = found.pipeline;
    let (pipeline, name) = (summary.id, summary.name);
    let href = paths::pipeline(&page.project, pipeline);
    let credential_href = paths::credential(&page.project, grant.credential_id);
    let (needs_approval, seen) = (grant.terms.needs_approval, (grant.id, epoch, grant.revision));
    let (is_own, widening) = (grant.is_own, grant.widening);
    let approval = grant.terms.approval.clone();
    let (doubts, about, of_page) = (grant.doubts, grant.id, page.clone());
    let rejection = grant.rejection.clone();
    let is_rejected = rejection.is_some();
    // What is rejected already is not rejected again.
    let may_reject = is_waiting && !is_own && !is_rejected;
    let form = FormState::of::<RejectGrant>(failed.clone(), ());
    // Who decides too late finds no form to say so.
    let too_late = if may_reject { None } else { form.summary() };
    let reject = may_reject.then(|| (seen, pipeline, form, page.project.clone()));
    view! {
        <PageHead title="Approve a grant" up=(href, name.clone())/>
        {too_late}
        <Facts>
            <Fact label="Credential">
                <a href=credential_href>{grant.credential}</a>
                " "
                <span class="mono muted">{grant.host}</span>
            </Fact>
            <Fact label="Pipeline">{name}</Fact>
            <Fact label="Access">
                <div>{grant.terms.intent.label()}</div>
                <TermsInWords terms=grant.terms today is_rejected/>
                <Doubts doubts page=of_page pipeline about/>
            </Fact>
            <Fact label="Granted">
                <Time at=grant.created_at/>
                {format!(" by {}", grant.created_by)}
            </Fact>
        </Facts>
        {rejection
            .map(|rejection| {
                view! {
                    <Alert kind="warning">
                        <p>{rejection.sentence()}</p>
                        <p>
                            "This was " <Time at=rejection.at/>
                            ". Another approval can still be given."
                        </p>
                    </Alert>
                }
            })}
        <Identities tokens rules approval today/>
        {match (needs_approval, is_own, widening) {
            (false, ..) => view! { <p>"This grant needs no approval."</p> }.into_any(),
            (true, true, _) => {
                view! {
                    <Alert kind="warning">
                        <p>
                            "You created this grant, so another member must approve it. Any other member who can grant credentials may do so."
                        </p>
                    </Alert>
                }
                    .into_any()
            }
            (true, false, Some(widening)) => {
                view! {
                    <Alert kind="warning">
                        <p>{widening.sentence()}</p>
                    </Alert>
                }
                    .into_any()
            }
            (true, false, None) => view! { <ApproveForm pipeline seen page failed/> }.into_any(),
        }}
        {reject
            .map(|((id, epoch, revision), pipeline, form, project)| {
                view! {
                    <Section id="reject" title="Reject">
                        <RejectForm
                            action=RejectGrant::url()
                            project
                            id
                            of=("pipeline", pipeline)
                            epoch
                            revision
                            form
                        />
                    </Section>
                }
            })}
    }
}

#[component]
fn ApproveForm(
    pipeline: Uuid,
    /// The grant, and the counts of the pipeline and of the grant that this page shows.
    seen: (Uuid, i64, i64),
    page: PageContext,
    failed: Option<FailedForm>,
) -> impl IntoView {
    let state = FormState::of::<ApproveGrant>(failed, json!({ "days": APPROVAL_DAYS }));
    let cancel = paths::pipeline(&page.project, pipeline);
    let (id, epoch, revision) = seen;
    view! {
        <p>"This credential is protected. After your approval, the pipeline can use it with the tokens and trust rules above. Later ones need a new approval."</p>
        {state.summary()}
        <PostForm
            action=ApproveGrant::url()
            project=page.project
            id
            class="card stack"
            submit="Approve"
            cancel
        >
            <Hidden name="pipeline" value=pipeline.to_string()/>
            <Hidden name="epoch" value=epoch.to_string()/>
            <Hidden name="revision" value=revision.to_string()/>
            <Field
                at=state.at("days")
                label="Approved for (days)"
                hint=format!("From 1 to {APPROVAL_DAYS_MAX}. After that, the grant needs a new approval.")
                kind="number"
            />
            <YourPassword error=state.error("password") hint=TO_DECIDE/>
        </PostForm>
    }
}
