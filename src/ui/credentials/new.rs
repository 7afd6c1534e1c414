//! The create dialog.

use super::form::{Filled, Naming, Usage};
use super::place::{Place, returned};
use super::presets::{self, Presets};
use super::preview::HostPreview;
use super::sign_in::SignIn;
use crate::error::Error;
use crate::ui::components::{Dialog, ErrorSummary, Field, LinkButton, SubmitButton};
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/credentials/new`
#[component]
pub fn NewDialog() -> impl IntoView {
    let place = Place::here();
    let back = place.query("back");
    let came_back = OnceResource::new_blocking(returned(back));
    let close_href = place.list();
    view! {
        <Title text="Add Registry"/>
        <Suspense>
            {move || {
                let (place, close_href) = (place.clone(), close_href.clone());
                Suspend::new(async move {
                    let came_back = came_back.await;
                    let preset = presets::chosen(&place);
                    let filled = Filled::new(presets::start(preset.as_ref()), came_back);
                    view! {
                        <Dialog id="new-credential" title="Add Registry" close_href is_wide=true>
                            {if place.may.write {
                                view! { <NewForm place filled/> }.into_any()
                            } else {
                                view! { <Problem error=Error::Forbidden is_in_dialog=true/> }.into_any()
                            }}
                        </Dialog>
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn NewForm(place: Place, filled: Filled) -> impl IntoView {
    let preset = presets::chosen(&place);
    let registry_url = filled.form.registry_url.clone();
    let start = presets::first_panel(&filled.form, preset.as_ref());
    let placeholder = preset.map_or("registry.example.com", |preset| preset.registry_url);
    let url_error = filled.at("registry_url");
    let error = filled.returned.as_ref().map(|returned| returned.error.clone());
    let (cancel, list) = (place.list(), place.list_query());
    let project = place.project.clone();
    view! {
        <Presets place/>
        {error.map(|error| view! { <ErrorSummary error/> })}
        <form
            method="post"
            action="/rpc/credentials/create"
            enctype="multipart/form-data"
            class="credential-form stack"
            novalidate
        >
            <input type="hidden" name="project" value=project/>
            <input type="hidden" name="list" value=list/>
            <Naming filled=filled.clone()/>
            <HostPreview start>
                <Field
                    name="registry_url"
                    label="Registry URL"
                    value=registry_url
                    error=url_error
                    hint="The registry's host, or any address of it. It cannot be changed after creation."
                    placeholder=placeholder
                />
            </HostPreview>
            <Usage filled=filled.clone() is_new=true/>
            <SignIn filled is_new=true/>
            <div class="toolbar">
                <LinkButton href=cancel label="Cancel"/>
                <SubmitButton label="Create"/>
            </div>
        </form>
    }
}
