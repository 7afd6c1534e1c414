//! A fetch to push that names no image: registries to which nothing may push are pulled from.

use super::*;

/// Names, each with whether it is only for pulling.
type Winners = Vec<(String, bool)>;

fn at(host: &str, one: Summary) -> Summary {
    Summary { host: RegistryHost::stored(host).unwrap(), ..one }
}

/// The winners, and the others' names with their reason.
fn told(shape: Shape, intent: Access, all: &[(Summary, Terms)]) -> (Winners, Vec<(String, Lost)>) {
    let proof = Proof::default();
    let ask = Ask {
        intent,
        host: None,
        repository: None,
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
    let outcome = decide_with_pulls(&ask, &candidates);
    let name = |index: usize| all[index].0.name.clone();
    let won = outcome.won.iter().map(|won| (name(won.index), won.only_pulls));
    let lost = outcome.lost.iter().map(|(index, lost)| (name(*index), *lost));
    (won.collect(), lost.collect())
}

fn named(names: &[(&str, bool)]) -> Winners {
    names.iter().map(|(name, only_pulls)| ((*name).to_owned(), *only_pulls)).collect()
}

#[test]
fn where_nothing_may_push_there_is_what_pulls_and_elsewhere_only_what_pushes() {
    let all = plain(vec![
        at("docker.io", credential("hub", &[], Access::Pull)),
        credential("reads", &["acme"], Access::Pull),
        credential("writes", &["acme"], Access::PullAndPush),
    ]);
    for shape in [Shape::Hosts, Shape::Paths] {
        let (won, lost) = told(shape, Access::PullAndPush, &all);
        assert_eq!(won, named(&[("hub", true), ("writes", false)]), "{shape:?}");
        assert_eq!(lost, [("reads".to_owned(), Lost::WrongIntent)], "{shape:?}");
        let (won, _) = told(shape, Access::Pull, &all);
        assert_eq!(won, named(&[("hub", false), ("reads", false)]), "{shape:?}");
    }
}

#[test]
fn where_several_may_push_and_tie_nothing_else_takes_their_place() {
    let all = plain(vec![
        credential("one", &[], Access::PullAndPush),
        credential("other", &[], Access::PullAndPush),
        credential("reads", &[], Access::Pull),
    ]);
    let (won, lost) = told(Shape::Hosts, Access::PullAndPush, &all);
    assert!(won.is_empty());
    let tied = |name: &str| (name.to_owned(), Lost::Tie);
    assert_eq!(lost, [tied("one"), tied("other"), ("reads".to_owned(), Lost::WrongIntent)]);
}

#[test]
fn a_grant_that_waits_gives_nothing_to_pull_with_either() {
    let terms = Terms { needs_approval: true, ..Terms::plain(Access::PullAndPush) };
    let all = [(credential("guarded", &[], Access::PullAndPush), terms)];
    let (won, lost) = told(Shape::Hosts, Access::PullAndPush, &all);
    assert!(won.is_empty());
    assert_eq!(lost, [("guarded".to_owned(), Lost::NotApproved)]);
}
