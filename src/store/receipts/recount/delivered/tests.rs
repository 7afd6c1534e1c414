//! What a stored row may say beside what is known.

use super::*;

const PAIR: (Uuid, Uuid) = (Uuid::from_u128(1), Uuid::from_u128(2));

/// Five of which only a day is left, and three that have receipts.
fn delivered() -> Delivered {
    let mut delivered = Delivered::default();
    let pair = |(times, known): (i64, i64), (first_at, last_at): (i64, i64)| Pair {
        times,
        first_at,
        last_at,
        known,
        used: i64::from(known > 0),
        last_used_at: (known > 0).then_some(last_at),
        last_seq: last_at,
        versions: if known > 0 { (2, 2) } else { (1, 2) },
        pipeline: (known > 0).then(|| "ci".to_owned()),
    };
    delivered.add(PAIR, Some((1, 2)), pair((5, 0), (10, 50)));
    delivered.add(PAIR, Some((2, 2)), pair((3, 3), (60, 90)));
    delivered
}

#[test]
fn what_a_day_does_not_say_lies_within_what_it_allows() {
    let is = |version: i64, times: i64, last_at: Option<i64>, is_all: bool| {
        delivered().has_version((PAIR.0, version), (times, last_at), is_all)
    };
    assert!(is(1, 0, None, true) && is(1, 5, Some(50), true) && !is(1, 6, Some(50), true));
    assert!(is(2, 3, Some(90), true) && is(2, 8, Some(90), true));
    assert!(!is(2, 2, Some(90), true) && !is(2, 9, Some(90), true));
    assert!(!is(2, 3, Some(91), true) && !is(2, 3, Some(89), false));
    assert!(is(2, 900, Some(900), false) && !is(3, 1, Some(50), true) && is(3, 0, None, true));
}

#[test]
fn a_pair_says_what_its_days_and_its_receipts_say() {
    let right = usage::Model {
        project_id: Uuid::nil(),
        credential_id: PAIR.0,
        pipeline_id: PAIR.1,
        pipeline: "ci".to_owned(),
        deliveries: 8,
        first_at: 10,
        last_at: 90,
        last_version: 2,
        used: 1,
        last_used_at: Some(90),
    };
    let delivered = delivered();
    let is = |row: &usage::Model| delivered.pairs[&PAIR].is(row, true);
    assert!(is(&right) && is(&usage::Model { used: 6, ..right.clone() }));
    for wrong in [
        usage::Model { deliveries: 7, ..right.clone() },
        usage::Model { first_at: 60, ..right.clone() },
        usage::Model { last_version: 1, ..right.clone() },
        usage::Model { used: 7, ..right.clone() },
        usage::Model { last_used_at: None, ..right.clone() },
        usage::Model { pipeline: "another".to_owned(), ..right.clone() },
    ] {
        assert!(!is(&wrong), "{wrong:?}");
    }
    let more = usage::Model { deliveries: 9, first_at: 1, last_at: 91, ..right.clone() };
    assert!(!is(&more) && delivered.pairs[&PAIR].is(&more, false));
}
