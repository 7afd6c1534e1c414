//! Sources: <https://docs.github.com/en/enterprise-cloud@latest/actions/reference/security/oidc> (an
//! enterprise's own path, GHE.com), <https://docs.github.com/en/enterprise-server@latest/actions/reference/security/oidc>,
//! <https://docs.gitlab.com/subscriptions/gitlab_dedicated/>, and those of the other modules.

use super::*;

#[test]
fn a_known_provider_is_recognised_by_all_its_issuers() {
    for (issuer, provider) in [
        ("https://token.actions.githubusercontent.com", Provider::GitHub),
        ("https://token.actions.githubusercontent.com/", Provider::GitHub),
        ("https://token.actions.githubusercontent.com:443", Provider::GitHub),
        ("https://TOKEN.actions.githubusercontent.com", Provider::GitHub),
        ("https://token.actions.githubusercontent.com/acme-enterprise", Provider::GitHub),
        ("https://token.actions.acme.ghe.com", Provider::GitHub),
        ("https://token.actions.acme.ghe.com/acme", Provider::GitHub),
        ("https://github.example.com/_services/token", Provider::GitHub),
        ("https://github.example.com/_services/token/", Provider::GitHub),
        ("https://github.example.com/_services/token/acme", Provider::GitHub),
        ("https://gitlab.com", Provider::GitLab),
        ("https://acme.gitlab-dedicated.com", Provider::GitLab),
        ("https://gitlab.example.com", Provider::GitLab),
        ("https://gitlab.example.com:8443", Provider::GitLab),
        ("https://example.com/gitlab", Provider::GitLab),
        ("https://gitlab:8443", Provider::GitLab),
        ("https://oidc.circleci.com/org/0184990a", Provider::CircleCi),
        ("https://agent.buildkite.com", Provider::Buildkite),
        ("https://agent-edge.buildkite.com", Provider::Buildkite),
        ("https://vstoken.dev.azure.com/0ca3ddd9", Provider::AzureDevOps),
        ("https://login.microsoftonline.com/271ef6f7/v2.0", Provider::AzureDevOps),
        ("https://sts.windows.net/271ef6f7/", Provider::AzureDevOps),
        ("https://oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF", Provider::Kubernetes),
        ("https://oidc.eks.cn-north-1.amazonaws.com.cn/id/ABCDEF", Provider::Kubernetes),
        ("https://oidc-eks.eu-west-1.api.aws/id/ABCDEF", Provider::Kubernetes),
        (
            "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c",
            Provider::Kubernetes,
        ),
        ("https://westeurope.oic.prod-aks.azure.com/271ef6f7/0ca3ddd9/", Provider::Kubernetes),
        ("https://kubernetes.default.svc", Provider::Kubernetes),
        ("https://kubernetes.default.svc.cluster.local", Provider::Kubernetes),
    ] {
        assert_eq!(Provider::of_issuer(issuer), Some(provider), "{issuer}");
        let form = TrustForm {
            issuer: issuer.to_owned(),
            audience: AUDIENCE.to_owned(),
            claims: [("sub".to_owned(), "builder".to_owned())].into(),
            ..TrustForm::default()
        };
        let errors = form.read(Provider::Other, &own()).unwrap_err();
        let told = errors.iter().find(|error| error.field == "issuer").unwrap();
        assert!(told.message.contains(&format!("Choose {} above", provider.label())), "{issuer}");
    }
}

#[test]
fn nobody_else_is_taken_for_a_known_provider() {
    for issuer in [
        "",
        "token.actions.githubusercontent.com",
        "https://token.actions.githubusercontent.com.example.com",
        "https://xtoken.actions.githubusercontent.com",
        "https://example.com/token.actions.githubusercontent.com",
        "https://ghe.com",
        "https://acme.ghe.com",
        "https://token.actions.ghe.com.example.com",
        "https://token.actions.acmeghe.com",
        "https://sso.example.com/realms/gitlab",
        "https://mygitlabs.example.com",
        "https://gitlab.example.com/realms/acme",
        "https://buildkite.com",
        "https://agentbuildkite.com",
        "https://accounts.google.com",
        "https://container.googleapis.com",
        "http://127.0.0.1:8080",
    ] {
        assert_eq!(Provider::of_issuer(issuer), None, "{issuer}");
    }
}

#[test]
fn a_server_of_ones_own_is_recognised_by_where_its_keys_are() {
    for (address, provider) in [
        ("https://git.example.com/oauth/discovery/keys", Some(Provider::GitLab)),
        ("https://git.example.com/_services/token/.well-known/jwks", Some(Provider::GitHub)),
        ("https://10.0.0.1:6443/openid/v1/jwks", Some(Provider::Kubernetes)),
        ("https://ci.example.com/org/0184990a/.well-known/jwks-pub.json", Some(Provider::CircleCi)),
        ("https://issuer.example.com/keys", None),
        ("https://issuer.example.com/.well-known/jwks", None),
        ("https://issuer.example.com/realms/openid/v1/jwks", None),
    ] {
        assert_eq!(Provider::of_keys(address), provider, "{address}");
    }
}

