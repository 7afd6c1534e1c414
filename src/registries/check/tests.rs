//! Every grade, reached and failed, at doubles of fifteen registries.

mod doubles;
mod hostile;

use super::*;
use crate::domain::check::{CheckState, PullLimit};
use crate::domain::registry_kind::RegistryKind;
use crate::outbound::loopback::{Loopback, reply};
use crate::outbound::{Network, OutboundSettings};
use doubles::{Double, REPOSITORY, SECRET, TAG, USER};

/// What is asked in most tests: one that is right, of an image that exists, with push.
struct Ask<'a> {
    kind: RegistryKind,
    username: &'a str,
    secret: &'a str,
    image: Option<(&'a str, &'a str)>,
    is_push_asked: bool,
    may_sign_in: bool,
    realms: Vec<String>,
}

impl Ask<'_> {
    fn right(kind: RegistryKind) -> Self {
        Self {
            kind,
            username: USER,
            secret: SECRET,
            image: Some((REPOSITORY, TAG)),
            is_push_asked: true,
            may_sign_in: true,
            realms: Vec::new(),
        }
    }

    async fn at(&self, registry: &Loopback) -> CheckReport {
        let host = RegistryHost::stored(&registry.host()).unwrap();
        let allowed = vec![Network::parse("127.0.0.0/8").unwrap()];
        let settings = OutboundSettings { allowed, ..OutboundSettings::default() };
        let ask = CheckAsk {
            host: &host,
            kind: self.kind,
            is_insecure: true,
            username: self.username,
            secret: self.secret.as_bytes(),
            realms: &self.realms,
            image: self.image,
            is_push_asked: self.is_push_asked,
            may_sign_in: self.may_sign_in,
        };
        Registries::new(Outbound::new(settings).unwrap()).check(&ask).await
    }
}

/// The steps from the sign-in on, as `reason reason reason`.
fn graded(report: &CheckReport) -> String {
    assert_eq!(report.steps.len(), CheckStep::ALL.len(), "{report:?}");
    let steps = [CheckStep::SignIn, CheckStep::Pull, CheckStep::Push];
    let words = steps.map(|of| report.step(of).unwrap().reason.word());
    words.join(" ")
}

