//! What the pipeline may use, and the form that gives it one more credential.

use super::confirm::YourPassword;
use super::new::{access_options, grantable_label};
use crate::domain::pipeline::{Grant, Grantable, PipelineForm};
use crate::functions::answer::Returned;
use crate::ui::components::{Select, SubmitButton, Time};
use crate::ui::credentials::place::Place;
use leptos::prelude::*;
use uuid::Uuid;

/// The section; `came_back` is the failed post of its form, if that is what came back.
#[component]
pub fn Grants(
    place: Place,
    pipeline: Uuid,
    grants: Vec<Grant>,
    grantable: Vec<Grantable>,
    came_back: Option<Returned>,
) -> impl IntoView {
    let is_empty = grants.is_empty();
    let can_grant = place.may.write_pipelines && !grantable.is_empty();
    let row_place = place.clone();
    view! {
        <section class="stack" aria-labelledby="grants">
            <h2 id="grants">"Grants"</h2>
            {if is_empty {
                view! { <p class="muted">"It may use no credential yet, so a fetch is answered without any."</p> }
                    .into_any()
            } else {
                view! {
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Credential"</th>
                                <th scope="col">"Access"</th>
                                <th scope="col">"Granted"</th>
                                <th scope="col">"Received"</th>
                                <th scope="col">
                                    <span class="visually-hidden">"Actions"</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody>
                            {grants
                                .into_iter()
                                .map(|grant| view! { <GrantRow grant pipeline place=row_place.clone()/> })
                                .collect_view()}
                        </tbody>
                    </table>
                }
                    .into_any()
            }}
            {can_grant.then(|| view! { <GrantForm place pipeline grantable came_back/> })}
        </section>
    }
}

#[component]
fn GrantRow(grant: Grant, pipeline: Uuid, place: Place) -> impl IntoView {
    let href = place.credential(grant.credential_id);
    let name = grant.credential;
    let label = format!("Take back {name}");
    let received = match grant.deliveries {
        0 => "Never".to_owned(),
        1 => "Once".to_owned(),
        n => format!("{n} times"),
    };
    view! {
        <tr>
            <td data-label="Credential">
                <a href=href>{name}</a>
                <div class="mono muted">{grant.host}</div>
            </td>
            <td data-label="Access">{grant.intent.label()}</td>
            <td data-label="Granted">
                <Time at=grant.created_at/>
                <div class="muted">{format!("by {}", grant.created_by)}</div>
            </td>
            <td data-label="Received">
                {received}
                {grant.last_delivery.map(|at| view! { <div class="muted">"last " <Time at/></div> })}
            </td>
            <td data-label="Actions" class="row-actions">
                {place
                    .may
                    .write_pipelines
                    .then(|| {
                        view! {
                            <form method="post" action="/rpc/grants/delete">
                                <input type="hidden" name="project" value=place.project/>
                                <input type="hidden" name="pipeline" value=pipeline.to_string()/>
                                <input type="hidden" name="id" value=grant.id.to_string()/>
                                <button type="submit" class="button button-quiet" aria-label=label>"Take back"</button>
                            </form>
                        }
                    })}
            </td>
        </tr>
    }
}

#[component]
fn GrantForm(
    place: Place,
    pipeline: Uuid,
    grantable: Vec<Grantable>,
    came_back: Option<Returned>,
) -> impl IntoView {
    let form: PipelineForm = came_back.as_ref().map(Returned::form).unwrap_or_default();
    let at = |name: &str| came_back.as_ref().and_then(|returned| returned.at(name));
    let options =
        grantable.iter().map(|c| (c.id.to_string(), grantable_label(c))).collect::<Vec<_>>();
    view! {
        <form method="post" action="/rpc/grants/create" class="card stack" novalidate>
            <h3>"Grant another credential"</h3>
            <input type="hidden" name="project" value=place.project/>
            <input type="hidden" name="pipeline" value=pipeline.to_string()/>
            // The form is that of a pipeline, and has these fields whether they are used or not.
            <input type="hidden" name="form[name]" value=""/>
            <input type="hidden" name="form[description]" value=""/>
            <input type="hidden" name="form[token_days]" value=""/>
            <div class="field-row">
                <Select
                    name="form[credentials][]"
                    id="grant-credential"
                    label="Credential"
                    options=options
                    selected=form.credentials.into_iter().next().unwrap_or_default()
                    error=at("credentials")
                />
                <Select
                    name="form[intent]"
                    id="grant-intent"
                    label="Access"
                    options=access_options()
                    selected=form.intent
                    error=at("intent")
                />
            </div>
            <YourPassword id="grant-password" error=at("password")/>
            <div class="toolbar">
                <SubmitButton label="Grant"/>
            </div>
        </form>
    }
}
