//! Forms: what they show, what they send along, and why the last post of one failed.

use super::{ErrorSummary, LinkButton, SubmitButton, non_empty};
use crate::domain::choosing::{NOTES_MAX, Sought};
use crate::error::Error;
use crate::functions::answer::FailedForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// What a form shows: its values, and what was wrong with them when they were sent.
#[derive(Clone, Debug)]
pub struct FormState {
    /// What was typed when a post failed, and what the form starts with otherwise.
    values: Value,
    failed: Option<FailedForm>,
    argument: &'static str,
}

/// One control of a form.
#[derive(Clone, Debug, Default)]
pub struct Control {
    pub name: String,
    pub text: String,
    pub is_ticked: bool,
    /// What is wrong with it, and what to do.
    pub error: Option<String>,
}

impl FormState {
    /// The state of the only form of a page, which starts with the fields of `start`.
    pub fn new(failed: Option<FailedForm>, start: impl Serialize) -> Self {
        // What was too long to be kept is no form at all.
        let kept = failed.as_ref().map(|failed| &failed.form).filter(|form| !form.is_null());
        let values =
            kept.cloned().unwrap_or_else(|| serde_json::to_value(start).unwrap_or_default());
        Self { values, failed, argument: "" }
    }

    /// The state of the form that posts to `F`, whatever other forms the page has.
    pub fn of<F: ServerFn>(failed: Option<FailedForm>, start: impl Serialize) -> Self {
        Self::new(failed.filter(|failed| failed.is_of(F::PATH)), start)
    }

    /// The state of a form that asks, and was refused.
    pub fn asked(values: impl Serialize, error: Option<Error>) -> Self {
        let form = serde_json::to_value(values).unwrap_or_default();
        let failed = error.map(|error| FailedForm {
            endpoint: String::new(),
            form: form.clone(),
            error,
            revision: None,
            had_secret: false,
            is_untried: false,
            note: String::new(),
        });
        Self::new(failed, form)
    }

    /// The same, posted to a server function that takes all fields in one argument of this name.
    #[must_use]
    pub fn within(self, argument: &'static str) -> Self {
        Self { argument, ..self }
    }

    /// The control called `name`; one of several in a group is called `group.name`.
    pub fn at(&self, name: &str) -> Control {
        let (first, member) =
            name.split_once('.').map_or((name, None), |(group, member)| (group, Some(member)));
        let value = self.values.get(first);
        let value = member.map_or(value, |member| value.and_then(|group| group.get(member)));
        let mut posted = match self.argument {
            "" => first.to_owned(),
            argument => format!("{argument}[{first}]"),
        };
        posted.extend(member.map(|member| format!("[{member}]")));
        Control {
            name: posted,
            text: value.and_then(Value::as_str).unwrap_or_default().to_owned(),
            is_ticked: value == Some(&Value::Bool(true)),
            error: self.error(name),
        }
    }

