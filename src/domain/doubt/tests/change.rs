//! What a new grant changes for requests without an image.

use super::*;

const TODAY: &str = "2026-11-21";

type Granted<'a> = (&'a Summary, Terms);

fn held<'a>(granted: &'a [Granted<'a>]) -> Vec<Held<'a>> {
    let held =
        |(credential, terms): &'a Granted<'a>| Held { grant: credential.id, terms, credential };
    granted.iter().map(held).collect()
}

/// What is said when the last of these grants is added to the others.
fn said(granted: &[Granted<'_>]) -> Vec<String> {
    let all = held(granted);
    changes(&all[..all.len() - 1], &all, day(TODAY))
}

fn pull() -> Terms {
    Terms::plain(Access::Pull)
}

#[test]
fn a_grant_beside_one_for_other_repositories_takes_the_registry_out_of_files_without_paths() {
    let (api, team) = (credential("push", "acme/api"), credential("packages", "acme/web"));
    let both = [(&api, pull()), (&team, pull())];
    let sentences = said(&both);
    let [sentence] = &sentences[..] else { panic!("{sentences:?}") };
    assert!(sentence.contains("nothing for ghcr.io: "), "{sentence}");
    assert!(sentence.contains("push") && sentence.contains("packages"), "{sentence}");
    // It stands at both rows afterwards.
    let doubts = ties(&held(&both), day(TODAY));
    let of = |doubt: &Doubt| matches!(doubt, Doubt::HostTie { host, .. } if host == "ghcr.io");
    assert!(doubts.len() == 2 && doubts.iter().all(|(_, doubt)| of(doubt)), "{doubts:?}");
    // Of another registry, or only with conditions that the first does not have, too.
    let other = Summary { host: RegistryHost::stored("quay.io").unwrap(), ..team.clone() };
    assert!(said(&[(&api, pull()), (&other, pull())]).is_empty());
    assert!(said(&[(&api, from("dev", "")), (&team, from("main", ""))]).is_empty());
    assert_eq!(said(&[(&api, pull()), (&team, from("main", ""))]).len(), 1);
}

#[test]
fn a_grant_of_one_that_is_for_just_the_same_is_said_once() {
    let (one, other) = (credential("one", ""), credential("other", ""));
    let sentences = said(&[(&one, pull()), (&other, pull())]);
    let [sentence] = &sentences[..] else { panic!("{sentences:?}") };
    assert!(sentence.contains("serve ghcr.io equally well"), "{sentence}");
    // Nothing was delivered before either, so nothing is worse than before.
    let third = [(&one, pull()), (&other, pull()), (&one, Terms::plain(Access::PullAndPush))];
    assert!(said(&third).iter().all(|sentence| sentence.contains("equally well")));
}

#[test]
fn a_grant_because_of_which_another_one_is_given_is_said_with_both_names() {
    let wide = credential("wide", "");
    let narrow = Summary { access: Access::Pull, ..credential("narrow", "") };
    let sentences = said(&[(&wide, pull()), (&narrow, pull())]);
    let expected = "Without image=, the pipeline would receive narrow for ghcr.io instead of wide.";
    assert_eq!(sentences, [expected]);
    // One that pushes beside one that pulls changes nothing for pulling, nor does one that replaces
    // an expired one.
    let push = Terms::plain(Access::PullAndPush);
    assert!(said(&[(&narrow, pull()), (&wide, push)]).is_empty());
    let past = Summary { expires_on: Some(day("2026-11-20")), ..wide };
    assert!(said(&[(&past, pull()), (&narrow, pull())]).is_empty());
}

#[test]
fn a_first_grant_and_one_for_a_part_of_the_registry_change_nothing() {
    let (whole, part) = (credential("whole", ""), credential("part", "acme/api"));
    assert!(said(&[(&whole, pull())]).is_empty());
    assert!(said(&[(&whole, pull()), (&part, pull())]).is_empty());
    let narrow = Terms { is_narrow: true, ..pull() };
    assert!(said(&[(&whole, pull()), (&part, narrow)]).is_empty());
}
