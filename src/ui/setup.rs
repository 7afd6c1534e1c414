//! The first run: the one-time link that the server printed makes the first person and project.

use super::components::{Field, SubmitButton};
use super::layout::PlainFrame;
use super::problem::Problem;
use super::sign_in::{alert, returned};
use crate::domain::user::PASSWORD_MIN;
use crate::error::Result;
use crate::functions::answer::Returned;
use crate::functions::session::setup_is_open;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    project_name: String,
    name: String,
    email: String,
}

/// `/setup?link=…`
#[component]
pub fn SetupPage() -> impl IntoView {
    let (link, back) =
        use_query_map().with_untracked(|query| (query.get("link"), query.get("back")));
    let link = link.unwrap_or_default();
    let found = OnceResource::new_blocking(load(link.clone(), back));
    view! {
        <PlainFrame title="Set up Regcred">
            <Suspense>
                {Suspend::new(async move {
                    let (is_open, returned) = found.await;
                    match is_open {
                        Err(error) => view! { <Problem error/> }.into_any(),
                        Ok(false) => view! { <Closed/> }.into_any(),
                        Ok(true) => view! { <SetupForm link returned/> }.into_any(),
                    }
                })}
            </Suspense>
        </PlainFrame>
    }
}

async fn load(link: String, back: Option<String>) -> (Result<bool>, Option<Returned>) {
    let is_open = setup_is_open(link).await;
    (is_open, returned(back).await)
}

#[component]
fn Closed() -> impl IntoView {
    view! {
        <p>"This link does not work: it was used already, it has expired, or a part of it is missing."</p>
        <p class="muted">
            "If nobody has set this instance up yet, restart the server: it prints a new link."
        </p>
        <p><a class="button" href="/sign-in">"Sign in"</a></p>
    }
}

#[component]
fn SetupForm(link: String, returned: Option<Returned>) -> impl IntoView {
    let typed: Typed = returned.as_ref().map(Returned::form).unwrap_or_default();
    let at = |name| returned.as_ref().and_then(|returned| returned.at(name));
    let (project_error, name_error) = (at("project_name"), at("name"));
    let (email_error, password_error) = (at("email"), at("password"));
    let is_first_try = returned.is_none();
    view! {
        <p class="muted">"This makes the first project, and you its owner. It takes a minute, once."</p>
        <form class="stack" method="post" action="/rpc/setup/create">
            {returned.and_then(|returned| alert(returned.error))}
            <input type="hidden" name="link" value=link/>
            <Field
                name="project_name"
                label="Project name"
                hint="The team or product whose credentials are kept here. It becomes part of the address."
                autocomplete="organization"
                value=typed.project_name
                error=project_error
                autofocus=is_first_try
            />
            <Field
                name="name"
                label="Your name"
                autocomplete="name"
                value=typed.name
                error=name_error
            />
            <Field
                name="email"
                label="Email"
                hint="You sign in with it."
                kind="email"
                autocomplete="username"
                value=typed.email
                error=email_error
            />
            <Field
                name="password"
                label="Password"
                hint=format!("At least {PASSWORD_MIN} characters. A few words are fine.")
                kind="password"
                autocomplete="new-password"
                error=password_error
            />
            <SubmitButton label="Create and sign in"/>
        </form>
    }
}
