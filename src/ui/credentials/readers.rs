//! Who can read the secret of a credential, and where it may be sent.

use super::frame::{Part, tab};
use super::token_service::WhereTo;
use crate::domain::credential_page::Holder;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::credential_pages::{CredentialHead, Readers, readers};
use crate::functions::credentials::SetTokenService;
use crate::ui::kit::{Badge, Cell, Columns, FormState, PageContext, Section, Table, made_by_gone};
use crate::ui::usage::PipelineName;
use leptos::prelude::*;

/// `/p/{project}/credentials/{id}/readers`
#[component]
pub fn ReadersPage() -> impl IntoView {
    tab(Part::Readers, load, whole)
}

type Found = (Readers, Option<FailedForm>);

async fn load(page: PageContext) -> Result<(CredentialHead, Found)> {
    let (head, found) = readers(page.project.clone(), page.id()?).await?;
    let failed = page.failed_form().await;
    Ok((head, (found, failed)))
}

fn whole(head: CredentialHead, loaded: Found, page: PageContext) -> impl IntoView {
    let (found, failed) = loaded;
    let form = FormState::of::<SetTokenService>(failed, ());
    view! {
        <Obtainers obtainers=found.obtainers holders=found.holders page=page.clone()/>
        <WhereTo credential=head.credential companions=found.companions form page/>
    }
}

/// Members who could read the secret, by name and role, and what lets others read it.
#[component]
fn Obtainers(
    obtainers: Vec<(String, String)>,
    holders: Vec<Holder>,
    page: PageContext,
) -> impl IntoView {
    let (is_nobody, count) = (obtainers.is_empty(), holders.len());
    let rows = holders.into_iter().map(|holder| holder_cells(holder, &page));
    let columns =
        Columns::new(["Pipeline", "Token or trust rule", "Created by", "Last used"], rows);
    view! {
        <Section id="obtainers" title="Who can read the secret">
            <p>
                "Anyone who may grant this credential can read its secret. So can every pipeline with a grant, unless the grant waits for approval, has ended, or is for short-lived tokens only. Granting asks for your password and is recorded."
            </p>
            <ul>
                {obtainers
                    .into_iter()
                    .map(|(name, role)| {
                        view! { <li>{name} " " <span class="muted">{role}</span></li> }
                    })
                    .collect_view()}
            </ul>
            {is_nobody.then(|| view! { <p class="muted">"No member can grant it at the moment."</p> })}
            <details class="fold">
                <summary id="holders">{format!("Tokens and trust rules ({count})")}</summary>
                <p class="muted">
                    "A person who has one of these tokens, or whose jobs meet one of these rules, can read the secret without signing in, as far as the grant allows it."
                </p>
                <Table
                    columns
                    class="compact"
                    labelled_by="holders"
                    empty="No pipeline with a grant has a token or a trust rule."
                />
            </details>
        </Section>
    }
}

fn holder_cells(holder: Holder, page: &PageContext) -> [Cell; 4] {
    let (id, name, page) = (holder.pipeline_id, holder.pipeline, page.clone());
    [
        Cell::of(view! { <PipelineName id name has_page=true page/> }),
        Cell::of(holder.what),
        if holder.is_gone {
            let label = made_by_gone(&holder.made_by);
            Cell::of(view! { <Badge label tone="warn"/> })
        } else {
            Cell::of(holder.made_by.name)
        },
        Cell::last(holder.last_used_at),
    ]
}
