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
    let errors = form.read(provider, &own()).err().unwrap_or_default();
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
fn a_pattern_for_branches_is_none_for_tags() {
    let issuer = "https://issuer.example.com";
    for (provider, name) in [
        (Provider::GitHub, "ref"),
        (Provider::GitLab, "ref_path"),
        (Provider::CircleCi, "oidc.circleci.com/vcs-ref"),
    ] {
        let told = |typed: &str| at(provider, issuer, &[(name, typed)], &format!("claims.{name}"));
        for typed in ["refs/*/main", "refs/*main", "refs/*s/main", "refs/heads", "refs/heads/"] {
            assert!(told(typed).unwrap().contains("refs/tags/v1"), "{name} {typed}");
        }
        // That is for everything, and looks it.
        for typed in ["refs/heads/*", "refs/heads/release/*", "refs/tags/v*", "refs/*"] {
            assert_eq!(told(typed), None, "{name} {typed}");
        }
    }
}

#[test]
fn a_reference_of_a_kind_that_the_provider_does_not_have_is_refused() {
    let issuer = "https://issuer.example.com";
    for (provider, name, own, foreign) in [
        (Provider::GitHub, "ref", "refs/pull/7/merge", "refs/merge-requests/7/head"),
        (Provider::GitLab, "ref_path", "refs/merge-requests/*", "refs/pull/7/merge"),
        (Provider::CircleCi, "oidc.circleci.com/vcs-ref", "refs/heads/pull/7", "refs/changes/7"),
        (Provider::AzureDevOps, "rpo_ref", "refs/pull/7/merge", "refs/merge-requests/7/head"),
    ] {
        let told = |typed: &str| at(provider, issuer, &[(name, typed)], &format!("claims.{name}"));
        for typed in [foreign, "refs/head/main", "refs/tag/v1", "refs/Heads/main"] {
            assert!(told(typed).unwrap().contains("refs/heads/main"), "{name} {typed}");
        }
        assert_eq!(told(own), None, "{name} {own}");
    }
}

#[test]
fn a_reference_has_a_name_that_git_allows() {
    let issuer = "https://issuer.example.com";
    let told = |provider, name: &str, typed: &str| {
        at(provider, issuer, &[(name, typed)], &format!("claims.{name}"))
    };
    for bad in ["main, refs/heads/dev", "release/", "a..b", "release-?", "release/[0-9]*", "a//b"] {
        let whole = format!("refs/heads/{bad}");
        assert!(told(Provider::GitHub, "ref", &whole).unwrap().contains("release/*"), "{bad}");
        let of_branch = told(Provider::Buildkite, "build_branch", bad);
        assert!(of_branch.unwrap().contains("release/*"), "{bad}");
    }
    for good in ["main", "release/*", "olga:work", "a.b"] {
        assert_eq!(told(Provider::Buildkite, "build_branch", good), None, "{good}");
    }
}

#[test]
fn a_value_that_the_provider_writes_in_another_form_is_refused() {
    let told = |provider, name: &str, typed: &str| {
        at(provider, "https://issuer.example.com", &[(name, typed)], &format!("claims.{name}"))
    };
    for (provider, name, bad, good) in [
        (Provider::GitHub, "repository_id", "0074", "74"),
        (Provider::Drone, "repo.slug", "api", "acme/api"),
        (Provider::Drone, "repo.slug", "https://github.com/acme/api", "acme/group/api"),
        (Provider::Drone, "repo.slug", "acme/", "acme/api"),
        (Provider::Woodpecker, "repo.forge_url", "acme/api", "https://github.com/acme/api"),
        (Provider::CircleCi, "oidc.circleci.com/ssh-rerun", "no", "false"),
        (Provider::GitLab, "ref_protected", "yes", "true"),
    ] {
        assert!(told(provider, name, bad).is_some(), "{name} {bad}");
        assert_eq!(told(provider, name, good), None, "{name} {good}");
    }
}

#[test]
fn an_issuer_is_an_address_that_tokens_can_name() {
    for bad in [
        "https://*.example.com",
        "https://*.example.com/a://b",
        "https://a.example,https://b.example",
        "https://issuer.example.com:0",
        "https://issuer.example.com:99999",
        "https://issuer.example.com:x/realms/acme",
        "https://issuer.example.com/.well-known/openid-configuration",
    ] {
        assert!(issuer_problem(bad).is_some(), "{bad}");
    }
    for good in [
        "https://issuer.example.com",
        "https://issuer.example.com:8443/realms/acme",
        "https://[2001:db8::1]:8443",
        "http://[::1]:8080",
        "http://127.0.0.1:8080",
    ] {
        assert_eq!(issuer_problem(good), None, "{good}");
    }
}

