//! A credential whose secret others may know: the question before it is marked, and the record after it,
//! which is made to be printed.

use super::frame::{Part, tab};
use crate::domain::compromise::{Mark, Received, Standing, Step, Task};
use crate::domain::credential::Credential;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::credential_endings::CompromiseCredential;
use crate::functions::credential_pages::{CompromisePage, CredentialHead, compromise};
use crate::ui::kit::{
    Alert, Cell, Columns, Dot, ExactTime, Fact, Facts, LinkButton, LoadedDialog, PageContext,
    PostForm, Section, Table, TextFact,
};
use crate::ui::usage::{PipelineName, times};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

const RECEIVED: [&str; 5] = ["Pipeline", "Version", "Received", "Since", "Last"];

type Found = (CredentialHead, CompromisePage);

async fn load(page: PageContext) -> Result<Found> {
    compromise(page.project.clone(), page.id()?).await
}

async fn load_question(page: PageContext) -> Result<Found> {
    page.needs(Permission::RegistryWrite)?;
    load(page).await
}

/// `/p/{project}/credentials/{id}/compromise`
#[component]
pub fn CompromiseDialog() -> impl IntoView {
    let page = PageContext::here();
    let name = |(head, _): &Found| head.credential.summary.name.clone();
    let close_href =
        page.id().map_or_else(|_| page.list(), |id| paths::credential(&page.project, id));
    view! {
        <LoadedDialog
            id="compromise-credential"
            verb="Mark as compromised:"
            name
            close_href=close_href.clone()
            is_read_first=true
            from=load_question(page.clone())
            let:loaded
        >
            {question(loaded, close_href, page)}
        </LoadedDialog>
    }
}

fn question((head, found): Found, cancel: String, page: PageContext) -> impl IntoView {
    let summary = head.credential.summary;
    if summary.is_compromised {
        let href = paths::compromised_credential(&page.project, summary.id);
        return view! {
            <p>"This credential is already marked as compromised."</p>
            <p>
                <LinkButton href label="Show the record"/>
            </p>
        }
        .into_any();
    }
    let project = page.project.clone();
    let host = summary.host.as_str().to_owned();
    view! {
        <Alert kind="warning">
            <p>
                "If you mark this credential as compromised, pipelines stop receiving it at once. You can enable it again only after another secret is stored."
            </p>
        </Alert>
        <h3>"Pipelines that received it"</h3>
        <WhoReceived found page/>
        <PostForm
            action=CompromiseCredential::url()
            project
            id=summary.id
            submit="Disable and mark as compromised"
            is_danger=true
            cancel
        >
            <p>
                {format!(
                    "Regcred cannot take back what was delivered. Revoke the secret at {host} as well. Until then, anybody who has it can use it.",
                )}
            </p>
        </PostForm>
    }
    .into_any()
}

/// The pipelines with the versions that each was handed.
#[component]
fn WhoReceived(found: CompromisePage, page: PageContext) -> impl IntoView {
    let CompromisePage { received, existing, is_behind, .. } = found;
    let is_several = received.iter().any(|one| one.versions.0 != one.versions.1);
    let rows = received.into_iter().map(|one| cells(one, &existing, &page));
    let columns = Columns::new(RECEIVED, rows);
    view! {
        <Table
            columns
            class="compact"
            label="Who received which version"
            empty="No delivery of this credential is recorded."
        />
        {is_several
            .then(|| {
                view! {
                    <p class="muted">
                        "Days on which a pipeline received more than one version have a row of their own."
                    </p>
                }
            })}
        {is_behind
            .then(|| {
                view! {
                    <p class="muted">
                        "Some deliveries are not in these figures yet. They are being added. Load the page again in a minute."
                    </p>
                }
            })}
    }
}

fn cells(one: Received, existing: &[Uuid], page: &PageContext) -> [Cell; 5] {
    let (id, has_page) = (one.pipeline_id, existing.contains(&one.pipeline_id));
    let version = one.versions_text();
    let name = if one.pipeline.is_empty() { "A deleted pipeline".to_owned() } else { one.pipeline };
    let page = page.clone();
    [
        Cell::of(view! { <PipelineName id name has_page page/> }),
        Cell::of(version),
        Cell::of(times(one.times)),
        Cell::of(view! { <ExactTime at=one.first_at/> }),
        Cell::of(view! { <ExactTime at=one.last_at/> }),
    ]
}

/// `/p/{project}/credentials/{id}/compromised`
#[component]
pub fn CompromisedPage() -> impl IntoView {
    tab(Part::Compromise, load, record)
}

