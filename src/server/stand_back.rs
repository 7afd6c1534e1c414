//! Threads of their own for connections from networks that have shown no proof lately. They stand back behind
//! those of everybody else, so that who is known does not wait for what strangers keep the machine busy with.

#[cfg(target_os = "linux")]
use rustix::{process::setpriority_process, thread::gettid};
use std::thread::available_parallelism;
use tokio::runtime::{Builder, Runtime};

/// How far, of 19.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// The threads, until it is dropped: then what still runs on them is broken off.
pub(super) struct Threads(Option<Runtime>);

impl Threads {
    /// As many as there are processors. Where they cannot be had, strangers share those of the others.
    pub(super) fn start() -> Self {
        let count = available_parallelism().map_or(1, usize::from);
        let mut threads = Builder::new_multi_thread();
        threads.worker_threads(count).thread_name("strangers").enable_all();
        let started = threads.on_thread_start(stand_back).build();
        if let Err(error) = &started {
            tracing::warn!(error = %error, "connections of strangers share the threads of the others");
        }
        Self(started.ok())
    }

    /// Does the work on them, or where the caller runs if `is_known`.
    pub(super) fn spawn_unless(
        &self,
        is_known: bool,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        match self.0.as_ref().filter(|_| !is_known) {
            Some(threads) => threads.spawn(work),
            None => tokio::spawn(work),
        };
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(threads) = self.0.take() {
            // Without waiting: this is dropped where nobody may wait.
            threads.shutdown_background();
        }
    }
}

/// Only Linux gives a thread a priority of its own; elsewhere their number is the bound.
fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = setpriority_process(Some(gettid()), NICE) {
        tracing::debug!(error = %error, "the priority of a thread could not be lowered");
    }
}
