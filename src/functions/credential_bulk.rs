//! Several credentials at once: those that are selected in the list. Before any that is in use is disabled,
//! a page asks.

use super::answer::Flash;
use super::context::{member, vault};
use super::credential_switch::switched as switched_one;
use super::credentials::list_query;
use super::reply::{ask, finish_action, is_page};
pub use crate::domain::credential_page::Selected;
use crate::domain::permission::of;
use crate::domain::{paths, short_id};
use crate::error::{Error, Result};
use crate::vault::Switched;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The longest values that a button *Undo* sends, in bytes: what is said has to fit into a cookie.
const UNDO_MAX: usize = 1_200;
/// The list is there; what was selected in it is not.
const GONE: &str = "The selected credentials no longer exist. Nothing was changed.";

/// Those that are selected, and who would feel it when they are disabled. `ids` are short ids, as the
/// address of the dialog has them.
pub async fn selected(project: String, ids: String) -> Result<Selected> {
    let reader = member(&project).await?.can::<of::RegistryRead>()?;
    vault().selected_users(&reader, &read(&[ids])?).await
}

/// Stops deliveries of all that are selected, or allows them again. `ids` are short ids; `list` is the
/// query of the list to go back to. From a page it is asked about first when any that is to be disabled is
/// in use, unless the person says `anyway`.
#[server(prefix = "/rpc", endpoint = "credentials/bulk")]
pub async fn switch_credentials(
    project: String,
    is_disabled: bool,
    #[server(default)] ids: Vec<String>,
    #[server(default)] list: String,
    #[server(default)] anyway: bool,
) -> Result<()> {
    let query = list_query(&list);
    let page = paths::credentials(&project) + query;
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        let selected = read(&ids)?;
        let may_ask = is_disabled && !anyway && is_page();
        if may_ask && vault().is_any_in_use(&editor, &selected).await? {
            ask(&question(&project, &selected, query));
            return Ok(None);
        }
        let switched = match vault().set_all_disabled(&editor, &selected, is_disabled).await {
            Err(Error::NotFound) if is_page() => {
                return Ok(Some(Flash::failure(GONE.to_owned())));
            }
            switched => switched?,
        };
        let sentence = said(&switched, is_disabled);
        let doubts = doubts(&switched);
        let flash = if doubts.is_empty() {
            Flash::from(sentence)
        } else {
            Flash::doubt([sentence].into_iter().chain(doubts).collect())
        };
        if switched.changed.is_empty() {
            return Ok(Some(flash));
        }
        let ids: String = switched.changed.into_iter().map(|(id, _)| short_id::of(id)).collect();
        let is_short = project.len() + ids.len() + query.len() <= UNDO_MAX;
        let reverse = (!is_disabled).to_string();
        let mut values = vec![("project", project), ("is_disabled", reverse), ("ids[]", ids)];
        // Without it the button goes to the whole list.
        values.extend(is_short.then(|| ("list", query.to_owned())));
        // They were disabled a moment ago: nobody has to be sure of that again.
        values.extend((!is_disabled).then(|| ("anyway", true.to_string())));
        Ok(Some(flash.with_undo(SwitchCredentials::url(), values)))
    };
    match done.await {
        Ok(None) => Ok(()),
        done => finish_action(&page, done.map(Option::unwrap_or_default)).await,
    }
}

/// The dialog that asks about these, over the list that the button was pressed on.
fn question(project: &str, ids: &BTreeSet<Uuid>, list: &str) -> String {
    let ids: String = ids.iter().copied().map(short_id::of).collect();
    paths::with_query(&(paths::disable_credentials(project) + list), "ids", &ids)
}

/// Each of the values is one id or several: a button *Undo* has all of them in one.
fn read(ids: &[String]) -> Result<BTreeSet<Uuid>> {
    short_id::all(&ids.concat()).ok_or_else(|| {
        Error::BadRequest(
            "The selection cannot be read. Open the list again and select the credentials there."
                .to_owned(),
        )
    })
}

