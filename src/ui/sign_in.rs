//! Signing in.

use super::kit::{Alert, Field, FormState, Hidden, Loaded, PageContext, PostForm, SubmitButton};
use super::layout::PlainFrame;
use crate::error::{Error, Result};
use crate::functions::answer::{FailedForm, go_to};
use crate::functions::arrival::{Arrival, arrival};
use crate::functions::session::SignIn;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `/sign-in`, with `next` as the page to go to afterwards.
#[component]
pub fn SignInPage() -> impl IntoView {
    let page = PageContext::here();
    let next = page.query("next");
    let from = load(page, next.clone());
    view! {
        <PlainFrame title="Sign in">
            <Loaded from let:found>
                {match found {
                    (Arrival::SignedIn(path), _) => {
                        go_to(&path);
                        view! { <p><a href=path>"You are signed in"</a></p> }.into_any()
                    }
                    (arrival, failed) => {
                        view! {
                            {why(arrival)}
                            <SignInForm next failed/>
                        }
                            .into_any()
                    }
                }}
            </Loaded>
        </PlainFrame>
    }
}

/// How they come here, and what the last try left.
async fn load(page: PageContext, next: Option<String>) -> Result<(Arrival, Option<FailedForm>)> {
    let arrival = arrival(next.as_deref()).await;
    Ok((arrival, page.failed_form().await))
}

/// What stands above the form, for who did not come to sign in.
fn why(arrival: Arrival) -> Option<AnyView> {
    let sentence = match arrival {
        Arrival::BeforeSetUp => {
            let notice = view! {
                <Alert kind="warning">
                    <p>
                        "This instance is not set up yet, so nobody can sign in. The server made a set-up link when it started. Its output has the link, or says that the link is in the file "
                        <code>"setup-link"</code> " of the data folder."
                    </p>
                    <p>"To make a new link, run " <code>"regcred setup-link"</code> " on the server."</p>
                </Alert>
            };
            return Some(notice.into_any());
        }
        Arrival::WithForm { is_kept: true } => {
            "Your session ended, and nothing was saved yet. What you typed is kept: sign in, and the form is as you left it. Only passwords and other secrets have to be entered again."
        }
        Arrival::WithForm { is_kept: false } => {
            "Your session ended, and nothing was saved. The form was too long to keep. Sign in and fill it in again."
        }
        Arrival::WithPress => "Your session ended, so nothing was changed. Sign in and try again.",
        Arrival::SignedIn(_) | Arrival::Usual => return None,
    };
    Some(view! { <Alert kind="warning"><p>{sentence}</p></Alert> }.into_any())
}

#[component]
fn SignInForm(next: Option<String>, failed: Option<FailedForm>) -> impl IntoView {
    let form = FormState::new(failed, ());
    let next = next.unwrap_or_else(|| form.at("next").text);
    view! {
        <PostForm action=SignIn::url()>
            {alert(&form)}
            <Hidden name="next" value=next/>
            <Field
                at=form.at("email")
                label="Email"
                kind="email"
                autocomplete="username"
                autofocus=form.is_first_try()
            />
            <Field
                at=form.at("password")
                label="Password"
                kind="password"
                autocomplete="current-password"
            />
            <SubmitButton label="Sign in"/>
        </PostForm>
    }
}

/// What is wrong as a whole; what is wrong with one field stands beside it.
pub(super) fn alert(form: &FormState) -> Option<AnyView> {
    let sentence = match &form.failed()?.error {
        Error::Invalid(_) => return None,
        Error::Unauthenticated => "The email or the password is incorrect. Try again.".to_owned(),
        other => other.to_string(),
    };
    Some(view! { <Alert><p>{sentence}</p></Alert> }.into_any())
}
