//! The first page of a registry credential: who uses it, and what is stored.

use super::dates::Dates;
use super::details::Details;
use super::frame::{Part, tab};
use super::guard_change::GuardChangeSection;
use super::stored::{SameSecret, SecretDoubt, Stored};
use super::used_by::{UsedBy, Waiting};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::approvals::RejectGuardChange;
use crate::functions::credential_pages::{CredentialHead, Overview, overview};
use crate::functions::guard_changes::ApproveGuardChange;
use crate::ui::kit::{Dot, FormState, PageContext, Section};
use leptos::prelude::*;
use leptos_router::components::Outlet;
use uuid::Uuid;

/// `/p/{project}/credentials/{id}`; the dialog that grants it is drawn over it.
#[component]
pub fn DetailPage() -> impl IntoView {
    view! {
        {tab(Part::Overview, load, whole)}
        <Outlet/>
    }
}

type Found = (Overview, Option<FailedForm>);

async fn load(page: PageContext) -> Result<(CredentialHead, Found)> {
    let (head, found) = overview(page.project.clone(), page.id()?).await?;
    let failed = if page.is_covered() { None } else { page.failed_form().await };
    Ok((head, (found, failed)))
}

fn whole(head: CredentialHead, loaded: Found, page: PageContext) -> impl IntoView {
    let (found, failed) = loaded;
    let CredentialHead { credential, today } = head;
    let lowering = FormState::of::<ApproveGuardChange>(failed.clone(), ());
    let rejecting = FormState::of::<RejectGuardChange>(failed, ());
    let change = found.guard_change.map(|change| (change, credential.clone(), page.clone()));
    let (settings, stored, dated) = (credential.clone(), credential.clone(), credential.clone());
    let beside = page.clone();
    let (current, created_at) = (credential.secret.version, credential.created_at);
    let id = credential.summary.id;
    let secret_doubt = credential.summary.secret_doubt.clone();
    let versions = paths::credential_versions(&page.project, id);
    let readers = paths::credential_readers(&page.project, id);
    let staged = found.staged.map(|version| (version, current, id, page.clone()));
    let activity = paths::credential_activity(&page.project, id);
    // The ids are those of the sections that stood here: an old address finds the way to them.
    view! {
        {staged.map(|(version, current, id, page)| view! { <Staged version current id page/> })}
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
                <Waiting waiting=found.waiting page/>
                <Section id="stored" title="Stored secret">
                    <SecretDoubt doubt=secret_doubt/>
                    <Stored credential=stored/>
                    <SameSecret others=found.same_secret page=beside/>
                    <p id="where-to" class="toolbar">
                        <a id="versions" href=versions>"All versions"</a>
                        <a id="obtainers" href=readers>"Who can read it"</a>
                    </p>
                </Section>
            </div>
            <aside class="stack" aria-label="Facts">
                <Dates credential=dated today/>
                <Details credential=settings today/>
                <p id="activity">
                    <a href=activity>"Everything that was done to it"</a>
                </p>
            </aside>
        </div>
    }
}

/// That a new secret is stored which no pipeline receives yet, and the way to change that.
#[component]
fn Staged(
    version: i64,
    /// The one that is delivered.
    current: i64,
    /// The credential.
    id: Uuid,
    page: PageContext,
) -> impl IntoView {
    let switch = page.may(Permission::RegistryWrite);
    let switch = switch.then(|| paths::switch_version(&page.project, id, version));
    view! {
        <p class="toolbar">
            <Dot label=format!("Version {version} is staged") tone="warn"/>
            <span>{format!("Version {current} is current.")}</span>
            {switch.map(|href| view! { <a href=href>{format!("Make version {version} current")}</a> })}
        </p>
    }
}
