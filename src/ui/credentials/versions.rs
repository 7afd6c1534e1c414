//! The versions of a credential's secret: which is delivered, which is staged, which can come back.

use crate::domain::permission::Permission;
use crate::domain::secret_version::{SecretVersion, VersionState};
use crate::functions::versions::{DestroyVersion, SwitchSecret};
use crate::ui::granting::ConfirmedButton;
use crate::ui::kit::{
    ACTIONS, Badge, Cell, Columns, FormState, PageContext, PostButton, Section, Table, Time,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

const HEADS: [&str; 5] = ["Version", "State", "Saved", "Deliveries", ACTIONS];

#[component]
pub fn Versions(
    id: Uuid,
    versions: Vec<SecretVersion>,
    page: PageContext,
    /// Of the forms that destroy a version.
    form: FormState,
) -> impl IntoView {
    let rows = versions.into_iter().map(|version| cells(id, version, &page, &form));
    let columns = Columns::new(HEADS, rows);
    view! {
        <Section id="versions" title="Versions of the secret">
            <p class="muted">
                "Every change of the secret creates a version. The last few are kept, so that you can make an earlier one current again."
            </p>
            {form.summary()}
            <Table columns/>
        </Section>
    }
}

fn cells(id: Uuid, version: SecretVersion, page: &PageContext, form: &FormState) -> [Cell; 5] {
    let tone = match version.state {
        VersionState::Current => "good",
        VersionState::Staged => "warn",
        VersionState::Unreadable => "bad",
        VersionState::Kept | VersionState::Destroyed => "neutral",
    };
    let number = version.version;
    let can_switch = page.may(Permission::RegistryWrite) && version.can_be_current();
    let is_stored = !matches!(version.state, VersionState::Current | VersionState::Destroyed);
    let can_destroy = page.may(Permission::RegistryDelete) && is_stored;
    let values = vec![
        ("project", page.project.clone()),
        ("id", id.to_string()),
        ("version", number.to_string()),
    ];
    let others = values.clone();
    let is_meant = form.at("version").text == number.to_string();
    let error = form.error("password").filter(|_| is_meant);
    [
        Cell::of(number),
        Cell::of(view! { <Badge label=version.state.label() tone/> }),
        Cell::done(version.set_at, &version.set_by),
        Cell::of(view! {
            {version.deliveries}
            {version
                .last_delivered_at
                .map(|at| view! { <div class="muted">"last " <Time at/></div> })}
        }),
        Cell::of(view! {
            {can_switch
                .then(|| {
                    let label = format!("Make version {number} current");
                    view! { <PostButton action=SwitchSecret::url() values label word="Make current"/> }
                })}
            {can_destroy
                .then(|| {
                    let label = format!("Destroy version {number}");
                    let id = format!("destroy-version-{number}-password");
                    view! { <ConfirmedButton action=DestroyVersion::url() values=others label id error/> }
                })}
        }),
    ]
}
