//! Where a page stands: what its address says, and what may be done there.

use crate::domain::listing::ListQuery;
use crate::domain::paths;
use crate::domain::permission::{Permission, Permissions};
use crate::domain::pipeline::listing::PipelineQuery;
use crate::error::{Error, Result};
use crate::functions::answer::{FailedForm, Flash, take_failed_form, take_flash};
use crate::functions::session::Frame;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};
use leptos_router::params::ParamsMap;
use uuid::Uuid;

/// A page. One outside the projects has a blank project, where nothing may be done.
#[derive(Clone, Debug)]
pub struct PageContext {
    /// The project's part of the address.
    pub project: String,
    permissions: Permissions,
    is_instance_admin: bool,
    path: String,
    params: ParamsMap,
    query: ParamsMap,
}

impl PageContext {
    /// Read from the route: call it in a component's body.
    pub fn here() -> Self {
        let params = use_params_map().get_untracked();
        let frame = use_context::<Frame>();
        Self {
            project: params.get("project").unwrap_or_default(),
            is_instance_admin: frame.as_ref().is_some_and(|frame| frame.person.is_admin),
            permissions: frame.map_or_else(Permissions::none, |frame| frame.permissions),
            path: use_location().pathname.get_untracked(),
            params,
            query: use_query_map().get_untracked(),
        }
    }

    /// Whether the person may do this here, for what is drawn; the server asks again.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// Whether the person manages the instance, for what is drawn; the server asks again.
    pub fn is_instance_admin(&self) -> bool {
        self.is_instance_admin
    }

    /// Whether the person may give a pipeline a credential, which is to obtain it.
    pub fn may_grant(&self) -> bool {
        self.may(Permission::RegistryWrite) && self.may(Permission::PipelineWrite)
    }

