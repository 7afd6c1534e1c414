//! The form of a rule, filled in from a token of a job or from the rule that is there.

use super::bitbucket;
use super::title::short;
use super::{Kind, Provider, TrustForm, TrustRule};
use crate::domain::proof::{Proof, fact};
use crate::domain::typed_text::NAME_MAX;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Narrowing claims that are too narrow for a first rule: a person asks for them.
const LEFT_OUT: [&str; 3] = ["job_workflow_ref", "step_key", "ref_protected"];
/// The longest value that is taken over, in characters; the form takes no longer one.
const VALUE_MAX: usize = 500;

impl TrustForm {
    /// The form of a rule that accepts tokens with these claims for `audience`: the ids that say who
    /// it is, and the branch, tag or environment.
    pub fn of_claims(claims: &Map<String, Value>, audience: &str) -> Option<Self> {
        let said = |name: &str| {
            let text = fact(claims.get(name)).filter(|text| !text.is_empty());
            text.filter(|text| text.chars().count() <= VALUE_MAX)
        };
        let issuer = said("iss")?;
        let provider = Provider::of_issuer(&issuer).or_else(|| Provider::of_claims(claims));
        let provider = provider.or_else(|| {
            let is_account = claims.contains_key("kubernetes.io");
            is_account.then_some(Provider::Kubernetes)
        });
        let provider = provider.unwrap_or(Provider::Other);
        let is_of_tag = said("build_tag").is_some();
        let wanted = provider.fields().iter().filter(|field| match field.kind {
            Kind::Identity => true,
            // A build of a tag has no branch.
            Kind::Narrowing => {
                !(LEFT_OUT.contains(&field.name) || is_of_tag && field.name == "build_branch")
            }
            Kind::Extra => field.is_reference(),
        });
        let mut claims_of_rule: BTreeMap<String, String> =
            wanted.filter_map(|field| Some((field.name.to_owned(), said(field.name)?))).collect();
        if let Some(subject) = claims_of_rule.get_mut("sub")
            && bitbucket::is_of(&issuer)
        {
            *subject = bitbucket::without_step(subject);
        }
        Some(Self {
            provider: provider.word().to_owned(),
            issuer,
            audience: provider
                .usual_audience()
                .filter(|_| !audience_is_chosen(provider))
                .map_or_else(
                    || audience.to_owned(),
                    |usual| said("aud").unwrap_or_else(|| usual.to_owned()),
                ),
            claims: claims_of_rule,
            title: title_of(provider, claims),
            ..Self::default()
        })
    }

    /// The form as it was filled in for this rule. The key of who signs requests is left blank: then
    /// it stays.
    pub fn of_rule(rule: &TrustRule) -> Self {
        let fields = rule.provider.fields();
        let has_field = |name: &str| fields.iter().any(|field| field.name == name);
        let (claims, more): (BTreeMap<String, String>, BTreeMap<String, String>) =
            rule.claims.clone().into_iter().partition(|(name, _)| has_field(name));
        let more: Vec<String> =
            more.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self {
            provider: rule.provider.word().to_owned(),
            issuer: rule.issuer.clone(),
            audience: rule.audience.clone(),
            claims,
            more_claims: more.join("\n"),
            public_key: String::new(),
            intent: rule.intent.word().to_owned(),
            title: rule.title.clone(),
            seen_title: rule.title.clone(),
        }
    }
}

/// Whether a job of the provider chooses for whom its token is.
fn audience_is_chosen(provider: Provider) -> bool {
    !matches!(provider, Provider::AzureDevOps | Provider::CircleCi)
}

/// "main of acme/api", where the claims say both; blank where they do not, or would be too long.
fn title_of(provider: Provider, claims: &Map<String, Value>) -> String {
    let proof = Proof::from_claims(provider, claims);
    let (Some(subject), Some(reference)) = (proof.subject, proof.reference) else {
        return String::new();
    };
    let title = format!("{} of {subject}", short(&reference));
    if title.chars().count() <= NAME_MAX { title } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::super::OwnHosts;
    use super::super::tests::rule;
    use super::*;
    use serde_json::json;

    const REGCRED: &str = "https://regcred.example.com";

    fn of(claims: &Value) -> Option<TrustForm> {
        TrustForm::of_claims(claims.as_object().unwrap(), REGCRED)
    }

    #[test]
    fn a_token_fills_the_form_of_its_provider_in_and_the_form_is_right() {
        for (claims, provider, title) in [
            (
                json!({
                    "iss": "https://token.actions.githubusercontent.com", "aud": "elsewhere",
                    "repository_id": "74", "repository_owner_id": "65", "repository": "acme/api",
                    "ref": "refs/heads/main", "event_name": "push", "actor": "dana",
                }),
                Provider::GitHub,
                "main of acme/api",
            ),
            (
                json!({
                    "iss": "https://gitlab.com", "aud": REGCRED, "project_id": 20,
                    "project_path": "acme/api", "ref_path": "refs/tags/v1", "ref": "v1",
                    "ref_type": "tag", "pipeline_source": "push",
                }),
                Provider::GitLab,
                "tag v1 of acme/api",
            ),
            (
                json!({
                    "iss": "https://agent.buildkite.com", "aud": REGCRED, "organization_id": "a",
                    "pipeline_id": "b", "pipeline_slug": "api", "build_branch": "v1", "build_tag": "v1",
                }),
                Provider::Buildkite,
                "tag v1 of api",
            ),
            (
                json!({
                    "iss": "https://cluster.example.com", "aud": [REGCRED],
                    "sub": "system:serviceaccount:ci:build", "kubernetes.io": { "namespace": "ci" },
                }),
                Provider::Kubernetes,
                "",
            ),
            (
                json!({ "iss": "https://issuer.example.com", "aud": REGCRED, "sub": "builder" }),
                Provider::Other,
                "",
            ),
        ] {
            let form = of(&claims).unwrap();
            assert_eq!(form.provider, provider.word(), "{claims}");
            assert_eq!((form.title.as_str(), form.audience.as_str()), (title, REGCRED), "{claims}");
            let read = form.read(provider, &OwnHosts::of(REGCRED, &[]));
            assert!(read.is_ok(), "{claims} {read:?}");
        }
        assert_eq!(of(&json!({ "sub": "builder" })), None);
    }

    #[test]
    fn the_form_of_a_rule_makes_the_same_rule() {
        let claims = [("project_id", "20"), ("ref_path", "refs/heads/main")];
        let mut rule = rule(Provider::GitLab, "https://gitlab.com", REGCRED, &claims);
        rule.claims.insert("user_login".to_owned(), "dana".to_owned());
        rule.title = "Nightly".to_owned();
        let form = TrustForm::of_rule(&rule);
        assert_eq!(form.more_claims, "user_login=dana");
        assert_eq!(form.title, "Nightly");
        assert_eq!(form.read(Provider::GitLab, &OwnHosts::default()).unwrap(), rule.claims);
    }
}
