//! A change that lowers a guard of a protected credential, until a second person approves it.

use crate::domain::audit::FieldChange;
use crate::domain::credential::Credential;
use crate::domain::guard_change::GuardChange;
use crate::domain::permission::Permission;
use crate::functions::approvals::RejectGuardChange;
use crate::functions::guard_changes::{ApproveGuardChange, DeleteGuardChange};
use crate::ui::approvals::RejectForm;
use crate::ui::granting::{TO_DECIDE, YourPassword};
use crate::ui::kit::{
    Alert, Cell, Columns, FormState, Hidden, PageContext, PostButton, PostForm, Section, Table,
    Time,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn GuardChangeSection(
    change: GuardChange,
    credential: Credential,
    page: PageContext,
    form: FormState,
    /// That of the form to say no.
    rejecting: FormState,
) -> impl IntoView {
    let rows = change.lowered.changes(&credential).into_iter().map(cells);
    let columns = Columns::new(["Setting", "Now", "Proposed"], rows);
    let (of, id, is_own) = (credential.summary.id, change.id, change.is_own);
    let is_waiting = change.rejection.is_none();
    let may_write = page.may(Permission::RegistryWrite);
    let may_drop = may_write && (is_own || !is_waiting);
    let reject = (may_write && is_waiting && !is_own).then(|| page.project.clone());
    let may_approve = page.may_grant() && is_waiting && !is_own;
    let word = if is_waiting { "Withdraw" } else { "Dismiss" };
    let title = if is_waiting { "Change waiting for approval" } else { "Rejected change" };
    let values = vec![
        ("project", page.project.clone()),
        ("credential", of.to_string()),
        ("id", id.to_string()),
    ];
    view! {
        <Section id="guard-change" title>
            <p>
                {format!("{} proposed this ", change.proposer)} <Time at=change.proposed_at/> ". "
                {is_waiting
                    .then_some(
                        "The change lowers a guard of a protected credential, so another member must approve it. Until then nothing changes.",
                    )}
            </p>
            {change
                .rejection
                .map(|rejection| {
                    view! {
                        <Alert kind="warning">
                            <p>{rejection.sentence()}</p>
                            <p>"This was " <Time at=rejection.at/> ". Nothing was changed."</p>
                        </Alert>
                    }
                })}
            <Table columns/>
            {form.summary()}
            <div class="abreast">
                {may_approve
                    .then(|| {
                        view! {
                            <PostForm
                                action=ApproveGuardChange::url()
                                project=page.project
                                id
                                class="card stack"
                                submit="Approve"
                            >
                                <Hidden name="credential" value=of.to_string()/>
                                <Hidden name="revision" value=credential.revision.to_string()/>
                                <YourPassword id="guard-change-password" error=form.error("password") hint=TO_DECIDE/>
                            </PostForm>
                        }
                    })}
                {match reject {
                    Some(project) => {
                        view! {
                            <RejectForm
                                action=RejectGuardChange::url()
                                project
                                id
                                of=("credential", of)
                                revision=credential.revision
                                form=rejecting
                            />
                        }
                            .into_any()
                    }
                    None => rejecting.summary().into_any(),
                }}
            </div>
            {may_drop
                .then(|| view! { <PostButton action=DeleteGuardChange::url() values word class="button"/> })}
        </Section>
    }
}

fn cells(change: FieldChange) -> [Cell; 3] {
    let said = |text: Option<String>| Cell::or(text.filter(|text| !text.is_empty()), "None");
    [Cell::of(change.field.label()), said(change.from), said(change.to)]
}