    /// The choices in the control called `name`, where several can be made.
    pub fn chosen(&self, name: &str) -> Vec<String> {
        let all = self.values.get(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }

    /// The sentence for the control called `name`.
    pub fn error(&self, name: &str) -> Option<String> {
        self.failed.as_ref()?.error_at(name)
    }

    pub fn failed(&self) -> Option<&FailedForm> {
        self.failed.as_ref()
    }

    /// Whether nobody has sent it yet, so that no field asks for the focus because of an error.
    pub fn is_first_try(&self) -> bool {
        self.failed.is_none()
    }

    /// Whether no field is wrong, so that the first one has the focus: nobody has sent it yet, or a newer version
    /// was saved meanwhile.
    pub fn starts_at_first(&self) -> bool {
        self.failed.as_ref().is_none_or(|failed| matches!(failed.error, Error::Stale { .. }))
    }

    /// What is searched for in its list.
    pub fn search(&self) -> Sought {
        let sought = self.values.get("search").cloned().unwrap_or_default();
        serde_json::from_value(sought).unwrap_or_default()
    }

    /// What says which posts before left something for this form's pages: the last one as well, but not one
    /// that was refused, which is gone by now.
    pub fn notes_of_searches(&self) -> Control {
        let at = self.at("search.notes");
        let last = self.failed.iter().filter(|failed| failed.is_untried);
        let last = last.map(|failed| failed.note.as_str());
        let ids: Vec<&str> = at.text.split_whitespace().chain(last).collect();
        let text = ids[ids.len().saturating_sub(NOTES_MAX)..].join(" ");
        Control { text, ..at }
    }

    /// Why nothing was saved, for the head of the form; nothing before the first post, and after one that
    /// only searched.
    pub fn summary(&self) -> Option<AnyView> {
        let failed = self.failed.as_ref()?;
        let (error, has_lost_secret) = (failed.refusal()?.clone(), failed.had_secret);
        Some(view! { <ErrorSummary error has_lost_secret/> }.into_any())
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
    /// What the button below the fields says; without it the children bring their own.
    #[prop(into, optional)]
    submit: String,
    /// Where the link beside the button leads.
    #[prop(into, optional)]
    cancel: String,
    /// It asks for the focus, where Enter loses nothing.
    #[prop(optional)]
    cancel_has_focus: bool,
    /// What it does cannot be undone.
    #[prop(optional)]
    is_danger: bool,
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
            {(!submit.is_empty()).then(|| view! {
                <div class="toolbar">
                    {non_empty(cancel).map(|href| view! {
                        <LinkButton href label="Cancel" autofocus=cancel_has_focus/>
                    })}
                    <SubmitButton label=submit is_danger/>
                </div>
            })}
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
    use serde_json::json;

    fn failed() -> Option<FailedForm> {
        Some(FailedForm {
            form: json!({ "email": "a@example.com" }),
            error: Error::at("email", "Enter an email."),
            revision: None,
            had_secret: false,
            is_untried: false,
            note: String::new(),
            endpoint: SignIn::PATH.to_owned(),
        })
    }

    #[test]
    fn a_failed_post_belongs_to_the_form_that_sent_it() {
        let start = json!({ "email": "start" });
        let own = FormState::of::<SignIn>(failed(), &start);
        assert_eq!(own.at("email").text, "a@example.com");
        assert_eq!(own.at("email").error.as_deref(), Some("Enter an email."));
        assert_eq!(own.error("password"), None);
        assert!(!own.is_first_try());
        let other = FormState::of::<SignOut>(failed(), start);
        assert_eq!(other.at("email").text, "start");
        assert!(other.is_first_try() && other.error("email").is_none());
    }

    #[test]
    fn a_control_is_posted_by_the_name_that_the_server_function_reads() {
        let values = json!({ "name": "ci", "claims": { "a.b/c": "x" }, "also": ["y", "z"] });
        let plain = FormState::new(None, &values);
        assert_eq!((plain.at("name").name, plain.at("name").text), ("name".into(), "ci".into()));
        assert_eq!(plain.chosen("also"), ["y", "z"]);
        let within = FormState::new(None, values).within("form");
        assert_eq!(within.at("name").name, "form[name]");
        let claim = within.at("claims.a.b/c");
        assert_eq!((claim.name, claim.text), ("form[claims][a.b/c]".into(), "x".into()));
        assert_eq!(within.at("gone").text, "");
    }

    #[test]
    fn what_was_too_long_to_be_kept_leaves_the_form_as_it_starts() {
        let lost = failed().map(|failed| FailedForm { form: Value::Null, ..failed });
        let state = FormState::of::<SignIn>(lost, json!({ "email": "start" }));
        assert_eq!(state.at("email").text, "start");
        assert!(state.error("email").is_some());
    }

    #[test]
    fn a_question_that_was_refused_says_so_at_its_field_only() {
        let error = Some(Error::at("image", "Enter the whole image."));
        let state = FormState::asked(json!({ "image": "x" }), error);
        assert_eq!(state.error("image").as_deref(), Some("Enter the whole image."));
        assert_eq!(state.error("pipeline"), None);
        assert_eq!(state.at("image").text, "x");
    }
}
