//! The page of one registry credential.

use super::activity::Activity;
use super::details::Details;
use super::guard_change::GuardChangeSection;
use super::row::EnableToggle;
use super::stored::{SameSecret, SecretDoubt, Stored};
use super::token_service::WhereTo;
use super::used_by::{Obtainers, UsedBy, Waiting};
use super::versions::Versions;
use crate::domain::credential::Summary;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::credentials::{CredentialPage, SetTokenService, find_credential};
use crate::functions::guard_changes::ApproveGuardChange;
use crate::functions::versions::DestroyVersion;
use crate::ui::kit::{
    FlashMessages, FormState, LinkButton, Loaded, PageContext, PageHead, Section,
};
use crate::ui::receipts::Receipts;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn DetailPage() -> impl IntoView {
    let page = PageContext::here();
    let list = paths::credentials(&page.project);
    view! {
        <p>
            <a href=list>"Registry Credentials"</a>
        </p>
        <FlashMessages/>
        <Loaded from=load(page.clone()) let:loaded>
            <Whole loaded page/>
        </Loaded>
    }
}

async fn load(page: PageContext) -> Result<(CredentialPage, Option<FailedForm>)> {
    let found = find_credential(page.project.clone(), page.id()?).await?;
    Ok((found, page.failed_form().await))
}

#[component]
fn Whole(loaded: (CredentialPage, Option<FailedForm>), page: PageContext) -> impl IntoView {
    let (found, failed) = loaded;
    let credential = found.credential;
    let summary = credential.summary.clone();
    let id = summary.id;
    let summary_doubt = summary.secret_doubt.clone();
    let (current, created_at) = (credential.secret.version, credential.created_at);
    let destroying = FormState::of::<DestroyVersion>(failed.clone(), ());
    let lowering = FormState::of::<ApproveGuardChange>(failed.clone(), ());
    let form = FormState::of::<SetTokenService>(failed, ());
    let change = found.guard_change.map(|change| (change, credential.clone(), page.clone()));
    let (head, beside, stored) = (page.clone(), page.clone(), credential.clone());
    view! {
        <Title text=summary.name.clone()/>
        <PageHead title=summary.name.clone()>
            <Actions credential=summary page=head/>
        </PageHead>
        {change
            .map(|(change, credential, page)| {
                view! { <GuardChangeSection change credential page form=lowering/> }
            })}
        <Details credential=credential.clone() today=found.today/>
        <Section id="stored" title="Stored secret">
            <SecretDoubt doubt=summary_doubt/>
            <Stored credential=stored/>
            <SameSecret others=found.same_secret page=beside/>
        </Section>
        <WhereTo credential companions=found.companions form page=page.clone()/>
        <Versions id versions=found.versions page=page.clone() form=destroying/>
        <UsedBy
            dependents=found.dependents
            existing=found.existing.clone()
            current
            created_at
            page=page.clone()
        />
        <Waiting waiting=found.waiting page=page.clone()/>
        <Obtainers obtainers=found.obtainers holders=found.holders page=page.clone()/>
        <Receipts receipts=found.receipts page is_of_pipeline=false existing=found.existing/>
        <Activity events=found.events/>
    }
}

#[component]
fn Actions(credential: Summary, page: PageContext) -> impl IntoView {
    let (project, id) = (page.project.clone(), credential.id);
    let edit = paths::from_page(&paths::edit_credential(&project, id));
    let replace = paths::from_page(&paths::replace_secret(&project, id));
    let delete = paths::delete_credential(&project, id);
    view! {
        <div class="toolbar">
            {page
                .may(Permission::RegistryWrite)
                .then(|| {
                    let back = paths::credential(&project, id);
                    view! {
                        <LinkButton href=edit label="Edit"/>
                        <LinkButton href=replace label="Replace secret"/>
                        <EnableToggle credential project back button_class="button"/>
                    }
                })}
            {page
                .may(Permission::RegistryDelete)
                .then(|| view! { <LinkButton href=delete label="Delete"/> })}
        </div>
    }
}
