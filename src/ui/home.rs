//! Addresses that only lead on.

use super::layout::PlainFrame;
use super::problem::Problem;
use crate::error::Result;
use crate::functions::answer::go_to;
use crate::functions::session::home;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/`: goes to the first project of whoever is signed in.
#[component]
pub fn Home() -> impl IntoView {
    let found = OnceResource::new_blocking(home());
    view! { <Suspense>{Suspend::new(async move { lead_on(found.await) })}</Suspense> }
}

fn lead_on(found: Result<Option<String>>) -> AnyView {
    match found {
        Err(error) => view! { <Problem error/> }.into_any(),
        Ok(Some(slug)) => to_credentials(&slug).into_any(),
        Ok(None) => view! {
            <PlainFrame title="No project yet">
                <p>"You are signed in, but you do not belong to a project. Ask an owner of the project to add you."</p>
                <form method="post" action="/rpc/session/delete">
                    <button type="submit" class="button">"Sign out"</button>
                </form>
            </PlainFrame>
        }
        .into_any(),
    }
}

/// `/p/{project}`: goes to its credentials.
#[component]
pub fn ProjectHome() -> impl IntoView {
    let slug = use_params_map().with_untracked(|params| params.get("project"));
    to_credentials(&slug.unwrap_or_default())
}

/// The link is for whoever asks with a client that follows no redirects.
fn to_credentials(slug: &str) -> impl IntoView + use<> {
    let href = format!("/p/{slug}/credentials");
    go_to(&href);
    view! { <p><a href=href>"Registry Credentials"</a></p> }
}
