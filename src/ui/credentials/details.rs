//! The settings of a credential, as a list of facts.

use super::row::States;
use crate::domain::counted::count;
use crate::domain::credential::Credential;
use crate::domain::moment::Day;
use crate::ui::kit::{Badge, Fact, Facts, Section, TextFact, Time};
use leptos::prelude::*;

/// Everything that was set, without what was left blank.
#[component]
pub fn Details(credential: Credential, today: Day) -> impl IntoView {
    let summary = credential.summary;
    let (host, kind) = (summary.host.as_str().to_owned(), summary.kind().label());
    let paths = if summary.paths.is_empty() {
        "Every repository".to_owned()
    } else {
        summary.paths.join(", ")
    };
    let review = credential.review_on.map(Day::to_text).unwrap_or_default();
    let rotation = credential.rotate_every_days.map(|days| count(days.into(), "day"));
    let of_states = summary.clone();
    let protected =
        credential.is_protected.then(|| view! { " " <Badge label="Protected" tone="neutral"/> });
    view! {
        <Section id="settings" title="Settings">
            {(!summary.description.is_empty()).then(|| view! { <p>{summary.description.clone()}</p> })}
            <Facts>
                <Fact label="Registry URL">
                    <span class="mono">{host}</span>
                    " "
                    <span class="muted">{kind}</span>
                </Fact>
                <TextFact label="Authentication method" text=summary.method.label()/>
                <TextFact label="Username" is_mono=true text=summary.username.clone()/>
                <Fact label="Access">{summary.access.label()} {protected}</Fact>
                <TextFact label="Repository path" text=paths/>
                <Fact label="State">
                    <States credential=of_states today/>
                </Fact>
                <TextFact label="Review date" text=review/>
                <TextFact label="Rotate every" text=rotation.unwrap_or_default()/>
                <TextFact label="Owner" text=credential.owner/>
                <TextFact label="Environment" text=credential.environment/>
                <TextFact label="Labels" text=credential.labels.join(", ")/>
                <TextFact label="Email" text=credential.email/>
                <Fact label="Created">
                    <Time at=credential.created_at/>
                    {format!(" by {}", credential.created_by)}
                </Fact>
                <Fact label="Last changed">
                    <Time at=summary.updated_at/>
                    {format!(" by {}", summary.updated_by)}
                </Fact>
            </Facts>
        </Section>
    }
}
