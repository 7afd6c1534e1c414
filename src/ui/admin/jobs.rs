//! The jobs of the instance: when each ran, how that went, and when it runs next.

use crate::domain::job::{Job, JobList, JobResult};
use crate::domain::moment::Moment;
use crate::functions::jobs::{RunJobNow, find_jobs};
use crate::ui::kit::{
    ACTIONS, Cell, Columns, Dot, FlashMessages, Loaded, PageHead, PostButton, Table, TimeToCome,
};
use crate::ui::layout::InstanceFrame;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn JobsPage() -> impl IntoView {
    view! {
        <InstanceFrame>
            <FlashMessages/>
            <Loaded title="Jobs" from=find_jobs() let:list>
                <Jobs list/>
            </Loaded>
        </InstanceFrame>
    }
}

#[component]
fn Jobs(list: JobList) -> impl IntoView {
    let JobList { jobs, at } = list;
    let columns = Columns::new(
        ["Job", "Result", "Last run", "Next run", "Failed attempts", ACTIONS],
        jobs.into_iter().map(|job| row(job, at)),
    );
    view! {
        <PageHead title="Jobs"/>
        <p>
            "Regcred runs these jobs in the background. Each job runs on one server at a time. A failed job is retried after a pause, and each pause is longer than the last."
        </p>
        <Table columns label="Jobs" class="compact"/>
    }
}

fn row(job: Job, at: Moment) -> [Cell; 6] {
    let is_running = job.is_running(at);
    let failed = job.attempts.saturating_sub(u32::from(is_running));
    let (label, key) = (job.kind.label(), job.key.clone());
    let action = (!is_running).then(|| {
        let (values, label) =
            (vec![("id", job.id.to_string())], format!("Run now: {}", job.name()));
        view! { <PostButton action=RunJobNow::url() values label word="Run now"/> }
    });
    [
        Cell::of(view! {
            {label}
            {(!key.is_empty()).then(|| view! { <div class="muted">{key}</div> })}
        }),
        Cell::or(
            job.last_result.map(|result| {
                let reason = job.last_error.map(|error| {
                    view! { <div class="muted">{error.label()}</div> }
                });
                view! {
                    <Dot label=result.label() tone=tone(result)/>
                    {reason}
                }
            }),
            "None",
        ),
        Cell::last(job.last_finished_at),
        match job.due_at {
            _ if is_running => Cell::of("Running now"),
            Some(due) if due <= at => Cell::of("Waiting to start"),
            due => Cell::or(due.map(|at| view! { <TimeToCome at/> }), "When there is work"),
        },
        Cell::or((failed > 0).then_some(failed), "0"),
        Cell::of(action),
    ]
}

fn tone(result: JobResult) -> &'static str {
    match result {
        JobResult::Succeeded => "good",
        JobResult::Failed => "warn",
        JobResult::GaveUp => "bad",
    }
}
