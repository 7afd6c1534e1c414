//! The page of the explainer.

use super::answer::Answer;
use super::question::{Question, QuestionForm};
use crate::domain::matching::{ExplainForm, Explanation};
use crate::domain::pipeline::PipelineSummary;
use crate::error::{Error, Result};
use crate::functions::answer::set_status;
use crate::functions::matching::explain;
use crate::functions::pipelines::list_pipelines;
use crate::ui::components::Alert;
use crate::ui::credentials::place::Place;
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

/// The pipelines to choose from, and the answer if something was asked.
type Loaded = (Vec<PipelineSummary>, Option<Result<Explanation>>);

/// `/p/{project}/match?image=&pipeline=&intent=&branch=&event=&is_fork=`
#[component]
pub fn MatchPage() -> impl IntoView {
    let place = Place::here();
    let question = Question::read(|key| place.query(key));
    let loaded = OnceResource::new_blocking(load(place.project.clone(), question.clone()));
    view! {
        <Title text="Match"/>
        <Suspense>
            {move || {
                let (place, form) = (place.clone(), question.form.clone());
                Suspend::new(async move {
                    match loaded.await {
                        Ok((pipelines, answer)) => {
                            view! { <Whole pipelines answer form place/> }.into_any()
                        }
                        Err(error) => view! { <Problem error/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
}

async fn load(project: String, question: Question) -> Result<Loaded> {
    let pipelines = list_pipelines(project.clone()).await?;
    let answer = if question.is_asked && !pipelines.is_empty() {
        Some(explain(project, question.form).await)
    } else {
        None
    };
    Ok((pipelines, answer))
}

#[component]
fn Whole(
    pipelines: Vec<PipelineSummary>,
    answer: Option<Result<Explanation>>,
    form: ExplainForm,
    place: Place,
) -> impl IntoView {
    let (explanation, error) = match answer {
        None => (None, None),
        Some(Ok(explanation)) => (Some(explanation), None),
        Some(Err(error)) if matches!(error, Error::Invalid(_)) => {
            set_status(&error);
            (None, Some(error))
        }
        Some(Err(error)) => return view! { <Problem error/> }.into_any(),
    };
    let action = format!("/p/{}/match", place.project);
    let to_pipelines = place.pipelines();
    let form = if pipelines.is_empty() {
        view! {
            <p class="muted">
                "The project has no pipeline yet. Add one under " <a href=to_pipelines>"Pipelines"</a>
                ", and this page says what it would receive."
            </p>
        }
        .into_any()
    } else {
        let is_refused = error.is_some();
        view! {
            {is_refused
                .then(|| {
                    view! {
                        <Alert>
                            <p>"Some fields need another look."</p>
                        </Alert>
                    }
                })}
            <QuestionForm form pipelines error action/>
        }
        .into_any()
    };
    view! {
        <div class="page-head">
            <h1>"Match"</h1>
        </div>
        <p>
            "Name an image and a pipeline, and see which registry credential it would receive, which it would not, and why."
        </p>
        {form}
        {explanation.map(|explanation| view! { <Answer explanation place/> })}
    }
    .into_any()
}
