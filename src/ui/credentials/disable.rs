//! The question before a credential that is in use is disabled: who uses it, and what can be done first.

use super::edit::behind;
use super::used_by::WhoUses;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::credential_pages::{CredentialHead, Users, users};
use crate::functions::credential_switch::DisableCredential;
use crate::ui::kit::{Alert, Hidden, LoadedDialog, PageContext, PostForm};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

type Found = (CredentialHead, Users);

#[component]
pub fn DisableDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |(head, _): &Found| head.credential.summary.name.clone();
    view! {
        <LoadedDialog
            id="disable-credential"
            verb="Disable"
            name
            close_href=behind(&page)
            is_read_first=true
            from=load(page.clone())
            let:loaded
        >
            <Question loaded page/>
        </LoadedDialog>
    }
}

async fn load(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryWrite)?;
    users(page.project.clone(), page.id()?).await
}

#[component]
fn Question(loaded: Found, page: PageContext) -> impl IntoView {
    let (head, users) = loaded;
    let credential = head.credential;
    let (id, is_disabled) = (credential.summary.id, credential.summary.disabled_at.is_some());
    if is_disabled {
        return view! { <p>"This credential is already disabled."</p> }.into_any();
    }
    let (current, created_at) = (credential.secret.version, credential.created_at);
    let has_grants = users.dependents.iter().any(|dependent| dependent.grant.is_some());
    let can_move = has_grants && page.may_grant() && page.may(Permission::RegistryDelete);
    let moving = can_move.then(|| moving_href(&page, id));
    let (project, back, cancel) = (page.project.clone(), behind(&page), behind(&page));
    view! {
        <Alert kind="warning">
            <p>
                "Pipelines stop receiving this credential at once. You can enable it again at any time."
            </p>
        </Alert>
        <WhoUses users current created_at page/>
        {moving
            .map(|href| {
                view! {
                    <p>
                        <a href=href>"Move pipelines to another credential first"</a>
                    </p>
                }
            })}
        <PostForm action=DisableCredential::url() project id submit="Disable" cancel>
            <Hidden name="back" value=back/>
            <Hidden name="anyway" value="true"/>
        </PostForm>
    }
    .into_any()
}

/// The delete dialog has the form that moves the grants alone, too.
fn moving_href(page: &PageContext, id: Uuid) -> String {
    let dialog = paths::delete_credential(&page.project, id) + &page.list_query();
    if page.is_from_page() { paths::from_page(&dialog) } else { dialog }
}
