//! One row of the list of registry credentials.

use super::place::Place;
use crate::domain::credential::Summary;
use crate::domain::expiry::{self, ExpiryState};
use crate::domain::moment::Day;
use crate::ui::components::{Badge, IconLink, Menu, Time};
use leptos::prelude::*;

/// A row; `list_query` is the query of the list as it is now: its dialogs carry it along, and a
/// row's action comes back to it.
#[component]
pub fn Row(credential: Summary, today: Day, place: Place, list_query: String) -> impl IntoView {
    let page = place.credential(credential.id);
    let (edit, delete) = (format!("{page}/edit{list_query}"), format!("{page}/delete{list_query}"));
    let back = format!("{}{list_query}", place.credentials());
    let name = credential.name.clone();
    let name_href = if place.may.write { edit.clone() } else { page.clone() };
    view! {
        <tr>
            <td data-label="Name">
                <a href=name_href>{name.clone()}</a>
                {(!credential.description.is_empty())
                    .then(|| view! { <div class="muted">{credential.description.clone()}</div> })}
            </td>
            <td data-label="Registry">
                <span class="mono">{credential.host.as_str().to_owned()}</span>
                <div class="muted">{credential.kind().label()}</div>
            </td>
            <td data-label="Method">{credential.method.label()}</td>
            <td data-label="Username" class="mono">{credential.username.clone()}</td>
            <td data-label="Access">{credential.access.label()}</td>
            <td data-label="Expiry">
                <States credential=credential.clone() today/>
            </td>
            <td data-label="Last changed">
                <Time at=credential.updated_at/>
                <div class="muted">{format!("by {}", credential.updated_by)}</div>
            </td>
            <td data-label="Actions" class="row-actions">
                {place
                    .may
                    .write
                    .then(|| {
                        view! { <IconLink href=edit.clone() label=format!("Edit {name}") icon="pencil"/> }
                    })}
                {place
                    .may
                    .delete
                    .then(|| {
                        view! { <IconLink href=delete.clone() label=format!("Delete {name}") icon="trash"/> }
                    })}
                <Menu id=format!("more-{}", credential.id) label=format!("More actions for {name}")>
                    <a class="menu-item" href=page>"View details"</a>
                    {place
                        .may
                        .write
                        .then(|| {
                            view! {
                                <a class="menu-item" href=edit>"Edit"</a>
                                <Switch credential=credential.clone() project=place.project.clone() back button_class="menu-item"/>
                            }
                        })}
                    {place
                        .may
                        .delete
                        .then(|| view! { <a class="menu-item" href=delete>"Delete"</a> })}
                </Menu>
            </td>
        </tr>
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
        {credential.is_insecure.then(|| view! { " " <Badge label="Insecure" tone="warn"/> })}
    }
}

/// The button that stops deliveries or allows them again.
#[component]
pub fn Switch(
    credential: Summary,
    project: String,
    /// Where to go afterwards.
    back: String,
    /// The button's class.
    button_class: &'static str,
) -> impl IntoView {
    let (action, label) = match credential.disabled_at {
        None => ("/rpc/credentials/disable", "Disable"),
        Some(_) => ("/rpc/credentials/enable", "Enable"),
    };
    view! {
        <form method="post" action=action>
            <input type="hidden" name="project" value=project/>
            <input type="hidden" name="id" value=credential.id.to_string()/>
            <input type="hidden" name="back" value=back/>
            <button type="submit" class=button_class>{label}</button>
        </form>
    }
}
