//! What the registry says of a credential: a form that has it asked, and what it answered, step by step.

use super::frame::{Part, tab};
use crate::domain::check::{Check, CheckState, Checks, LastCheck, StepReport, StepResult};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::registry_kind::RegistryKind;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::checks::CheckCredential;
use crate::functions::credential_pages::{CredentialHead, checks};
use crate::ui::kit::{
    Cell, CheckBox, Columns, Dot, Field, FormState, PageContext, PostForm, Section, Table, Time,
    TimeToCome,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;

const STEPS: [&str; 3] = ["Step", "Result", "What the registry says"];
const EARLIER: [&str; 4] = ["When", "Version", "Image", "Result"];

/// `/p/{project}/credentials/{id}/checks`
#[component]
pub fn ChecksPage() -> impl IntoView {
    tab(Part::Checks, load, whole)
}

type Found = (Checks, Option<FailedForm>);

async fn load(page: PageContext) -> Result<(CredentialHead, Found)> {
    let (head, checks) = checks(page.project.clone(), page.id()?).await?;
    Ok((head, (checks, page.failed_form().await)))
}

fn whole(head: CredentialHead, (found, failed): Found, page: PageContext) -> impl IntoView {
    let Checks { last, due_at, mut checks } = found;
    let summary = head.credential.summary;
    let image = checks.iter().map(|check| check.image.clone()).find(|image| !image.is_empty());
    let start = json!({ "image": image.unwrap_or_default() });
    let form = FormState::of::<CheckCredential>(failed, start);
    let may_check = page.may(Permission::RegistryWrite);
    let (kind, id) = (summary.kind(), summary.id);
    let example = format!(
        "For example {}/acme/api:1.2. Leave it blank to check the sign-in alone.",
        summary.host
    );
    let newest = (!checks.is_empty()).then(|| checks.remove(0));
    let state = view! { <State last=last today=head.today/> };
    let is_never = newest.is_none();
    view! {
        <Section id="checks" title="Check at the registry">
            <p>{state}</p>
            {is_never
                .then(|| {
                    view! {
                        <p class="muted">
                            "Regcred has not asked the registry about this credential yet. Once you have tested the connection, it asks again about once a day and after each change of the secret."
                        </p>
                    }
                })}
            {due_at
                .map(|at| {
                    view! {
                        <p class="muted">"Regcred checks it again by itself " <TimeToCome at/> "."</p>
                    }
                })}
            {may_check
                .then(|| {
                    view! {
                        <PostForm
                            action=CheckCredential::url()
                            project=page.project.clone()
                            id
                            class="stack"
                            submit="Test connection"
                        >
                            {form.summary()}
                            <Field
                                at=form.at("image")
                                label="Image (Optional)"
                                hint=example
                            />
                            <CheckBox
                                at=form.at("push")
                                label="Test push, too"
                                hint="Regcred begins an upload to this repository, and cancels it. Nothing is stored."
                            />
                        </PostForm>
                    }
                })}
        </Section>
        {newest.map(|check| view! { <Newest check kind/> })}
        {(!checks.is_empty()).then(|| view! { <Earlier checks/> })}
    }
}

#[component]
fn State(last: Option<LastCheck>, today: crate::domain::moment::Day) -> impl IntoView {
    match last {
        None => view! { <Dot label="Never checked" tone="neutral"/> }.into_any(),
        Some(last) => {
            let tone = tone(last.state);
            view! { <Dot label=last.sentence(today) tone/> }.into_any()
        }
    }
}

/// The tone of a [`Dot`] for a state.
pub fn tone(state: CheckState) -> &'static str {
    match state {
        CheckState::Works => "good",
        CheckState::Failing => "bad",
        CheckState::Unclear => "warn",
        CheckState::Replaced => "neutral",
    }
}

#[component]
fn Newest(check: Check, kind: RegistryKind) -> impl IntoView {
    let asked = asked(&check);
    let help = paths::help_registry(kind);
    let has_trouble = check.report.trouble().is_some();
    let limit = check.report.limit.map(|limit| limit.sentence());
    let at = check.at;
    let grade =
        (check.report.state() == CheckState::Works).then(|| check.report.grade().to_owned());
    let said = grade.into_iter().chain(limit).collect::<Vec<String>>().join(" ");
    let image = Some(check.image).filter(|image| !image.is_empty());
    let columns = Columns::new(STEPS, check.report.steps.into_iter().map(cells));
    view! {
        <Section id="last-check" title="Last check">
            <p>
                "Checked " <Time at/>
                <span class="muted">{asked}</span>
                {image.map(|image| view! { " · " <span class="mono">{image}</span> })}
            </p>
            {(!said.is_empty()).then(|| view! { <p>{said}</p> })}
            <Table columns/>
            {has_trouble
                .then(|| {
                    view! {
                        <p>
                            <a href=help>{format!("Guide: {}", kind.label())}</a>
                        </p>
                    }
                })}
        </Section>
    }
}

/// `, version 2, for Ann`.
fn asked(check: &Check) -> String {
    let by =
        if check.by.is_empty() { "by Regcred".to_owned() } else { format!("for {}", check.by) };
    format!(", version {}, {by}", check.version)
}

fn cells(step: StepReport) -> [Cell; 3] {
    let tone = match step.result {
        StepResult::Passed => "good",
        StepResult::Failed => "bad",
        StepResult::Unknown => "warn",
        StepResult::NotTried => "neutral",
    };
    let (sentence, advice) = (step.sentence(), step.reason.advice());
    [
        Cell::of(step.step.label()),
        Cell::of(view! { <Dot label=step.result.label() tone/> }),
        Cell::of(view! {
            {sentence}
            {(!advice.is_empty()).then(|| view! { " " <span class="muted">{advice}</span> })}
        }),
    ]
}

#[component]
fn Earlier(checks: Vec<Check>) -> impl IntoView {
    let rows = checks.into_iter().map(|check| {
        let by = if check.by.is_empty() { "Regcred".to_owned() } else { check.by };
        let state = check.report.state();
        let trouble = check.report.trouble().map(|step| step.reason.label());
        let text = trouble.unwrap_or(check.report.grade());
        [
            Cell::done(check.at, &by),
            Cell::of(check.version),
            Cell::or(Some(check.image).filter(|image| !image.is_empty()), "None"),
            Cell::of(view! { <Dot label=state.label() tone=tone(state)/> " " <span class="muted">{text}</span> }),
        ]
    });
    let columns = Columns::new(EARLIER, rows);
    view! {
        <Section id="earlier-checks" title="Earlier checks">
            <Table columns class="compact"/>
        </Section>
    }
}
