mod forks;
mod pushes;
mod said;
mod shapes;

use super::*;
use crate::domain::credential::{Access, Method, Summary};
use crate::domain::grant::Terms;
use crate::domain::moment::Moment;
use crate::domain::registry::RegistryHost;
use crate::domain::trust_rule::{OwnHosts, Provider, TrustRule};
use std::collections::BTreeMap;

/// As providers sign ids.
const ID: &str = "0184990a-4782-42b5-afc1-16715b10b8ff";

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn list(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn credential(name: &str, paths: &str) -> Summary {
    Summary {
        id: Uuid::now_v7(),
        name: name.to_owned(),
        description: String::new(),
        host: RegistryHost::stored("ghcr.io").unwrap(),
        is_insecure: false,
        method: Method::Password,
        username: "acme-bot".to_owned(),
        access: Access::PullAndPush,
        paths: list(paths),
        expires_on: None,
        renew_on: None,
        disabled_at: None,
        unreadable_at: None,
        secret_doubt: None,
        is_compromised: false,
        updated_at: Moment(0),
        updated_by: String::new(),
    }
}

fn github(reference: &str) -> TrustRule {
    let who = [("repository_id", "74"), ("repository_owner_id", "65"), ("ref", reference)];
    TrustRule::sample(Provider::GitHub, &who)
}

fn cluster() -> TrustRule {
    TrustRule::sample(Provider::Kubernetes, &[("sub", "system:serviceaccount:ci:build")])
}

fn from(branches: &str, events: &str) -> Terms {
    Terms { branches: list(branches), events: list(events), ..Terms::plain(Access::Pull) }
}

/// What is doubted of a grant with these terms of a credential without faults.
fn doubts(terms: &Terms, rules: &[TrustRule], has_token: bool) -> Vec<Doubt> {
    let around = Around { rules, has_token, today: day("2026-11-21") };
    of_grant(terms, &credential("ghcr", ""), around)
}

#[test]
fn a_grant_that_no_run_can_meet_is_doubted() {
    let (main, plain) = (github("refs/heads/main"), Terms::plain(Access::Pull));
    assert_eq!(doubts(&plain, &[], false), [Doubt::NoIdentity]);
    for (terms, rules, expected) in [
        (plain, vec![], None),
        (from("main", ""), vec![], Some(Doubt::BranchNotProved)),
        (from("main", ""), vec![cluster()], Some(Doubt::BranchNotProved)),
        (from("main", ""), vec![main.clone()], None),
        (from("main", ""), vec![cluster(), main.clone()], None),
        (from("release/*", ""), vec![main.clone()], Some(Doubt::OtherBranches)),
        (from("", "push"), vec![cluster()], Some(Doubt::EventNotProved)),
        (from("main", "push"), vec![main.clone()], None),
        (from("main", "push"), vec![cluster()], Some(Doubt::BranchNotProved)),
    ] {
        let found = doubts(&terms, &rules, true);
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{terms:?}");
    }
    let pushes = TrustRule {
        claims: main.claims.into_iter().chain([("event_name".into(), "push".into())]).collect(),
        ..github("refs/heads/main")
    };
    assert_eq!(doubts(&from("", "schedule"), &[pushes], true), [Doubt::OtherEvents]);
    let who = [("organization_id", "a"), ("pipeline_id", "b"), ("step_key", "build")];
    let buildkite = TrustRule::sample(Provider::Buildkite, &who);
    assert_eq!(doubts(&from("", "push"), &[buildkite], true), [Doubt::OtherEvents]);
}

#[test]
fn a_rule_that_stopped_or_checks_too_little_proves_nothing() {
    let stopped = TrustRule { ended_at: Some(Moment(1)), ..github("refs/heads/main") };
    let short = TrustRule { claims: BTreeMap::new(), ..github("refs/heads/main") };
    for rule in [stopped, short] {
        assert_eq!(
            doubts(&from("main", ""), std::slice::from_ref(&rule), true),
            [Doubt::BranchNotProved]
        );
        assert_eq!(doubts(&from("", ""), &[rule], false), [Doubt::NoIdentity]);
    }
}

#[test]
fn a_pattern_that_is_of_no_reference_is_doubted() {
    let terms = from("refs/main main", "");
    assert_eq!(doubts(&terms, &[github("refs/heads/main")], true), [Doubt::NoReference]);
}

#[test]
fn a_pattern_that_git_allows_no_name_for_is_doubted() {
    let any = || [github("refs/heads/*")];
    for bad in ["release/", "/main", "v1..2", "feature/?", "release/[0-9]*", "^main$", "main\\"] {
        assert_eq!(
            doubts(&from(&format!("main {bad}"), ""), &any(), true),
            [Doubt::NoName],
            "{bad}"
        );
    }
    for good in ["main", "*", "release/*", "a.b", "olga@work", "💥", "refs/heads/release/*"] {
        assert!(doubts(&from(good, ""), &any(), true).is_empty(), "{good}");
    }
}

#[test]
fn a_pattern_that_is_also_of_names_like_it_is_doubted() {
    let any = || [github("refs/heads/*")];
    for open in ["main*", "*main", "dev main*", "refs/heads/main*"] {
        assert_eq!(doubts(&from(open, ""), &any(), true), [Doubt::OpenCondition], "{open}");
    }
}

#[test]
fn what_the_credential_lacks_is_doubted() {
    let id = Uuid::nil();
    let whole = Summary { id, ..credential("ghcr", "acme/mirror acme/tools") };
    let past = day("2026-11-20");
    let within = |repositories| Terms {
        repositories: list(repositories),
        ..Terms::plain(Access::PullAndPush)
    };
    let plain = Terms::plain(Access::PullAndPush);
    for (terms, credential, expected) in [
        (plain.clone(), whole.clone(), None),
        (within("acme"), whole.clone(), None),
        (within("acme/tools/cli"), whole.clone(), None),
        (within("other/x"), whole.clone(), Some(Doubt::OutsidePaths { is_all: true })),
        (within("other/x acme"), whole.clone(), Some(Doubt::OutsidePaths { is_all: false })),
        (
            plain.clone(),
            Summary { access: Access::Pull, ..whole.clone() },
            Some(Doubt::OnlyPulls { credential: id }),
        ),
        (
            plain.clone(),
            Summary { expires_on: Some(past), ..whole.clone() },
            Some(Doubt::CredentialExpired { credential: id, on: past }),
        ),
        (
            plain.clone(),
            Summary { disabled_at: Some(Moment(1)), ..whole.clone() },
            Some(Doubt::CredentialDisabled { credential: id }),
        ),
        (
            Terms { expires_on: Some(past), ..plain.clone() },
            whole.clone(),
            Some(Doubt::Ended { on: past }),
        ),
    ] {
        let around = Around { rules: &[], has_token: true, today: day("2026-11-21") };
        let found = of_grant(&terms, &credential, around);
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{terms:?} {credential:?}");
    }
}

/// The names of those that tie, each with the others.
fn tied(held: &[(&Summary, Terms)]) -> Vec<(Uuid, Vec<String>)> {
    let held: Vec<Held<'_>> = held
        .iter()
        .map(|(credential, terms)| Held { grant: credential.id, terms, credential })
        .collect();
    let found = ties(&held, day("2026-11-21")).into_iter();
    found
        .map(|(grant, doubt)| match doubt {
            Doubt::Tie { others, .. } => (grant, others),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn two_credentials_that_nothing_tells_apart_are_doubted_and_others_are_not() {
    let (one, other) = (credential("one", ""), credential("other", ""));
    let part = credential("part", "acme");
    let pull = || Terms::plain(Access::Pull);
    let found = tied(&[(&one, pull()), (&other, pull()), (&part, pull())]);
    assert_eq!(found, [(one.id, vec!["other".to_owned()]), (other.id, vec!["one".to_owned()])]);
    // Different conditions, a past day or less access tell them apart.
    assert!(tied(&[(&one, from("main", "")), (&other, pull())]).is_empty());
    let expired = Summary { expires_on: Some(day("2026-11-20")), ..other.clone() };
    assert!(tied(&[(&one, pull()), (&expired, pull())]).is_empty());
    let pulls = Summary { access: Access::Pull, ..other.clone() };
    assert!(tied(&[(&one, pull()), (&pulls, pull())]).is_empty());
    // The same condition does not.
    assert_eq!(tied(&[(&one, from("main", "")), (&other, from("main", ""))]).len(), 2);
}

#[test]
fn the_host_alone_tells_a_whole_registry_from_no_part_of_it_though_a_file_does() {
    let (whole, part) = (credential("whole", ""), credential("part", "acme"));
    let pull = || Terms::plain(Access::Pull);
    let found = |held: &[(&Summary, Terms)]| {
        let held: Vec<Held<'_>> = held
            .iter()
            .map(|(credential, terms)| Held { grant: credential.id, terms, credential })
            .collect();
        tied_by_host(&held, day("2026-11-21")).into_iter().collect::<Vec<_>>()
    };
    let both = [(&whole, pull()), (&part, pull())];
    assert_eq!(found(&both), [whole.id, part.id]);
    assert!(tied(&both).is_empty(), "it is no doubt");
    // Nothing at all tells these apart, and the doubt says so.
    let other = credential("other", "");
    assert!(found(&[(&whole, pull()), (&other, pull())]).is_empty());
    assert!(found(&[(&whole, pull()), (&part, from("main", ""))]).is_empty());
    let quay = Summary { host: RegistryHost::stored("quay.io").unwrap(), ..part.clone() };
    assert!(found(&[(&whole, pull()), (&quay, pull())]).is_empty());
}

#[test]
fn a_rule_that_no_token_matches_is_doubted() {
    let buildkite = |more: &[(&str, &str)]| {
        let who = [("organization_id", ID), ("pipeline_id", ID)];
        TrustRule::sample(Provider::Buildkite, &[&who[..], more].concat())
    };
    let circleci = |origin| {
        let id = ("oidc.circleci.com/project-id", ID);
        TrustRule::sample(Provider::CircleCi, &[id, ("oidc.circleci.com/vcs-origin", origin)])
    };
    let gitlab = |more| TrustRule::sample(Provider::GitLab, &[("project_id", "20"), more]);
    let workflow = |workflow| {
        let who = [("repository_id", "74"), ("repository_owner_id", "65")];
        TrustRule::sample(Provider::GitHub, &[who[0], who[1], ("job_workflow_ref", workflow)])
    };
    let of_azure = |sub| TrustRule::sample(Provider::AzureDevOps, &[("sub", sub)]);
    let own = OwnHosts::of("https://regcred.example.com", &[]);
    for (rule, expected) in [
        (github("refs/heads/main"), None),
        (github("main"), Some(Doubt::ShortReference("Git reference".to_owned()))),
        (gitlab(("ref_path", "main")), Some(Doubt::ShortReference("Git reference".to_owned()))),
        (gitlab(("ref_protected", "true")), None),
        (gitlab(("ref_protected", "yes")), Some(Doubt::NoTruth("ref_protected".to_owned()))),
        (cluster(), None),
        (
            TrustRule::sample(Provider::Kubernetes, &[("sub", "ci:build")]),
            Some(Doubt::ServiceAccountShape),
        ),
        (of_azure("p://acme/shop/build"), None),
        (of_azure("/eid1/c/pub/t/a"), None),
        (of_azure("acme/shop/build"), Some(Doubt::AzureSubjectShape)),
        (circleci("github.com/acme/api"), None),
        (circleci("acme/api"), Some(Doubt::OriginShape)),
        (workflow("acme/ci/.github/workflows/build.yml@refs/heads/main"), None),
        (workflow("acme/ci/.github/workflows/*"), None),
        (workflow("acme/ci/.github/workflows/build.yml"), Some(Doubt::WorkflowWithoutReference)),
        (buildkite(&[("build_branch", "main")]), None),
        (buildkite(&[("build_branch", "refs/heads/main")]), Some(Doubt::BranchAsReference)),
        (buildkite(&[("build_branch", "main"), ("build_tag", "v*")]), Some(Doubt::BranchAndTag)),
        (
            TrustRule::sample(Provider::Kubernetes, &[]),
            Some(Doubt::Lacks(vec!["subject".to_owned()])),
        ),
    ] {
        assert_eq!(of_rule(&rule, &own), expected.into_iter().collect::<Vec<_>>(), "{rule:?}");
    }
    for audience in ["sts.amazonaws.com", "https://vault.example.com"] {
        let foreign = TrustRule { audience: audience.to_owned(), ..cluster() };
        assert_eq!(of_rule(&foreign, &own), [Doubt::ForeignAudience], "{audience}");
    }
}

#[test]
fn a_rule_whose_runs_receive_nothing_is_doubted() {
    let main = github("refs/heads/main");
    assert_eq!(of_rule_beside(&main, []), Some(Doubt::NoGrants));
    let dev = from("dev", "");
    assert_eq!(of_rule_beside(&main, [&dev]), Some(Doubt::NoGrantForRule));
    assert_eq!(of_rule_beside(&main, [&dev, &from("main", "")]), None);
}
