//! What is asked before another version of a secret is delivered, and before one is destroyed.

use crate::domain::credential::Credential;
use crate::domain::credential_page::{CredentialHead, VersionInUse};
use crate::domain::paths;
use crate::domain::permission::Permission;
use crate::domain::secret_version::VersionState;
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::credential_pages::version;
use crate::functions::versions::{DestroyVersion, SwitchSecret};
use crate::ui::granting::{TO_DESTROY, YourPassword};
use crate::ui::kit::{Confirm, Dialog, FormState, LinkButton, LoadedQuestion, PageContext, Time};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

/// The version, the current one if it is another, and the last post of the dialog that failed.
type Found = (CredentialHead, VersionInUse, Option<VersionInUse>, Option<FailedForm>);

/// What a dialog does to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Switch,
    Destroy,
}

/// `…/versions/{version}/current`
#[component]
pub fn SwitchVersionDialog() -> impl IntoView {
    view! { <Ask act=Act::Switch/> }
}

/// `…/versions/{version}/destroy`
#[component]
pub fn DestroyVersionDialog() -> impl IntoView {
    view! { <Ask act=Act::Destroy/> }
}

#[component]
fn Ask(act: Act) -> impl IntoView {
    let page = PageContext::here();
    let close_href =
        page.id().map_or_else(|_| page.list(), |id| paths::credential_versions(&page.project, id));
    view! {
        <LoadedQuestion
            id="version"
            title="Version of the secret"
            close_href
            from=load(page.clone(), act)
            let:found
        >
            {asked(found, act, page)}
        </LoadedQuestion>
    }
}

async fn load(page: PageContext, act: Act) -> Result<Found> {
    page.needs(match act {
        Act::Switch => Permission::RegistryWrite,
        Act::Destroy => Permission::RegistryDelete,
    })?;
    let (project, id) = (page.project.clone(), page.id()?);
    let number = page.number_of("version")?;
    let (head, found) = version(project.clone(), id, number).await?;
    let current = head.credential.secret.version;
    let replaced = match act {
        Act::Switch if current != number => Some(version(project, id, current).await?.1),
        Act::Switch | Act::Destroy => None,
    };
    Ok((head, found, replaced, page.failed_form().await))
}

fn asked((head, found, replaced, failed): Found, act: Act, page: PageContext) -> AnyView {
    let obstacle = obstacle(&found, &head.credential, act);
    let summary = head.credential.summary;
    let (project, id, name) = (page.project, summary.id, summary.name);
    let (number, is_disabled) = (found.version.version, summary.disabled_at.is_some());
    let close_href = paths::credential_versions(&project, id);
    let title = match act {
        Act::Switch => format!("Make version {number} of {name} current?"),
        Act::Destroy => format!("Destroy version {number} of {name}?"),
    };
    if let Some(sentence) = obstacle {
        return view! {
            <Title text=title.clone()/>
            <Dialog id="version" title close_href=close_href.clone()>
                <div class="stack">
                    <p>{sentence}</p>
                    <p>
                        <LinkButton href=close_href label="Close"/>
                    </p>
                </div>
            </Dialog>
        }
        .into_any();
    }
    let values =
        vec![("project", project), ("id", id.to_string()), ("version", number.to_string())];
    match act {
        Act::Switch => {
            let before = replaced.map(|replaced| {
                let consequence = consequence(number, replaced.version.version, is_disabled);
                view! {
                    <p>{consequence}</p>
                    <LastReceived used=replaced/>
                }
            });
            view! {
                <Confirm
                    id="version"
                    title
                    close_href
                    action=SwitchSecret::url()
                    values
                    word="Make current"
                    is_danger=false
                >
                    {before}
                </Confirm>
            }
            .into_any()
        }
        Act::Destroy => {
            let form = FormState::of::<DestroyVersion>(failed, ());
            let (wrong, error) =
                (form.error("password"), form.failed().map(|failed| failed.error.clone()));
            view! {
                <Confirm
                    id="version"
                    title
                    close_href
                    action=DestroyVersion::url()
                    values
                    word="Destroy"
                    error
                >
                    <p>
                        "The stored secret of this version is erased. Nobody can make it current again."
                    </p>
                    <LastReceived used=found/>
                    <YourPassword id="destroy-password" error=wrong hint=TO_DESTROY/>
                </Confirm>
            }
            .into_any()
        }
    }
}

/// Why it cannot be done, which nothing that is typed would change.
fn obstacle(found: &VersionInUse, credential: &Credential, act: Act) -> Option<String> {
    let number = found.version.version;
    match (act, found.version.state) {
        (Act::Switch, VersionState::Current) => {
            Some(format!("Version {number} is current already."))
        }
        (Act::Destroy, VersionState::Current) => Some(format!(
            "Version {number} is current, so it cannot be destroyed. Save another secret first, or delete the credential."
        )),
        (_, VersionState::Destroyed) => Some(format!("Version {number} was destroyed.")),
        (Act::Switch, VersionState::Unreadable) => Some(format!(
            "Version {number} cannot be current: its stored secret cannot be decrypted."
        )),
        (Act::Switch, _) => found.version.unfit_for(credential),
        (Act::Destroy, _) => None,
    }
}

/// What changes for pipelines.
fn consequence(number: i64, replaced: i64, is_disabled: bool) -> String {
    if is_disabled {
        format!(
            "The credential is disabled, so pipelines receive no version. After you enable it, they receive version {number} instead of version {replaced}."
        )
    } else {
        format!(
            "Pipelines receive version {number} instead of version {replaced} from their next fetch on."
        )
    }
}

/// When a version was received last, and by whom.
#[component]
fn LastReceived(used: VersionInUse) -> impl IntoView {
    let number = used.version.version;
    let by = by(&used.pipelines);
    match used.version.last_delivered_at {
        Some(at) => view! {
            <p>{format!("Version {number} was last received ")} <Time at/> {by}</p>
        }
        .into_any(),
        None => view! { <p>{format!("No pipeline has received version {number}.")}</p> }.into_any(),
    }
}

/// The end of the sentence, with the names if any are known.
fn by(pipelines: &[String]) -> String {
    match pipelines {
        [] => ".".to_owned(),
        [one] => format!(" by {one}."),
        [one, other] => format!(" by {one} and {other}."),
        [one, rest @ ..] => format!(" by {one} and {} other pipelines.", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::{by, consequence};

    #[test]
    fn pipelines_are_not_said_to_receive_a_version_of_what_is_disabled() {
        let said = "Pipelines receive version 1 instead of version 2 from their next fetch on.";
        assert_eq!(consequence(1, 2, false), said);
        assert!(consequence(1, 2, true).contains("is disabled, so pipelines receive no version."));
    }

    #[test]
    fn the_sentence_ends_with_the_names_or_without_any() {
        let names = ["api", "web", "docs"].map(str::to_owned);
        assert_eq!(by(&[]), ".");
        assert_eq!(by(&names[..1]), " by api.");
        assert_eq!(by(&names[..2]), " by api and web.");
        assert_eq!(by(&names), " by api and 2 other pipelines.");
    }
}
