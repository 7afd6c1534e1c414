//! Where a page stands: what its URL says, the paths of its neighbours, and what may be done there.

use crate::error::{Error, Result};
use crate::functions::answer::{Returned, take_returned};
use crate::functions::session::Frame;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};
use leptos_router::params::ParamsMap;
use uuid::Uuid;

/// What the signed-in person may do in the project, for what is drawn; the server asks again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Create and edit credentials.
    pub write: bool,
    /// Delete credentials.
    pub delete: bool,
    /// Create and edit pipelines.
    pub write_pipelines: bool,
    /// Delete pipelines.
    pub delete_pipelines: bool,
}

/// A page of a project.
#[derive(Clone, Debug)]
pub struct Place {
    /// The project's part of the URL.
    pub project: String,
    /// What may be done here.
    pub may: May,
    path: String,
    id: Option<String>,
    query: ParamsMap,
}

impl Place {
    /// Read from the route: call it in a component's body.
    pub fn here() -> Self {
        let params = use_params_map().get_untracked();
        let may = use_context::<Frame>().map_or_else(May::default, |frame| May {
            write: frame.can_write,
            delete: frame.can_delete,
            write_pipelines: frame.can_write_pipelines,
            delete_pipelines: frame.can_delete_pipelines,
        });
        Self {
            project: params.get("project").unwrap_or_default(),
            may,
            path: use_location().pathname.get_untracked(),
            id: params.get("id"),
            query: use_query_map().get_untracked(),
        }
    }

    /// The id in the path; what is no id names nothing.
    pub fn id(&self) -> Result<Uuid> {
        self.id.as_deref().and_then(|id| Uuid::parse_str(id).ok()).ok_or(Error::NotFound)
    }

    /// The value of `key` in the query.
    pub fn query(&self, key: &str) -> Option<String> {
        self.query.get(key)
    }

    /// Whether this is the page at `path`, and not a dialog drawn over it. What the page before
    /// left can be taken once, so only the page that it was left for may take it.
    pub fn is_at(&self, path: &str) -> bool {
        self.path.trim_end_matches('/') == path
    }

    /// Whether a dialog is drawn over what is here: its address ends in what it is for.
    pub fn is_covered(&self) -> bool {
        let of_the_list: Vec<&str> = self.path.trim_end_matches('/').split('/').skip(4).collect();
        matches!(of_the_list.as_slice(), ["new"] | [_, "edit" | "delete"])
    }

    /// The list of credentials.
    pub fn credentials(&self) -> String {
        format!("/p/{}/credentials", self.project)
    }

    /// One credential.
    pub fn credential(&self, id: Uuid) -> String {
        format!("/p/{}/credentials/{id}", self.project)
    }

    /// The list of pipelines.
    pub fn pipelines(&self) -> String {
        format!("/p/{}/pipelines", self.project)
    }

    /// One pipeline.
    pub fn pipeline(&self, id: Uuid) -> String {
        format!("/p/{}/pipelines/{id}", self.project)
    }
}

/// What a failed form left in the slot of `?back=`. A slot that is gone is an empty form, not an error.
pub async fn returned(slot: Option<String>) -> Option<Returned> {
    take_returned(slot?).await.ok().flatten()
}
