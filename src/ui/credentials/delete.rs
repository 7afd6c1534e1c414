//! The delete dialog: what depends on the credential, and the ways that can be undone.

use super::place::{Place, returned};
use super::repointing::Repointing;
use super::row::Switch;
use super::said::{Sentences, left};
use super::used_by::{Dependents, never_received};
use crate::error::{Error, Result};
use crate::functions::answer::{Notice, Returned};
use crate::functions::credentials::{CredentialPage, find_credential};
use crate::ui::components::{Alert, Dialog, ErrorSummary, Field, LinkButton, SubmitButton};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/credentials/{id}/delete`
#[component]
pub fn DeleteDialog() -> impl IntoView {
    let place = Place::here();
    let loaded = OnceResource::new_blocking(load(place.clone()));
    let close_href = place.list();
    view! {
        <Suspense>
            {move || {
                let (place, close_href) = (place.clone(), close_href.clone());
                Suspend::new(async move {
                    match loaded.await {
                        Ok((page, came_back, notice)) => {
                            let title = format!("Delete {}", page.credential.summary.name);
                            // A field that is wrong asks for the focus; else it is where Enter
                            // loses nothing.
                            let cancel_has_focus = !came_back.as_ref().is_some_and(has_wrong_field);
                            // Both forms of the dialog come back in one slot.
                            let is_of_moving = place.query("form").as_deref() == Some("repoint");
                            let (of_moving, of_deleting) =
                                if is_of_moving { (came_back, None) } else { (None, came_back) };
                            view! {
                                <Title text=title.clone()/>
                                <Dialog id="delete-credential" title close_href>
                                    <Sentences notice/>
                                    <Warning page=page.clone() place=place.clone() came_back=of_moving/>
                                    <DeleteForm page place came_back=of_deleting cancel_has_focus/>
                                </Dialog>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! {
                                <Dialog id="delete-credential" title="Delete" close_href>
                                    <Problem error is_in_dialog=true/>
                                </Dialog>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

async fn load(place: Place) -> Result<(CredentialPage, Option<Returned>, Notice)> {
    if !place.may.delete {
        return Err(Error::Forbidden);
    }
    let page = find_credential(place.project.clone(), place.id()?).await?;
    Ok((page, returned(place.query("back")).await, left(place.query("said")).await))
}

fn has_wrong_field(returned: &Returned) -> bool {
    matches!(returned.error, Error::Invalid(_))
}

/// The consequence, who would feel it, and what else can be done: another credential for them, or
/// Disable, which can be undone. `came_back` is the failed post of the first.
#[component]
fn Warning(page: CredentialPage, place: Place, came_back: Option<Returned>) -> impl IntoView {
    let has_grants = page.dependents.iter().any(|dependent| dependent.grant.is_some());
    let can_move = has_grants && place.may.write && place.may.write_pipelines;
    let error = came_back.as_ref().map(|returned| returned.error.clone());
    let (moving, existing) = (page.clone(), page.existing);
    let credential = page.credential;
    let summary = credential.summary.clone();
    let consequence = format!(
        "This action cannot be undone. Pipelines that use it will fail to sign in to {}.",
        summary.host.as_str()
    );
    let dependents = page.dependents;
    let can_disable = place.may.write && summary.disabled_at.is_none();
    view! {
        <Alert kind="warning">
            <p>{consequence}</p>
        </Alert>
        {if dependents.is_empty() {
            view! { <p>{never_received(credential.created_at)}</p> }.into_any()
        } else {
            view! {
                <h3>"Pipelines that depend on it"</h3>
                <Dependents dependents existing current=credential.secret.version place=place.clone()/>
            }
                .into_any()
        }}
        {error.map(|error| view! { <ErrorSummary error/> })}
        {can_move.then(|| view! { <Repointing page=moving place=place.clone() came_back/> })}
        {can_disable
            .then(|| {
                let (project, back) = (place.project.clone(), place.list());
                view! {
                    <p>"To stop deliveries without losing the secret, disable it instead. That can be undone with a click."</p>
                    <Switch credential=summary project back button_class="button"/>
                }
            })}
    }
}

#[component]
fn DeleteForm(
    page: CredentialPage,
    place: Place,
    came_back: Option<Returned>,
    cancel_has_focus: bool,
) -> impl IntoView {
    let summary = page.credential.summary;
    let (cancel, list) = (place.list(), place.list_query());
    let typed = came_back
        .as_ref()
        .and_then(|returned| returned.form.get("typed_name")?.as_str().map(str::to_owned))
        .unwrap_or_default();
    let typed_error = came_back.as_ref().and_then(|returned| returned.at("typed_name"));
    let must_type = !page.dependents.is_empty();
    view! {
        {came_back.map(|returned| view! { <ErrorSummary error=returned.error/> })}
        <form method="post" action="/rpc/credentials/delete" class="stack" novalidate>
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="list" value=list/>
            <input type="hidden" name="id" value=summary.id.to_string()/>
            {must_type
                .then(|| {
                    view! {
                        <Field
                            name="typed_name"
                            label=format!("Type {} to confirm", summary.name)
                            value=typed
                            error=typed_error
                        />
                    }
                })}
            <div class="toolbar">
                <LinkButton href=cancel label="Cancel" autofocus=cancel_has_focus/>
                <SubmitButton label="Delete" is_danger=true/>
            </div>
        </form>
    }
}