fn record(head: CredentialHead, found: CompromisePage, page: PageContext) -> impl IntoView {
    let credential = head.credential;
    let Some(mark) = credential.compromised.clone() else {
        let href = paths::compromise_credential(&page.project, credential.summary.id);
        let may = page.may(Permission::RegistryWrite);
        return view! {
            <p>"This credential is not marked as compromised."</p>
            {may.then(|| view! { <p><LinkButton href label="Mark as compromised"/></p> })}
        }
        .into_any();
    };
    let (id, steps, same) = (credential.summary.id, found.steps.clone(), found.same_secret.clone());
    let (beside, of_others) = (page.clone(), page.clone());
    view! {
        <Incident credential mark/>
        <Steps steps id page=beside/>
        <Others same page=of_others/>
        <Section id="received" title="Who received which version">
            <WhoReceived found page/>
        </Section>
        <p class="muted no-print">
            "Print this page to keep a copy. It shows what is known now, and it changes as the steps are done. The audit log records who marked the credential, and when."
        </p>
    }
    .into_any()
}

#[component]
fn Incident(credential: Credential, mark: Mark) -> impl IntoView {
    let summary = credential.summary;
    let versions = match mark.version {
        1 => "Version 1".to_owned(),
        last => format!("Every version up to {last}"),
    };
    view! {
        <Section id="incident" title="What happened">
            <Facts>
                <TextFact label="Credential" text=summary.name/>
                <TextFact label="Registry URL" is_mono=true text=summary.host.as_str()/>
                <TextFact label="Username" is_mono=true text=summary.username/>
                <TextFact label="Access" text=summary.access.label()/>
                <Fact label="Marked as compromised">
                    <ExactTime at=mark.at/>
                    {format!(" by {}", mark.by)}
                </Fact>
                <TextFact label="Compromised versions" text=versions/>
            </Facts>
        </Section>
    }
}

/// What there is to do, each with what is known of it.
#[component]
fn Steps(
    steps: Vec<Step>,
    /// The credential.
    id: Uuid,
    page: PageContext,
) -> impl IntoView {
    let is_replaced =
        steps.iter().any(|step| step.task == Task::Replace && step.standing == Standing::Done);
    let rows = steps.into_iter().map(|step| {
        let tone = match step.standing {
            Standing::Done => "good",
            Standing::Open => "warn",
            Standing::Unknown => "neutral",
        };
        let standing = step.standing.label();
        // Before that it would be refused.
        let may_follow = step.task != Task::Enable || is_replaced;
        let link = link(&step, id, &page).filter(|_| may_follow);
        [
            Cell::of(view! { <Dot label=standing tone/> }),
            Cell::of(step.task.label()),
            Cell::of(view! {
                {step.fact}
                {link.map(|(href, word)| view! { " " <a class="no-print" href=href>{word}</a> })}
            }),
        ]
    });
    let columns = Columns::new(["State", "Step", "What is known"], rows);
    view! {
        <Section id="steps" title="Checklist">
            <Table columns labelled_by="steps"/>
        </Section>
    }
}

/// Where an open step is done, for who may do it.
fn link(step: &Step, id: Uuid, page: &PageContext) -> Option<(String, &'static str)> {
    if step.standing == Standing::Done {
        return None;
    }
    let project = &page.project;
    let (permission, href, word) = match step.task {
        Task::Replace => {
            let dialog = paths::from_page(&paths::replace_secret(project, id));
            (Permission::RegistryWrite, dialog, "Replace secret")
        }
        Task::Destroy => {
            let versions = paths::credential_versions(project, id);
            (Permission::RegistryDelete, versions, "All versions")
        }
        Task::Enable => (Permission::RegistryWrite, paths::credential(project, id), "Enable it"),
        Task::Fetch => {
            let deliveries = paths::credential_deliveries(project, id);
            (Permission::RegistryRead, deliveries, "All deliveries")
        }
        Task::Stop => {
            let dialog = paths::from_page(&paths::disable_credential(project, id));
            (Permission::RegistryWrite, dialog, "Disable it")
        }
        Task::Revoke | Task::Others => return None,
    };
    page.may(permission).then_some((href, word))
}

/// Other credentials with one of the old secrets.
#[component]
fn Others(same: Vec<(Uuid, String)>, page: PageContext) -> impl IntoView {
    if same.is_empty() {
        return ().into_any();
    }
    let links = same
        .into_iter()
        .map(|(id, name)| {
            let href = paths::credential(&page.project, id);
            view! {
                <li>
                    <a href=href>{name}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <Section id="same-secret" title="Credentials with the old secret">
            <ul>{links}</ul>
        </Section>
    }
    .into_any()
}
