//! A thread that hashes passwords, one after the other, for as long as there are some. With a new thread for
//! each hash the allocator would take its 19 MiB from another place, before it has given those of the last
//! one back.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Clone, Debug)]
pub(super) struct Worker {
    jobs: Arc<Mutex<Option<Sender<Job>>>>,
    /// How long the thread waits for the next job before it ends.
    linger: Duration,
    /// What the thread does first.
    prepare: fn(),
}

impl Worker {
    pub(super) fn new(linger: Duration, prepare: fn()) -> Self {
        Self { jobs: Arc::default(), linger, prepare }
    }

    /// Has it done after all that were given before. Of a job that panics nothing is heard any more.
    ///
    /// # Errors
    /// When the thread is needed and does not start.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let mut job: Job = Box::new(job);
        let mut jobs = lock(&self.jobs);
        if let Some(running) = jobs.as_ref() {
            match running.send(job) {
                Ok(()) => return Ok(()),
                Err(SendError(unsent)) => job = unsent,
            }
        }
        let (give, take) = channel();
        let worker = self.clone();
        let started = thread::Builder::new().name("password".to_owned());
        started.spawn(move || {
            (worker.prepare)();
            job();
            worker.go_on(&take);
        })?;
        *jobs = Some(give);
        Ok(())
    }

    fn go_on(&self, take: &Receiver<Job>) {
        loop {
            let job = match take.recv_timeout(self.linger) {
                Ok(job) => job,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    // One may have been given meanwhile; while this is locked none is.
                    let mut jobs = lock(&self.jobs);
                    let Ok(job) = take.try_recv() else {
                        *jobs = None;
                        return;
                    };
                    job
                }
            };
            job();
        }
    }
}

fn lock(jobs: &Mutex<Option<Sender<Job>>>) -> MutexGuard<'_, Option<Sender<Job>>> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::iter::repeat_with;
    use std::panic::resume_unwind;
    use std::thread::ThreadId;

    /// The thread that a job was done on.
    fn thread_of(worker: &Worker) -> Option<ThreadId> {
        let (say, said) = channel();
        worker.run(move || say.send(thread::current().id()).unwrap()).unwrap();
        said.recv().ok()
    }

    #[test]
    fn jobs_are_done_on_one_thread_and_after_one_that_panics_on_another() {
        let worker = Worker::new(Duration::from_secs(60), || {});
        let first = thread_of(&worker);
        assert!(first.is_some() && thread_of(&worker) == first);
        let (say, said) = channel::<()>();
        worker
            .run(move || {
                let _say = say;
                resume_unwind(Box::new(()));
            })
            .unwrap();
        assert!(said.recv().is_err());
        // Given before the thread has ended, a job may end with it.
        let second = repeat_with(|| thread_of(&worker)).flatten().next();
        assert!(second.is_some() && second != first);
    }

    #[test]
    fn every_job_is_done_also_when_the_thread_ends_between_two() {
        let worker = Worker::new(Duration::ZERO, || {});
        for _ in 0..1_000 {
            assert!(thread_of(&worker).is_some());
        }
    }
}