#[test]
fn a_workflow_is_of_one_owner() {
    let told = |typed: &str| {
        let claims = [("job_workflow_ref", typed)];
        at(Provider::GitHub, "https://issuer.example.com", &claims, "claims.job_workflow_ref")
    };
    let path = ".github/workflows/build.yml@refs/heads/main";
    for owner in ["*", "acme*", "*acme", ""] {
        assert!(told(&format!("{owner}/ci/{path}")).is_some(), "{owner}");
    }
    for typed in [format!("acme/ci/{path}"), format!("acme/*/{path}"), "acme/*".to_owned()] {
        assert_eq!(told(&typed), None, "{typed}");
    }
}

#[test]
fn what_was_sent_is_asked_for_or_refused_and_never_left_out() {
    let issuer = "https://token.actions.githubusercontent.com";
    let ids = [("repository_id", "74"), ("repository_owner_id", "65"), ("ref", "refs/heads/main")];
    let with = |name: &'static str, value: &'static str| {
        at(Provider::GitHub, issuer, &[ids[0], ids[1], ids[2], (name, value)], "more_claims")
    };
    assert!(with("event_name", "push").unwrap().contains("name=value"));
    assert_eq!(with("event_name", " "), None, "blank asks for nothing");
    let more = |text: &str| {
        let form = TrustForm { more_claims: text.to_owned(), ..TrustForm::default() };
        let errors = form.read(Provider::Other, &own()).unwrap_err();
        errors.into_iter().find(|error| error.field == "more_claims").map(|error| error.message)
    };
    for star in ["repository=acme/*", "groups[]=*", "event_name=*"] {
        assert!(more(star).unwrap().contains("Remove the *"), "{star}");
    }
    // The second would take the place of the first.
    assert!(more("groups[]=ci\ngroups[]=staff").unwrap().contains("repeated"));
    assert_eq!(more("groups[]=ci\ngroups=ci"), None);
}

#[test]
fn a_value_contains_no_invisible_character() {
    for unseen in ['\u{200B}', '\u{FEFF}', '\u{202E}', '\u{AD}', '\0'] {
        let typed = format!("refs/heads/ma{unseen}in");
        let claims = [("ref", typed.as_str())];
        let told = at(Provider::GitHub, "https://issuer.example.com", &claims, "claims.ref");
        assert!(told.unwrap().contains("invisible character"), "{}", unseen.escape_unicode());
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
        "system:serviceaccount:CI:builder",
        "system:serviceaccount:ci:my_builder",
        "system:serviceaccount:ci.acme:builder",
        "system:serviceaccount:ci:*",
        "system:serviceaccounts:ci",
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
    // A branch may be called so, and how any issuer writes its ids is not known.
    let ids = [("organization_id", upper), ("pipeline_id", upper), ("build_branch", upper)];
    let branch = super::rule(Provider::Buildkite, "https://agent.buildkite.com", AUDIENCE, &ids);
    assert_eq!(branch.claims["build_branch"], upper);
    let any = super::rule(Provider::Other, "https://example.com", AUDIENCE, &[("sub", upper)]);
    assert_eq!(any.claims["sub"], upper);
}

#[test]
fn a_list_is_asked_for_under_the_same_rules_as_a_text() {
    let told = |more: &str| {
        let form = TrustForm { more_claims: more.to_owned(), ..TrustForm::default() };
        let errors = form.read(Provider::Other, &own()).unwrap_err();
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

#[test]
fn what_narrows_a_rule_is_asked_for_with_everything_else() {
    let issuer = Provider::GitHub.usual_issuer();
    let told = |claims: &[(&str, &str)]| at(Provider::GitHub, issuer, claims, "claims.ref");
    let all = told(&[("repository_id", "acme/api")]);
    assert!(all.is_some_and(|told| told.contains("at least one")));
    // One that is wrong says what is wrong with it.
    assert!(told(&[("ref", "main")]).is_some_and(|told| told.contains("whole reference")));
    let workflow = [("job_workflow_ref", "build.yml")];
    assert_eq!(told(&workflow), None);
    assert!(at(Provider::GitHub, issuer, &workflow, "claims.job_workflow_ref").is_some());
    assert_eq!(told(&[("environment", "production")]), None);
}
