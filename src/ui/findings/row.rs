//! One finding: its fact and evidence, what it is about, what to do, and who accepted it.

use crate::domain::finding::{
    ACCEPTED_MAX, Act, Evidence, Finding, FindingState, FindingsQuery, Found, Thing,
};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::functions::answer::FailedForm;
use crate::functions::findings::{AcceptFinding, WithdrawAcceptance};
use crate::ui::kit::{
    ACTIONS, Cell, Columns, Dot, Field, FormState, Hidden, PageContext, PostButton, PostForm, Time,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::{Value, json};
use uuid::Uuid;

/// The findings, one in a row; the form of the one whose post failed says why.
pub(super) fn columns(
    rows: Vec<Finding>,
    query: &FindingsQuery,
    failed: Option<&FailedForm>,
    page: &PageContext,
) -> Columns {
    let heads = ["Finding", "Credential", "Pipeline", "Since", ACTIONS];
    Columns::new(heads, rows.into_iter().map(|one| row(one, query, failed, page)))
}

fn row(
    one: Finding,
    query: &FindingsQuery,
    failed: Option<&FailedForm>,
    page: &PageContext,
) -> [Cell; 5] {
    let failed = failed.filter(|failed| is_about(failed, one.id)).cloned();
    let what = what(&one, page);
    let credential = one.found.credential.clone().map(|thing| named(thing, page, true));
    let pipeline = one.found.pipeline.clone().map(|thing| named(thing, page, false));
    let since = match one.resolved.filter(|_| one.state == FindingState::Resolved) {
        Some(at) => view! { "Resolved " <Time at/> }.into_any(),
        None => view! { <Time at=one.opened/> }.into_any(),
    };
    let act = act(&one, page);
    let is_to_accept = one.state == FindingState::Open && page.may(Permission::RegistryWrite);
    let form = is_to_accept.then(|| accept(one.id, query, failed, page));
    [
        Cell::of(view! {
            {what}
            {form}
        }),
        Cell::or(credential, "None"),
        Cell::or(pipeline, "None"),
        Cell::of(since),
        Cell::of(act),
    ]
}

/// Whether it was the form of this finding that failed.
fn is_about(failed: &FailedForm, id: Uuid) -> bool {
    failed.is_of(AcceptFinding::PATH)
        && failed.form.get("id").and_then(Value::as_str) == Some(id.to_string().as_str())
}

fn what(one: &Finding, page: &PageContext) -> AnyView {
    let Found { kind, fact, evidence, pipeline, .. } = one.found.clone();
    let evidence: Vec<AnyView> = evidence
        .into_iter()
        .map(|one| {
            let shown = shown(one, pipeline.as_ref(), page);
            view! { <li>{shown}</li> }.into_any()
        })
        .collect();
    let accepted = one.acceptance.clone().map(|accepted| {
        let until = accepted.until.to_text();
        view! {
            <p class="muted">
                {format!("Accepted until {until} by {}, ", accepted.by)} <Time at=accepted.at/>
                {format!(": {}", accepted.reason)}
            </p>
        }
    });
    let tone = if one.state == FindingState::Open { "warn" } else { "neutral" };
    view! {
        <Dot label=kind.label() tone/>
        <p>{fact}</p>
        {(!evidence.is_empty()).then(|| view! { <ul class="muted evidence" aria-label="Evidence">{evidence}</ul> })}
        {accepted}
    }
    .into_any()
}

/// What proves it, with the way there for who may look.
fn shown(evidence: Evidence, pipeline: Option<&Thing>, page: &PageContext) -> AnyView {
    match evidence {
        Evidence::Link(seq) => {
            let text = format!("Link {seq} of the audit log");
            if !page.may(Permission::AuditRead) {
                return text.into_any();
            }
            let href = paths::audit_link(&page.project, seq);
            view! { <a href=href>{text}</a> }.into_any()
        }
        Evidence::Line { file, path, line } => {
            let text = if line == 0 { path } else { format!("{path}, line {line}") };
            match pipeline.filter(|_| page.may(Permission::PipelineRead)) {
                None => text.into_any(),
                Some(pipeline) => {
                    let href = paths::pipeline_definitions(&page.project, pipeline.id);
                    let href = paths::with_query(&href, "file", &file.to_string());
                    view! { <a href=href>{text}</a> }.into_any()
                }
            }
        }
        Evidence::Credential(thing) => named(thing, page, true),
    }
}

/// Its name, which leads to its page for who may open that.
fn named(thing: Thing, page: &PageContext, is_credential: bool) -> AnyView {
    let Thing { id, name } = thing;
    let (href, needs) = if is_credential {
        (paths::credential(&page.project, id), Permission::RegistryRead)
    } else {
        (paths::pipeline(&page.project, id), Permission::PipelineRead)
    };
    if page.may(needs) { view! { <a href=href>{name}</a> }.into_any() } else { name.into_any() }
}

/// What to do: nothing about one that is resolved, and nothing that the person may not do.
fn act(one: &Finding, page: &PageContext) -> AnyView {
    let kind = one.found.kind.label();
    let about = one.found.subject().map(|thing| thing.name.clone()).unwrap_or_default();
    let is_to_withdraw = one.state == FindingState::Accepted && page.may(Permission::RegistryWrite);
    let withdraw = is_to_withdraw.then(|| {
        let values = vec![("project", page.project.clone()), ("id", one.id.to_string())];
        let label = format!("Open again: {kind}, {about}");
        view! { <PostButton action=WithdrawAcceptance::url() values word="Open again" label/> }
    });
    let act = one.found.act(&page.project).filter(|_| one.state != FindingState::Resolved);
    let act = act.filter(|act| act.needs.iter().all(|needs| page.may(*needs)));
    let link = act.map(|Act { label, href, .. }| {
        let whole = format!("{label}: {kind}, {about}");
        view! { <a class="button button-quiet" href=href aria-label=whole>{label}</a> }
    });
    view! {
        {link}
        {withdraw}
    }
    .into_any()
}

/// The form to accept it, folded until somebody opens it or it was refused.
fn accept(
    id: Uuid,
    query: &FindingsQuery,
    failed: Option<FailedForm>,
    page: &PageContext,
) -> AnyView {
    let form = FormState::of::<AcceptFinding>(failed, json!({ "reason": "", "until": "" }));
    let is_open = !form.is_first_try();
    let (reason, until) = (format!("reason-{}", id.simple()), format!("until-{}", id.simple()));
    let summary = form.summary();
    let project = page.project.clone();
    let list = query.to_url();
    view! {
        <details class="fold" open=is_open>
            <summary>"Accept"</summary>
            {summary}
            <PostForm action=AcceptFinding::url() project id class="stack" submit="Accept finding">
                <Hidden name="page" value=list/>
                <Field
                    at=form.at("reason")
                    id=reason
                    label="Reason"
                    hint="The reason is shown with the finding and recorded with your name."
                />
                <Field
                    at=form.at("until")
                    id=until
                    label="Until"
                    kind="date"
                    hint=format!("The last day, at most {ACCEPTED_MAX} days from today. After that day the finding is open again.")
                />
            </PostForm>
        </details>
    }
    .into_any()
}
