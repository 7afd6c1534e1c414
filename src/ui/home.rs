//! Addresses that only lead on.

use super::kit::{Loaded, PostButton};
use super::layout::PlainFrame;
use crate::domain::paths;
use crate::functions::answer::go_to;
use crate::functions::session::{SignOut, home};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

/// `/`: goes to the first project of the person who is signed in.
#[component]
pub fn Home() -> impl IntoView {
    view! {
        <Loaded from=home() let:slug>
            {match slug {
                Some(slug) => view! { <ToCredentials slug/> }.into_any(),
                None => view! { <NoProject/> }.into_any(),
            }}
        </Loaded>
    }
}

#[component]
fn NoProject() -> impl IntoView {
    view! {
        <PlainFrame title="No project yet">
            <p>"You are signed in, but you do not belong to a project. Ask an owner of the project to add you."</p>
            <PostButton action=SignOut::url() word="Sign out" class="button"/>
        </PlainFrame>
    }
}

/// `/p/{project}`: goes to its credentials.
#[component]
pub fn ProjectHome() -> impl IntoView {
    let slug = use_params_map().with_untracked(|params| params.get("project"));
    view! { <ToCredentials slug=slug.unwrap_or_default()/> }
}

/// The link is for clients that follow no redirects.
#[component]
fn ToCredentials(slug: String) -> impl IntoView {
    let href = paths::credentials(&slug);
    go_to(&href);
    view! { <p><a href=href>"Registry Credentials"</a></p> }
}
