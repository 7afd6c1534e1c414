//! One row of the list of registry credentials.

use crate::domain::credential::Summary;
use crate::domain::expiry::{self, ExpiryState};
use crate::domain::moment::Day;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::functions::credentials::{DisableCredential, EnableCredential};
use crate::ui::kit::{ACTIONS, Badge, Cell, IconLink, Menu, PageContext, PostButton};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub const HEADS: [&str; 8] = [
    "Name",
    "Registry URL",
    "Authentication method",
    "Username",
    "Access",
    "State",
    "Last changed",
    ACTIONS,
];

/// A row; `list_query` is the query of the list as it is now: its dialogs carry it along, and a
/// row's action comes back to it.
pub fn cells(credential: Summary, today: Day, page: &PageContext, list_query: &str) -> [Cell; 8] {
    let (project, id) = (page.project.as_str(), credential.id);
    let can_edit = page.may(Permission::RegistryWrite);
    let edit = can_edit.then(|| paths::edit_credential(project, id) + list_query);
    let name_href = edit.clone().unwrap_or_else(|| paths::credential(project, id));
    let name = credential.name.clone();
    let description = Some(credential.description.clone()).filter(|text| !text.is_empty());
    [
        Cell::of(view! {
            <a href=name_href>{name}</a>
            {description.map(|text| view! { <div class="muted">{text}</div> })}
        }),
        Cell::of(view! {
            <span class="mono">{credential.host.as_str().to_owned()}</span>
            <div class="muted">{credential.kind().label()}</div>
        }),
        Cell::of(credential.method.label()),
        Cell::styled("mono", credential.username.clone()),
        Cell::of(credential.access.label()),
        Cell::of(view! { <States credential=credential.clone() today/> }),
        Cell::done(credential.updated_at, &credential.updated_by),
        Cell::of(
            view! { <Actions credential edit page=page.clone() list_query=list_query.to_owned()/> },
        ),
    ]
}

/// What can be done to the row: each once as an icon, and in words in the menu.
#[component]
fn Actions(
    credential: Summary,
    /// The edit dialog, for those who may edit.
    edit: Option<String>,
    page: PageContext,
    list_query: String,
) -> impl IntoView {
    let (project, id, name) = (page.project.clone(), credential.id, credential.name.clone());
    let details = paths::credential(&project, id);
    let delete = page
        .may(Permission::RegistryDelete)
        .then(|| paths::delete_credential(&project, id) + &list_query);
    let back = paths::credentials(&project) + &list_query;
    let (edit_label, delete_label) = (format!("Edit {name}"), format!("Delete {name}"));
    view! {
        {edit
            .clone()
            .map(|href| view! { <IconLink href label=edit_label icon="pencil"/> })}
        {delete
            .clone()
            .map(|href| view! { <IconLink href label=delete_label icon="trash"/> })}
        <Menu id=format!("more-{id}") label=format!("More actions for {name}")>
            <a class="menu-item" href=details>"View details"</a>
            {edit
                .map(|href| {
                    view! {
                        <a class="menu-item" href=href>"Edit"</a>
                        <EnableToggle credential project back button_class="menu-item"/>
                    }
                })}
            {delete.map(|href| view! { <a class="menu-item" href=href>"Delete"</a> })}
        </Menu>
    }
}

/// What its dates say, and every other reason to look at it.
#[component]
pub fn States(credential: Summary, today: Day) -> impl IntoView {
    let sentence = expiry::sentence(today, credential.expires_on, credential.renew_on);
    let tone = match credential.state(today) {
        ExpiryState::Expired => Some("bad"),
        ExpiryState::Expiring if expiry::is_urgent(today, credential.expires_on) => Some("bad"),
        ExpiryState::Expiring | ExpiryState::Due => Some("warn"),
        ExpiryState::Fine | ExpiryState::Unknown => None,
    };
    let dates = match tone {
        Some(tone) => view! { <Badge label=sentence tone/> }.into_any(),
        None => view! { <span class="muted">{sentence}</span> }.into_any(),
    };
    view! {
        {dates}
        {credential.disabled_at.map(|_| view! { " " <Badge label="Disabled" tone="neutral"/> })}
        {credential.unreadable_at.map(|_| view! { " " <Badge label="Unreadable" tone="bad"/> })}
        {credential.secret_doubt.map(|_| view! { " " <Badge label="Secret looks wrong" tone="warn"/> })}
        {credential.is_insecure.then(|| view! { " " <Badge label="Insecure" tone="warn"/> })}
    }
}

/// The button that stops deliveries or allows them again.
#[component]
pub fn EnableToggle(
    credential: Summary,
    project: String,
    back: String,
    button_class: &'static str,
) -> impl IntoView {
    let (action, word) = match credential.disabled_at {
        None => (DisableCredential::url(), "Disable"),
        Some(_) => (EnableCredential::url(), "Enable"),
    };
    let values = vec![("project", project), ("id", credential.id.to_string()), ("back", back)];
    view! { <PostButton action values word class=button_class/> }
}
