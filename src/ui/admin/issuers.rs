//! The issuers whose tokens this instance accepts, for an instance admin to decide on.

use crate::domain::issuer::{ListedIssuer, UsingRule};
use crate::domain::paths::{ISSUERS, remove_issuer};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::issuers::{AddIssuer, RemoveIssuer, find_issuer, find_issuers};
use crate::ui::granting::YourPassword;
use crate::ui::kit::{
    ACTIONS, Cell, Columns, Field, FlashMessages, FormState, IconLink, Loaded, PageContext,
    PageHead, PostForm, Section, Table,
};
use crate::ui::layout::InstanceFrame;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::json;

#[component]
pub fn IssuersPage() -> impl IntoView {
    view! {
        <InstanceFrame>
            <FlashMessages/>
            <Loaded title="Trusted issuers" from=load(PageContext::here()) let:found>
                {whole(found)}
            </Loaded>
        </InstanceFrame>
    }
}

type Found = (Vec<(ListedIssuer, u64)>, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    Ok((find_issuers().await?, page.failed_form().await))
}

fn whole((issuers, failed): Found) -> impl IntoView {
    let form = FormState::of::<AddIssuer>(failed, json!({ "url": "" }));
    let heads = ["Issuer", "Added", "Trust rules", ACTIONS];
    let columns = Columns::new(heads, issuers.into_iter().map(row));
    view! {
        <PageHead title="Trusted issuers"/>
        <p>
            "An issuer signs the identity tokens of jobs. Trust rules of every project can use the issuers on this list, and those that are always accepted. Add an issuer only if you trust the people who run it: they decide what its tokens say."
        </p>
        <p class="muted">
            "These are always accepted and need no entry: GitHub Actions, GitLab.com, CircleCI, Buildkite, and Azure DevOps with the issuer vstoken.dev.azure.com."
        </p>
        <Table columns label="Trusted issuers" empty="No issuers are on the list. Only those that are always accepted can be used."/>
        <Section id="add-issuer" title="Add an issuer">
            {form.summary()}
            <PostForm action=AddIssuer::url() class="card stack" submit="Add issuer">
                <Field
                    at=form.at("url")
                    label="Issuer"
                    hint="The iss claim of its tokens, for example https://gitlab.example.com."
                />
                <YourPassword
                    error=form.error("password")
                    hint="Members of every project can then add trust rules for it. Enter your password to confirm."
                />
            </PostForm>
        </Section>
    }
}

fn row((issuer, rules): (ListedIssuer, u64)) -> [Cell; 4] {
    let label = format!("Remove {}", issuer.url);
    let href = remove_issuer(issuer.id);
    [
        Cell::styled("mono", issuer.url),
        Cell::done(issuer.added_at, &issuer.added_by.name),
        Cell::of(rules),
        Cell::of(view! { <IconLink href label icon="trash"/> }),
    ]
}

/// `/admin/issuers/{id}/remove`: what stops, and the form that does it.
#[component]
pub fn RemoveIssuerPage() -> impl IntoView {
    view! {
        <InstanceFrame>
            <Loaded title="Remove issuer" from=load_one(PageContext::here()) let:found>
                {removal(found)}
            </Loaded>
        </InstanceFrame>
    }
}

type FoundOne = ((ListedIssuer, Vec<UsingRule>), Option<FailedForm>);

async fn load_one(page: PageContext) -> Result<FoundOne> {
    Ok((find_issuer(page.id()?).await?, page.failed_form().await))
}

fn removal(((issuer, rules), failed): FoundOne) -> impl IntoView {
    let form = FormState::of::<RemoveIssuer>(failed, ());
    let has_rules = !rules.is_empty();
    let columns = Columns::new(
        ["Project", "Pipeline"],
        rules.into_iter().map(|rule| [Cell::of(rule.slug), Cell::of(rule.pipeline_name)]),
    );
    view! {
        <PageHead title="Remove issuer" up=(ISSUERS.to_owned(), "Trusted issuers".to_owned())/>
        <p class="mono">{issuer.url}</p>
        <p>
            {if has_rules {
                "If you remove this issuer, its tokens will no longer be accepted, on any server, from the next request on. The trust rules below will stop, and the short-lived tokens of their pipelines will end. The rules will stay, and work again if you add the issuer again."
            } else {
                "If you remove this issuer, its tokens will no longer be accepted, on any server, from the next request on. No trust rule uses it."
            }}
        </p>
        {has_rules
            .then(|| {
                view! {
                    <Section id="stopping" title="Trust rules that stop">
                        <Table columns/>
                    </Section>
                }
            })}
        {form.summary()}
        <PostForm
            action=RemoveIssuer::url()
            id=issuer.id
            class="card stack"
            submit="Remove issuer"
            cancel=ISSUERS
            is_danger=true
        >
            <YourPassword
                error=form.error("password")
                hint="Enter your password to confirm."
            />
        </PostForm>
    }
}
