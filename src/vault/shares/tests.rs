//! The buckets, at times that the tests choose.

use super::*;

const RATE: Rate = Rate { per_second: 2, burst: 4 };

fn pipelines_only() -> Shares {
    Shares::new(Rates { pipeline: Some(RATE), project: None })
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn retry_after(result: Result<()>) -> Option<u32> {
    result.err().and_then(|error| error.retry_after())
}

#[test]
fn a_burst_is_served_and_then_one_for_each_part_of_a_second() {
    let (shares, start) = (pipelines_only(), Instant::now());
    let take = |millis| shares.take(id(1), id(2), start + Duration::from_millis(millis));
    assert!((0..4).all(|_| take(0).is_ok()));
    assert_eq!(retry_after(take(0)), Some(1));
    assert!(take(499).is_err());
    assert!(take(500).is_ok() && take(500).is_err());
    assert!((0..4).all(|_| take(60_000).is_ok()), "it holds no more than a burst");
    assert!(take(60_000).is_err());
}

#[test]
fn of_many_who_are_refused_at_once_no_more_come_back_in_a_second_than_fit_into_it() {
    let (shares, start) = (pipelines_only(), Instant::now());
    let told =
        |seconds| retry_after(shares.take(id(1), id(2), start + Duration::from_secs(seconds)));
    assert!((0..4).all(|_| told(0).is_none()));
    let all: Vec<u32> = (0..12).filter_map(|_| told(0)).collect();
    assert_eq!(all, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5]);
    // They do, and who comes later does not wait for those who have come.
    for second in 1..=5 {
        assert!((0..2).all(|_| told(second).is_none()), "{second}");
    }
    assert_eq!(told(5), Some(1));
}

#[test]
fn one_pipeline_takes_nothing_of_another() {
    let (shares, now) = (pipelines_only(), Instant::now());
    for _ in 0..1_000 {
        let _ = shares.take(id(1), id(2), now);
    }
    assert!((0..4).all(|_| shares.take(id(1), id(3), now).is_ok()));
}

#[test]
fn a_project_has_a_share_of_its_own_that_refused_requests_do_not_touch() {
    let project = Some(Rate { per_second: 1, burst: 6 });
    let shares = Shares::new(Rates { pipeline: Some(RATE), project });
    let now = Instant::now();
    for _ in 0..1_000 {
        let _ = shares.take(id(1), id(2), now);
    }
    assert!((0..2).all(|_| shares.take(id(1), id(3), now).is_ok()));
    let refused = shares.take(id(1), id(3), now).unwrap_err();
    assert!(refused.to_string().contains("project"), "{refused}");
    assert!(shares.take(id(9), id(4), now).is_ok(), "another project is not held up");
}

#[test]
fn many_receipts_are_charged_and_few_are_not() {
    let (shares, now) = (pipelines_only(), Instant::now());
    for _ in 0..4 {
        assert!(shares.take(id(1), id(2), now).is_ok());
        shares.charge(id(1), id(2), FREE, now);
    }
    let others = |receipts| {
        let shares = pipelines_only();
        shares.take(id(1), id(2), now).unwrap();
        shares.charge(id(1), id(2), receipts, now);
        retry_after(shares.take(id(1), id(2), now))
    };
    assert_eq!(others(FREE + PER_REQUEST), None);
    assert_eq!(others(FREE + 3 * PER_REQUEST), Some(1));
    // A debt has an end, however large the answer was.
    assert_eq!(others(usize::MAX), Some(3));
}

#[test]
fn no_share_is_no_limit() {
    let (shares, now) = (Shares::new(Rates::default()), Instant::now());
    assert!((0..10_000).all(|_| shares.take(id(1), id(2), now).is_ok()));
    shares.charge(id(1), id(2), usize::MAX, now);
    assert!(shares.take(id(1), id(2), now).is_ok());
}

#[test]
fn however_many_pipelines_there_are_memory_is_bounded_and_the_greedy_are_remembered() {
    let (shares, now) = (pipelines_only(), Instant::now());
    for _ in 0..5 {
        let _ = shares.take(id(0), id(0), now);
    }
    for number in 1..3 * MOST as u128 {
        assert!(shares.take(id(0), id(number), now).is_ok());
    }
    assert!(shares.state.lock().unwrap().pipelines.0.len() <= MOST);
    assert!(shares.take(id(0), id(0), now).is_err());
}

#[test]
fn a_pipeline_that_asks_too_often_is_logged_once_a_minute() {
    let start = Instant::now();
    let mut bucket = Bucket { left: 0.0, promised: 0.0, at: start, refused: 0, told: None };
    let mut told = |seconds| count_refusal(&mut bucket, start + Duration::from_secs(seconds));
    assert_eq!(told(0), Some(1));
    assert!((0..59).all(|second| told(second).is_none()));
    assert_eq!(told(60), Some(60));
}
