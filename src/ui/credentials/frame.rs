//! What every page of a credential has above: its name and state, where it is for, what can be done
//! to it, and the tabs.

use super::row::{EnableToggle, States};
use crate::domain::credential::Summary;
use crate::domain::credential_page::CredentialHead;
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::error::Result;
use crate::ui::kit::{
    Behind, CopyValue, KindMark, LinkButton, Loaded, Menu, PageContext, Tab, Tabs,
};
use leptos::prelude::*;
use leptos_meta::Title;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The pages of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Overview,
    Deliveries,
    Checks,
    Versions,
    Readers,
    Activity,
    Connect,
    /// Of one that was marked as compromised.
    Compromise,
}

/// A page of a credential, as it reads what it shows: the link to the list, how the last post went, the
/// head with the tabs, of which `part` is shown, and below them what `body` draws of what was read.
pub fn tab<T, Fut, V>(
    part: Part,
    load: impl FnOnce(PageContext) -> Fut,
    body: impl FnOnce(CredentialHead, T, PageContext) -> V + Send + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    Fut: Future<Output = Result<(CredentialHead, T)>> + Send + 'static,
    V: IntoView + 'static,
{
    let page = PageContext::here();
    let (from, list) = (load(page.clone()), paths::credentials(&page.project));
    let behind = page.clone();
    let whole = move |(head, found): (CredentialHead, T)| {
        let body = body(head.clone(), found, page.clone());
        view! {
            <Head head page part/>
            {body}
        }
    };
    view! {
        <Behind page=behind class="stack">
            <p>
                <a href=list>"Registry Credentials"</a>
            </p>
            <Loaded from let:loaded>
                {whole(loaded)}
            </Loaded>
        </Behind>
    }
}

/// The head of a credential with the tabs, of which `part` is shown.
#[component]
fn Head(head: CredentialHead, page: PageContext, part: Part) -> impl IntoView {
    let CredentialHead { credential, today } = head;
    let summary = credential.summary;
    let (project, id, name) = (page.project.clone(), summary.id, summary.name.clone());
    let (kind, host) = (summary.kind(), summary.host.as_str().to_owned());
    let username = Some(summary.username.clone()).filter(|text| !text.is_empty());
    let description = Some(summary.description.clone()).filter(|text| !text.is_empty());
    let title = match part {
        Part::Overview => name.clone(),
        Part::Deliveries => format!("Deliveries of {name}"),
        Part::Checks => format!("Checks of {name}"),
        Part::Versions => format!("Versions of {name}"),
        Part::Readers => format!("Who can read {name}"),
        Part::Activity => format!("Activity of {name}"),
        Part::Connect => format!("Connect {name}"),
        Part::Compromise => format!("Compromise of {name}"),
    };
    let tab = |label, of, href| Tab { label, href, count: None, is_current: part == of };
    let mut tabs = vec![
        tab("Overview", Part::Overview, paths::credential(&project, id)),
        tab("Deliveries", Part::Deliveries, paths::credential_deliveries(&project, id)),
        tab("Checks", Part::Checks, paths::credential_checks(&project, id)),
        tab("Versions", Part::Versions, paths::credential_versions(&project, id)),
        tab("Who can read it", Part::Readers, paths::credential_readers(&project, id)),
        tab("Activity", Part::Activity, paths::credential_activity(&project, id)),
        tab("Connect", Part::Connect, paths::connect_credential(&project, id)),
    ];
    if credential.compromised.is_some() {
        let record = paths::compromised_credential(&project, id);
        tabs.push(tab("Compromise", Part::Compromise, record));
    }
    let of_states = summary.clone();
    // A dialog over the page has the title of its own.
    let title = (!page.is_covered()).then_some(title);
    view! {
        {title.map(|text| view! { <Title text/> })}
        <header class="credential-head">
            <div class="page-head">
                <div class="credential-name">
                    <KindMark kind/>
                    <h1>{name}</h1>
                    <States credential=of_states today/>
                </div>
                <Actions credential=summary page/>
            </div>
            <p class="credential-place">
                <CopyValue id="credential-host" text=host what="registry host"/>
                {username
                    .map(|text| {
                        view! { <CopyValue id="credential-username" text what="user name"/> }
                    })}
                <span class="muted">{kind.label()}</span>
                {description.map(|text| view! { <span>{text}</span> })}
            </p>
        </header>
        <Tabs label="Credential" tabs/>
    }
}

#[component]
fn Actions(credential: Summary, page: PageContext) -> impl IntoView {
    let (project, id) = (page.project.clone(), credential.id);
    let edit = paths::from_page(&paths::edit_credential(&project, id));
    let replace = paths::from_page(&paths::replace_secret(&project, id));
    let delete = paths::from_page(&paths::delete_credential(&project, id));
    let compromise = paths::compromise_credential(&project, id);
    let (may_write, may_delete) =
        (page.may(Permission::RegistryWrite), page.may(Permission::RegistryDelete));
    let can_mark = may_write && !credential.is_compromised;
    let label = format!("More actions for {}", credential.name);
    view! {
        <div class="toolbar">
            {may_write
                .then(|| {
                    let back = paths::credential(&project, id);
                    view! {
                        <LinkButton href=edit label="Edit"/>
                        <LinkButton href=replace label="Replace secret"/>
                        <EnableToggle credential project back button_class="button"/>
                    }
                })}
            {(can_mark || may_delete)
                .then(|| {
                    view! {
                        <Menu id="credential-menu" label>
                            {can_mark
                                .then(|| {
                                    view! {
                                        <a class="menu-item" href=compromise>
                                            "Mark as compromised"
                                        </a>
                                    }
                                })}
                            {may_delete
                                .then(|| view! { <a class="menu-item" href=delete>"Delete"</a> })}
                        </Menu>
                    }
                })}
        </div>
    }
}
