//! Forms: what they show, what they send along, and why the last post of one failed.

use super::{ErrorSummary, non_empty};
use crate::error::Error;
use crate::functions::answer::{FailedForm, take_failed_form};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// What the failed post in the slot of `?back=` left; nothing when it is gone.
pub async fn failed_form(slot: Option<String>) -> Option<FailedForm> {
    take_failed_form(slot?).await
}

/// What a form shows: its values, and what was wrong with them when they were sent.
#[derive(Clone, Debug)]
pub struct FormState<T> {
    /// What was typed when a post failed, and what the form starts with otherwise.
    pub value: T,
    failed: Option<FailedForm>,
}

impl<T: DeserializeOwned + Default> FormState<T> {
    /// The state of the only form of a page.
    pub fn new(failed: Option<FailedForm>, start: T) -> Self {
        // What was too long to be kept is no form at all.
        let kept = failed.as_ref().filter(|failed| !failed.form.is_null());
        Self { value: kept.map_or(start, FailedForm::value), failed }
    }

    /// The state of the form that posts to `F`, whatever other forms the page has.
    pub fn of<F: ServerFn>(failed: Option<FailedForm>, start: T) -> Self {
        Self::new(failed.filter(|failed| failed.is_of(F::PATH)), start)
    }
}

impl<T> FormState<T> {
    /// The sentence for the control called `name`.
    pub fn error(&self, name: &str) -> Option<String> {
        self.failed.as_ref()?.error_at(name)
    }

    /// The text that was typed into the control called `name` when a post failed.
    pub fn typed(&self, name: &str) -> Option<String> {
        self.failed.as_ref()?.form.get(name)?.as_str().map(str::to_owned)
    }

    pub fn failed(&self) -> Option<&FailedForm> {
        self.failed.as_ref()
    }

    pub fn problem(&self) -> Option<&Error> {
        self.failed.as_ref().map(|failed| &failed.error)
    }

    /// Whether nobody has sent it yet, so that no field asks for the focus because of an error.
    pub fn is_first_try(&self) -> bool {
        self.failed.is_none()
    }

    /// Why nothing was saved, for the head of the form; nothing before the first post.
    pub fn summary(&self) -> Option<AnyView> {
        let error = self.problem()?.clone();
        Some(view! { <ErrorSummary error/> }.into_any())
    }
}

/// A form that posts to a server function. The browser checks nothing: the server's sentences say
/// what is wrong, and say it the same way everywhere.
#[component]
pub fn PostForm(
    /// `X::url()` of the server function `X`.
    action: &'static str,
    /// The slug of the project, where the server function wants it.
    #[prop(into, optional)]
    project: String,
    /// The id of what it is about, where the server function wants it.
    #[prop(optional)]
    id: Option<Uuid>,
    #[prop(default = "stack")] class: &'static str,
    #[prop(optional)] is_multipart: bool,
    children: Children,
) -> impl IntoView {
    let project = non_empty(project);
    view! {
        <form
            method="post"
            action=action
            enctype=is_multipart.then_some("multipart/form-data")
            class=class
            novalidate
        >
            {project.map(|project| view! { <Hidden name="project" value=project/> })}
            {id.map(|id| view! { <Hidden name="id" value=id.to_string()/> })}
            {children()}
        </form>
    }
}

/// A value that goes along with a form and that nobody sees.
#[component]
pub fn Hidden(#[prop(into)] name: String, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::session::{SignIn, SignOut};
    use serde::Deserialize;

    #[derive(Clone, Debug, Default, Deserialize)]
    #[serde(default)]
    struct Typed {
        email: String,
    }

    fn failed() -> Option<FailedForm> {
        Some(FailedForm {
            form: serde_json::json!({ "email": "a@example.com" }),
            error: Error::at("email", "Enter an email."),
            revision: None,
            had_secret: false,
            endpoint: SignIn::PATH.to_owned(),
        })
    }

    #[test]
    fn a_failed_post_belongs_to_the_form_that_sent_it() {
        let start = Typed { email: "start".to_owned() };
        let own = FormState::of::<SignIn>(failed(), start.clone());
        assert_eq!(own.value.email, "a@example.com");
        assert_eq!(own.error("email").as_deref(), Some("Enter an email."));
        assert_eq!(own.typed("email").as_deref(), Some("a@example.com"));
        assert!(!own.is_first_try());
        let other = FormState::of::<SignOut>(failed(), start);
        assert_eq!(other.value.email, "start");
        assert!(other.is_first_try() && other.error("email").is_none());
    }
}
