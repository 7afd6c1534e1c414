//! A fetch to push that also pulls: registries that are not pushed to are pulled from.

use super::*;
use crate::domain::image::Image;

/// Names, each with whether it is only for pulling.
type Winners = Vec<(String, bool)>;

fn at(host: &str, one: Summary) -> Summary {
    Summary { host: RegistryHost::stored(host).unwrap(), ..one }
}

/// The winners, and the others' names with their reason.
fn told(shape: Shape, intent: Access, all: &[(Summary, Terms)]) -> (Winners, Vec<(String, Lost)>) {
    told_of(None, shape, intent, all)
}

/// The same for an image.
fn told_of(
    image: Option<&str>,
    shape: Shape,
    intent: Access,
    all: &[(Summary, Terms)],
) -> (Winners, Vec<(String, Lost)>) {
    let proof = Proof::default();
    let image = image.map(|name| Image::parse(name).unwrap());
    let ask = Ask {
        intent,
        host: image.as_ref().map(|image| &image.host),
        repository: image.as_ref().map(|image| image.repository.as_str()),
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
    let won = outcome.won.iter().map(|won| (name(won.index), outcome.pulling.contains(&won.index)));
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
        assert_eq!(won, named(&[("writes", false), ("hub", true)]), "{shape:?}");
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

#[test]
fn what_is_pushed_comes_before_what_is_only_pulled_wherever_it_stands() {
    let all = plain(vec![
        at("docker.io", credential("base", &[], Access::Pull)),
        credential("middle", &["acme"], Access::PullAndPush),
        at("quay.io", credential("tools", &[], Access::Pull)),
        at("registry.example.com:5000", credential("wide", &[], Access::PullAndPush)),
    ]);
    for shape in [Shape::Hosts, Shape::Paths] {
        let (won, _) = told(shape, Access::PullAndPush, &all);
        let expected = [("middle", false), ("wide", false), ("base", true), ("tools", true)];
        assert_eq!(won, named(&expected), "{shape:?}");
        // With an image, its registry alone is pushed to.
        for (image, first, others) in [
            ("ghcr.io/acme/api", "middle", ["base", "tools", "wide"]),
            ("registry.example.com:5000/acme/api", "wide", ["base", "middle", "tools"]),
        ] {
            let (won, _) = told_of(Some(image), shape, Access::PullAndPush, &all);
            let mut expected = vec![(first, false)];
            expected.extend(others.map(|name| (name, true)));
            assert_eq!(won, named(&expected), "{shape:?} {image}");
        }
    }
}

#[test]
fn an_image_decides_at_its_registry_and_the_others_are_pulled_from() {
    let all = plain(vec![
        credential("acme", &["acme"], Access::PullAndPush),
        credential("beta", &["beta"], Access::PullAndPush),
        at("docker.io", credential("hub", &[], Access::Pull)),
        at("quay.io", credential("reads", &[], Access::Pull)),
        at("quay.io", credential("writes", &[], Access::PullAndPush)),
    ]);
    for shape in [Shape::Hosts, Shape::Paths] {
        let of = |image| told_of(Some(image), shape, Access::PullAndPush, &all);
        let (won, lost) = of("ghcr.io/beta/api");
        assert_eq!(won, named(&[("beta", false), ("hub", true), ("reads", true)]), "{shape:?}");
        let others = [("acme", Lost::OtherRepository), ("writes", Lost::Wider)];
        assert_eq!(lost, others.map(|(name, lost)| (name.to_owned(), lost)), "{shape:?}");
        // Where nothing may push the image, nothing of its registry takes its place.
        let (won, lost) = of("docker.io/acme/api");
        assert!(won.iter().all(|(name, only_pulls)| name != "hub" && *only_pulls), "{won:?}");
        assert!(lost.contains(&("hub".to_owned(), Lost::WrongIntent)), "{lost:?}");
    }
}

#[test]
fn what_has_the_name_of_the_images_registry_in_a_file_is_not_pulled_from_beside_it() {
    let plain_http = |host| Summary {
        is_insecure: true,
        ..at(host, credential("plain", &[], Access::PullAndPush))
    };
    let all = plain(vec![
        plain_http("reg.example.com"),
        at("reg.example.com", credential("tls", &[], Access::PullAndPush)),
        at("quay.io", credential("quay", &[], Access::Pull)),
    ]);
    let of = |image| told_of(Some(image), Shape::Hosts, Access::PullAndPush, &all).0;
    let found = of("reg.example.com:443/acme/api");
    assert_eq!(found, named(&[("tls", false), ("quay", true)]));
    let found = of("reg.example.com:80/acme/api");
    assert_eq!(found, named(&[("plain", false), ("quay", true)]));
}
