//! The page of the explainer.

use super::answer::Answer;
use super::question::{Question, QuestionForm};
use crate::domain::choosing::Choices;
use crate::domain::matching::Explanation;
use crate::domain::paths;
use crate::error::{Error, Result};
use crate::functions::answer::set_status;
use crate::functions::choosing::pipeline_choices;
use crate::functions::matching::explain;
use crate::ui::kit::{Alert, FormState, Loaded, PageContext, PageHead, Problem};
use leptos::prelude::*;
use uuid::Uuid;

/// `/p/{project}/match?image=&pipeline=&intent=&branch=&event=&is_fork=`
#[component]
pub fn MatchPage() -> impl IntoView {
    let page = PageContext::here();
    let question = Question::read(|key| page.query(key));
    view! {
        <Loaded title="Match" from=load(page.project.clone(), question.clone()) let:found>
            {whole(found, question, page)}
        </Loaded>
    }
}

/// The pipelines to choose from, and the answer if something was asked.
type Found = (Choices<(Uuid, String)>, Option<Result<Explanation>>);

/// Whether there is none to choose, whatever is searched for.
fn is_none(pipelines: &Choices<(Uuid, String)>, question: &Question) -> bool {
    pipelines.rows.is_empty() && question.search.words().is_empty()
}

async fn load(project: String, question: Question) -> Result<Found> {
    let chosen = Uuid::parse_str(&question.form.pipeline).ok();
    let pipelines = pipeline_choices(project.clone(), question.search.clone(), chosen).await?;
    let answer = if question.is_asked && !is_none(&pipelines, &question) {
        Some(explain(project, question.form).await)
    } else {
        None
    };
    Ok((pipelines, answer))
}

fn whole((pipelines, answer): Found, question: Question, page: PageContext) -> AnyView {
    let (explanation, error) = match answer {
        None => (None, None),
        Some(Ok(explanation)) => (Some(explanation), None),
        Some(Err(error)) if matches!(error, Error::Invalid(_)) => {
            set_status(&error);
            (None, Some(error))
        }
        Some(Err(error)) => return view! { <Problem error/> }.into_any(),
    };
    let (action, to_pipelines) = (paths::matching(&page.project), paths::pipelines(&page.project));
    let form = if is_none(&pipelines, &question) {
        let next = if page.may_grant() {
            "Add one to see what it would receive."
        } else {
            "An owner or a maintainer of the project can add one."
        };
        view! {
            <p class="muted">
                "This project has no " <a href=to_pipelines>"pipelines"</a> " yet. " {next}
            </p>
        }
        .into_any()
    } else {
        let fork = question.form.fork();
        let form = FormState::asked(question.form.clone(), error);
        view! {
            {form
                .failed()
                .map(|_| {
                    view! {
                        <Alert>
                            <p>"Check the marked fields."</p>
                        </Alert>
                    }
                })}
            <QuestionForm form fork pipelines sought=question.search.clone() action/>
        }
        .into_any()
    };
    view! {
        <PageHead title="Match"/>
        <p>"See which credential a pipeline gets for an image, and why."</p>
        {form}
        {explanation.map(|explanation| view! { <Answer explanation pipeline=question.form.pipeline page/> })}
    }
    .into_any()
}
