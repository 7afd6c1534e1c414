//! Time that passes for what is counted in memory, without waiting for it.

use std::time::Duration;

/// Lets so many seconds pass. Only a test with one thread can.
pub async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}
