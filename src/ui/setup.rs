//! The first run: the one-time link that the server printed makes the first person and project.

use super::kit::{Field, FormState, Hidden, Loaded, PageContext, PostForm, SubmitButton};
use super::layout::PlainFrame;
use super::sign_in::alert;
use crate::domain::paths;
use crate::domain::user::PASSWORD_MIN;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::session::{SetUp, setup_is_open};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn SetupPage() -> impl IntoView {
    let page = PageContext::here();
    let link = page.query("link").unwrap_or_default();
    view! {
        <PlainFrame title="Set up Regcred">
            <Loaded from=load(page, link.clone()) let:found>
                {match found {
                    (false, _) => view! { <Closed/> }.into_any(),
                    (true, failed) => view! { <SetupForm link failed/> }.into_any(),
                }}
            </Loaded>
        </PlainFrame>
    }
}

/// Whether the link works, and what the last try left.
async fn load(page: PageContext, link: String) -> Result<(bool, Option<FailedForm>)> {
    Ok((setup_is_open(link).await?, page.failed_form().await))
}

#[component]
fn Closed() -> impl IntoView {
    view! {
        <p>"This link does not work: it was used already, it has expired, or a part of it is missing."</p>
        <p class="muted">
            "If nobody has set up this instance yet, run "<code>"regcred setup-link"</code>
            " on the server. It prints a new link."
        </p>
        <p><a class="button" href=paths::SIGN_IN>"Sign in"</a></p>
    }
}

#[component]
fn SetupForm(link: String, failed: Option<FailedForm>) -> impl IntoView {
    let form = FormState::new(failed, ());
    view! {
        <p class="muted">"This creates the first project, and makes you its owner and an instance admin."</p>
        <PostForm action=SetUp::url()>
            {alert(&form)}
            <Hidden name="link" value=link/>
            <Field
                at=form.at("project_name")
                label="Project name"
                hint="The team or product whose credentials are kept here. It becomes part of the address."
                autocomplete="organization"
                autofocus=form.is_first_try()
            />
            <Field at=form.at("name") label="Your name" autocomplete="name"/>
            <Field
                at=form.at("email")
                label="Email"
                hint="You sign in with it."
                kind="email"
                autocomplete="username"
            />
            <Field
                at=form.at("password")
                label="Password"
                hint=format!("At least {PASSWORD_MIN} characters. A few words are fine.")
                kind="password"
                autocomplete="new-password"
            />
            <SubmitButton label="Create and sign in"/>
        </PostForm>
    }
}
