//! The offer of the delete dialog: first give the pipelines another credential of the same registry.

use crate::domain::credential::Summary;
use crate::domain::pipeline::Grantable;
use crate::functions::pipelines::RepointGrants;
use crate::ui::granting::{YourPassword, grantable_label};
use crate::ui::kit::{FormState, PageContext, PostForm, Select, SubmitButton, WhereFrom};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The form, or, when no credential could take over, the sentence that says so.
#[component]
pub fn Repointing(
    /// The credential that is to be deleted.
    from: Summary,
    /// Those that could take over every grant of it.
    replacements: Vec<Grantable>,
    page: PageContext,
    form: FormState,
) -> impl IntoView {
    if replacements.is_empty() {
        let sentence = format!(
            "No other enabled credential for {} has the access these pipelines need.",
            from.host.as_str()
        );
        return view! { <p class="muted">{sentence}</p> }.into_any();
    }
    let project = page.project.clone();
    let options: Vec<(String, String)> =
        replacements.iter().map(|one| (one.id.to_string(), grantable_label(one))).collect();
    view! {
        <PostForm action=RepointGrants::url() project id=from.id class="card stack">
            <WhereFrom list=page.list_query() page/>
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
