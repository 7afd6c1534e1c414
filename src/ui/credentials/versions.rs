//! The versions of a credential's secret: which is delivered, which waits, which can come back.

use super::place::Place;
use crate::domain::secret_version::{SecretVersion, VersionState};
use crate::ui::components::{ACTIONS, Badge, PostButton, Section, Table, Time};
use leptos::prelude::*;
use uuid::Uuid;

/// The section of the credential's page.
#[component]
pub fn Versions(id: Uuid, versions: Vec<SecretVersion>, place: Place) -> impl IntoView {
    view! {
        <Section id="versions" title="Versions of the secret">
            <p class="muted">
                "Every change makes a version, and the last ones are kept: one that was replaced by mistake can be made current again."
            </p>
            <Table columns=vec!["Version", "State", "Saved", "Deliveries", ACTIONS]>
                {versions
                    .into_iter()
                    .map(|version| view! { <VersionRow id version place=place.clone()/> })
                    .collect_view()}
            </Table>
        </Section>
    }
}

#[component]
fn VersionRow(id: Uuid, version: SecretVersion, place: Place) -> impl IntoView {
    let tone = match version.state {
        VersionState::Current => "good",
        VersionState::Staged => "warn",
        VersionState::Unreadable => "bad",
        VersionState::Kept | VersionState::Destroyed => "neutral",
    };
    let number = version.version;
    let can_switch = place.may.write && version.can_be_current();
    let is_stored = !matches!(version.state, VersionState::Current | VersionState::Destroyed);
    let can_destroy = place.may.delete && is_stored;
    view! {
        <tr>
            <td data-label="Version">{number}</td>
            <td data-label="State">
                <Badge label=version.state.label() tone/>
            </td>
            <td data-label="Saved">
                <Time at=version.set_at/>
                <div class="muted">{format!("by {}", version.set_by)}</div>
            </td>
            <td data-label="Deliveries">
                {version.deliveries}
                {version
                    .last_delivered_at
                    .map(|at| view! { <div class="muted">"last " <Time at/></div> })}
            </td>
            <td data-label="Actions" class="row-actions">
                {can_switch
                    .then(|| {
                        let label = format!("Make version {number} current");
                        view! { <Act action="switch" id number label word="Make current" place=place.clone()/> }
                    })}
                {can_destroy
                    .then(|| {
                        let label = format!("Destroy version {number}");
                        view! { <Act action="destroy" id number label word="Destroy" place/> }
                    })}
            </td>
        </tr>
    }
}

/// A post about one version.
#[component]
fn Act(
    action: &'static str,
    id: Uuid,
    number: i64,
    label: String,
    word: &'static str,
    place: Place,
) -> impl IntoView {
    let values =
        vec![("project", place.project), ("id", id.to_string()), ("version", number.to_string())];
    view! { <PostButton action=format!("/rpc/versions/{action}") values label word/> }
}
