//! The clock of the vault, and of what a page says of it: the system's, but for a story.

use crate::domain::moment::{Day, Moment};

tokio::task_local! {
    /// When what this task does is said to happen.
    static TOLD: Moment;
}

/// The time, in UTC.
pub(crate) fn now() -> Moment {
    TOLD.try_with(|at| *at).unwrap_or_else(|_| system())
}

pub(crate) fn today() -> Day {
    now().day()
}

/// Does the work as if it was that moment: only for stories, which happened before they are told. What
/// the work leaves to other tasks is done at the time of the system.
pub async fn told_at<T>(at: Moment, work: impl Future<Output = T>) -> T {
    TOLD.scope(at, work).await
}

fn system() -> Moment {
    let nanos = time::OffsetDateTime::now_utc().unix_timestamp_nanos();
    Moment(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_story_has_its_own_time_and_nobody_else_does() {
        let long_ago = Moment(86_400_000);
        let (inside, other) = told_at(long_ago, async {
            (now(), tokio::spawn(async { now() }).await.expect("it does not panic"))
        })
        .await;
        assert_eq!((inside, inside.day().to_text().as_str()), (long_ago, "1970-01-02"));
        assert!(other > long_ago && now() > long_ago);
    }
}
