//! What a query of the audit reads, and what it takes.

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<AuditQuery> {
    AuditQuery::read(|key| {
        pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn a_query_survives_its_url() {
    let id = "01890000-0000-7000-8000-000000000001";
    let pairs = [
        ("person", id),
        ("noun", "credential"),
        ("outcome", "refused"),
        ("from", "2026-11-01"),
        ("to", "2026-11-30"),
        ("before", "7"),
    ];
    let query = read(&pairs).unwrap();
    let url = format!(
        "?person={id}&noun=credential&outcome=refused&from=2026-11-01&to=2026-11-30&before=7"
    );
    assert_eq!(query.to_url(), url);
    assert!(query.pairs().iter().all(|(key, _)| AuditQuery::KEYS.contains(key)));
    assert!(!query.is_of_all() && read(&[("before", "7")]).unwrap().is_of_all());
    assert_eq!(read(&[("noun", "")]).unwrap(), AuditQuery::default());
}

#[test]
fn what_no_list_has_is_no_filter() {
    let bad: [&[(&str, &str)]; 8] = [
        &[("person", "kim")],
        &[("noun", "mac")],
        &[("action", "credential.read")],
        &[("outcome", "x")],
        &[("from", "2026-02-30")],
        &[("from", "2026-11-30"), ("to", "2026-11-01")],
        // A place fits one order.
        &[("before", "7_1700000000000")],
        &[("from", "2026-11-01"), ("before", "7")],
    ];
    for pairs in bad {
        assert!(matches!(read(pairs), Err(Error::BadRequest(_))), "{pairs:?}");
    }
    let by_time = read(&[("from", "2026-11-01"), ("before", "7_1700000000000")]).unwrap();
    assert_eq!(by_time.before, Some(AuditPlace { seq: 7, at: Some(1_700_000_000_000) }));
    let is_by_time =
        |noun: &str| read(&[("from", "2026-11-01"), ("noun", noun)]).unwrap().is_by_time();
    assert!(is_by_time("delivery") && !is_by_time("credential"));
}

#[test]
fn days_are_whole_and_refusals_are_events_and_fetches() {
    let day = read(&[("from", "1970-01-02"), ("to", "1970-01-02")]).unwrap();
    let midnight = 24 * 60 * 60 * 1_000;
    assert_eq!(day.times(), (midnight, 2 * midnight));
    assert!(day.takes_time(2 * midnight - 1) && !day.takes_time(2 * midnight));
    let refused = read(&[("outcome", "refused")]).unwrap();
    let takes = |action: Action| refused.takes_change(0, action.word(), None, Uuid::nil());
    assert!(takes(Action::SignInRefused) && takes(Action::ProofRefused));
    assert!(!takes(Action::CredentialDeleted) && !takes(Action::Looked));
    assert!(refused.takes_fetch(0, Uuid::nil()));
    let delivered = read(&[("outcome", "delivered")]).unwrap();
    assert!(!delivered.wants_changes() && delivered.wants_deliveries());
}
