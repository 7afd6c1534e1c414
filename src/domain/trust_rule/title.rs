//! What a rule is called where several stand below each other.

use super::{Kind, Provider, TrustRule};

impl TrustRule {
    /// Its title, or else one that is made of what it says: "main of repository 74".
    pub fn called(&self) -> String {
        if !self.title.is_empty() {
            return self.title.clone();
        }
        match self.place() {
            Some(place) => format!("{place} of {}", self.who()),
            None => self.who(),
        }
    }

    /// Whose runs it accepts.
    fn who(&self) -> String {
        let claim = |name: &str| self.claims.get(name).cloned();
        let numbered =
            |word: &str, name: &str| claim(name).map(|number| format!("{word} {number}"));
        let who = match self.provider {
            Provider::GitHub => numbered("repository", "repository_id"),
            Provider::GitLab => numbered("project", "project_id"),
            Provider::CircleCi => claim("oidc.circleci.com/vcs-origin"),
            Provider::Buildkite => numbered("pipeline", "pipeline_id"),
            Provider::Kubernetes => claim("sub").map(|sub| account(&sub)),
            Provider::AzureDevOps | Provider::Other => claim("sub"),
            Provider::Woodpecker => {
                claim("repo.forge_url").or_else(|| numbered("repository", "repo.id"))
            }
            Provider::Drone => claim("repo.slug").or_else(|| numbered("repository", "repo.id")),
        };
        who.unwrap_or_else(|| self.provider.label().to_owned())
    }

    /// The first thing that it is narrowed to.
    fn place(&self) -> Option<String> {
        let fields = self.provider.fields().iter();
        let mut narrowed = fields.filter(|field| {
            field.kind == Kind::Narrowing || (field.is_reference() && field.kind == Kind::Extra)
        });
        let value = narrowed.find_map(|field| {
            let value = self.claims.get(field.name)?;
            Some(match field.name {
                "ref_protected" => "protected branches".to_owned(),
                "environment" => format!("environment {value}"),
                "step_key" => format!("step {value}"),
                "build_tag" => format!("tag {value}"),
                _ => short(value),
            })
        });
        value.filter(|value| !value.is_empty())
    }
}

/// A reference as people say it: the branch by its name, a tag with that word.
pub(super) fn short(reference: &str) -> String {
    if let Some(branch) = reference.strip_prefix("refs/heads/") {
        return if branch == "*" { "every branch".to_owned() } else { branch.to_owned() };
    }
    match reference.strip_prefix("refs/tags/") {
        Some(tag) => format!("tag {tag}"),
        None => reference.to_owned(),
    }
}

/// `build in ci`, of the subject of a service account.
fn account(subject: &str) -> String {
    let parts = subject.strip_prefix("system:serviceaccount:");
    let parts = parts.and_then(|rest| rest.split_once(':'));
    match parts {
        Some((namespace, name)) => format!("{name} in {namespace}"),
        None => subject.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::rule;
    use super::*;

    #[test]
    fn a_rule_is_called_by_what_it_says_until_it_has_a_title() {
        let audience = "https://regcred.example.com";
        let github = |narrowing| {
            let who = [("repository_id", "74"), ("repository_owner_id", "65"), narrowing];
            let issuer = "https://token.actions.githubusercontent.com";
            rule(Provider::GitHub, issuer, audience, &who)
        };
        for (narrowing, called) in [
            (("ref", "refs/heads/main"), "main of repository 74"),
            (("ref", "refs/heads/*"), "every branch of repository 74"),
            (("ref", "refs/tags/v*"), "tag v* of repository 74"),
            (("environment", "release"), "environment release of repository 74"),
        ] {
            assert_eq!(github(narrowing).called(), called);
        }
        let named = TrustRule { title: "Nightly".to_owned(), ..github(("ref", "refs/heads/main")) };
        assert_eq!(named.called(), "Nightly");
        let sub = [("sub", "system:serviceaccount:ci:build")];
        let cluster = rule(Provider::Kubernetes, "https://k8s.example.com", audience, &sub);
        assert_eq!(cluster.called(), "build in ci");
        let empty = TrustRule { claims: std::collections::BTreeMap::new(), ..cluster };
        assert_eq!(empty.called(), "Kubernetes");
    }
}
