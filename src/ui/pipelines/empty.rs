//! What the list says when the project has no pipeline yet.

use crate::domain::paths;
use crate::ui::kit::{LinkButton, PageContext};
use leptos::prelude::*;

#[component]
pub fn EmptyState(page: PageContext) -> impl IntoView {
    let add = page.may_grant().then(|| paths::new_pipeline(&page.project));
    let credentials = paths::credentials(&page.project);
    view! {
        <section class="empty stack">
            <h2>"No pipelines yet"</h2>
            <p>
                "A pipeline is a machine that uses registry credentials: a repository's CI, a deploy job, a cluster. "
                "It signs in with a token or a trust rule, and receives only the credentials you grant it. "
                "Every delivery is recorded, so you can see which pipelines use each credential."
            </p>
            <ol class="steps">
                <li>"Add a " <a href=credentials>"registry credential"</a> "."</li>
                <li>"Add a pipeline and grant it the credentials it needs."</li>
                <li>"Store the token of the pipeline in your CI. The pipeline's page has the commands for the job."</li>
            </ol>
            {match add {
                Some(href) => {
                    view! { <p><LinkButton href label="Add Pipeline" is_primary=true/></p> }.into_any()
                }
                None => {
                    view! {
                        <p class="muted">
                            "Your role can view pipelines. An owner or a maintainer of the project can add them."
                        </p>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}
