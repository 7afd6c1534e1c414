//! What people are told of an issuer that did not do its part, and what asking it at once says.

use super::*;
use crate::outbound::OutboundProblem;

const CLUSTER: &str = "https://kubernetes.example.com:6443/acme";

#[test]
fn what_is_told_names_the_host_and_what_it_said() {
    use OutboundProblem::{Forbidden, TimedOut, Tls, Unreachable, Unresolved};
    let unreached = |cause| IssuerProblem::Unreachable(Part::Metadata, cause);
    for (problem, said) in [
        (IssuerProblem::Answered(Part::Metadata, 503), "it answered 503"),
        (IssuerProblem::Answered(Part::Keys, 401), "it answered 401"),
        (IssuerProblem::Answered(Part::Keys, 302), "it answered 302"),
        (unreached(TimedOut), "it did not answer in time"),
        (unreached(Unreachable), "it cannot be reached"),
        (unreached(Unresolved), "its host name was not found"),
        (unreached(Tls), "its certificate is not valid"),
        (unreached(Forbidden("a private network")), "not public"),
        (IssuerProblem::Unfit(Part::Metadata, Wrong::OtherIssuer), "another issuer"),
        (IssuerProblem::Unfit(Part::Keys, Wrong::Form), "not a set of keys"),
    ] {
        let told = problem.complaint(CLUSTER, false);
        assert!(problem.is_the_issuers(), "{problem:?}");
        assert!(told.starts_with("The issuer kubernetes.example.com:6443 was asked"), "{told}");
        assert!(told.contains(said) && told.ends_with('.'), "{told}");
    }
    let told = IssuerProblem::Token(JwtProblem::Expired).complaint(CLUSTER, true);
    assert_eq!(told, "the token has expired");
}

#[test]
fn a_cluster_that_wants_to_know_who_asks_is_told_of_the_binding() {
    const BINDING: &str = "system:service-account-issuer-discovery";
    for (status, is_cluster, is_told) in
        [(401, true, true), (403, true, true), (503, true, false), (403, false, false)]
    {
        for part in [Part::Metadata, Part::Keys] {
            let told = IssuerProblem::Answered(part, status).complaint(CLUSTER, is_cluster);
            assert_eq!(told.contains(BINDING), is_told, "{told}");
        }
    }
}

#[tokio::test]
async fn asking_at_once_does_not_wait_for_the_pause_after_a_failure() {
    let scene = Scene::start().await;
    scene.publisher.fail();
    let issuer = scene.publisher.issuer();
    let failed = scene.issuers.ask(&issuer).await;
    assert_eq!(failed, Err(IssuerProblem::Answered(Part::Metadata, 503)));
    scene.publisher.publish_keys(&[&scene.first]);
    assert_eq!(scene.issuers.ask(&issuer).await, Ok(scene.publisher.url(KEYS)));
    // What it said is remembered for the first token.
    assert_eq!(scene.problem().await, None);
    assert_eq!(scene.fetches().await, (2, 1));
    let none = scene.issuers.ask("http://issuer.example.com").await;
    assert_eq!(none, Err(IssuerProblem::Address));
}
