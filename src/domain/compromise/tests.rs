//! What of a checklist is done, and what is not.

use super::*;
use crate::domain::credential::{Access, Method};

fn mark() -> Mark {
    Mark { at: Moment(0), by: "Ada".to_owned(), version: 2 }
}

fn version(version: i64, state: VersionState) -> SecretVersion {
    SecretVersion {
        version,
        state,
        method: Method::Password,
        set_at: Moment(0),
        set_by: String::new(),
        deliveries: 0,
        last_delivered_at: None,
    }
}

fn dependent(pipeline: &str, grant: Option<Access>, last_version: Option<i64>) -> Dependent {
    Dependent {
        pipeline_id: Uuid::nil(),
        pipeline: pipeline.to_owned(),
        grant,
        deliveries: 1,
        last_delivery: None,
        last_version,
        used: 0,
        last_use: None,
    }
}

#[test]
fn old_versions_are_those_that_were_stored_when_it_was_marked() {
    let all = [
        version(3, VersionState::Current),
        version(2, VersionState::Kept),
        version(1, VersionState::Unreadable),
    ];
    let (standing, fact) = destroyed(&mark(), &all);
    assert_eq!(standing, Standing::Open);
    assert_eq!(fact, "Versions 1 and 2 are still stored here.");
    let gone = [version(3, VersionState::Current), version(2, VersionState::Destroyed)];
    assert_eq!(destroyed(&mark(), &gone).0, Standing::Done);
}

#[test]
fn only_pipelines_that_may_have_it_and_had_the_old_one_are_waited_for() {
    let pull = Some(Access::Pull);
    let all = [
        dependent("build", pull, Some(3)),
        dependent("nightly", pull, Some(1)),
        dependent("revoked", None, Some(2)),
        dependent("new", pull, None),
    ];
    let (standing, fact) = fetched(&mark(), &all, false);
    assert_eq!(standing, Standing::Open);
    assert_eq!(fact, "1 of 2 received it. These did not: nightly.");
    assert_eq!(fetched(&mark(), &all[..1], false).0, Standing::Done);
    assert_eq!(fetched(&mark(), &all[2..], false).0, Standing::Done);
}

#[test]
fn no_pipeline_has_fetched_a_new_secret_before_there_is_one() {
    let none = fetched(&mark(), &[], true);
    assert_eq!(none, (Standing::Open, "There is no new secret yet.".to_owned()));
    let had_it = [dependent("nightly", Some(Access::Pull), Some(1))];
    let (standing, fact) = fetched(&mark(), &had_it, true);
    assert_eq!(standing, Standing::Open);
    assert_eq!(fact, "0 of 1 received it. These did not: nightly.");
}

#[test]
fn what_is_enabled_with_the_old_secret_is_not_done() {
    let standing = |is_disabled, has_old| enabled(is_disabled, has_old).0;
    assert_eq!(standing(false, false), Standing::Done);
    for (is_disabled, has_old) in [(true, true), (true, false), (false, true)] {
        assert_eq!(standing(is_disabled, has_old), Standing::Open, "{is_disabled} {has_old}");
    }
}
