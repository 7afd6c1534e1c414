//! The first steps of a new project, above its credentials until they are done or put away.

use crate::domain::first_steps::FirstSteps as Steps;
use crate::domain::paths;
use crate::error::Result;
use crate::functions::first_steps::{HideFirstSteps, first_steps};
use crate::ui::kit::{Icon, PageContext, PostButton};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// What there is to show on that page: nothing for who could not do them.
pub async fn steps_for(page: &PageContext) -> Result<Option<Steps>> {
    if page.may_grant() { first_steps(page.project.clone()).await } else { Ok(None) }
}

/// A list without a credential says them in full instead.
#[component]
pub fn FirstSteps(steps: Steps, project: String) -> impl IntoView {
    let all = [
        (steps.has_credential, "Add a registry credential", paths::new_credential(&project)),
        (
            steps.has_pipeline,
            "Add a pipeline and grant it the credential",
            paths::new_pipeline(&project),
        ),
        (steps.has_receipt, "Fetch the credential in a CI job", paths::pipelines(&project)),
    ];
    let next = all.iter().position(|(is_done, ..)| !is_done);
    let rows = all.into_iter().enumerate().map(|(number, (is_done, label, href))| {
        let (class, state) = match next {
            _ if is_done => ("step step-done", "Done"),
            Some(next) if next == number => ("step step-next", "Next"),
            _ => ("step", "Later"),
        };
        view! {
            <li class=class>
                {is_done.then(|| view! { <Icon name="check"/> })}
                {if is_done {
                    view! { <span>{label}</span> }.into_any()
                } else {
                    view! { <a href=href>{label}</a> }.into_any()
                }}
                <span class="step-state">{state}</span>
            </li>
        }
    });
    let values = vec![("project", project)];
    view! {
        <section class="first-steps" aria-labelledby="first-steps">
            <div class="first-steps-head">
                <h2 id="first-steps">"First steps"</h2>
                <PostButton
                    action=HideFirstSteps::url()
                    values
                    word="Hide"
                    label="Hide the first steps"
                />
            </div>
            <ol>{rows.collect_view()}</ol>
        </section>
    }
}
