//! The settings of a credential, as a list of facts.

use super::row::States;
use crate::domain::credential::Credential;
use crate::domain::moment::Day;
use crate::ui::components::{Badge, Section, Time};
use leptos::prelude::*;

/// Everything that was set, without what was left blank.
#[component]
pub fn Facts(credential: Credential, today: Day) -> impl IntoView {
    let summary = credential.summary.clone();
    let paths = if summary.paths.is_empty() {
        "Every repository".to_owned()
    } else {
        summary.paths.join(", ")
    };
    let rotation = credential.rotate_every_days.map(|days| format!("Every {days} days"));
    view! {
        <Section id="settings" title="Settings">
            {(!summary.description.is_empty()).then(|| view! { <p>{summary.description.clone()}</p> })}
            <dl class="facts">
                <dt>"Registry URL"</dt>
                <dd>
                    <span class="mono">{summary.host.as_str().to_owned()}</span>
                    " "
                    <span class="muted">{summary.kind().label()}</span>
                </dd>
                <dt>"Authentication method"</dt>
                <dd>{summary.method.label()}</dd>
                <dt>"Username"</dt>
                <dd class="mono">{summary.username.clone()}</dd>
                <dt>"Access"</dt>
                <dd>
                    {summary.access.label()}
                    {credential.is_protected.then(|| view! { " " <Badge label="Protected" tone="neutral"/> })}
                </dd>
                <dt>"Repository path"</dt>
                <dd>{paths}</dd>
                <dt>"State"</dt>
                <dd>
                    <States credential=summary.clone() today/>
                </dd>
                <Fact label="Review date" value=credential.review_on.map(Day::to_text)/>
                <Fact label="Rotation" value=rotation/>
                <Fact label="Owner" value=Some(credential.owner)/>
                <Fact label="Environment" value=Some(credential.environment)/>
                <Fact label="Labels" value=Some(credential.labels.join(", "))/>
                <Fact label="Email" value=Some(credential.email)/>
                <dt>"Created"</dt>
                <dd>
                    <Time at=credential.created_at/>
                    {format!(" by {}", credential.created_by)}
                </dd>
                <dt>"Last changed"</dt>
                <dd>
                    <Time at=summary.updated_at/>
                    {format!(" by {}", summary.updated_by)}
                </dd>
            </dl>
        </Section>
    }
}

#[component]
fn Fact(label: &'static str, value: Option<String>) -> impl IntoView {
    value.filter(|value| !value.is_empty()).map(|value| {
        view! {
            <dt>{label}</dt>
            <dd>{value}</dd>
        }
    })
}
