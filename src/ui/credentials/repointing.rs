//! The offer of the delete dialog: first give the pipelines another credential of the same registry.

use crate::functions::credentials::CredentialPage;
use crate::functions::pipelines::RepointGrants;
use crate::ui::granting::{YourPassword, grantable_label};
use crate::ui::kit::{FormState, PageContext, PostForm, Select, SubmitButton};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The form, or, when no credential could take over, the sentence that says so.
#[component]
pub fn Repointing(found: CredentialPage, page: PageContext, form: FormState) -> impl IntoView {
    let summary = found.credential.summary;
    if found.replacements.is_empty() {
        let sentence = format!(
            "No other enabled credential for {} has the access these pipelines need.",
            summary.host.as_str()
        );
        return view! { <p class="muted">{sentence}</p> }.into_any();
    }
    let options: Vec<(String, String)> =
        found.replacements.iter().map(|one| (one.id.to_string(), grantable_label(one))).collect();
    view! {
        <PostForm action=RepointGrants::url() project=page.project id=summary.id class="card stack">
            <h3>"Move pipelines to another credential"</h3>
            <Select
                at=form.at("target")
                label="Credential to use instead"
                options
                hint="Pipelines with a grant receive it from their next fetch on."
            />
            <YourPassword error=form.error("password")/>
            <SubmitButton label="Move grants"/>
        </PostForm>
    }
    .into_any()
}
