//! Signing in.

use super::components::{Alert, Field, SubmitButton};
use super::layout::PlainFrame;
use crate::error::Error;
use crate::functions::answer::{Returned, take_returned};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    email: String,
    next: String,
}

/// `/sign-in`, with `next` as the page to go to afterwards.
#[component]
pub fn SignInPage() -> impl IntoView {
    let (next, back) =
        use_query_map().with_untracked(|query| (query.get("next"), query.get("back")));
    let returned = OnceResource::new_blocking(returned(back));
    view! {
        <PlainFrame title="Sign in">
            <Suspense>
                {Suspend::new(async move {
                    let returned = returned.await;
                    view! { <SignInForm next returned/> }
                })}
            </Suspense>
        </PlainFrame>
    }
}

/// What the try before left, if there was one.
pub(super) async fn returned(back: Option<String>) -> Option<Returned> {
    match back {
        Some(id) => take_returned(id).await.ok().flatten(),
        None => None,
    }
}

#[component]
fn SignInForm(next: Option<String>, returned: Option<Returned>) -> impl IntoView {
    let typed: Typed = returned.as_ref().map(Returned::form).unwrap_or_default();
    let at = |name| returned.as_ref().and_then(|returned| returned.at(name));
    let (email_error, password_error) = (at("email"), at("password"));
    let is_first_try = returned.is_none();
    view! {
        <form class="stack" method="post" action="/rpc/session/create">
            {returned.and_then(|returned| alert(returned.error))}
            <input type="hidden" name="next" value=next.unwrap_or(typed.next)/>
            <Field
                name="email"
                label="Email"
                kind="email"
                autocomplete="username"
                value=typed.email
                error=email_error
                autofocus=is_first_try
            />
            <Field
                name="password"
                label="Password"
                kind="password"
                autocomplete="current-password"
                error=password_error
            />
            <SubmitButton label="Sign in"/>
        </form>
    }
}

/// What is wrong as a whole; what is wrong with one field stands beside it.
pub(super) fn alert(error: Error) -> Option<impl IntoView> {
    let sentence = match error {
        Error::Invalid(_) => return None,
        Error::Unauthenticated => "The email or the password is not right. Try again.".to_owned(),
        other => other.to_string(),
    };
    Some(view! { <Alert><p>{sentence}</p></Alert> })
}
