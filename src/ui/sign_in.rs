//! Signing in.

use super::kit::{Alert, Field, FormState, Hidden, Loaded, PageContext, PostForm, SubmitButton};
use super::layout::PlainFrame;
use crate::error::Error;
use crate::functions::answer::FailedForm;
use crate::functions::session::SignIn;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `/sign-in`, with `next` as the page to go to afterwards.
#[component]
pub fn SignInPage() -> impl IntoView {
    let page = PageContext::here();
    let next = page.query("next");
    let from = async move { Ok(page.failed_form().await) };
    view! {
        <PlainFrame title="Sign in">
            <Loaded from let:failed>
                <SignInForm next failed/>
            </Loaded>
        </PlainFrame>
    }
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
