//! What nothing tells apart, and what is told apart all the same: one tie spoils one key.

use super::*;

fn at(host: &str, one: Summary) -> Summary {
    Summary { host: RegistryHost::stored(host).unwrap(), ..one }
}

fn expired(one: Summary) -> Summary {
    Summary { expires_on: Day::parse("2026-11-20"), ..one }
}

fn disabled(one: Summary) -> Summary {
    Summary { disabled_at: Some(Moment(1)), ..one }
}

/// The winners' names and paths, and who ties with whom, for which key.
fn told(
    shape: Shape,
    repository: Option<&str>,
    host: Option<&str>,
    all: Vec<Summary>,
) -> (Vec<String>, Vec<String>) {
    let all = plain(all);
    let (proof, host) = (Proof::default(), host.and_then(RegistryHost::stored));
    let ask = Ask {
        intent: Access::Pull,
        host: host.as_ref(),
        repository,
        proof: &proof,
        epoch: 0,
        today: Day::parse("2026-11-21").unwrap(),
        shape,
        takes_tokens: false,
    };
    let candidates: Vec<Candidate<'_>> = all
        .iter()
        .map(|(credential, terms)| Candidate { credential, grants: std::slice::from_ref(terms) })
        .collect();
    let outcome = decide(&ask, &candidates);
    let name = |index: usize| all[index].0.name.clone();
    let won = outcome.won.iter().map(|won| {
        let keys = won.paths.iter().map(|path| format!("/{path}"));
        format!("{}{}", name(won.index), keys.collect::<String>())
    });
    let ties = outcome.ties.iter().map(|tie| {
        let names: Vec<String> = tie.of.iter().map(|index| name(*index)).collect();
        let path = tie.path.as_ref().map(|path| format!("/{path}")).unwrap_or_default();
        format!("{} at {}{path}", names.join("="), tie.host)
    });
    (won.collect(), ties.collect())
}

fn one(name: &str, paths: &[&str]) -> Summary {
    credential(name, paths, Access::Pull)
}

#[test]
fn a_tie_at_one_host_leaves_the_others_as_they_are() {
    let all = || {
        vec![
            one("acme", &["acme"]),
            one("beta", &["beta"]),
            at("docker.io", one("hub", &[])),
            at("quay.io", one("twin-one", &[])),
            at("quay.io", one("twin-two", &[])),
            at("quay.io", one("twin-three", &[])),
        ]
    };
    let quay = "twin-one=twin-two=twin-three at quay.io";
    let (won, ties) = told(Shape::Hosts, None, None, all());
    assert_eq!((won, ties), (vec!["hub".into()], vec!["acme=beta at ghcr.io".into(), quay.into()]));
    let (won, ties) = told(Shape::Paths, None, None, all());
    let expected = ["acme/acme", "beta/beta", "hub"].map(str::to_owned).to_vec();
    assert_eq!((won, ties), (expected, vec![quay.into()]));
}

#[test]
fn a_tie_for_one_path_takes_that_key_only() {
    let all = vec![one("both", &["acme", "beta"]), one("acme", &["acme"]), one("whole", &[])];
    let (won, ties) = told(Shape::Paths, None, None, all);
    assert_eq!(won, ["both/beta", "whole"]);
    assert_eq!(ties, ["both=acme at ghcr.io/acme"]);
    // The whole host is a key like the others.
    let all = vec![one("one", &[]), one("two", &[]), one("acme", &["acme"])];
    let (won, ties) = told(Shape::Paths, None, None, all);
    assert_eq!((won, ties), (vec!["acme/acme".into()], vec!["one=two at ghcr.io".into()]));
}

#[test]
fn of_an_expired_and_a_valid_one_there_is_no_tie() {
    for (shape, repository) in [
        (Shape::One, Some("acme/api")),
        (Shape::One, None),
        (Shape::Hosts, None),
        (Shape::Hosts, Some("acme/api")),
        (Shape::Paths, None),
    ] {
        let scopes: [&[&str]; 2] = [&[], &["acme"]];
        for paths in scopes {
            let all = vec![expired(one("old", paths)), one("new", paths)];
            let (won, ties) = told(shape, repository, None, all);
            assert!(won.len() == 1 && won[0].starts_with("new"), "{shape:?} {paths:?} {won:?}");
            assert!(ties.is_empty(), "{shape:?} {paths:?} {ties:?}");
            // Two valid ones tie, whatever else has expired; two expired ones tie as well.
            let all = vec![expired(one("old", paths)), one("a", paths), one("b", paths)];
            let (won, ties) = told(shape, repository, None, all);
            assert!(won.is_empty() && ties.len() == 1 && ties[0].starts_with("a=b "), "{ties:?}");
            let all = vec![expired(one("a", paths)), expired(one("b", paths))];
            assert_eq!(told(shape, repository, None, all).1.len(), 1, "{shape:?}");
        }
    }
    // Nor where a reader cannot name the paths in which they differ.
    for shape in [Shape::One, Shape::Hosts] {
        let all = vec![expired(one("old", &["acme"])), one("new", &["beta"])];
        assert_eq!(told(shape, None, None, all), (vec!["new/beta".to_owned()], vec![]));
    }
    // Alone it is delivered: typed dates are often wrong.
    assert_eq!(told(Shape::One, None, None, vec![expired(one("old", &[]))]).0, ["old"]);
}

