use super::*;
use crate::domain::trust_rule::Provider;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn from(reference: &str, event: &str) -> Proof {
    Proof {
        reference: Some(reference.to_owned()),
        event: Some(event.to_owned()),
        ..Proof::of(Provider::GitHub)
    }
}

#[test]
fn a_star_stands_for_anything_and_nothing_else_does() {
    for (pattern, text, holds) in [
        ("main", "main", true),
        ("main", "maintenance", false),
        ("main", "Main", false),
        ("release/*", "release/1.0", true),
        ("release/*", "release", false),
        ("*", "", true),
        ("v*.*", "v1.2", true),
        ("v*.*", "v12", false),
        ("*-lts", "1-lts-lts", true),
        ("a*a", "a", false),
        ("", "", true),
        ("", "x", false),
    ] {
        assert_eq!(fits(pattern, text), holds, "{pattern} {text}");
    }
}

#[test]
fn conditions_are_met_by_proof_only() {
    let today = day("2026-11-21");
    let mut terms = Terms::plain(Access::PullAndPush);
    let token = Proof::default();
    assert_eq!(terms.admit(Access::PullAndPush, (&token, 0), today), Ok(()));
    terms.branches = vec!["main".to_owned(), "refs/tags/v*".to_owned()];
    let asks = |proof: &Proof| terms.admit(Access::PullAndPush, (proof, 0), today);
    assert_eq!(asks(&token), Err(Lost::BranchNotProved));
    assert_eq!(asks(&from("refs/heads/main", "push")), Ok(()));
    assert_eq!(asks(&from("refs/tags/v1", "push")), Ok(()));
    // A tag that is called like the branch is another thing.
    assert_eq!(asks(&from("refs/tags/main", "push")), Err(Lost::Branch));
    terms.events = vec!["push".to_owned()];
    let asks = |proof: &Proof| terms.admit(Access::Pull, (proof, 0), today);
    assert_eq!(asks(&from("refs/heads/main", "schedule")), Err(Lost::Event));
    assert_eq!(asks(&from("refs/heads/main", "push")), Ok(()));
}

#[test]
fn what_was_rejected_is_not_said_to_wait_until_it_is_asked_for_anew() {
    let (today, token) = (day("2026-11-21"), Proof::default());
    let rejected_at = Some(day("2026-11-21").end());
    let waits = Terms { needs_approval: true, rejected_at, ..Terms::plain(Access::PullAndPush) };
    let asks = |terms: &Terms, epoch: i64, today: Day| {
        terms.admit(Access::Pull, (&token, epoch), today).err()
    };
    assert_eq!(asks(&waits, 0, day("2027-11-21")), Some(Lost::Rejected));
    let until = |text: &str| {
        let approval = Approval { by: "B".into(), at: Moment(0), until: day(text), epoch: 1 };
        Terms { approval: Some(approval), ..waits.clone() }
    };
    // Only who is newer was rejected.
    let live = until("2026-11-30");
    assert_eq!((asks(&live, 1, today), asks(&live, 2, today)), (None, Some(Lost::Rejected)));
    assert_eq!(
        asks(&live, 1, day("2026-12-01")),
        Some(Lost::ApprovalEnded),
        "it is asked for anew"
    );
    assert_eq!(asks(&until("2026-11-20"), 1, today), Some(Lost::Rejected), "renewing it was");
    let unguarded = Terms { needs_approval: false, ..waits };
    assert_eq!(asks(&unguarded, 0, today), None);
}

#[test]
fn a_fork_has_nothing_or_may_pull() {
    let today = day("2026-11-21");
    let mut terms = Terms::plain(Access::PullAndPush);
    let request = from("refs/pull/1/merge", "pull_request");
    assert_eq!(terms.admit(Access::Pull, (&request, 0), today), Err(Lost::Fork));
    terms.forks = ForkRule::Pull;
    assert_eq!(terms.admit(Access::Pull, (&request, 0), today), Ok(()));
    assert_eq!(terms.admit(Access::PullAndPush, (&request, 0), today), Err(Lost::Fork));
    let own = Proof { is_fork: Some(false), ..request };
    assert_eq!(terms.admit(Access::PullAndPush, (&own, 0), today), Ok(()));
}

