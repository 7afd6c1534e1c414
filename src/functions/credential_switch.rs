//! Deliveries of a credential are stopped, or allowed again. Before one that is in use is stopped, a page asks.

use super::answer::Flash;
use super::context::{member, vault};
use super::credentials::{REPLACE, list_query};
use super::reply::{ask, finish_action, is_page};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::Result;
use crate::vault::Hindered;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use uuid::Uuid;

const EDIT: &str = "Edit the credential";
/// The longest address that a button *Undo* goes back to, in bytes.
const UNDO_BACK_MAX: usize = 512;

/// Stops deliveries until it is enabled again. `back` is where it was chosen. From a page it is asked about
/// first when it is in use, unless the person says `anyway`.
#[server(prefix = "/rpc", endpoint = "credentials/disable")]
pub async fn disable_credential(
    project: String,
    id: Uuid,
    #[server(default)] back: String,
    #[server(default)] anyway: bool,
) -> Result<()> {
    let page = list_page(&project, back);
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        if !anyway && is_page() && vault().is_in_use(&editor, id).await? {
            return Ok(None);
        }
        let (name, lately) = vault().set_disabled(&editor, id, true).await?;
        let said = [switched(&name, true)].into_iter().chain(lately.sentences).collect();
        Ok(Some(Flash::good(said).with_undo(EnableCredential::url(), undo(&project, id, &page))))
    };
    match done.await {
        Ok(None) => {
            ask(&question(&project, id, &page));
            Ok(())
        }
        done => finish_action(&page, done.map(Option::unwrap_or_default)).await,
    }
}

/// Allows deliveries again. `back` is where it was chosen.
#[server(prefix = "/rpc", endpoint = "credentials/enable")]
pub async fn enable_credential(
    project: String,
    id: Uuid,
    #[server(default)] back: String,
) -> Result<()> {
    let page = list_page(&project, back);
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        let (name, hindered) = vault().set_disabled(&editor, id, false).await?;
        let flash = if hindered.sentences.is_empty() {
            Flash::good(vec![switched(&name, false)])
        } else {
            told_hindered(&project, id, format!("{name} is enabled."), hindered)
        };
        // It was disabled a moment ago: nobody has to be sure of that again.
        let mut values = undo(&project, id, &page);
        values.push(("anyway", true.to_string()));
        Ok(flash.with_undo(DisableCredential::url(), values))
    };
    finish_action(&page, done.await).await
}

/// That it was done, what is in its way, and the one place that mends the first of it.
pub(super) fn told_hindered(project: &str, id: Uuid, done: String, hindered: Hindered) -> Flash {
    let (href, label) = if hindered.is_of_secret {
        (paths::replace_secret(project, id), REPLACE)
    } else {
        (paths::edit_credential(project, id), EDIT)
    };
    let sentences = [done].into_iter().chain(hindered.sentences).collect();
    Flash::doubt(sentences).with_link(href, label)
}

/// What the button *Undo* sends.
fn undo(project: &str, id: Uuid, page: &str) -> Vec<(&'static str, String)> {
    let mut values = vec![("project", project.to_owned()), ("id", id.to_string())];
    // What is said has to fit into a cookie: the button goes to the list without its query.
    values.extend((page.len() <= UNDO_BACK_MAX).then(|| ("back", page.to_owned())));
    values
}

/// What is said once deliveries of the credential with this name were stopped, or allowed again.
pub(super) fn switched(name: &str, is_disabled: bool) -> String {
    if is_disabled {
        format!("{name} is disabled: pipelines no longer receive it.")
    } else {
        format!("{name} is enabled: pipelines with a grant receive it again.")
    }
}

/// The page of the project's credentials that a button was pressed on; the list for any other.
fn list_page(project: &str, posted: String) -> String {
    let list = paths::credentials(project);
    if posted.starts_with(&list) && paths::is_ours(&posted) { posted } else { list }
}

/// The dialog that asks, over the page that the button was pressed on.
fn question(project: &str, id: Uuid, page: &str) -> String {
    let dialog = paths::disable_credential(project, id);
    if page.starts_with(&paths::credential(project, id)) {
        return paths::from_page(&dialog);
    }
    let query = page.split_once('?').map_or_else(String::new, |(_, query)| format!("?{query}"));
    dialog + list_query(&query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_stands_over_the_page_that_it_leads_back_to() {
        let id = Uuid::nil();
        let (list, own) = (paths::credentials("acme"), paths::credential("acme", id));
        let asked = |page: &str| question("acme", id, &list_page("acme", page.to_owned()));
        assert_eq!(asked(&list), format!("{own}/disable"));
        assert_eq!(asked(&format!("{list}?q=gh")), format!("{own}/disable?q=gh"));
        assert_eq!(asked(&own), format!("{own}/disable?from=page"));
        assert_eq!(asked("//evil.example.com"), format!("{own}/disable"));
    }
}
