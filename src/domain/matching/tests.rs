mod pulls;
mod ties;

use super::*;
use crate::domain::credential::Method;
use crate::domain::grant::ForkRule;
use crate::domain::moment::Moment;
use std::slice;

fn credential(name: &str, paths: &[&str], access: Access) -> Summary {
    Summary {
        id: uuid::Uuid::nil(),
        name: name.to_owned(),
        description: String::new(),
        host: RegistryHost::stored("ghcr.io").unwrap(),
        is_insecure: false,
        method: Method::Password,
        username: "acme-bot".to_owned(),
        access,
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
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

fn only(repositories: &[&str]) -> Terms {
    let repositories = repositories.iter().map(|path| (*path).to_owned()).collect();
    Terms { repositories, ..Terms::plain(Access::PullAndPush) }
}

/// What becomes of the credentials, each under one grant: the winners' names with their paths, and
/// the others' reasons.
fn decided(
    shape: Shape,
    repository: Option<&str>,
    intent: Access,
    all: &[(Summary, Terms)],
) -> (Vec<String>, Vec<(String, Lost)>, bool) {
    let proof = Proof::default();
    let ask = Ask {
        intent,
        host: None,
        repository,
        proof: &proof,
        epoch: 0,
        today: Day::parse("2026-11-21").unwrap(),
        shape,
        takes_tokens: false,
    };
    let candidates: Vec<Candidate<'_>> = all
        .iter()
        .map(|(credential, terms)| Candidate { credential, grants: slice::from_ref(terms) })
        .collect();
    let outcome = decide(&ask, &candidates);
    let name = |index: usize| all[index].0.name.clone();
    let won = outcome.won.iter().map(|won| {
        let paths = won.paths.join("+");
        if paths.is_empty() { name(won.index) } else { format!("{}:{paths}", name(won.index)) }
    });
    let lost = outcome.lost.iter().map(|(index, lost)| (name(*index), *lost));
    (won.collect(), lost.collect(), !outcome.ties.is_empty())
}

fn plain(all: Vec<Summary>) -> Vec<(Summary, Terms)> {
    all.into_iter().map(|one| (one, Terms::plain(Access::PullAndPush))).collect()
}

#[test]
fn the_longest_prefix_serves_a_repository() {
    let all = plain(vec![
        credential("whole", &[], Access::Pull),
        credential("team", &["acme"], Access::PullAndPush),
        credential("api", &["acme/api"], Access::PullAndPush),
        credential("other", &["acme/ap"], Access::Pull),
    ]);
    let of = |repository| decided(Shape::One, Some(repository), Access::Pull, &all);
    assert_eq!(of("acme/api").0, ["api:acme/api"]);
    assert_eq!(of("acme/api/v2").0, ["api:acme/api"]);
    assert_eq!(of("acme/apix").0, ["team:acme"]);
    assert_eq!(of("zebra").0, ["whole"]);
    let (_, lost, _) = of("acme/api");
    assert_eq!(
        lost.iter().map(|(_, lost)| *lost).collect::<Vec<_>>(),
        [Lost::ShorterPrefix, Lost::ShorterPrefix, Lost::OtherRepository]
    );
}

#[test]
fn the_narrowest_that_is_enough_serves_and_two_alike_are_no_choice() {
    let all = plain(vec![
        credential("deploy", &["acme"], Access::PullAndPush),
        credential("reader", &["acme"], Access::Pull),
    ]);
    let (won, lost, tie) = decided(Shape::One, Some("acme/api"), Access::Pull, &all);
    assert_eq!(
        (won, lost, tie),
        (vec!["reader:acme".into()], vec![("deploy".into(), Lost::Wider)], false)
    );
    let (won, lost, _) = decided(Shape::One, Some("acme/api"), Access::PullAndPush, &all);
    assert_eq!(
        (won, lost),
        (vec!["deploy:acme".into()], vec![("reader".into(), Lost::WrongIntent)])
    );
    let all = plain(vec![
        credential("one", &["acme"], Access::Pull),
        credential("two", &["acme"], Access::Pull),
    ]);
    for (shape, repository) in
        [(Shape::One, Some("acme/api")), (Shape::Paths, None), (Shape::Hosts, None)]
    {
        let (won, lost, tie) = decided(shape, repository, Access::Pull, &all);
        assert!(
            won.is_empty() && tie && lost.iter().all(|(_, lost)| *lost == Lost::Tie),
            "{shape:?}"
        );
    }
}

#[test]
fn who_asks_by_host_alone_gets_one_or_an_error() {
    let all = plain(vec![
        credential("whole", &[], Access::Pull),
        credential("api", &["acme/api"], Access::Pull),
    ]);
    let (won, _, tie) = decided(Shape::One, None, Access::Pull, &all);
    assert!(won.is_empty() && tie);
    let (won, lost, tie) = decided(Shape::Hosts, None, Access::Pull, &all);
    assert_eq!(
        (won, lost, tie),
        (vec!["whole".into()], vec![("api".into(), Lost::LessExact)], false)
    );
    let (won, lost, tie) = decided(Shape::Paths, None, Access::Pull, &all);
    assert_eq!(
        (won.as_slice(), lost.len(), tie),
        (["whole".to_owned(), "api:acme/api".to_owned()].as_slice(), 0, false)
    );
}

#[test]
fn a_grant_for_some_repositories_never_opens_the_whole_host() {
    let all = vec![(credential("whole", &[], Access::PullAndPush), only(&["acme/api"]))];
    let of = |shape, repository| decided(shape, repository, Access::Pull, &all);
    assert_eq!(of(Shape::One, Some("acme/api/v2")).0, ["whole"]);
    assert_eq!(of(Shape::One, Some("acme/web")).1, [("whole".into(), Lost::GrantRepository)]);
    assert_eq!(of(Shape::One, None).1, [("whole".into(), Lost::NeedsRepository)]);
    assert_eq!(of(Shape::Hosts, None).1, [("whole".into(), Lost::NeedsRepository)]);
    assert_eq!(of(Shape::Paths, None).0, ["whole:acme/api"]);
    // Only what both the credential and the grant are for.
    let all = vec![(credential("team", &["acme"], Access::Pull), only(&["acme/api", "zebra"]))];
    assert_eq!(decided(Shape::Paths, None, Access::Pull, &all).0, ["team:acme/api"]);
}

#[test]
fn of_several_grants_one_is_enough_and_disabled_is_not() {
    let credential = credential("key", &[], Access::PullAndPush);
    let pull = Terms::plain(Access::Pull);
    let push = Terms { branches: vec!["main".into()], ..Terms::plain(Access::PullAndPush) };
    let both = [pull, push.clone()];
    let of = |proof: &Proof, intent, credential: &Summary| {
        let candidates = [Candidate { credential, grants: &both }];
        let today = Day::parse("2026-11-21").unwrap();
        let ask = Ask {
            intent,
            host: None,
            repository: None,
            proof,
            epoch: 0,
            today,
            shape: Shape::One,
            takes_tokens: false,
        };
        decide(&ask, &candidates)
    };
    let token = Proof::default();
    assert_eq!(of(&token, Access::Pull, &credential).won.len(), 1);
    assert_eq!(of(&token, Access::PullAndPush, &credential).won.len(), 0);
    let main = Proof { reference: Some("refs/heads/main".into()), ..Proof::default() };
    assert_eq!(of(&main, Access::PullAndPush, &credential).won.len(), 1);
    let disabled = Summary { disabled_at: Some(Moment(1)), ..credential };
    assert_eq!(of(&main, Access::Pull, &disabled).lost, [(0, Lost::Disabled)]);
    assert_eq!(push.forks, ForkRule::Nothing);
}

#[test]
fn tokens_only_needs_an_image_and_a_client_that_takes_them() {
    let credential = credential("key", &[], Access::Pull);
    let terms = Terms { is_narrow: true, ..Terms::plain(Access::Pull) };
    let of = |repository, takes_tokens| {
        let candidates = [Candidate { credential: &credential, grants: slice::from_ref(&terms) }];
        let (proof, today) = (Proof::default(), Day::parse("2026-11-21").unwrap());
        let shape = Shape::Hosts;
        decide(
            &Ask {
                intent: Access::Pull,
                host: None,
                repository,
                proof: &proof,
                epoch: 0,
                today,
                shape,
                takes_tokens,
            },
            &candidates,
        )
    };
    assert_eq!(of(None, true).lost, [(0, Lost::NeedsImage)]);
    assert_eq!(of(Some("acme/api"), false).lost, [(0, Lost::NeedsTokenClient)]);
    assert!(of(Some("acme/api"), true).won[0].is_narrow);
}
