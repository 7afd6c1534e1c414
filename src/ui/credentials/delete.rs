//! The delete dialog: what depends on the credential, and the ways that can be undone.

use super::place::{Place, returned};
use super::row::Switch;
use super::used_by::{Dependents, never_received};
use crate::error::{Error, Result};
use crate::functions::answer::Returned;
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
    let close_href = place.credentials();
    view! {
        <Suspense>
            {move || {
                let (place, close_href) = (place.clone(), close_href.clone());
                Suspend::new(async move {
                    match loaded.await {
                        Ok((page, came_back)) => {
                            let title = format!("Delete {}", page.credential.summary.name);
                            view! {
                                <Title text=title.clone()/>
                                <Dialog id="delete-credential" title close_href>
                                    <Warning page=page.clone() place=place.clone()/>
                                    <DeleteForm page place came_back/>
                                </Dialog>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            view! {
                                <Dialog id="delete-credential" title="Delete" close_href>
                                    <Problem error/>
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

async fn load(place: Place) -> Result<(CredentialPage, Option<Returned>)> {
    if !place.may.delete {
        return Err(Error::Forbidden);
    }
    let page = find_credential(place.project.clone(), place.id()?).await?;
    Ok((page, returned(place.query("back")).await))
}

/// The consequence, who would feel it, and Disable, which can be undone.
#[component]
fn Warning(page: CredentialPage, place: Place) -> impl IntoView {
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
                <Dependents dependents current=credential.secret.version place=place.clone()/>
            }
                .into_any()
        }}
        {can_disable
            .then(|| {
                let (project, back) = (place.project.clone(), place.credentials());
                view! {
                    <p>"To stop deliveries without losing the secret, disable it instead. That can be undone with a click."</p>
                    <Switch credential=summary project back button_class="button"/>
                }
            })}
    }
}

#[component]
fn DeleteForm(page: CredentialPage, place: Place, came_back: Option<Returned>) -> impl IntoView {
    let summary = page.credential.summary;
    let cancel = place.credentials();
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
                <LinkButton href=cancel label="Cancel"/>
                <SubmitButton label="Delete" is_danger=true/>
            </div>
        </form>
    }
}
