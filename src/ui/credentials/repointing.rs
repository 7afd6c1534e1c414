//! The offer of the delete dialog: first give the pipelines another credential of the same registry.

use super::place::Place;
use crate::functions::answer::Returned;
use crate::functions::credentials::CredentialPage;
use crate::ui::components::{Select, SubmitButton};
use crate::ui::pipelines::{YourPassword, grantable_label};
use leptos::prelude::*;

/// The form, or, when no credential could take over, the sentence that says so; `came_back` is its
/// failed post.
#[component]
pub fn Repointing(
    page: CredentialPage,
    place: Place,
    came_back: Option<Returned>,
) -> impl IntoView {
    let summary = page.credential.summary;
    if page.replacements.is_empty() {
        let sentence = format!(
            "No other credential for {} could be used instead: it has to be enabled, and allow what these pipelines do.",
            summary.host.as_str()
        );
        return view! { <p class="muted">{sentence}</p> }.into_any();
    }
    let options: Vec<(String, String)> =
        page.replacements.iter().map(|one| (one.id.to_string(), grantable_label(one))).collect();
    let chosen = came_back
        .as_ref()
        .and_then(|returned| returned.form.get("target")?.as_str().map(str::to_owned))
        .unwrap_or_default();
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let (target_error, password_error) = (at("target"), at("password"));
    view! {
        <form method="post" action="/rpc/grants/repoint" class="card stack" novalidate>
            <h3>"Let them use another credential"</h3>
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="id" value=summary.id.to_string()/>
            <Select
                name="target"
                label="Credential to use instead"
                options=options
                selected=chosen
                error=target_error
                hint="Pipelines with a grant receive it from their next fetch on."
            />
            <YourPassword id="password" error=password_error/>
            <SubmitButton label="Move grants"/>
        </form>
    }
    .into_any()
}