    /// The page is only for those who may do this.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub fn needs(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The page is only for those who may give a pipeline a credential.
    ///
    /// # Errors
    /// `Forbidden` for everybody else.
    pub fn needs_to_grant(&self) -> Result<()> {
        if self.may_grant() { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The id in the path.
    ///
    /// # Errors
    /// `NotFound` for what is no id.
    pub fn id(&self) -> Result<Uuid> {
        self.id_of("id")
    }

    /// The id that the route calls `param`.
    ///
    /// # Errors
    /// `NotFound` for what is no id.
    pub fn id_of(&self, param: &str) -> Result<Uuid> {
        let id = self.params.get(param).and_then(|id| Uuid::parse_str(&id).ok());
        id.ok_or(Error::NotFound)
    }

    /// The number that the route calls `param`.
    ///
    /// # Errors
    /// `NotFound` for what is no number.
    pub fn number_of(&self, param: &str) -> Result<i64> {
        let number = self.params.get(param).and_then(|text| text.parse().ok());
        number.ok_or(Error::NotFound)
    }

    pub fn query(&self, key: &str) -> Option<String> {
        self.query.get(key)
    }

    /// The link before which a page of older rows ends.
    ///
    /// # Errors
    /// `BadRequest` for what is no number.
    pub fn before(&self) -> Result<Option<i64>> {
        let typed = self.query("before").map(|text| text.parse());
        typed.transpose().map_err(|_| {
            Error::BadRequest(
                "The address of this page is not complete. Open the page again.".to_owned(),
            )
        })
    }

    /// What the last post of a form on this page left in the slot of `?back=`, if it failed.
    pub async fn failed_form(&self) -> Option<FailedForm> {
        take_failed_form(self.query("back")?).await
    }

    /// What was left in the slot of `?said=`; nothing when it was said already.
    pub async fn flash(&self) -> Flash {
        match self.query("said") {
            Some(slot) => take_flash(slot).await,
            None => Flash::default(),
        }
    }

    /// Whether this is the page at `path`, and not a dialog drawn over it. What the page before
    /// left can be taken once, so only the page that it was left for may take it.
    pub fn is_at(&self, path: &str) -> bool {
        self.path.trim_end_matches('/') == path
    }

    /// Whether a dialog is drawn over what is here: its address ends in what it is for.
    pub fn is_covered(&self) -> bool {
        let of_the_list: Vec<&str> = self.path.trim_end_matches('/').split('/').skip(4).collect();
        matches!(
            of_the_list.as_slice(),
            ["new"]
                | [_, "edit" | "delete" | "disable" | "secret" | "grant" | "compromise"]
                | [_, "versions", _, "current" | "destroy"]
                | [_, "identity", "tokens", _, "revoke"]
                | [_, "grants" | "trust", _, "delete"]
        )
    }

    /// Whether a dialog was opened on the page of what it is about, and not on a list: it leads back
    /// there.
    pub fn is_from_page(&self) -> bool {
        self.query("from").as_deref() == Some(paths::FROM_PAGE)
    }

    /// What is asked of the list of credentials, as the query of an address with its `?`; empty when
    /// that is nothing, or cannot be read. A dialog carries it along, and nothing else of the query:
    /// what the page before left was left for one page.
    pub fn list_query(&self) -> String {
        ListQuery::read(|key| self.query(key)).map(|query| query.to_url()).unwrap_or_default()
    }

    /// The same of what is asked of the list of pipelines.
    pub fn pipelines_query(&self) -> String {
        PipelineQuery::read(|key| self.query(key)).map(|query| query.to_url()).unwrap_or_default()
    }

    /// The list of credentials as it stands behind a dialog.
    pub fn list(&self) -> String {
        format!("{}{}", paths::credentials(&self.project), self.list_query())
    }

    /// The list of pipelines as it stands behind a dialog.
    pub fn pipelines(&self) -> String {
        format!("{}{}", paths::pipelines(&self.project), self.pipelines_query())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(query: &[(&'static str, &str)]) -> PageContext {
        PageContext {
            project: "acme".to_owned(),
            permissions: Permissions::none(),
            is_instance_admin: false,
            path: "/p/acme/credentials/new".to_owned(),
            params: ParamsMap::new(),
            query: query.iter().copied().collect(),
        }
    }

    #[test]
    fn a_dialog_carries_what_is_asked_of_its_list_and_nothing_else() {
        let page = at(&[
            ("back", "slot"),
            ("q", "a b&c"),
            ("preset", "ghcr"),
            ("state", "expired"),
            ("said", "slot"),
            ("after", "bgpnaGNy"),
        ]);
        assert_eq!(page.list_query(), "?q=a%20b%26c&state=expired&after=bgpnaGNy");
        assert_eq!(page.list(), "/p/acme/credentials?q=a%20b%26c&state=expired&after=bgpnaGNy");
        let page = at(&[("back", "slot"), ("q", "a b&c"), ("sort", "created"), ("from", "page")]);
        assert_eq!(page.pipelines(), "/p/acme/pipelines?q=a%20b%26c&sort=created");
        assert_eq!(at(&[("sort", "sealed")]).pipelines(), "/p/acme/pipelines");
    }

    #[test]
    fn what_lies_behind_a_dialog_is_covered_and_a_page_of_its_own_is_not() {
        let is_covered = |of_the_list: &str| {
            let path = format!("/p/acme/{of_the_list}");
            PageContext { path, ..at(&[]) }.is_covered()
        };
        for dialog in [
            "credentials/new",
            "credentials/1/edit",
            "credentials/1/secret",
            "credentials/1/delete",
            "credentials/1/disable",
            "credentials/selected/disable",
            "credentials/1/grant",
            "credentials/1/compromise",
            "credentials/1/versions/2/current",
            "credentials/1/versions/2/destroy/",
            "pipelines/new",
            "pipelines/1/edit",
            "pipelines/1/delete",
            "pipelines/1/identity/tokens/2/revoke",
            "pipelines/1/grants/2/delete",
            "pipelines/1/trust/2/delete",
        ] {
            assert!(is_covered(dialog), "{dialog}");
        }
        for page in [
            "credentials",
            "credentials/1",
            "credentials/1/versions",
            "credentials/1/compromised",
            "pipelines/1/identity",
            "pipelines/1/grants/2/edit",
            "pipelines/1/trust/new",
            "approvals",
        ] {
            assert!(!is_covered(page), "{page}");
        }
    }

    #[test]
    fn only_both_permissions_together_give_a_credential_away() {
        let with = |permissions| PageContext { permissions, ..at(&[]) };
        let pipelines = Permissions::none().with(Permission::PipelineWrite);
        let registries = Permissions::none().with(Permission::RegistryWrite);
        for too_few in [Permissions::none(), pipelines, registries] {
            assert_eq!(with(too_few).needs_to_grant(), Err(Error::Forbidden));
        }
        let both = pipelines.with(Permission::RegistryWrite);
        assert!(with(both).may_grant() && with(both).needs_to_grant().is_ok());
    }

    #[test]
    fn a_query_that_asks_nothing_or_cannot_be_read_is_left_behind() {
        let queries: [&[(&'static str, &str)]; 4] =
            [&[], &[("q", " ")], &[("after", "0")], &[("q", "ghcr"), ("sort", "sealed")]];
        for query in queries {
            assert_eq!(at(query).list_query(), "", "{query:?}");
            assert_eq!(at(query).list(), "/p/acme/credentials", "{query:?}");
        }
    }
}
