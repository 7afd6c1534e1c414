//! The offer of the delete dialog: first give the pipelines another credential of the same registry.

use crate::domain::choosing::Choices;
use crate::domain::credential::Summary;
use crate::domain::pipeline::Grantable;
use crate::functions::credential_endings::MoveAndDelete;
use crate::functions::pipelines::RepointGrants;
use crate::ui::choosing::{ChoicesSearch, EnterSends, LostChoices, Search, one_of};
use crate::ui::granting::{TO_MOVE, YourPassword, grantable_label};
use crate::ui::kit::{Field, FormState, PageContext, PostForm, Select, SubmitButton, WhereFrom};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The id of the field of the form below in which the name is typed.
pub const CONFIRMATION: &str = "typed_name";

/// The form, or, when no credential could take over, the sentence that says so.
#[component]
pub fn Repointing(
    /// The credential that is to be deleted.
    from: Summary,
    /// Those that could take over every grant of it.
    replacements: Choices<Grantable>,
    page: PageContext,
    form: FormState,
) -> impl IntoView {
    let search = Search::posted(&form, &replacements);
    let lost = replacements.lost;
    let lost = view! { <LostChoices lost unfit="changed and cannot be used instead"/> };
    if replacements.rows.is_empty() && !search.is_needed() {
        let sentence = format!(
            "No other enabled credential for {} has the access these pipelines need.",
            from.host.as_str()
        );
        return view! { {lost} <p class="muted">{sentence}</p> }.into_any();
    }
    let project = page.project.clone();
    let (target, is_found, said) = (form.at("target"), search.is_found(), search.said_at());
    let listed = replacements.rows.iter().map(|one| (one.id.to_string(), grantable_label(one)));
    let options = one_of(listed, &target.text, "Choose a credential");
    let which = format!(" for {} that can be used instead", from.host.as_str());
    let beside = form.at("search.beside");
    view! {
        <PostForm action=RepointGrants::url() project id=from.id class="card stack">
            <EnterSends search=search.clone()/>
            <WhereFrom list=page.list_query() page/>
            <h3>"Move pipelines to another credential"</h3>
            {lost}
            <Select
                at=target
                label="Credential to use instead"
                options
                autofocus=is_found
                described_by_also=said
                hint="Pipelines with a grant receive it from their next fetch on."
            />
            <ChoicesSearch
                search
                label="Search credentials to use instead"
                what="credential"
                which
            />
            // What is typed below to confirm.
            <input type="hidden" name=beside.name value=beside.text data-from=CONFIRMATION/>
            <Field
                at=form.at(CONFIRMATION)
                id="move-typed-name"
                label=format!("Type {} to delete it as well", from.name)
                hint="The grants are moved and the credential is deleted in one step, so no fetch can come in between. Leave this blank to move the grants only."
            />
            <YourPassword error=form.error("password") hint=TO_MOVE/>
            <div class="toolbar">
                <SubmitButton label="Move grants"/>
                <button
                    type="submit"
                    class="button button-danger"
                    formaction=MoveAndDelete::url()
                >
                    "Move grants and delete"
                </button>
            </div>
        </PostForm>
    }
    .into_any()
}
