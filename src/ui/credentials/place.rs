//! Where a page stands: what its URL says, the paths of its neighbours, and what may be done there.

use crate::domain::listing::ListQuery;
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

    /// What is asked of the list, as the query of a URL with its `?`; empty when that is nothing,
    /// or cannot be read. A dialog carries it along, and nothing else of the query: what the page
    /// before left was left for one page.
    pub fn list_query(&self) -> String {
        ListQuery::read(|key| self.query(key)).map(|query| query.to_url()).unwrap_or_default()
    }

    /// The list of credentials as it stands behind a dialog.
    pub fn list(&self) -> String {
        format!("{}{}", self.credentials(), self.list_query())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(query: &[(&'static str, &str)]) -> Place {
        Place {
            project: "acme".to_owned(),
            may: May::default(),
            path: "/p/acme/credentials/new".to_owned(),
            id: None,
            query: query.iter().copied().collect(),
        }
    }

    #[test]
    fn a_dialog_carries_what_is_asked_of_its_list_and_nothing_else() {
        let place = at(&[
            ("back", "slot"),
            ("q", "a b&c"),
            ("preset", "ghcr"),
            ("state", "expired"),
            ("said", "slot"),
            ("form", "repoint"),
            ("after", "bgpnaGNy"),
        ]);
        assert_eq!(place.list_query(), "?q=a%20b%26c&state=expired&after=bgpnaGNy");
        assert_eq!(place.list(), "/p/acme/credentials?q=a%20b%26c&state=expired&after=bgpnaGNy");
    }

    #[test]
    fn a_query_that_asks_nothing_or_cannot_be_read_is_left_behind() {
        let queries: [&[(&'static str, &str)]; 5] = [
            &[],
            &[("q", " ")],
            &[("page", "2")],
            &[("after", "0")],
            &[("q", "ghcr"), ("sort", "sealed")],
        ];
        for query in queries {
            assert_eq!(at(query).list_query(), "", "{query:?}");
            assert_eq!(at(query).list(), "/p/acme/credentials", "{query:?}");
        }
    }
}
