//! What the list says when the project has no credential yet.

use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::ui::kit::{LinkButton, PageContext};
use leptos::prelude::*;

/// What this is for, and the way to the first delivery.
#[component]
pub fn EmptyState(page: PageContext) -> impl IntoView {
    let can_add = page.may(Permission::RegistryWrite);
    let add = paths::new_credential(&page.project) + &page.list_query();
    let pipelines = paths::pipelines(&page.project);
    view! {
        <section class="empty stack">
            <h2>"No registry credentials yet"</h2>
            <p>
                "A registry credential is the username and the password, token or key of one container registry. "
                "Your team keeps it here once, encrypted, and every pipeline fetches it when it runs. "
                "You can see which pipelines use it, and replace it in one place."
            </p>
            <ol class="steps">
                <li>"Add a registry credential, for example for docker.io or ghcr.io."</li>
                <li>
                    "Add a " <a href=pipelines>"pipeline"</a>
                    ", choose the credentials it may use, and store its token in your CI."
                </li>
                <li>"Fetch the credentials in the CI job. The pipeline's page has the commands."</li>
            </ol>
            {if can_add {
                view! { <p><LinkButton href=add label="Add Registry" is_primary=true/></p> }.into_any()
            } else {
                view! {
                    <p class="muted">
                        "Your role can view credentials. An owner or a maintainer of the project can add them."
                    </p>
                }
                    .into_any()
            }}
        </section>
    }
}
