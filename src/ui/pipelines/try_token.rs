//! The page that says what the trust rules think of a token that a job got. It keeps no token.

use super::trust::rule_name;
use crate::domain::trust_rule::{ClaimCheck, RuleTrial, TokenTrial, ValueKind};
use crate::error::Result;
use crate::functions::answer::Returned;
use crate::functions::pipelines::{PipelinePage, find_pipeline};
use crate::functions::trust_rules::take_trial;
use crate::ui::components::{
    Alert, Badge, ErrorSummary, LinkButton, Section, SubmitButton, Table, TextArea,
};
use crate::ui::credentials::place::{Place, returned};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;
use std::collections::BTreeMap;

/// `/p/{project}/pipelines/{id}/trust/try`
#[component]
pub fn TryTokenPage() -> impl IntoView {
    let place = Place::here();
    let loaded = OnceResource::new_blocking(load(place.clone()));
    view! {
        <Title text="Try a token"/>
        <Suspense>
            {move || {
                let place = place.clone();
                Suspend::new(async move {
                    match loaded.await {
                        Ok((page, came_back, trial)) => {
                            view! { <Whole page place came_back trial/> }.into_any()
                        }
                        Err(error) => view! { <Problem error/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

/// The trial is set when one is to be shown, and empty inside when it was shown already.
type Loaded = (PipelinePage, Option<Returned>, Option<Option<TokenTrial>>);

async fn load(place: Place) -> Result<Loaded> {
    let page = find_pipeline(place.project.clone(), place.id()?).await?;
    let trial = match place.query("trial") {
        Some(slot) => Some(take_trial(slot).await.ok().flatten()),
        None => None,
    };
    Ok((page, returned(place.query("back")).await, trial))
}

#[component]
fn Whole(
    page: PipelinePage,
    place: Place,
    came_back: Option<Returned>,
    trial: Option<Option<TokenTrial>>,
) -> impl IntoView {
    let summary = page.pipeline.summary;
    let (pipeline, name) = (summary.id, summary.name);
    let href = place.pipeline(pipeline);
    let token_error = came_back.as_ref().and_then(|returned| returned.at("token"));
    view! {
        <p>
            <a href=href.clone()>{name.clone()}</a>
        </p>
        <h1>"Try a token"</h1>
        {trial.map(|trial| view! { <Outcome trial pipeline=name/> })}
        <p>
            "Paste the token that a job got from its provider. It is looked at as if the job showed it, claim by claim; nothing is delivered for it, it is not used up, and it is not stored."
        </p>
        {came_back.map(|returned| view! { <ErrorSummary error=returned.error/> })}
        <form method="post" action="/rpc/trust-rules/try" class="card stack" novalidate>
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="pipeline" value=pipeline.to_string()/>
            <TextArea
                name="token"
                label="Token"
                error=token_error
                hint="A JSON web token: three parts with dots between them."
                rows=4
                is_mono=true
            />
            <div class="toolbar">
                <LinkButton href=href label="Cancel"/>
                <SubmitButton label="Try"/>
            </div>
        </form>
    }
}

#[component]
fn Outcome(trial: Option<TokenTrial>, pipeline: String) -> impl IntoView {
    let Some(TokenTrial { problem, claims, rules }) = trial else {
        return view! {
            <Alert kind="warning">
                <p>"The result was shown already. Try the token again."</p>
            </Alert>
        }
        .into_any();
    };
    let is_good = problem.is_empty();
    let is_let_in = is_good && rules.iter().any(|rule| rule.holds);
    let end = match (is_good, is_let_in) {
        (true, true) => {
            format!("The token is good, and a rule takes it: it may act as {pipeline}.")
        }
        (true, false) => format!("The token is good, but no rule takes it to act as {pipeline}."),
        (false, _) => problem,
    };
    let kind = if is_let_in { "notice" } else { "error" };
    view! {
        <Section id="result" title="Result">
            <Alert kind=kind>
                <p>{end}</p>
            </Alert>
            <p class="muted">"The token was not stored."</p>
            {rules
                .into_iter()
                .enumerate()
                .map(|(number, trial)| {
                    let checks = whole_checks(&trial, &claims);
                    view! { <RuleOutcome number trial checks/> }
                })
                .collect_view()}
            <h3 id="claims">"What the token says"</h3>
            <Table columns=vec!["Claim", "Value"] labelled_by="claims">
                {claims
                    .into_iter()
                    .map(|(name, value)| {
                        view! {
                            <tr>
                                <td data-label="Claim" class="mono">{name}</td>
                                <td data-label="Value" class="mono">{value}</td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </Table>
        </Section>
    }
    .into_any()
}

#[component]
fn RuleOutcome(number: usize, trial: RuleTrial, checks: Vec<ClaimCheck>) -> impl IntoView {
    let id = format!("rule-{number}");
    let (label, tone) =
        if trial.holds { ("All of it holds", "good") } else { ("Not all of it holds", "warn") };
    view! {
        <h3 id=id.clone()>{rule_name(&trial.rule)} " " <Badge label tone/></h3>
        <Table columns=vec!["Claim", "Wanted", "Found", "Holds"] labelled_by=id>
            {checks
                .into_iter()
                .map(|check| {
                    let (word, tone) = if check.holds { ("Yes", "good") } else { ("No", "bad") };
                    view! {
                        <tr>
                            <td data-label="Claim" class="mono">{check.name}</td>
                            <td data-label="Wanted" class="mono">{check.wanted}</td>
                            <td data-label="Found">
                                {match check.found {
                                    Some(found) => view! { <span class="mono">{found}</span> }.into_any(),
                                    None => view! { <span class="muted">{not_said(check.kind)}</span> }.into_any(),
                                }}
                            </td>
                            <td data-label="Holds">
                                <Badge label=word tone/>
                            </td>
                        </tr>
                    }
                })
                .collect_view()}
        </Table>
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
fn not_said(kind: ValueKind) -> String {
    match kind.instead().filter(|_| kind != ValueKind::Absent) {
        Some(instead) => format!("It is {instead}"),
        None => "Not said".to_owned(),
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
