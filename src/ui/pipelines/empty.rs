//! What the list says when the project has no pipeline yet.

use crate::ui::components::LinkButton;
use crate::ui::credentials::place::Place;
use leptos::prelude::*;

/// What a pipeline is, and the way to its first delivery.
#[component]
pub fn Teaching(place: Place) -> impl IntoView {
    let add = place.may.write_pipelines.then(|| format!("{}/new", place.pipelines()));
    let credentials = place.credentials();
    view! {
        <section class="empty stack">
            <h2>"No pipelines yet"</h2>
            <p>
                "A pipeline is a machine that uses registry credentials: a repository's CI, a deploy job, a cluster. "
                "It proves itself with a token of its own, and receives only the credentials it was granted. "
                "Every delivery is recorded, so you can see who uses what."
            </p>
            <ol>
                <li>"Add a " <a href=credentials>"registry credential"</a> "."</li>
                <li>"Add a pipeline, and choose the credentials it may use."</li>
                <li>"Store its token in your CI. The pipeline's page has the lines to fetch with."</li>
            </ol>
            {add.map(|href| view! { <p><LinkButton href label="Add Pipeline" is_primary=true/></p> })}
        </section>
    }
}
