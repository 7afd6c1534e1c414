//! What the create form says about a registry while its address is typed.

use crate::domain::credential::Access;
use crate::domain::credential_form::{first_part, suggested_name};
use crate::domain::paths;
use crate::domain::registry::RegistryHost;
use crate::domain::registry_kind::{RegistryKind, UsernameRule};
use crate::error::Result;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What was recognised in an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognised {
    /// What is wrong with it; then the rest is empty.
    pub problem: Option<String>,
    /// What will be stored.
    pub host: String,
    /// The path that will become the repository path, if one was in the address.
    pub path: Option<String>,
    pub changes: Vec<String>,
    /// What it will match.
    pub matches: String,
    /// The product's slug: `docker-hub`, `ghcr`, …
    pub kind: String,
    pub kind_label: String,
    /// The name to offer for a credential that only pulls, and for one that pushes.
    pub names: (String, String),
    /// Where it stands how such a secret is made.
    pub guide: String,
    /// The user name to fill in, when the registry has one for everybody.
    pub username: Option<String>,
    pub wants_username: String,
    pub wants_secret: String,
    /// The least the token needs to be allowed.
    pub least_scope: String,
    pub warning: Option<String>,
}

impl Recognised {
    /// The same of an example: it tells what the registry wants, but its host is nobody's.
    pub fn of_an_example(self) -> Self {
        // What is made of the host is nobody's either; what is made of the kind is.
        let is_of_kind = self.names == names(&self.kind);
        let names = if is_of_kind { self.names } else { Default::default() };
        Self { host: String::new(), matches: String::new(), names, ..self }
    }
}

/// Reads what was typed as a registry. Needs no permission and touches no data.
#[server(prefix = "/rpc", endpoint = "registry/recognise")]
pub async fn recognise(input: String, #[server(default)] is_insecure: bool) -> Result<Recognised> {
    Ok(recognised(&input, is_insecure))
}

/// The same, for a page that has the address already. `is_insecure`: the credential is to be marked so.
pub fn recognised(input: &str, is_insecure: bool) -> Recognised {
    let parsed = match RegistryHost::parse(input) {
        Err(problem) => {
            return Recognised { problem: Some(problem.to_string()), ..Recognised::default() };
        }
        Ok(parsed) => parsed.marked(is_insecure),
    };
    let kind = RegistryKind::recognise(&parsed.host);
    let advice = kind.advice();
    let username = match advice.username {
        UsernameRule::Fixed(name) | UsernameRule::Suggested(name) => Some(name.to_owned()),
        UsernameRule::Free => None,
    };
    Recognised {
        problem: None,
        // What is typed with http:// is saved only when it is marked so.
        matches: parsed.host.matches_examples(is_insecure || parsed.is_http),
        host: parsed.host.as_str().to_owned(),
        path: parsed.path,
        changes: parsed.changes,
        names: names(&first_part(&parsed.host)),
        guide: paths::help_registry(kind),
        kind: kind.word().to_owned(),
        kind_label: kind.label().to_owned(),
        username,
        wants_username: advice.wants_username.to_owned(),
        wants_secret: advice.wants_secret.to_owned(),
        least_scope: advice.least_scope.to_owned(),
        warning: Some(advice.warning).filter(|text| !text.is_empty()).map(str::to_owned),
    }
}

fn names(first_part: &str) -> (String, String) {
    let name = |access: Access| suggested_name(first_part, access.word());
    (name(Access::Pull), name(Access::PullAndPush))
}
