//! What is counted, for how long, and what goes when there is no room.

use super::*;

const LIMIT: Limit = Limit { most: 10, window: 900 };

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn who_waits_is_told_whole_minutes_and_never_none() {
    for (left, minutes) in [(0, 1), (1, 1), (59, 1), (60, 1), (61, 2), (900, 15)] {
        assert_eq!(reached(seconds(left)), Error::TooManyAttempts { minutes }, "{left}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_begins_with_the_first_and_then_nothing_is_left_of_it() {
    let attempts = Attempts::default();
    let keys = [("a".to_owned(), LIMIT)];
    for nth in 1..=10 {
        assert!(attempts.take(&keys).is_ok());
        assert_eq!(attempts.count("a"), nth);
        tokio::time::advance(seconds(60)).await;
    }
    // The first was ten minutes ago.
    assert_eq!(attempts.check(&keys), Err(Error::TooManyAttempts { minutes: 5 }));
    assert_eq!(attempts.take(&keys), Err(Error::TooManyAttempts { minutes: 5 }));
    assert_eq!(attempts.count("a"), 10, "what is refused is not counted");
    tokio::time::advance(seconds(300)).await;
    assert_eq!((attempts.count("a"), attempts.check(&keys)), (0, Ok(())));
    assert_eq!(attempts.add("a", LIMIT), 1);
}

#[test]
fn what_one_key_refuses_is_counted_under_none() {
    let attempts = Attempts::default();
    let one = [("one".to_owned(), Limit { most: 1, window: 60 })];
    attempts.take(&one).unwrap();
    let both = [("other".to_owned(), LIMIT), one[0].clone()];
    assert!(attempts.take(&both).is_err());
    assert_eq!(attempts.count("other"), 0);
}

#[test]
fn what_is_forgiven_is_forgotten_and_what_is_given_back_counts_no_more() {
    let attempts = Attempts::default();
    attempts.add("a", LIMIT);
    attempts.add("a", LIMIT);
    attempts.take_back("a");
    assert_eq!(attempts.count("a"), 1);
    attempts.forget("a");
    assert_eq!(attempts.count("a"), 0);
    attempts.take_back("a");
    assert_eq!(attempts.count("a"), 0);
}

#[test]
fn many_other_keys_do_not_push_out_one_that_holds_somebody_up() {
    let attempts = Attempts::default();
    for _ in 0..10 {
        attempts.add("account:owner@example.com", LIMIT);
    }
    for nth in 0..3 * MOST {
        attempts.add(&format!("account:{nth}@example.com"), LIMIT);
        if nth % AT_ONCE == 0 {
            assert!(attempts.counters().len() <= MOST);
        }
    }
    assert!(attempts.counters().len() <= MOST, "however many there are, they have room");
    assert_eq!(attempts.count("account:owner@example.com"), 10);
    assert_eq!(attempts.count("account:0@example.com"), 0, "the oldest went");
}

#[test]
fn a_host_is_counted_once_whatever_its_address_and_so_is_who_has_many() {
    for (address, expected, wider) in [
        (Some("192.0.2.7"), "192.0.2.7", "192.0.2.0/24"),
        (Some("::ffff:192.0.2.7"), "192.0.2.7", "192.0.2.0/24"),
        (Some("2001:db8:1:2::1"), "2001:db8:1:2::", "2001:db8:1::/48"),
        (Some("2001:db8:1:2:ffff:ffff:ffff:ffff"), "2001:db8:1:2::", "2001:db8:1::/48"),
        (Some("2001:db8:1:3::1"), "2001:db8:1:3::", "2001:db8:1::/48"),
        (Some("2001:db8:2:3::1"), "2001:db8:2:3::", "2001:db8:2::/48"),
        (None, "unknown", "unknown/"),
    ] {
        let found = networks_of(address);
        assert_eq!((found.0.as_str(), found.1.as_str()), (expected, wider), "{address:?}");
        assert_eq!(network_of(address), expected);
    }
}
