//! The page of one trust rule, where it asks for other things, and the dialog that deletes it.

use super::edit_grant::seen;
use super::of_row;
use super::rule_fields::RuleFields;
use crate::domain::moment::Moment;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::pipeline::{PipelineDetail, PipelinePage};
use crate::domain::trust_rule::{TrustForm, TrustRule};
use crate::error::{Error, Result};
use crate::functions::answer::FailedForm;
use crate::functions::pipelines::find_pipeline;
use crate::functions::trust_rules::{DeleteRule, UpdateRule};
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    Alert, Confirm, FormState, Hidden, Loaded, LoadedQuestion, PageContext, PageHead, PostForm,
    ProviderMark, Time,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `/p/{project}/pipelines/{id}/trust/{rule}/edit`
#[component]
pub fn EditRulePage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title="Edit trust rule" from=load_to_edit(page.clone()) let:found>
            {edit(found, page)}
        </Loaded>
    }
}

/// `/p/{project}/pipelines/{id}/trust/{rule}/delete`
#[component]
pub fn DeleteRuleDialog() -> impl IntoView {
    let page = PageContext::here();
    let list = || paths::pipelines(&page.project);
    let close_href = page.id().map_or_else(|_| list(), |id| paths::trust_rules(&page.project, id));
    view! {
        <LoadedQuestion
            id="delete-rule"
            title="Delete trust rule"
            close_href
            from=load_to_delete(page.clone())
            let:found
        >
            {delete(found, page)}
        </LoadedQuestion>
    }
}

type Found = (PipelinePage, TrustRule);

async fn load_to_edit(page: PageContext) -> Result<(Found, Option<FailedForm>)> {
    page.needs_to_grant()?;
    Ok((load(&page).await?, page.failed_form().await))
}

async fn load_to_delete(page: PageContext) -> Result<Found> {
    page.needs(Permission::PipelineWrite)?;
    load(&page).await
}

async fn load(page: &PageContext) -> Result<Found> {
    let found = find_pipeline(page.project.clone(), page.id()?).await?;
    let id = page.id_of("rule")?;
    let rule = found.pipeline.rules.iter().find(|rule| rule.id == id).cloned();
    Ok((found, rule.ok_or(Error::NotFound)?))
}

fn edit(((found, rule), failed): (Found, Option<FailedForm>), page: PageContext) -> impl IntoView {
    let (pipeline, name) = (found.pipeline.summary.id, found.pipeline.summary.name);
    let href = paths::trust_rules(&page.project, pipeline);
    let is_admin = page.is_instance_admin();
    let epoch = seen(failed.as_ref(), rule.identity_epoch).to_string();
    let (provider, called) = (rule.provider, rule.called());
    let state = FormState::new(failed, TrustForm::of_rule(&rule)).within("form");
    let seen_title = match state.failed() {
        Some(FailedForm { error: Error::Conflict(_), .. }) | None => rule.title.clone(),
        Some(_) => state.at("seen_title").text,
    };
    let has_stopped = rule.ended_at.is_some();
    view! {
        <PageHead title="Edit trust rule" up=(href.clone(), name)/>
        <p class="rule-name">
            <ProviderMark provider/>
            <strong>{called}</strong>
            <span class="muted">{provider.label()}</span>
        </p>
        {has_stopped
            .then(|| {
                view! {
                    <Alert kind="warning">
                        <p>"This trust rule has stopped, so it accepts no tokens. Confirm it first."</p>
                    </Alert>
                }
            })}
        <p class="muted">
            "A changed rule counts as created by you. Short-lived tokens of this pipeline end, and protected credentials need a new approval for the runs of this rule. A new title alone changes nothing else."
        </p>
        {state.summary()}
        <PostForm
            action=UpdateRule::url()
            project=page.project
            id=rule.id
            class="card stack"
            submit="Save"
            cancel=href
        >
            <Hidden name="pipeline" value=pipeline.to_string()/>
            <Hidden name="epoch" value=epoch/>
            <Hidden name="form[seen_title]" value=seen_title/>
            <RuleFields provider state=state.clone() is_admin is_edit=true/>
            <YourPassword error=state.error("password")/>
        </PostForm>
    }
}

fn delete((found, rule): Found, page: PageContext) -> impl IntoView {
    let PipelineDetail { summary, tokens, rules, today, .. } = found.pipeline;
    let (pipeline, name) = (summary.id, summary.name);
    let is_last = !rules.iter().any(|other| other.id != rule.id && other.accepts_any())
        && !tokens.iter().any(|token| token.is_live(today));
    let href = paths::trust_rules(&page.project, pipeline);
    let whose = if rule.provider.is_oidc() {
        "Regcred no longer accepts the tokens of this rule"
    } else {
        "Regcred no longer answers the requests of this rule"
    };
    let consequence = format!(
        "{whose}, from the next request on. Short-lived tokens of {name} end, also those of its other rules."
    );
    let last = last_used(rule.last_used_at);
    view! {
        <Confirm
            id="delete-rule"
            title=format!("Delete the rule {}", rule.called())
            close_href=href
            action=DeleteRule::url()
            values=of_row(&page, pipeline, rule.id.to_string())
            word="Delete"
        >
            <p>{consequence}</p>
            {last}
            {is_last
                .then(|| {
                    view! {
                        <p>
                            "Nothing else can act as this pipeline. Without this rule, it receives nothing."
                        </p>
                    }
                })}
        </Confirm>
    }
}

fn last_used(at: Option<Moment>) -> AnyView {
    match at {
        Some(at) => view! { <p>"The rule was last used " <Time at/> "."</p> }.into_any(),
        None => view! { <p>"The rule has not been used yet."</p> }.into_any(),
    }
}
