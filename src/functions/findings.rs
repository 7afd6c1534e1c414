//! Findings, as the browser asks for them, accepts one, and opens it again.

use super::context::{member, vault};
use super::reply::{Form, finish, finish_action, saved};
use crate::domain::finding::{FindingState, FindingsPage, FindingsQuery};
use crate::domain::paths;
use crate::domain::permission::of;
use crate::error::Result;
use leptos::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// A page of them. It has names of pipelines, too, but nothing of where requests came from.
pub async fn findings_page(project: String, query: FindingsQuery) -> Result<FindingsPage> {
    let reader = member(&project).await?.can::<of::RegistryRead>()?;
    vault().findings(&reader, &query).await
}

/// Accepts a finding until a day. `page` is the query of the list where its form stands.
#[server(prefix = "/rpc", endpoint = "findings/accept")]
pub async fn accept_finding(
    project: String,
    id: Uuid,
    #[server(default)] reason: String,
    #[server(default)] until: String,
    #[server(default)] page: String,
) -> Result<()> {
    let page = listed(&project, &page);
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        let sentence = vault().accept_finding(&editor, id, &reason, &until).await?;
        Ok(saved(&page, vec![sentence]).await)
    };
    let done = done.await;
    let typed = json!({ "id": id, "reason": reason, "until": until });
    finish(done, Form::of::<AcceptFinding>(page, typed)).await
}

/// Opens a finding again that was accepted.
#[server(prefix = "/rpc", endpoint = "findings/withdraw")]
pub async fn withdraw_acceptance(project: String, id: Uuid) -> Result<()> {
    let done = async {
        let editor = member(&project).await?.can::<of::RegistryWrite>()?;
        vault().withdraw_acceptance(&editor, id).await
    };
    let query = FindingsQuery { state: FindingState::Accepted, ..FindingsQuery::default() };
    let page = paths::findings(&project) + &query.to_url();
    finish_action(&page, done.await).await
}

/// The address of the list with what a form sent of its query; what is no query of it is left out.
fn listed(project: &str, query: &str) -> String {
    let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(&str, &str)> = pairs.collect();
    let get = |key: &str| {
        pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
    };
    let query = FindingsQuery::read(get).unwrap_or_default();
    paths::findings(project) + &query.to_url()
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn a_form_leads_back_to_its_list_and_nowhere_else() {
        for (query, expected) in [
            ("", "/p/acme/findings"),
            ("?state=accepted&kind=tie", "/p/acme/findings?state=accepted&kind=tie"),
            ("?kind=tie&said=slot", "/p/acme/findings?kind=tie"),
            ("?kind=https://evil.example.com", "/p/acme/findings"),
            ("//evil.example.com", "/p/acme/findings"),
        ] {
            assert_eq!(listed("acme", query), expected, "{query}");
        }
    }
}