#[test]
fn of_two_for_one_path_the_credential_with_the_longer_prefix_has_it_as_for_one_repository() {
    let all = vec![
        (one("team", &["acme"]), only(&["acme/api"])),
        (one("api", &["acme/api"]), Terms::plain(Access::Pull)),
    ];
    for (shape, repository) in
        [(Shape::Paths, None), (Shape::Paths, Some("acme/api")), (Shape::One, Some("acme/api/v2"))]
    {
        let (won, lost, is_tie) = decided(shape, repository, Access::Pull, &all);
        assert_eq!((won, is_tie), (vec!["api:acme/api".to_owned()], false), "{shape:?}");
        assert_eq!(lost, [("team".to_owned(), Lost::ShorterPrefix)], "{shape:?}");
    }
}

#[test]
fn an_expired_one_gives_way_to_a_valid_one_that_allows_more() {
    let both = |paths: &[&str]| {
        let wide = credential("rw", paths, Access::PullAndPush);
        plain(vec![expired(one("ro", paths)), wide])
    };
    let gives_way = [("ro".to_owned(), Lost::GivesWay)];
    for (shape, repository) in [
        (Shape::One, Some("acme/api")),
        (Shape::One, None),
        (Shape::Hosts, None),
        (Shape::Hosts, Some("acme/api")),
        (Shape::Paths, None),
        (Shape::Paths, Some("acme/api")),
    ] {
        let scopes: [&[&str]; 2] = [&[], &["acme"]];
        for paths in scopes {
            let (won, lost, is_tie) = decided(shape, repository, Access::Pull, &both(paths));
            assert!(won.len() == 1 && won[0].starts_with("rw"), "{shape:?} {paths:?} {won:?}");
            assert_eq!((lost.as_slice(), is_tie), (&gives_way[..], false), "{shape:?} {paths:?}");
            // Where both have expired, the one that allows less is enough.
            let all = both(paths).into_iter().map(|(one, terms)| (expired(one), terms));
            let all: Vec<(Summary, Terms)> = all.collect();
            let (won, lost, _) = decided(shape, repository, Access::Pull, &all);
            assert!(won.len() == 1 && won[0].starts_with("ro"), "{shape:?} {paths:?} {won:?}");
            assert_eq!(lost, [("rw".to_owned(), Lost::Wider)], "{shape:?} {paths:?}");
        }
    }
}

#[test]
fn two_readers_that_name_only_the_host_get_the_same_where_the_one_for_all_of_it_has_expired() {
    let all = plain(vec![expired(one("whole", &[])), one("team", &["acme"])]);
    for shape in [Shape::One, Shape::Hosts] {
        let (won, lost, is_tie) = decided(shape, None, Access::Pull, &all);
        assert_eq!((won, is_tie), (vec!["team:acme".to_owned()], false), "{shape:?}");
        assert_eq!(lost, [("whole".to_owned(), Lost::GivesWay)], "{shape:?}");
    }
    // Who can name paths has both: the expired one is the only one for the other repositories.
    let (won, lost, _) = decided(Shape::Paths, None, Access::Pull, &all);
    assert_eq!((won, lost.len()), (vec!["whole".to_owned(), "team:acme".to_owned()], 0));
    // One for a part that has expired is no reason, either way.
    let all = plain(vec![one("whole", &[]), expired(one("team", &["acme"]))]);
    for shape in [Shape::One, Shape::Hosts] {
        let (won, lost, is_tie) = decided(shape, None, Access::Pull, &all);
        assert_eq!((won, is_tie), (vec!["whole".to_owned()], false), "{shape:?}");
        assert_eq!(lost, [("team".to_owned(), Lost::GivesWay)], "{shape:?}");
    }
}

#[test]
fn an_expired_one_with_a_longer_path_gives_way_to_a_valid_one_that_serves_the_image() {
    let wide = credential("whole", &[], Access::PullAndPush);
    let all = plain(vec![wide, expired(one("team", &["acme"]))]);
    let gives_way = [("team".to_owned(), Lost::GivesWay)];
    for shape in [Shape::One, Shape::Hosts, Shape::Paths] {
        let (won, lost, _) = decided(shape, Some("acme/api"), Access::Pull, &all);
        assert_eq!((won, lost.as_slice()), (vec!["whole".to_owned()], &gives_way[..]), "{shape:?}");
    }
    // Nor is its path a key that a reader would prefer.
    let (won, lost, _) = decided(Shape::Paths, None, Access::Pull, &all);
    assert_eq!((won, lost.as_slice()), (vec!["whole".to_owned()], &gives_way[..]));
    // One that cannot push serves no push.
    let all =
        plain(vec![one("whole", &[]), expired(credential("team", &["acme"], Access::PullAndPush))]);
    let (won, lost, _) = decided(Shape::One, Some("acme/api"), Access::PullAndPush, &all);
    assert_eq!((won, lost), (vec!["team:acme".into()], vec![("whole".into(), Lost::WrongIntent)]));
}

