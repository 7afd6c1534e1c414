//! The versions of a credential's secret: which is delivered, which is staged, which can come back.

use super::frame::{Part, tab};
use crate::domain::counted::grouped;
use crate::domain::credential::Credential;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::secret_version::{SecretVersion, VersionState};
use crate::error::Result;
use crate::functions::credential_pages::{CredentialHead, versions};
use crate::ui::kit::{ACTIONS, Cell, Columns, Dot, PageContext, Section, Table, Time};
use leptos::prelude::*;
use leptos_router::components::Outlet;

const HEADS: [&str; 5] = ["Version", "State", "Saved", "Deliveries", ACTIONS];

/// `/p/{project}/credentials/{id}/versions`; what asks before it changes one is drawn over it.
#[component]
pub fn VersionsPage() -> impl IntoView {
    view! {
        {tab(Part::Versions, load, whole)}
        <Outlet/>
    }
}

async fn load(page: PageContext) -> Result<(CredentialHead, Vec<SecretVersion>)> {
    versions(page.project.clone(), page.id()?).await
}

fn whole(head: CredentialHead, versions: Vec<SecretVersion>, page: PageContext) -> impl IntoView {
    let credential = head.credential;
    let rows = versions.into_iter().map(|version| cells(&credential, version, &page));
    let columns = Columns::new(HEADS, rows);
    view! {
        <Section id="versions" title="Versions of the secret">
            <p class="muted">
                "Every change of the secret creates a version. The last few are kept, so that you can make an earlier one current again."
            </p>
            <Table columns class="compact"/>
        </Section>
    }
}

fn cells(credential: &Credential, version: SecretVersion, page: &PageContext) -> [Cell; 5] {
    let id = credential.summary.id;
    let tone = match version.state {
        VersionState::Current => "good",
        VersionState::Staged => "warn",
        VersionState::Unreadable => "bad",
        VersionState::Kept | VersionState::Destroyed => "neutral",
    };
    let (number, project) = (version.version, page.project.as_str());
    let is_fit = version.can_be_current() && version.unfit_for(credential).is_none();
    let can_switch = page.may(Permission::RegistryWrite) && is_fit;
    let can_destroy = page.may(Permission::RegistryDelete) && version.can_be_destroyed();
    let current = can_switch.then(|| paths::switch_version(project, id, number));
    let destroy = can_destroy.then(|| paths::destroy_version(project, id, number));
    [
        Cell::of(number),
        Cell::of(view! { <Dot label=version.state.label() tone/> }),
        Cell::of(view! {
            <Time at=version.set_at/>
            <span class="muted">{format!(", {}", version.set_by)}</span>
        }),
        Cell::of(view! {
            {grouped(version.deliveries)}
            {version
                .last_delivered_at
                .map(|at| view! { <span class="muted">" · last " <Time at/></span> })}
        }),
        Cell::of(view! {
            {current
                .map(|href| {
                    let label = format!("Make version {number} current");
                    view! { <a class="button button-quiet" href=href aria-label=label>"Make current"</a> }
                })}
            {destroy
                .map(|href| {
                    let label = format!("Destroy version {number}");
                    view! { <a class="button button-quiet" href=href aria-label=label>"Destroy"</a> }
                })}
        }),
    ]
}
