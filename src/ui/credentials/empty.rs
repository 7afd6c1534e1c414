//! What the list says when it has no rows: nothing yet, nothing found, or none on this page.

use super::place::Place;
use crate::ui::components::LinkButton;
use leptos::prelude::*;

/// A project without a credential: what this is for, and the way to the first delivery.
#[component]
pub fn Teaching(place: Place) -> impl IntoView {
    let add = place.may.write.then(|| format!("{}/new{}", place.credentials(), place.list_query()));
    let is_reader = add.is_none();
    let pipelines = place.pipelines();
    view! {
        <section class="empty stack">
            <h2>"No registry credentials yet"</h2>
            <p>
                "A registry credential is the user name and the password, token or key of one container registry. "
                "Your team keeps it here once, encrypted, and every pipeline fetches it when it runs. "
                "So you can see who uses it, and replace it in one place."
            </p>
            <ol>
                <li>"Add a registry credential, for example for docker.io or ghcr.io."</li>
                <li>
                    "Make a " <a href=pipelines>"pipeline"</a>
                    ", choose the credentials it may use, and keep its token in your CI."
                </li>
                <li>"Fetch at run time: one line in the CI job writes the docker configuration."</li>
            </ol>
            {add.map(|href| view! { <p><LinkButton href label="Add Registry" is_primary=true/></p> })}
            {is_reader
                .then(|| {
                    view! {
                        <p class="muted">
                            "Your role can view credentials. An owner or a maintainer of the project can add them."
                        </p>
                    }
                })}
        </section>
    }
}

/// A search or a filter that fits nothing.
#[component]
pub fn NothingFound(clear_href: String) -> impl IntoView {
    view! {
        <div class="empty stack">
            <p role="status">
                "No registry credential fits this search. Try fewer words, or leave a filter out."
            </p>
            <p>
                <a class="button" href=clear_href>"Clear search and filters"</a>
            </p>
        </div>
    }
}

/// A page that has no rows any more, as after a deletion.
#[component]
pub fn PastTheEnd(first_href: String) -> impl IntoView {
    view! {
        <div class="empty stack">
            <p role="status">"This page no longer exists."</p>
            <p>
                <a class="button" href=first_href>"Go to the first page"</a>
            </p>
        </div>
    }
}
