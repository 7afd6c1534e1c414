//! The page that says what the trust rules think of a token that a job got. It keeps no token.

use super::trust::rule_name;
use super::trust_form::RuleForm;
use crate::domain::paths;
use crate::domain::pipeline::PipelinePage;
use crate::domain::trust_rule::{
    ClaimCheck, Provider, RuleTrial, TokenTrial, TrustForm, ValueKind,
};
use crate::error::Result;
use crate::functions::answer::{FailedForm, take_trial};
use crate::functions::pipelines::find_pipeline;
use crate::functions::trust_rules::TryToken;
use crate::ui::kit::{
    Alert, Badge, Cell, Columns, FormState, Hidden, Loaded, PageContext, PageHead, PostForm,
    ProviderMark, Section, Table, TextArea,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rules of which each is shown whole; of more only those that match.
const FEW: usize = 3;

#[component]
pub fn TryTokenPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <Loaded title="Try a token" from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

/// The trial is set when one is to be shown, and empty inside when it was already shown.
type Found = (PipelinePage, Option<FailedForm>, Option<Option<TokenTrial>>);

async fn load(page: PageContext) -> Result<Found> {
    let found = find_pipeline(page.project.clone(), page.id()?).await?;
    let trial = match page.query("trial") {
        Some(slot) => Some(take_trial(slot).await),
        None => None,
    };
    Ok((found, page.failed_form().await, trial))
}

fn whole((found, failed, trial): Found, page: PageContext) -> impl IntoView {
    let (pipeline, name) = (found.pipeline.summary.id, found.pipeline.summary.name);
    let href = paths::trust_rules(&page.project, pipeline);
    let state = FormState::new(failed, ());
    // Nothing is saved here, so what is wrong with the one field is said there alone.
    let summary = state.error("token").is_none().then(|| state.summary()).flatten();
    let tried = trial.as_ref().and_then(Option::as_ref);
    let draft = tried.and_then(|trial| trial.draft.clone()).filter(|_| page.may_grant());
    let draft = draft.map(|form| {
        let is_accepted = tried.is_some_and(|trial| trial.rules.iter().any(|rule| rule.holds));
        (form, !is_accepted)
    });
    let (of_page, cancel) = (page.clone(), href.clone());
    view! {
        <PageHead title="Try a token" up=(href.clone(), name.clone())/>
        {trial.map(|trial| view! { <Outcome trial pipeline=name/> })}
        {draft
            .map(|(form, is_open)| {
                view! { <Draft form is_open page=of_page pipeline href=cancel/> }
            })}
        <p>
            "Paste the token that a job got from its provider. Regcred checks it as if the job had sent it, claim by claim. The token is not stored or used up, and nothing is delivered."
        </p>
        {summary}
        <PostForm
            action=TryToken::url()
            project=page.project
            class="card stack"
            submit="Try"
            cancel=href
        >
            <Hidden name="pipeline" value=pipeline.to_string()/>
            <TextArea
                at=state.at("token")
                label="Token"
                hint="A JSON Web Token: three parts separated by dots."
                rows=4
                is_mono=true
            />
        </PostForm>
    }
}

/// The form of a rule that takes tokens like the one that was tried, filled in.
#[component]
fn Draft(
    form: TrustForm,
    is_open: bool,
    page: PageContext,
    pipeline: Uuid,
    href: String,
) -> impl IntoView {
    let provider = Provider::from_word(&form.provider).unwrap_or(Provider::Other);
    let is_admin = page.is_instance_admin();
    let state = FormState::new(None, form).within("form");
    view! {
        <details class="fold" open=is_open>
            <summary>"Make a rule from it"</summary>
            <div class="stack">
                <p class="rule-name">
                    <ProviderMark provider/>
                    <strong>{provider.label()}</strong>
                </p>
                <p class="muted">
                    "The form is filled in with the claims of the token. Check that they say what you want to accept: anybody who gets such a token can act as this pipeline."
                </p>
                <RuleForm page pipeline provider state href is_admin/>
            </div>
        </details>
    }
}

#[component]
fn Outcome(trial: Option<TokenTrial>, pipeline: String) -> impl IntoView {
    let Some(TokenTrial { problem, claims, rules, .. }) = trial else {
        return view! {
            <Alert kind="warning">
                <p>"The result was already shown. Try the token again."</p>
            </Alert>
        }
        .into_any();
    };
    let is_valid = problem.is_empty();
    let is_accepted = is_valid && rules.iter().any(|rule| rule.holds);
    let end = match (is_valid, is_accepted) {
        (true, true) => {
            format!("The token is valid, and a trust rule accepts it. It can act as {pipeline}.")
        }
        (true, false) => {
            format!("The token is valid, but no trust rule of {pipeline} accepts it.")
        }
        (false, _) => problem,
    };
    let kind = if is_accepted { "notice" } else { "error" };
    let are_few = rules.len() <= FEW;
    let outcomes = rules
        .into_iter()
        .enumerate()
        .map(|(number, trial)| {
            let checks = whole_checks(&trial, &claims);
            let is_open = are_few || trial.holds;
            view! { <RuleOutcome number trial checks is_open/> }
        })
        .collect_view();
    let rows = claims
        .into_iter()
        .map(|(name, value)| [Cell::styled("mono", name), Cell::styled("mono", value)]);
    let columns = Columns::new(["Claim", "Value"], rows);
    view! {
        <Section id="result" title="Result">
            <Alert kind=kind>
                <p>{end}</p>
            </Alert>
            <p class="muted">"The token was not stored."</p>
            {outcomes}
            <h3 id="claims">"Claims of the token"</h3>
            <Table columns labelled_by="claims"/>
        </Section>
    }
    .into_any()
}

#[component]
fn RuleOutcome(
    number: usize,
    trial: RuleTrial,
    checks: Vec<ClaimCheck>,
    is_open: bool,
) -> impl IntoView {
    let id = format!("rule-{number}");
    let (label, tone) = match (trial.holds, trial.rule.ended_at) {
        (true, _) => ("Matches", "good"),
        (false, None) => ("Does not match", "warn"),
        (false, Some(_)) => ("Stopped", "bad"),
    };
    let rows = checks.into_iter().map(|check| {
        let (word, tone) = if check.holds { ("Yes", "good") } else { ("No", "bad") };
        [
            Cell::styled("mono", check.name),
            Cell::styled("mono", check.wanted),
            match check.found {
                Some(found) => Cell::of(view! { <span class="mono">{found}</span> }),
                None => {
                    Cell::of(view! { <span class="muted">{instead_of_value(check.kind)}</span> })
                }
            },
            Cell::of(view! { <Badge label=word tone/> }),
        ]
    });
    let columns = Columns::new(["Claim", "Expected", "Found", "Matches"], rows);
    view! {
        <h3 id=id.clone()>{rule_name(&trial.rule)} " " <Badge label tone/></h3>
        <details class="fold" open=is_open>
            <summary>"Claim by claim"</summary>
            <Table columns labelled_by=id/>
        </details>
    }
}

/// The issuer and the audience, which every rule asks for, and then its claims.
fn whole_checks(trial: &RuleTrial, claims: &BTreeMap<String, String>) -> Vec<ClaimCheck> {
    let rule = &trial.rule;
    let always = [("iss", &rule.issuer), ("aud", &rule.audience)].map(|(name, wanted)| {
        let found = claims.get(name).cloned();
        let holds = found.as_deref().is_some_and(|found| is_or_has(found, wanted));
        let kind = if found.is_some() { ValueKind::Plain } else { ValueKind::Absent };
        ClaimCheck { name: name.to_owned(), wanted: wanted.clone(), found, kind, holds }
    });
    always.into_iter().chain(trial.checks.iter().cloned()).collect()
}

/// What stands in the place of a value that could be compared.
fn instead_of_value(kind: ValueKind) -> String {
    match kind.instead().filter(|_| kind != ValueKind::Absent) {
        Some(instead) => format!("The value is {instead}"),
        None => "Missing".to_owned(),
    }
}

/// Whether the claim is that text or, as an audience may be, a list with it.
fn is_or_has(found: &str, wanted: &str) -> bool {
    let has = |list: Vec<String>| list.iter().any(|one| one == wanted);
    found == wanted || serde_json::from_str::<Vec<String>>(found).is_ok_and(has)
}

#[cfg(test)]
mod tests {
    use super::is_or_has;

    #[test]
    fn an_audience_is_a_text_or_a_list_with_it() {
        assert!(is_or_has("https://a.example.com", "https://a.example.com"));
        assert!(is_or_has(r#"["x","https://a.example.com"]"#, "https://a.example.com"));
        for other in ["", "[]", r#"["https://a.example.com.evil.example.com"]"#, "https://a"] {
            assert!(!is_or_has(other, "https://a.example.com"), "{other}");
        }
    }
}