#[test]
fn an_expired_one_keeps_the_paths_that_no_valid_one_serves() {
    let all = plain(vec![expired(one("old", &["acme/api", "beta"])), one("new", &["acme"])]);
    let (won, lost, _) = decided(Shape::Paths, None, Access::Pull, &all);
    assert_eq!((won, lost), (vec!["old:beta".to_owned(), "new:acme".to_owned()], vec![]));
    assert_eq!(decided(Shape::Paths, Some("beta"), Access::Pull, &all).0, ["old:beta"]);
    assert_eq!(decided(Shape::Paths, Some("acme/api"), Access::Pull, &all).0, ["new:acme"]);
    // What a grant allows decides, not what the credential is for.
    let all = vec![
        (one("new", &[]), only(&["acme/web"])),
        (expired(one("old", &["acme"])), Terms::plain(Access::Pull)),
    ];
    assert_eq!(decided(Shape::Paths, None, Access::Pull, &all).0, ["new:acme/web", "old:acme"]);
    assert_eq!(decided(Shape::One, Some("acme/api"), Access::Pull, &all).0, ["old:acme"]);
    assert_eq!(decided(Shape::One, Some("acme/web"), Access::Pull, &all).0, ["new"]);
}

#[test]
fn an_expired_one_says_why_it_is_not_the_one() {
    let all = plain(vec![expired(one("old", &[])), one("new", &[])]);
    for shape in [Shape::One, Shape::Hosts, Shape::Paths] {
        let (_, lost, _) = decided(shape, None, Access::Pull, &all);
        assert_eq!(lost, [("old".to_owned(), Lost::GivesWay)], "{shape:?}");
    }
}

#[test]
fn a_disabled_one_is_part_of_no_tie() {
    for shape in [Shape::One, Shape::Hosts, Shape::Paths] {
        let all = vec![disabled(one("off", &[])), one("on", &[])];
        assert_eq!(told(shape, None, None, all), (vec!["on".to_owned()], vec![]), "{shape:?}");
        let all = vec![disabled(one("off", &["beta"])), one("on", &["acme"])];
        assert_eq!(told(shape, None, None, all).1, Vec::<String>::new(), "{shape:?}");
    }
}

#[test]
fn what_access_cannot_decide_by_host_is_not_decided_by_it() {
    // They are for different repositories, so that one allows less says nothing.
    let all = vec![one("reads", &["acme"]), credential("writes", &["beta"], Access::PullAndPush)];
    for shape in [Shape::One, Shape::Hosts] {
        let (won, ties) = told(shape, None, None, all.clone());
        assert_eq!((won.len(), ties.len()), (0, 1), "{shape:?}");
    }
}

#[test]
fn a_usual_port_is_no_other_host() {
    let plain_http = |one: Summary| Summary { is_insecure: true, ..one };
    let harbor = || at("harbor.example.com", one("harbor", &[]));
    for (host, secure, insecure) in [
        ("harbor.example.com", true, true),
        ("harbor.example.com:80", false, true),
        ("harbor.example.com:5000", false, false),
    ] {
        let of = |one| told(Shape::One, Some("acme/api"), Some(host), vec![one]).0.len() == 1;
        assert_eq!((of(harbor()), of(plain_http(harbor()))), (secure, insecure), "{host}");
    }
}

#[test]
fn a_grant_that_ends_says_when() {
    let credential = one("key", &[]);
    let day = |text| Day::parse(text).unwrap();
    let until = |text| Terms { expires_on: Some(day(text)), ..Terms::plain(Access::Pull) };
    let of = |grants: &[Terms], shape| {
        let candidate = Candidate { credential: &credential, grants };
        let ask = Ask {
            intent: Access::Pull,
            host: None,
            repository: None,
            proof: &Proof::default(),
            epoch: 0,
            today: day("2026-11-21"),
            shape,
            takes_tokens: false,
        };
        decide(&ask, &[candidate]).won[0].until
    };
    let open = Terms::plain(Access::Pull);
    assert_eq!(of(std::slice::from_ref(&open), Shape::One), None);
    assert_eq!(of(&[until("2026-12-01")], Shape::One), Some(day("2026-12-01")));
    // Of two grants for the same either is enough.
    assert_eq!(
        of(&[until("2026-12-01"), until("2026-12-09")], Shape::One),
        Some(day("2026-12-09"))
    );
    assert_eq!(of(&[until("2026-12-01"), open], Shape::One), None);
    let part = |path: &str, terms: Terms| Terms { repositories: vec![path.to_owned()], ..terms };
    let grants = [part("acme", until("2026-12-01")), part("beta", Terms::plain(Access::Pull))];
    assert_eq!(of(&grants, Shape::Paths), Some(day("2026-12-01")), "the earliest of its keys");
}