#[test]
fn a_rule_from_before_its_issuer_was_known_is_judged_by_the_providers_rules() {
    let ids = [("sub", "repo:acme/api:ref:refs/heads/main")];
    let mut old = rule(Provider::Other, "https://issuer.example.com", AUDIENCE, &ids);
    let none = with(&json!({}), &json!({}));
    assert_eq!(old.reuse(&none), (None, false));
    old.issuer = "https://token.actions.acme.ghe.com".to_owned();
    assert_eq!(old.reuse(&none), Provider::GitHub.reuse());
    let claims =
        with(&json!({"event_name": "pull_request", "ref": "refs/pull/7/merge"}), &json!({}));
    assert!(old.proof(&claims).may_be_fork());
}

#[test]
fn a_known_providers_token_is_judged_by_its_rules_in_every_form_that_asks_for_a_subject_only() {
    let issuer = "https://git.example.com";
    let account = "system:serviceaccount:ci:builder";
    let fork = json!({
        "sub": account, "project_id": "21", "job_project_id": "20", "ref": "main",
        "ref_type": "tag", "pipeline_source": "merge_request_event",
    });
    for provider in [Provider::AzureDevOps, Provider::Kubernetes, Provider::Other] {
        let proof =
            rule(provider, issuer, AUDIENCE, &[("sub", account)]).proof(&with(&fork, &json!({})));
        assert!(proof.may_be_fork(), "{provider:?}");
        assert_eq!(proof.reference, None, "{provider:?}");
    }
}

#[test]
fn the_issuer_is_stored_as_its_tokens_spell_it() {
    for (provider, typed, stored) in [
        (
            Provider::GitHub,
            " https://Token.Actions.githubusercontent.com/ ",
            "https://token.actions.githubusercontent.com",
        ),
        (
            Provider::GitHub,
            "https://github.example.com:443/_services/token/",
            "https://github.example.com/_services/token",
        ),
        (Provider::GitLab, "https://gitlab.example.com:8443/", "https://gitlab.example.com:8443"),
        (Provider::GitHub, "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        // There the slash is part of the name.
        (
            Provider::AzureDevOps,
            "https://sts.windows.net/271ef6f7",
            "https://sts.windows.net/271ef6f7/",
        ),
        (
            Provider::Kubernetes,
            "https://westeurope.oic.prod-aks.azure.com/a/b/",
            "https://westeurope.oic.prod-aks.azure.com/a/b/",
        ),
        (Provider::Other, "https://acme.eu.auth0.com/", "https://acme.eu.auth0.com/"),
    ] {
        let form = TrustForm { issuer: typed.to_owned(), ..TrustForm::default() };
        assert_eq!(form.read_issuer(provider), stored);
    }
}

#[test]
fn the_shape_of_claims_takes_rights_away_and_gives_none() {
    let ids = [("sub", "ci")];
    let other = rule(Provider::Other, "https://login.example.com", AUDIENCE, &ids);
    let push = json!({
        "sub": "ci", "project_id": "1", "job_project_id": "1", "pipeline_source": "push",
        "ref": "main", "ref_type": "branch", "jti": "a"
    });
    let proof = other.proof(&with(&push, &json!({})));
    assert_eq!((proof.reference.as_deref(), proof.event.as_deref()), (None, None));
    assert_eq!(proof.is_fork, None);
    let request = json!({"pipeline_source": "merge_request_event"});
    assert!(other.proof(&with(&push, &request)).may_be_fork());
    // What is taken as GitHub's is used up as GitHub's.
    let github = with(&json!({"repository_id": "1", "event_name": "push"}), &json!({}));
    assert_eq!(other.reuse(&github), Provider::GitHub.reuse());
}

#[test]
fn a_stored_pattern_of_any_kind_does_not_make_a_tag_a_branch() {
    let claims = |kind: &str, path: &str| {
        let said = json!({"project_id": "1", "ref": "main", "ref_type": kind, "ref_path": path});
        with(&said, &json!({}))
    };
    for pattern in ["refs/**", "refs/*main", "refs/*/main"] {
        let asked = [("project_id", "1"), ("ref_path", "refs/heads/main")];
        let mut old = rule(Provider::GitLab, "https://gitlab.com", AUDIENCE, &asked);
        for (name, value) in [("ref", "main"), ("ref_path", pattern)] {
            old.claims.insert(name.to_owned(), value.to_owned());
        }
        assert!(!holds(&old, &claims("tag", "refs/tags/main")), "{pattern}");
        assert!(holds(&old, &claims("branch", "refs/heads/main")), "{pattern}");
    }
}