/// What was done to which one, or to how many, and why not to the others.
fn said(switched: &Switched, is_disabled: bool) -> String {
    let Switched { changed, unchanged, missing, .. } = switched;
    let all = changed.len() + unchanged + missing;
    let word = if is_disabled { "disabled" } else { "enabled" };
    let first = match changed.as_slice() {
        [] => "Nothing was changed.".to_owned(),
        [(_, name)] => switched_one(name, is_disabled),
        several => {
            let count = several.len();
            let of = if count < all { format!(" of {all}") } else { String::new() };
            let effect = if is_disabled {
                "pipelines no longer receive them"
            } else {
                "pipelines with a grant receive them again"
            };
            format!("{count}{of} credentials were {word}: {effect}.")
        }
    };
    let already =
        (*unchanged > 0).then(|| format!("{} already {word}.", counted(*unchanged, "was", "were")));
    let gone = (*missing > 0)
        .then(|| format!("{}.", counted(*missing, "no longer exists", "no longer exist")));
    let sentences: Vec<String> = [Some(first), already, gone].into_iter().flatten().collect();
    sentences.join(" ")
}

/// What is said of those that are enabled and may not work all the same.
fn doubted(count: usize) -> String {
    let says = if count == 1 { "its state says" } else { "their states say" };
    format!("{count} of the enabled credentials may not work: {says} why.")
}

/// What is said of those that are enabled and tie with others.
fn tied(count: usize) -> String {
    let serve = if count == 1 { "serves its" } else { "serve their" };
    format!(
        "{count} of the enabled credentials {serve} registry equally well as another one, so deliveries to a pipeline with both are refused as ambiguous."
    )
}

fn doubts(switched: &Switched) -> Vec<String> {
    let doubtful = (switched.doubtful > 0).then(|| doubted(switched.doubtful));
    let tied = (switched.tied > 0).then(|| tied(switched.tied));
    doubtful.into_iter().chain(tied).collect()
}

fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_carries_the_selection_and_stands_over_the_list_that_it_was_made_in() {
        let ids = BTreeSet::from([Uuid::nil(), Uuid::max()]);
        let both: String = ids.iter().copied().map(short_id::of).collect();
        let dialog = "/p/acme/credentials/selected/disable";
        assert_eq!(question("acme", &ids, ""), format!("{dialog}?ids={both}"));
        assert_eq!(question("acme", &ids, "?q=gh"), format!("{dialog}?q=gh&ids={both}"));
        assert_eq!(read(&[both]).unwrap(), ids);
    }

    #[test]
    fn what_may_not_work_is_counted() {
        let [one, two] = [1, 2].map(doubted);
        assert_eq!(one, "1 of the enabled credentials may not work: its state says why.");
        assert_eq!(two, "2 of the enabled credentials may not work: their states say why.");
        let both = Switched { doubtful: 1, tied: 2, ..Switched::default() };
        assert_eq!(doubts(&both), [doubted(1), tied(2)]);
        assert!(tied(1).contains("1 of the enabled credentials serves its registry equally well"));
    }

    #[test]
    fn the_sentence_names_one_counts_several_and_says_what_became_of_the_others() {
        let said = |changed: usize, unchanged, missing, is_disabled| {
            let changed = vec![(Uuid::nil(), "ghcr".to_owned()); changed];
            let switched = Switched { changed, unchanged, missing, ..Switched::default() };
            said(&switched, is_disabled)
        };
        for (found, expected) in [
            (said(3, 0, 0, true), "3 credentials were disabled: pipelines no longer receive them."),
            (
                said(2, 0, 0, false),
                "2 credentials were enabled: pipelines with a grant receive them again.",
            ),
            (said(1, 0, 0, true), "ghcr is disabled: pipelines no longer receive it."),
            (
                said(2, 0, 1, true),
                "2 of 3 credentials were disabled: pipelines no longer receive them. 1 no longer exists.",
            ),
            (
                said(1, 1, 2, false),
                "ghcr is enabled: pipelines with a grant receive it again. 1 was already enabled. 2 no longer exist.",
            ),
            (said(0, 2, 0, false), "Nothing was changed. 2 were already enabled."),
        ] {
            assert_eq!(found, expected);
        }
    }
}
