//! What the pipeline declares: its files, what they name, and which credential that would be handed.

use super::declared::Statements;
use super::frame::{Part, PipelineFrame};
use crate::domain::definition::{Counts, Definition, DefinitionsPage as Found};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::definitions::{CreateDefinitions, DeleteDefinition, definitions_page};
use crate::ui::kit::{
    ACTIONS, Badge, Cell, Columns, Field, FlashMessages, FormState, Hidden, Loaded, PageContext,
    PostForm, Section, Table, TextArea,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;
use uuid::Uuid;

const NONE: &str = "No file has been declared yet. The page Connect has the lines that send what the files of a repository name.";

/// `/p/{project}/pipelines/{id}/definitions`; `file` in its query says whose references are shown.
#[component]
pub fn DefinitionsPage() -> impl IntoView {
    let page = PageContext::here();
    view! {
        <FlashMessages/>
        <Loaded from=load(page.clone()) let:found>
            {whole(found, page)}
        </Loaded>
    }
}

async fn load(page: PageContext) -> Result<(Found, Option<FailedForm>)> {
    // What is no id is of no file.
    let file = page.query("file").map(|text| Uuid::parse_str(&text).unwrap_or_default());
    let found = definitions_page(page.project.clone(), page.id()?, file).await?;
    Ok((found, page.failed_form().await))
}

fn whole((found, failed): (Found, Option<FailedForm>), page: PageContext) -> impl IntoView {
    let Found { head, files, shown } = found;
    let pipeline = head.summary.id;
    let may_write = page.may(Permission::PipelineWrite);
    let current = shown.as_ref().map(|shown| shown.definition.id);
    let project = page.project.clone();
    view! {
        <PipelineFrame head part=Part::Definitions page=page.clone()>
            <p class="muted">
                "This page lists what the files of this pipeline name. Regcred keeps the names of images and registries, where they stand, and a hash of each file. It does not keep the text of a file. Nothing is delivered because of a definition."
            </p>
            <Files files current pipeline page=page.clone()/>
            {shown.map(|shown| view! { <Statements shown project pipeline/> })}
            {may_write.then(|| view! { <AddFiles pipeline project=page.project failed/> })}
        </PipelineFrame>
    }
}

#[component]
fn Files(
    files: Vec<Definition>,
    /// The one whose references are shown.
    current: Option<Uuid>,
    pipeline: Uuid,
    page: PageContext,
) -> impl IntoView {
    let may_write = page.may(Permission::PipelineWrite);
    let own = paths::pipeline_definitions(&page.project, pipeline);
    let rows = files.into_iter().map(|file| {
        let (project, id, path) = (page.project.clone(), file.id, file.path.clone());
        let is_current = (current == Some(file.id)).then_some("true");
        let href = paths::with_query(&own, "file", &file.id.to_string());
        let declared = file.declared();
        let by = format!("by {}", file.origin.by);
        let system = (!file.system.is_empty()).then(|| file.system.clone());
        [
            Cell::styled(
                "mono",
                view! { <a href=href aria-current=is_current>{file.path.clone()}</a> },
            ),
            Cell::or(system, "Part of another file"),
            Cell::of(view! {
                {declared}
                " "
                <span class="muted">{by}</span>
            }),
            Cell::of(counted(file.counts)),
            Cell::of(view! { <Deletion project pipeline id path/> }),
        ]
    });
    let heads = ["File", "Kind", "Declared", "References", ACTIONS];
    let columns = Columns::new(heads, rows).with_last(may_write);
    view! {
        <Section id="files" title="Files">
            <Table columns labelled_by="files" empty=NONE class="compact"/>
        </Section>
    }
}

/// The form that removes what a file says, and what is lost with that: its text is kept nowhere.
#[component]
fn Deletion(project: String, pipeline: Uuid, id: Uuid, path: String) -> impl IntoView {
    view! {
        <details class="fold">
            <summary>"Delete" <span class="visually-hidden">{format!(" {path}")}</span></summary>
            <PostForm action=DeleteDefinition::url() project id submit="Delete" is_danger=true>
                <Hidden name="pipeline" value=pipeline.to_string()/>
                <p>
                    "Regcred removes what this file names. To list it again, add the file again or scan the repository. Deliveries do not change."
                </p>
            </PostForm>
        </details>
    }
}

fn counted(counts: Counts) -> impl IntoView {
    let Counts { references, unresolved, passwords, unread } = counts;
    let several = |number: i64, one: &str, many: &str| {
        format!("{number} {}", if number == 1 { one } else { many })
    };
    let open = (unresolved > 0).then(|| format!(", {unresolved} with variables"));
    view! {
        {several(references, "reference", "references")}
        {open}
        {(passwords > 0).then(|| {
            view! { " " <Badge label=several(passwords, "password", "passwords") tone="bad"/> }
        })}
        {(unread > 0).then(|| view! { " " <Badge label="Not fully read" tone="warn"/> })}
    }
}

#[component]
fn AddFiles(pipeline: Uuid, project: String, failed: Option<FailedForm>) -> impl IntoView {
    let state = FormState::of::<CreateDefinitions>(failed, json!({}));
    let problem = state.error("files");
    view! {
        <Section id="add" title="Add files">
            <p class="muted">
                "The server reads the files and keeps only what they name. If a password is written in a file, the page says on which line, and the password is not kept. A file replaces an older one with the same path."
            </p>
            {state.summary()}
            <PostForm
                action=CreateDefinitions::url()
                project
                class="card stack"
                is_multipart=true
                submit="Add"
            >
                <Hidden name="pipeline" value=pipeline.to_string()/>
                <ChosenFiles problem/>
                <Field
                    at=state.at("folder")
                    label="Folder (Optional)"
                    hint="The folder of the files in the repository. Some files are recognized by their folder, for example those in .github/workflows."
                />
                <div class="field-row">
                    <Field
                        at=state.at("name")
                        label="Name of a pasted file (Optional)"
                        hint="For example Dockerfile or .gitlab-ci.yml."
                    />
                    <Field
                        at=state.at("commit")
                        label="Commit (Optional)"
                        hint="The commit of the repository that the files are from."
                    />
                </div>
                <TextArea
                    at=state.at("text")
                    label="Text of a pasted file (Optional)"
                    hint="Regcred keeps what the text names, but not the text. It is not shown again."
                    rows=3
                    is_mono=true
                />
            </PostForm>
        </Section>
    }
}

#[component]
fn ChosenFiles(problem: Option<String>) -> impl IntoView {
    let is_wrong = problem.is_some();
    let described_by =
        if is_wrong { "files-chosen-error files-chosen-hint" } else { "files-chosen-hint" };
    view! {
        <div class="field">
            <label for="files-chosen">"Files to add"</label>
            <input
                id="files-chosen"
                name="files"
                type="file"
                multiple=true
                autofocus=is_wrong
                aria-describedby=described_by
                aria-invalid=is_wrong.then_some("true")
            />
            <p class="hint" id="files-chosen-hint">
                "Pipeline files, manifests, compose files and Dockerfiles: at most 20, each of at most 256 KiB."
            </p>
            {problem.map(|text| view! { <p class="field-error" id="files-chosen-error">{text}</p> })}
        </div>
    }
}
