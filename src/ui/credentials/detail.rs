//! The page of one registry credential.

use super::activity::Activity;
use super::facts::Facts;
use super::place::{Place, returned};
use super::receipts::Receipts;
use super::row::Switch;
use super::said::Said;
use super::stored::{SameSecret, Stored};
use super::token_service::WhereTo;
use super::used_by::{Obtainers, UsedBy};
use super::versions::Versions;
use crate::domain::credential::Summary;
use crate::functions::answer::Returned;
use crate::functions::credentials::{CredentialPage, find_credential};
use crate::ui::components::LinkButton;
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// `/p/{project}/credentials/{id}`
#[component]
pub fn DetailPage() -> impl IntoView {
    let place = Place::here();
    let page = OnceResource::new_blocking({
        let place = place.clone();
        async move { find_credential(place.project.clone(), place.id()?).await }
    });
    // The one form of the page whose post can fail with something typed.
    let slot =
        place.query("back").filter(|_| place.query("form").as_deref() == Some("token-service"));
    let came_back = OnceResource::new_blocking(returned(slot));
    let said = place.query("said");
    let list = place.credentials();
    view! {
        <p>
            <a href=list>"Registry Credentials"</a>
        </p>
        <Said said/>
        <Suspense>
            {move || {
                let place = place.clone();
                Suspend::new(async move {
                    let came_back = came_back.await;
                    match page.await {
                        Ok(page) => view! { <Whole page place came_back/> }.into_any(),
                        Err(error) => view! { <Problem error/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

#[component]
fn Whole(page: CredentialPage, place: Place, came_back: Option<Returned>) -> impl IntoView {
    let credential = page.credential;
    let summary = credential.summary.clone();
    let summary_id = summary.id;
    let (current, created_at) = (credential.secret.version, credential.created_at);
    view! {
        <Title text=summary.name.clone()/>
        <div class="page-head">
            <h1>{summary.name.clone()}</h1>
            <Actions credential=summary place=place.clone()/>
        </div>
        <Facts credential=credential.clone() today=page.today/>
        <section class="stack" aria-labelledby="stored">
            <h2 id="stored">"Stored secret"</h2>
            <Stored credential=credential.clone()/>
            <SameSecret others=page.same_secret place=place.clone()/>
        </section>
        <WhereTo credential companions=page.companions came_back place=place.clone()/>
        <Versions id=summary_id versions=page.versions place=place.clone()/>
        <UsedBy dependents=page.dependents existing=page.existing.clone() current created_at place=place.clone()/>
        <Obtainers obtainers=page.obtainers/>
        <Receipts receipts=page.receipts place is_of_pipeline=false existing=page.existing/>
        <Activity events=page.events/>
    }
}

#[component]
fn Actions(credential: Summary, place: Place) -> impl IntoView {
    let page = place.credential(credential.id);
    let (edit, delete) = (format!("{page}/edit"), format!("{page}/delete"));
    view! {
        <div class="toolbar">
            {place
                .may
                .write
                .then(|| {
                    let project = place.project.clone();
                    view! {
                        <LinkButton href=edit label="Edit"/>
                        <Switch credential project back=page button_class="button"/>
                    }
                })}
            {place.may.delete.then(|| view! { <LinkButton href=delete label="Delete"/> })}
        </div>
    }
}
