//! The question before a credential that is in use is disabled, or several that are selected in the list:
//! who uses them, and what can be done first.

use super::edit::behind;
use super::list::count;
use super::used_by::WhoUses;
use crate::domain::credential::Credential;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::short_id;
use crate::error::Result;
use crate::functions::credential_bulk::{Selected, SwitchCredentials, selected};
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
    let (project, back, cancel) = (page.project.clone(), behind(&page), behind(&page));
    view! {
        <Alert kind="warning">
            <p>{warning(1)}</p>
        </Alert>
        <Using credential users page/>
        <PostForm action=DisableCredential::url() project id submit="Disable" cancel>
            <Hidden name="back" value=back/>
            <Hidden name="anyway" value="true"/>
        </PostForm>
    }
    .into_any()
}

/// The same question about those that are selected in the list.
#[component]
pub fn DisableSelectedDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |found: &Selected| match found.enabled {
        0 => String::new(),
        enabled => count(enabled, false),
    };
    view! {
        <LoadedDialog
            id="disable-credentials"
            verb="Disable"
            name
            close_href=selected_behind(&page)
            is_read_first=true
            from=load_selected(page.clone())
            let:loaded
        >
            <QuestionOfSeveral loaded page/>
        </LoadedDialog>
    }
}

/// The list, in which the same are selected.
fn selected_behind(page: &PageContext) -> String {
    let list = behind(page);
    let is_some = |ids: &String| short_id::all(ids).is_some_and(|ids| !ids.is_empty());
    match page.query("ids").filter(is_some) {
        Some(ids) => paths::with_query(&list, "ids", &ids),
        None => list,
    }
}

async fn load_selected(page: PageContext) -> Result<Selected> {
    page.needs(Permission::RegistryWrite)?;
    selected(page.project.clone(), page.query("ids").unwrap_or_default()).await
}

#[component]
fn QuestionOfSeveral(loaded: Selected, page: PageContext) -> impl IntoView {
    let Selected { enabled, in_use } = loaded;
    let ids = page.query("ids").unwrap_or_default();
    if ids.is_empty() {
        return view! { <p>"No credential is selected. Select at least one in the list."</p> }
            .into_any();
    }
    if enabled == 0 {
        return view! { <p>"The selected credentials are already disabled."</p> }.into_any();
    }
    let (project, list, cancel) = (page.project.clone(), page.list_query(), selected_behind(&page));
    let (used, submit) =
        (in_words(enabled, in_use.len()), format!("Disable {}", count(enabled, false)));
    let each = in_use
        .into_iter()
        .map(|(credential, users)| {
            let (name, page) = (credential.summary.name.clone(), page.clone());
            let summary = name.clone();
            view! {
                <details class="fold" open=true>
                    <summary>{summary}</summary>
                    <div class="stack">
                        <Using credential users page name/>
                    </div>
                </details>
            }
        })
        .collect_view();
    view! {
        <Alert kind="warning">
            <p>{warning(enabled)}</p>
        </Alert>
        <p>{used}</p>
        {each}
        <PostForm action=SwitchCredentials::url() project submit cancel>
            <Hidden name="ids[]" value=ids/>
            <Hidden name="is_disabled" value="true"/>
            <Hidden name="list" value=list/>
            <Hidden name="anyway" value="true"/>
        </PostForm>
    }
    .into_any()
}

/// What disabling means for so many.
fn warning(enabled: u64) -> &'static str {
    if enabled == 1 {
        "If you disable this credential, pipelines stop receiving it at once. You can enable it again at any time."
    } else {
        "If you disable the selected credentials, pipelines stop receiving them at once. You can enable them again at any time."
    }
}

/// How many of those that are enabled are in use, and what that means.
fn in_words(enabled: u64, in_use: usize) -> String {
    match (enabled, in_use) {
        (1, 0) => "No pipeline received this credential in the last 30 days, and no file of a pipeline that depends on it names its registry.".to_owned(),
        (1, _) => "This credential is in use: pipelines received it in the last 30 days, or a file of one names its registry.".to_owned(),
        (_, 0) => "No pipeline received any of them in the last 30 days, and no file of a pipeline that depends on them names their registries.".to_owned(),
        (_, 1) => "One of them is in use: pipelines received it in the last 30 days, or a file of one names its registry.".to_owned(),
        (_, more) => format!("{more} of them are in use: pipelines received them in the last 30 days, or files of pipelines name their registries."),
    }
}

/// Who uses a credential, and where its pipelines can be moved first.
#[component]
fn Using(
    credential: Credential,
    users: Users,
    page: PageContext,
    /// Its name, where the dialog is about several.
    #[prop(optional)]
    name: String,
) -> impl IntoView {
    let (current, created_at) = (credential.secret.version, credential.created_at);
    let has_grants = users.dependents.iter().any(|dependent| dependent.grant.is_some());
    let can_move = has_grants && page.may_grant() && page.may(Permission::RegistryDelete);
    let moving = can_move.then(|| moving_href(&page, credential.summary.id));
    view! {
        <WhoUses users current created_at page name/>
        {moving
            .map(|href| {
                view! {
                    <p>
                        <a href=href>"Move pipelines to another credential first"</a>
                    </p>
                }
            })}
    }
}

/// The delete dialog has the form that moves the grants alone, too.
fn moving_href(page: &PageContext, id: Uuid) -> String {
    let dialog = paths::delete_credential(&page.project, id) + &page.list_query();
    if page.is_from_page() { paths::from_page(&dialog) } else { dialog }
}

#[cfg(test)]
mod tests {
    use super::{in_words, warning};

    #[test]
    fn one_that_was_selected_alone_is_not_one_of_several() {
        for (enabled, in_use, start) in [
            (1, 0, "No pipeline received this credential "),
            (1, 1, "This credential is in use: "),
            (2, 0, "No pipeline received any of them "),
            (2, 1, "One of them is in use: "),
            (3, 2, "2 of them are in use: "),
        ] {
            assert!(in_words(enabled, in_use).starts_with(start), "{enabled} {in_use}");
            let is_one = warning(enabled).contains("this credential");
            assert_eq!(is_one, enabled == 1, "{enabled}");
        }
    }
}
