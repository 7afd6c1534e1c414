//! What is asked. The URL is the question, so the form is one that only gets.

use crate::domain::choosing::{Choices, Sought};
use crate::domain::credential::Access;
use crate::domain::matching::ExplainForm;
use crate::ui::choosing::{
    ChoicesSearch, ENTERED, EnterSends, PRESSED, SEARCHED, Search, TEXT, one_of,
};
use crate::ui::kit::{Control, Field, FormState, Select, SubmitButton, options};
use leptos::prelude::*;
use uuid::Uuid;

/// The question of a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    pub form: ExplainForm,
    /// Among the pipelines.
    pub search: Sought,
    /// Whether the form was sent, and not only to search. A link may fill in the pipeline and leave the image to be typed.
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
            is_no_fork: text("is_fork") == "false",
        };
        let search = Sought {
            text: text(TEXT),
            listed: text(SEARCHED),
            is_pressed: get(PRESSED).is_some(),
            is_entered: get(ENTERED).is_some(),
            ..Sought::default()
        };
        let is_asked = get("image").is_some() && !search.is_asked() && !search.is_unanswered();
        Self { form, search, is_asked }
    }
}

/// What can be asked of a fork, as the address has it and as people read it.
const FORKS: [(&str, &str); 3] = [("", "Not known"), ("true", "Yes"), ("false", "No")];

/// The form; `action` is the page without a query.
#[component]
pub fn QuestionForm(
    form: FormState,
    /// What is asked of a fork, as the address has it.
    fork: &'static str,
    pipelines: Choices<(Uuid, String)>,
    sought: Sought,
    action: String,
) -> impl IntoView {
    let next = "Choose a pipeline and press Explain again.";
    let search = Search::asked(&sought, &pipelines, next);
    let (pipeline, is_found, said) = (form.at("pipeline"), search.is_found(), search.said_at());
    let listed = pipelines.rows.into_iter().map(|(id, name)| (id.to_string(), name));
    let pipelines = one_of(listed, &pipeline.text, "Choose a pipeline");
    let forked = Control { text: fork.to_owned(), ..form.at("is_fork") };
    let forks = FORKS.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    view! {
        <form method="get" action=action class="card stack" novalidate>
            <EnterSends search=search.clone()/>
            <Field
                at=form.at("image")
                label="Image"
                hint="For example ghcr.io/acme/api:1.2. An image without a registry is on Docker Hub."
            />
            <ChoicesSearch search label="Search pipelines" what="pipeline"/>
            <div class="field-row">
                <Select
                    at=pipeline
                    label="Pipeline"
                    options=pipelines
                    autofocus=is_found
                    described_by_also=said
                />
                <Select
                    at=form.at("intent")
                    label="Intent"
                    options=options(Access::ALL, Access::word, Access::label)
                />
            </div>
            <div class="field-row">
                <Field
                    at=form.at("branch")
                    label="Branch or reference (Optional)"
                    hint="Treated as proven, for example main or refs/tags/v1."
                />
                <Field
                    at=form.at("event")
                    label="Event (Optional)"
                    hint="Treated as proven. Use the provider's name for it, for example push or pull_request."
                />
                <Select at=forked label="Pull request from a fork" options=forks/>
            </div>
            <div class="toolbar">
                <SubmitButton label="Explain"/>
            </div>
        </form>
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
    fn a_search_for_a_pipeline_asks_nothing_else() {
        let searched = [("image", "x"), ("search", "api"), ("listed", "")];
        let question = read(&searched);
        assert!(!question.is_asked && question.search.is_unanswered());
        assert_eq!(question.form.image, "x");
        let entered = read(&[("image", "x"), ("search", "api"), ("enter", "true")]);
        assert!(!entered.is_asked && entered.search.is_asked());
        // A field that was emptied holds up nothing.
        assert!(read(&[("image", "x"), ("search", ""), ("listed", "api")]).is_asked);
        let pressed =
            read(&[("image", "x"), ("search", "api"), ("listed", "api"), ("look", "true")]);
        assert!(!pressed.is_asked);
        assert!(read(&[("image", "x"), ("search", "api"), ("listed", "api")]).is_asked);
    }

    #[test]
    fn a_link_has_the_whole_question() {
        let whole = ExplainForm {
            image: "ghcr.io/acme/api".to_owned(),
            pipeline: "p".to_owned(),
            intent: "pull_push".to_owned(),
            branch: "refs/heads/a&b".to_owned(),
            event: "push".to_owned(),
            is_fork: false,
            is_no_fork: true,
        };
        for form in [whole.clone(), ExplainForm { is_fork: true, is_no_fork: false, ..whole }] {
            let link = form.address("acme");
            let (page, query) = link.split_once('?').unwrap();
            assert_eq!(page, "/p/acme/match");
            let plain = |text: &str| text.replace("%2F", "/").replace("%26", "&");
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let pairs: Vec<(String, String)> =
                pairs.map(|(name, value)| (name.to_owned(), plain(value))).collect();
            let pairs: Vec<(&str, &str)> =
                pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let search = Sought::default();
            assert_eq!(read(&pairs), Question { form, search, is_asked: true });
        }
        let blank = ExplainForm { pipeline: "p".to_owned(), ..ExplainForm::default() };
        assert_eq!(blank.address("acme"), "/p/acme/match?pipeline=p");
    }
}
