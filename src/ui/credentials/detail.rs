//! The first page of a registry credential: who uses it, what is stored, who can read it.

use super::dates::Dates;
use super::details::Details;
use super::frame::{Head, Page, Part};
use super::guard_change::GuardChangeSection;
use super::stored::{SameSecret, SecretDoubt, Stored};
use super::token_service::WhereTo;
use super::used_by::{Obtainers, UsedBy, Waiting};
use crate::domain::paths;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::approvals::RejectGuardChange;
use crate::functions::credential_pages::{CredentialHead, Overview, overview};
use crate::functions::credentials::SetTokenService;
use crate::functions::guard_changes::ApproveGuardChange;
use crate::ui::kit::{FormState, Loaded, PageContext, Section};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// `/p/{project}/credentials/{id}`; the dialog that grants it is drawn over it.
#[component]
pub fn DetailPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Page page=page.clone()>
            <Loaded from=load(page.clone()) let:loaded>
                <Whole loaded page/>
            </Loaded>
        </Page>
        <Outlet/>
    }
}

type Found = ((CredentialHead, Overview), Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    let found = overview(page.project.clone(), page.id()?).await?;
    let failed = if page.is_covered() { None } else { page.failed_form().await };
    Ok((found, failed))
}

#[component]
fn Whole(loaded: Found, page: PageContext) -> impl IntoView {
    let ((head, found), failed) = loaded;
    let (credential, today) = (head.credential.clone(), head.today);
    let lowering = FormState::of::<ApproveGuardChange>(failed.clone(), ());
    let rejecting = FormState::of::<RejectGuardChange>(failed.clone(), ());
    let form = FormState::of::<SetTokenService>(failed, ());
    let change = found.guard_change.map(|change| (change, credential.clone(), page.clone()));
    let (settings, stored, dated) = (credential.clone(), credential.clone(), credential.clone());
    let beside = page.clone();
    let (current, created_at) = (credential.secret.version, credential.created_at);
    let id = credential.summary.id;
    let secret_doubt = credential.summary.secret_doubt.clone();
    let deliveries = paths::credential_deliveries(&page.project, id);
    let versions = paths::credential_versions(&page.project, id);
    let activity = paths::credential_activity(&page.project, id);
    // The ids are those of the sections that stood here: an old address finds the way to them.
    view! {
        <Head head page=page.clone() part=Part::Overview/>
        {match change {
            Some((change, credential, page)) => {
                view! { <GuardChangeSection change credential page form=lowering rejecting/> }
                    .into_any()
            }
            // Who decides too late finds no change to decide on.
            None => lowering.summary().or_else(|| rejecting.summary()).into_any(),
        }}
        <div class="columns">
            <div class="stack">
                <UsedBy
                    id
                    dependents=found.dependents
                    existing=found.existing
                    current
                    created_at
                    page=page.clone()
                />
                <p id="deliveries">
                    <a href=deliveries>"All deliveries"</a>
                </p>
                <Waiting waiting=found.waiting page=page.clone()/>
                <Dates credential=dated today/>
                <Section id="stored" title="Stored secret">
                    <SecretDoubt doubt=secret_doubt/>
                    <Stored credential=stored/>
                    <SameSecret others=found.same_secret page=beside/>
                    <p id="versions">
                        <a href=versions>"All versions"</a>
                    </p>
                </Section>
                <Obtainers obtainers=found.obtainers holders=found.holders page=page.clone()/>
                <WhereTo credential companions=found.companions form page/>
            </div>
            <aside class="stack" aria-label="Facts">
                <Details credential=settings today/>
                <p id="activity">
                    <a href=activity>"Everything that was done to it"</a>
                </p>
            </aside>
        </div>
    }
}
