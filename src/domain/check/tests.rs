use super::*;

fn report(steps: &[(CheckStep, StepResult)]) -> CheckReport {
    let steps =
        steps.iter().map(|(step, result)| StepReport::new(*step, *result, CheckReason::Before));
    CheckReport { steps: steps.collect(), limit: None }
}

#[test]
fn a_sign_in_is_never_called_a_pull_or_a_push() {
    use CheckStep::{Pull, Push, SignIn};
    use StepResult::{Failed, NotTried, Passed, Unknown};
    for (pull, push, grade) in [
        (NotTried, NotTried, "It can sign in."),
        (Unknown, NotTried, "It can sign in."),
        (Failed, Failed, "It can sign in."),
        (Passed, NotTried, "It can sign in and pull."),
        (Passed, Unknown, "It can sign in and pull."),
        (Passed, Passed, "It can sign in, pull and push."),
    ] {
        assert_eq!(report(&[(SignIn, Passed), (Pull, pull), (Push, push)]).grade(), grade);
    }
    assert_eq!(report(&[]).grade(), "Nothing is proved.");
}

#[test]
fn only_what_the_registry_refused_is_failing() {
    use CheckStep::{Challenge, Pull, Push, Reach, SignIn};
    use StepResult::{Failed, Passed, Unknown};
    for (steps, state) in [
        (vec![(Reach, Failed)], CheckState::Unclear),
        (vec![(Reach, Passed), (Challenge, Failed)], CheckState::Unclear),
        (vec![(Reach, Passed), (SignIn, Unknown)], CheckState::Unclear),
        (vec![(SignIn, Failed)], CheckState::Failing),
        (vec![(SignIn, Passed)], CheckState::Works),
        (vec![(SignIn, Passed), (Pull, Failed)], CheckState::Failing),
        (vec![(SignIn, Passed), (Pull, Unknown)], CheckState::Works),
        (vec![(SignIn, Passed), (Pull, Passed), (Push, Failed)], CheckState::Failing),
    ] {
        assert_eq!(report(&steps).state(), state, "{steps:?}");
    }
}

#[test]
fn what_is_stored_is_read_again() {
    let mut one = StepReport::new(CheckStep::SignIn, StepResult::Failed, CheckReason::Refused);
    one.status = Some(401);
    let report = CheckReport {
        steps: vec![one],
        limit: Some(PullLimit { left: 76, of: 100, window: 21_600 }),
    };
    let stored = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<CheckReport>(&stored).unwrap(), report);
    assert_eq!(report.limit.unwrap().sentence(), "76 of 100 pulls are left in 6 hours.");
    let said = report.trouble().unwrap().sentence();
    assert_eq!(said, "The registry refused the username and the password. The status was 401.");
}

#[test]
fn every_reason_that_is_no_success_says_what_to_do() {
    let done = [
        CheckReason::Answered,
        CheckReason::EachRequest,
        CheckReason::TokenService,
        CheckReason::SignedIn,
        CheckReason::SignedInForRepository,
        CheckReason::CanPull,
        CheckReason::CanPush,
        CheckReason::CanPushNotCancelled,
        CheckReason::PushNotAsked,
        CheckReason::PushHinted,
        CheckReason::Before,
    ];
    for reason in CheckReason::ALL {
        assert_eq!(reason.advice().is_empty(), done.contains(reason), "{reason:?}");
        assert!(reason.label().ends_with('.'));
    }
}

#[test]
fn the_list_says_since_when_it_fails() {
    let day = Day::parse("2026-12-01").unwrap();
    let at = |day: Day| day.start();
    let last = |since| LastCheck {
        credential: Uuid::nil(),
        version: 1,
        state: CheckState::Failing,
        since,
        at: at(day),
    };
    assert_eq!(last(at(day)).sentence(day), "Failing since today");
    assert_eq!(last(at(day.plus_days(-3))).sentence(day), "Failing since 2026-11-28");
}