#[tokio::test]
async fn each_grade_is_reached_at_each_registry() {
    for (name, double) in Double::all() {
        let registry = double.start().await;
        let report = Ask::right(double.kind).at(&registry).await;
        let cancelled = matches!(
            name,
            "GHCR" | "zot" | "Artifactory" | "GitLab" | "ECR Public" | "ACR" | "Harbor" | "Google"
        ) || name == "distribution, tokens";
        let push = if cancelled { "can_push_not_cancelled" } else { "can_push" };
        assert_eq!(graded(&report), format!("signed_in can_pull {push}"), "{name}");
        assert_eq!(report.state(), CheckState::Works, "{name}");
        let heard = registry.heard().await;
        let begun = heard.iter().filter(|request| request.starts_with("POST ")).count();
        assert_eq!(begun, 1, "{name}");
        let cancelling = heard.iter().filter(|request| request.starts_with("DELETE "));
        // With its query, which some registries keep their state in.
        assert!(cancelling.clone().all(|request| request.contains("?_state=x ")), "{name}");
        assert!(cancelling.count() >= 1, "{name}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_shown_once_and_named_at_each_registry() {
    for (name, double) in Double::all() {
        let registry = double.start().await;
        let ask = Ask { secret: "wrong", ..Ask::right(double.kind) };
        let report = ask.at(&registry).await;
        assert_eq!(graded(&report), "refused before before", "{name}");
        assert_eq!(report.state(), CheckState::Failing, "{name}");
        assert!(report.is_refused_sign_in() && report.stays_until_replaced(), "{name}");
        let heard = registry.heard().await.join("\n");
        // Harbor is asked once more, for the repository: with sign-in by OpenID Connect it refuses good pairs.
        let most = if name == "Harbor" { 2 } else { 1 };
        assert_eq!(heard.matches("authorization: Basic").count(), most, "{name}");
        assert!(!heard.contains("POST "), "{name}");
    }
}

#[tokio::test]
async fn who_may_only_pull_is_not_told_that_push_works() {
    for (name, double) in Double::all() {
        let double = Double { rights: &["pull"], ..double };
        let registry = double.start().await;
        let report = Ask::right(double.kind).at(&registry).await;
        let push = if name == "ECR" { "cannot_push_or_missing" } else { "cannot_push" };
        assert_eq!(graded(&report), format!("signed_in can_pull {push}"), "{name}");
        assert_eq!(report.state(), CheckState::Failing, "{name}");
        let unasked = Ask { is_push_asked: false, ..Ask::right(double.kind) };
        let report = unasked.at(&registry).await;
        assert_eq!(graded(&report), "signed_in can_pull push_not_asked", "{name}");
    }
}

#[tokio::test]
async fn who_may_not_pull_is_told_so_and_push_is_not_tried() {
    for (name, double) in Double::all() {
        let double = Double { rights: &[], ..double };
        let registry = double.start().await;
        let report = Ask::right(double.kind).at(&registry).await;
        let expected = match name {
            // It does not say which.
            "ECR" => "signed_in missing_or_forbidden repository_missing",
            _ => "signed_in cannot_pull before",
        };
        assert_eq!(graded(&report), expected, "{name}");
        let heard = registry.heard().await;
        assert!(!heard.iter().any(|request| request.starts_with("POST ")), "{name}");
    }
}

#[tokio::test]
async fn push_is_not_tried_where_it_could_create_a_repository() {
    for (name, double) in Double::all() {
        let registry = double.start().await;
        let ask = Ask { image: Some(("acme/new", "latest")), ..Ask::right(double.kind) };
        let report = ask.at(&registry).await;
        assert!(
            matches!(
                report.step(CheckStep::Push).unwrap().reason,
                CheckReason::RepositoryMissing | CheckReason::Before
            ),
            "{name}: {report:?}"
        );
        let heard = registry.heard().await.join("\n");
        assert!(!heard.contains("POST ") && !heard.contains("push"), "{name}");
    }
}

#[tokio::test]
async fn a_missing_tag_is_no_missing_repository() {
    let double = Double::distribution();
    let registry = double.start().await;
    let ask = Ask { image: Some((REPOSITORY, "missing")), ..Ask::right(double.kind) };
    let report = ask.at(&registry).await;
    assert_eq!(graded(&report), "signed_in can_pull_no_such_tag can_push_not_cancelled");
}

#[tokio::test]
async fn without_an_image_only_the_sign_in_is_graded() {
    let double = Double::distribution();
    let registry = double.start().await;
    let ask = Ask { image: None, is_push_asked: false, ..Ask::right(double.kind) };
    let report = ask.at(&registry).await;
    assert_eq!(graded(&report), "signed_in no_repository push_not_asked");
    assert_eq!(report.grade(), "It can sign in.");
}

#[tokio::test]
async fn a_public_image_proves_nothing() {
    for double in [Double::distribution(), Double { realm: None, ..Double::distribution() }] {
        let double = Double { is_public: true, ..double };
        let registry = double.start().await;
        let unasked = Ask { is_push_asked: false, ..Ask::right(double.kind) };
        let report = unasked.at(&registry).await;
        assert_eq!(graded(&report), "signed_in public push_not_asked");
        assert_eq!(report.grade(), "It can sign in.");
    }
}

#[tokio::test]
async fn what_a_token_says_of_push_is_a_hint_and_no_grade() {
    let double = Double { tokens: doubles::Tokens::Whole, ..Double::distribution() };
    let registry = double.start().await;
    let unasked = Ask { is_push_asked: false, ..Ask::right(double.kind) };
    let report = unasked.at(&registry).await;
    assert_eq!(graded(&report), "signed_in can_pull push_hinted");
    assert_eq!(report.grade(), "It can sign in and pull.");
}

#[tokio::test]
async fn a_spent_budget_shows_the_secret_to_nobody() {
    for (name, double) in Double::all() {
        let registry = double.start().await;
        let ask = Ask { may_sign_in: false, ..Ask::right(double.kind) };
        let report = ask.at(&registry).await;
        assert_eq!(graded(&report), "budget_spent before before", "{name}");
        assert_eq!(report.state(), CheckState::Unclear, "{name}");
        let heard = registry.heard().await.join("\n");
        assert!(!heard.contains("authorization"), "{name}");
    }
}

#[tokio::test]
async fn an_identity_token_is_shown_to_nobody() {
    for (name, double) in Double::all() {
        let registry = double.start().await;
        let ask = Ask { username: "<token>", ..Ask::right(double.kind) };
        let report = ask.at(&registry).await;
        assert_eq!(graded(&report), "identity_token before before", "{name}");
        assert!(!registry.heard().await.join("").contains("authorization"), "{name}");
    }
}

#[tokio::test]
async fn the_limit_on_pulls_is_shown() {
    let registry = Loopback::start(|request, _| {
        if request.starts_with("HEAD ") {
            let headers = ["ratelimit-limit: 100;w=21600", "ratelimit-remaining: 76;w=21600"];
            return reply("404 Not Found", &headers.map(str::to_owned), "");
        }
        if request.contains("authorization: ") {
            return reply("200 OK", &[], "{}");
        }
        reply("401 Unauthorized", &["WWW-Authenticate: Basic realm=\"acme\"".to_owned()], "")
    })
    .await;
    let report = Ask::right(RegistryKind::SelfHosted).at(&registry).await;
    assert_eq!(report.limit, Some(PullLimit { left: 76, of: 100, window: 21_600 }));
}
