//! The edit dialog. The host is fixed, and a blank secret keeps the stored one.

use super::form::{Filled, Naming, Usage, stored_form};
use super::place::{Place, returned};
use super::sign_in::SignIn;
use super::stored::Stored;
use crate::domain::credential::Credential;
use crate::error::{Error, Result};
use crate::functions::answer::Returned;
use crate::functions::credentials::find_credential;
use crate::ui::components::{CheckBox, Dialog, ErrorSummary, Field, LinkButton, SubmitButton};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/credentials/{id}/edit`
#[component]
pub fn EditDialog() -> impl IntoView {
    let place = Place::here();
    let loaded = OnceResource::new_blocking(load(place.clone()));
    let close_href = place.list();
    view! {
        <Suspense>
            {move || {
                let (place, close_href) = (place.clone(), close_href.clone());
                Suspend::new(async move {
                    match loaded.await {
                        Ok((credential, came_back)) => {
                            let title = format!("Edit {}", credential.summary.name);
                            view! {
                                <Title text=title.clone()/>
                                <Dialog id="edit-credential" title close_href is_wide=true>
                                    <EditForm place credential came_back/>
                                </Dialog>
                            }
                                .into_any()
                        }
                        Err(error) => {
                            let as_new = as_new(&place, &error);
                            view! {
                                <Dialog id="edit-credential" title="Edit" close_href is_wide=false>
                                    <Problem error is_in_dialog=true/>
                                    {as_new
                                        .map(|href| {
                                            view! {
                                                <p>"What you typed is kept for an hour."</p>
                                                <LinkButton href label="Add it as a new credential"/>
                                            }
                                        })}
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

/// Where what was typed for a credential that is gone can be made a new one: it waits in its slot
/// still, since nothing took it out.
fn as_new(place: &Place, error: &Error) -> Option<String> {
    let slot = place.query("back").filter(|_| *error == Error::NotFound && place.may.write)?;
    let query = place.list_query();
    let joint = if query.is_empty() { '?' } else { '&' };
    Some(format!("{}/new{query}{joint}back={slot}", place.credentials()))
}

async fn load(place: Place) -> Result<(Credential, Option<Returned>)> {
    if !place.may.write {
        return Err(Error::Forbidden);
    }
    let page = find_credential(place.project.clone(), place.id()?).await?;
    Ok((page.credential, returned(place.query("back")).await))
}

#[component]
fn EditForm(place: Place, credential: Credential, came_back: Option<Returned>) -> impl IntoView {
    let filled = Filled::new(stored_form(&credential), came_back);
    let error = filled.returned.as_ref().map(|returned| returned.error.clone());
    // Whoever has read what changed meanwhile saves against what they read; nobody else saw it.
    let revision = match (&error, &filled.returned) {
        (Some(Error::Stale { revision, .. }), _) => *revision,
        (_, Some(returned)) => returned.revision.unwrap_or(credential.revision),
        _ => credential.revision,
    };
    let host = credential.summary.host.as_str().to_owned();
    let is_insecure = credential.summary.is_insecure;
    let url_error = filled.at("registry_url");
    let (cancel, list) = (place.list(), place.list_query());
    view! {
        {error.map(|error| view! { <ErrorSummary error/> })}
        <form
            method="post"
            action="/rpc/credentials/update"
            enctype="multipart/form-data"
            class="credential-form stack"
            novalidate
        >
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="id" value=credential.summary.id.to_string()/>
            <input type="hidden" name="revision" value=revision.to_string()/>
            <input type="hidden" name="list" value=list/>
            // The mark is part of the origin, so it goes back as it is.
            {is_insecure.then(|| view! { <input type="hidden" name="is_insecure" value="true"/> })}
            <Naming filled=filled.clone()/>
            <Field
                name="registry_url"
                label="Registry URL"
                value=host
                error=url_error
                hint="The secret is bound to this host. To use another one, add a new credential."
                is_readonly=true
            />
            <Usage filled=filled.clone() is_new=false/>
            <section class="card stack" aria-labelledby="stored-title">
                <h3 id="stored-title">"What is stored"</h3>
                <Stored credential/>
            </section>
            <CheckBox
                name="is_staged"
                label="Let the new secret wait"
                is_checked=filled.form.is_staged
                hint="It is stored beside the current one, which is still delivered until you switch on the credential's page."
            />
            <SignIn filled is_new=false/>
            <div class="toolbar">
                <LinkButton href=cancel label="Cancel"/>
                <SubmitButton label="Save Changes"/>
            </div>
        </form>
    }
}