#[test]
fn an_approval_is_needed_and_ends() {
    let today = day("2026-11-21");
    let mut terms = Terms { needs_approval: true, ..Terms::plain(Access::PullAndPush) };
    let none = Proof::default();
    assert_eq!(terms.admit(Access::Pull, (&none, 0), today), Err(Lost::NotApproved));
    assert_eq!(terms.admit(Access::PullAndPush, (&none, 0), today), Err(Lost::NotApproved));
    let until = |text| Some(Approval { by: "B".into(), at: Moment(0), until: day(text), epoch: 2 });
    terms.approval = until("2026-11-21");
    assert_eq!(terms.admit(Access::PullAndPush, (&none, 0), today), Ok(()));
    for (epoch, expected) in [(0, Ok(())), (2, Ok(())), (3, Err(Lost::NewerThanApproval))] {
        assert_eq!(terms.admit(Access::PullAndPush, (&none, epoch), today), expected);
    }
    terms.approval = until("2026-11-20");
    assert_eq!(terms.admit(Access::PullAndPush, (&none, 0), today), Err(Lost::ApprovalEnded));
    terms.expires_on = Some(day("2026-11-20"));
    assert_eq!(terms.admit(Access::Pull, (&none, 0), today), Err(Lost::Expired));
}

#[test]
fn two_patterns_share_a_text_or_they_do_not() {
    for (one, other, is_shared) in [
        ("main", "main", true),
        ("main", "dev", false),
        ("release/*", "release/1", true),
        ("release/*", "main", false),
        ("*", "", true),
        ("release/*", "rel*", true),
        ("release/*", "*-lts", true),
        ("release/*", "hotfix/*", false),
        ("*-lts", "*-rc", false),
        ("*.1", "*1", true),
    ] {
        assert_eq!(share(one, other), is_shared, "{one} {other}");
        assert_eq!(share(other, one), is_shared, "{other} {one}");
    }
}

#[test]
fn a_whole_reference_is_of_a_kind_that_some_provider_has() {
    for pattern in [
        "refs/main",
        "refs/heads",
        "refs/heads/",
        "refs/head/main",
        "refs/tag/v1",
        "refs/tag/*",
        "refs/Heads/main",
        "refs//main",
    ] {
        assert!(is_no_reference(pattern), "{pattern}");
    }
    for pattern in [
        "main",
        "head/main",
        "refs/*",
        "refs/h*",
        "refs/*/main",
        "refs/heads/main",
        "refs/tags/v*",
        "refs/pull/*",
        "refs/merge-requests/7/head",
        "refs/changes/1/12/3",
    ] {
        assert!(!is_no_reference(pattern), "{pattern}");
    }
}

#[test]
fn terms_that_give_less_are_within_the_others() {
    let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let wide = Terms::plain(Access::PullAndPush);
    let some = Terms { branches: list("main release/*"), ..wide.clone() };
    let one = Terms { branches: list("main"), ..wide.clone() };
    let last = Terms { expires_on: Some(day("2027-01-01")), ..wide.clone() };
    let sooner = Terms { expires_on: Some(day("2026-12-01")), ..wide.clone() };
    let narrow = Terms { is_narrow: true, ..wide.clone() };
    let forks = Terms { forks: ForkRule::Pull, ..wide.clone() };
    let pull = Terms::plain(Access::Pull);
    for (less, more) in [
        (&some, &wide),
        (&one, &some),
        (&last, &wide),
        (&sooner, &last),
        (&narrow, &wide),
        (&wide, &forks),
        (&pull, &wide),
    ] {
        assert!(less.is_within(more) && less.is_within(less), "{less:?} {more:?}");
        assert!(!more.is_within(less), "{more:?} {less:?}");
    }
}

#[test]
fn patterns_are_read_from_lines_and_commas() {
    assert_eq!(patterns("main, release/*\n main").unwrap(), ["main", "release/*"]);
    assert!(patterns("a b").is_err() && patterns(&"x".repeat(300)).is_err());
    assert!(patterns(&(0..30).map(|n| format!("b{n},")).collect::<String>()).is_err());
}
