//! What is asked. The URL is the question, so the form is one that only gets.

use crate::domain::credential::Access;
use crate::domain::matching::ExplainForm;
use crate::domain::pipeline::PipelineSummary;
use crate::error::Error;
use crate::ui::kit::{CheckBox, Field, Select, SubmitButton, options};
use leptos::prelude::*;

/// The question of a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    pub form: ExplainForm,
    /// Whether the form was sent. A link may fill in the pipeline and leave the image to be typed.
    pub is_asked: bool,
}

impl Question {
    /// Reads the query of a URL through `get`.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |key: &str| get(key).unwrap_or_default();
        let form = ExplainForm {
            image: text("image"),
            pipeline: text("pipeline"),
            intent: text("intent"),
            branch: text("branch"),
            event: text("event"),
            is_fork: text("is_fork") == "true",
        };
        Self { form, is_asked: get("image").is_some() }
    }
}

/// The form; `action` is the page without a query, `error` what is wrong with what was asked.
#[component]
pub fn QuestionForm(
    form: ExplainForm,
    pipelines: Vec<PipelineSummary>,
    error: Option<Error>,
    action: String,
) -> impl IntoView {
    let at = |field: &str| sentence_at(error.as_ref(), field);
    let (image_error, pipeline_error, intent_error) = (at("image"), at("pipeline"), at("intent"));
    let (branch_error, event_error) = (at("branch"), at("event"));
    view! {
        <form method="get" action=action class="card stack" novalidate>
            <div class="field-row">
                <Field
                    name="image"
                    label="Image"
                    value=form.image
                    error=image_error
                    hint="For example ghcr.io/acme/api:1.2. An image without a registry is on Docker Hub."
                />
                <Select
                    name="pipeline"
                    label="Pipeline"
                    options=choices(pipelines)
                    selected=form.pipeline
                    error=pipeline_error
                />
                <Select
                    name="intent"
                    label="Intent"
                    options=options(Access::ALL, Access::word, Access::label)
                    selected=form.intent
                    error=intent_error
                />
            </div>
            <div class="field-row">
                <Field
                    name="branch"
                    label="Branch or reference (Optional)"
                    value=form.branch
                    error=branch_error
                    hint="Treated as proven, for example main or refs/tags/v1."
                />
                <Field
                    name="event"
                    label="Event (Optional)"
                    value=form.event
                    error=event_error
                    hint="Treated as proven. Use the provider's name for it, for example push or pull_request."
                />
            </div>
            <CheckBox name="is_fork" label="Pull request from a fork" is_checked=form.is_fork/>
            <div class="toolbar">
                <SubmitButton label="Explain"/>
            </div>
        </form>
    }
}

/// When there are several, none is chosen in advance.
fn choices(pipelines: Vec<PipelineSummary>) -> Vec<(String, String)> {
    let nothing = (String::new(), "Choose a pipeline".to_owned());
    let first = (pipelines.len() > 1).then_some(nothing);
    let named = pipelines.into_iter().map(|pipeline| (pipeline.id.to_string(), pipeline.name));
    first.into_iter().chain(named).collect()
}

fn sentence_at(error: Option<&Error>, field: &str) -> Option<String> {
    match error {
        Some(Error::Invalid(fields)) => {
            fields.iter().find(|one| one.field == field).map(|one| one.message.clone())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Question {
        Question::read(|key| {
            pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_link_that_names_a_pipeline_asks_nothing_yet() {
        let question = read(&[("pipeline", "p")]);
        assert!(!question.is_asked);
        assert_eq!(question.form.pipeline, "p");
        assert_eq!(read(&[]), Question::default());
    }

    #[test]
    fn the_whole_question_is_in_the_url() {
        let question = read(&[
            ("image", ""),
            ("intent", "pull_push"),
            ("branch", "main"),
            ("event", "push"),
            ("is_fork", "true"),
        ]);
        assert!(question.is_asked && question.form.is_fork);
        assert_eq!((question.form.branch.as_str(), question.form.event.as_str()), ("main", "push"));
        assert!(!read(&[("is_fork", "")]).form.is_fork);
    }

    #[test]
    fn a_sentence_stands_at_its_field_only() {
        let error = Error::at("image", "Enter the whole image.");
        assert_eq!(sentence_at(Some(&error), "image").as_deref(), Some("Enter the whole image."));
        assert_eq!(sentence_at(Some(&error), "pipeline"), None);
        assert_eq!(sentence_at(None, "image"), None);
    }
}
