//! What the forms take, and what they say.

use super::*;

/// The sentence at one field of a form that holds this.
fn at(provider: Provider, issuer: &str, claims: &[(&str, &str)], field: &str) -> Option<String> {
    let form = TrustForm {
        issuer: issuer.to_owned(),
        audience: AUDIENCE.to_owned(),
        claims: claims.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..TrustForm::default()
    };
    let errors = form.read(provider).err().unwrap_or_default();
    errors.into_iter().find(|error| error.field == field).map(|error| error.message)
}

#[test]
fn a_reference_is_written_whole_so_that_a_tag_is_no_branch() {
    for (provider, name) in [
        (Provider::GitHub, "ref"),
        (Provider::GitLab, "ref_path"),
        (Provider::CircleCi, "oidc.circleci.com/vcs-ref"),
        (Provider::AzureDevOps, "rpo_ref"),
    ] {
        let field = format!("claims.{name}");
        for typed in ["main", "heads/main", "v1"] {
            let told = at(provider, "https://issuer.example.com", &[(name, typed)], &field);
            assert!(told.unwrap().contains("refs/heads/main"), "{name} {typed}");
        }
        let right =
            at(provider, "https://issuer.example.com", &[(name, "refs/heads/main")], &field);
        assert_eq!(right, None, "{name}");
    }
}

#[test]
fn a_service_account_is_named_whole() {
    let issuer = "https://kubernetes.example.com";
    for typed in [
        "builder",
        "ci:builder",
        "system:serviceaccount:ci",
        "system:serviceaccount::b",
        "system:serviceaccount:ci:",
        "system:serviceaccount:a:b:c",
    ] {
        let told = at(Provider::Kubernetes, issuer, &[("sub", typed)], "claims.sub");
        assert!(told.is_some(), "{typed}");
    }
    let right = [("sub", "system:serviceaccount:ci:builder")];
    assert_eq!(at(Provider::Kubernetes, issuer, &right, "claims.sub"), None);
}

#[test]
fn what_tells_a_fork_from_the_repository_has_to_be_entered() {
    let claims =
        [("oidc.circleci.com/project-id", "p"), ("oidc.circleci.com/vcs-ref", "refs/heads/main")];
    let field = "claims.oidc.circleci.com/vcs-origin";
    let told = at(Provider::CircleCi, "https://oidc.circleci.com/org/o", &claims, field);
    assert_eq!(told.as_deref(), Some("Enter the repository."));
}

#[test]
fn ids_are_stored_in_small_letters_as_they_are_signed() {
    let upper = "F892EFA9-103E-4D28-97A1-3B8616A0994D";
    let ids = [("organization_id", upper), ("pipeline_id", upper), ("build_branch", "main")];
    let rule = rule(Provider::Buildkite, "https://agent.buildkite.com", AUDIENCE, &ids);
    assert_eq!(rule.claims["organization_id"], upper.to_lowercase());
}

#[test]
fn a_list_is_asked_for_under_the_same_rules_as_a_text() {
    let told = |more: &str| {
        let form = TrustForm { more_claims: more.to_owned(), ..TrustForm::default() };
        let errors = form.read(Provider::Other).unwrap_err();
        errors.into_iter().find(|error| error.field == "more_claims").map(|error| error.message)
    };
    assert_eq!(told("groups[]=ci"), None);
    for wrong in ["aud[]=x", "exp[]=1", "sub[]=x", "[]=x", "groups[]=", "groups[]"] {
        assert!(told(wrong).is_some(), "{wrong}");
    }
}

#[test]
fn every_provider_that_signs_tokens_says_what_its_tokens_do_not_say() {
    for provider in Provider::ALL.iter().filter(|provider| provider.is_oidc()) {
        assert!(!provider.notes().is_empty(), "{provider:?}");
        assert!(!provider.audience_hint().is_empty() && !provider.issuer_hint().is_empty());
    }
}
