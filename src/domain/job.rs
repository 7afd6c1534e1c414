//! Jobs: work that the product does by itself, on a schedule or when there is something to do.

use super::moment::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

super::words! {
    pub enum JobKind {
        /// Removes sessions, slots and tokens that are over.
        Sweep = "sweep", "Remove expired sessions and tokens";
        /// Activates a new data key, and seals every secret under it.
        TendKeys = "tend_keys", "Re-encrypt secrets under the active data key";
        /// Writes to the database and reads it back, also while nobody asks for `/readyz`.
        Readiness = "readiness", "Check that the database keeps what is written";
        Outbox = "outbox", "Remove old events from the outbox";
        /// So that a chain that was cut back is seen by who keeps the log elsewhere.
        ChainHeads = "chain_heads", "Write the ends of the audit chains to the log";
        /// So that a row that nobody asks for is found, too, and that is on record.
        ChangedRows = "changed_rows", "Look for rows that were changed outside Regcred";
        /// So that the receipts of before an upgrade are in the figures, too.
        Usage = "usage", "Add up deliveries by day";
        /// So that what changed since is resolved.
        Findings = "findings", "Look for findings";
        /// So that checkpoints of chains can be signed that are older than their trees.
        Trees = "trees", "Prepare checkpoints of the audit chains";
        /// So that each chain has a checkpoint of each day, and its destinations receive it.
        Checkpoints = "checkpoints", "Sign the daily checkpoints of the audit chains";
        /// One for each destination that events are sent to, whose id is its key.
        Shipping = "shipping", "Send audit events";
        /// One for each chain and witness, which are its key.
        Witness = "witness", "Ask a witness to cosign checkpoints";
        /// Only where the operator says how long receipts are kept.
        Retention = "retention", "Remove old receipts";
        Reviews = "reviews", "Close access reviews that are due";
        Checks = "checks", "Check credentials again at their registries";
        Reminders = "reminders", "Remind of credentials that expire or are due";
    }
}

super::words! {
    pub enum JobResult {
        Succeeded = "succeeded", "Succeeded";
        /// It did not, and is tried again.
        Failed = "failed", "Failed";
        /// It did not, as often as it is tried.
        GaveUp = "gave_up", "Gave up";
    }
}

super::words! {
    pub enum JobError {
        /// Something that it needs does not answer just now.
        Unavailable = "unavailable", "The database or another service was not available.";
        /// It ran longer than a run may take.
        TimedOut = "timed_out", "The run took too long and was stopped.";
        Panicked = "panicked", "The run crashed. The log has the details.";
        Internal = "internal", "The run failed. The log has the details.";
    }
}

/// When jobs of a kind run, and how often one is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Seconds between a run and the next one; `None` for a job that runs when there is work.
    pub every: Option<i64>,
    /// How often it is tried in a row.
    pub tries: u32,
    /// Seconds before the second try. Each pause is twice the one before.
    pub first_pause: i64,
    /// The longest pause, in seconds.
    pub longest_pause: i64,
    /// Seconds that one run may take.
    pub limit: u64,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl JobKind {
    pub fn schedule(self) -> Schedule {
        let usual = Schedule {
            every: None,
            tries: 8,
            first_pause: 5,
            longest_pause: 5 * MINUTE,
            limit: 10 * 60,
        };
        match self {
            Self::Sweep | Self::Reviews => Schedule { every: Some(15 * MINUTE), ..usual },
            // It looks often, and takes what is due: each check has a time of its own.
            Self::Checks => Schedule { every: Some(MINUTE), limit: 30 * 60, ..usual },
            // Hundreds of thousands of secrets take their time.
            Self::TendKeys => Schedule { limit: 24 * 60 * 60, ..usual },
            Self::Readiness => Schedule { every: Some(5 * MINUTE), limit: 30, ..usual },
            Self::ChangedRows => {
                Schedule { every: Some(DAY), limit: HOUR.cast_unsigned(), ..usual }
            }
            Self::Findings => {
                Schedule { every: Some(15 * MINUTE), limit: HOUR.cast_unsigned(), ..usual }
            }
            Self::Outbox | Self::ChainHeads | Self::Reminders => {
                Schedule { every: Some(HOUR), ..usual }
            }
            // It signs once a day. It looks more often, so that a day begins with it.
            Self::Checkpoints => {
                Schedule { every: Some(HOUR), limit: HOUR.cast_unsigned(), ..usual }
            }
            // The first time there may be millions of receipts.
            Self::Usage | Self::Trees => {
                Schedule { every: Some(HOUR), limit: 12 * 60 * 60, ..usual }
            }
            // It is tried for as long as it takes: the chain keeps what was not sent.
            Self::Shipping => Schedule { tries: 1_000, longest_pause: DAY, ..usual },
            // The same: there is no other way to get what it has not said.
            Self::Witness => Schedule { tries: 1_000, longest_pause: HOUR, ..usual },
            Self::Retention => Schedule { every: Some(DAY), limit: 12 * 60 * 60, ..usual },
        }
    }
}

impl Schedule {
    /// When it runs next after a run that is not tried again.
    pub fn next_run(self, now: Moment) -> Option<Moment> {
        self.every.map(|seconds| now.plus_seconds(seconds))
    }

    /// When it is tried again after that many tries; `None` when there were enough. `chance`, from
    /// 0 to 1, spreads jobs that failed together over the second half of the pause.
    pub fn retry(self, tried: u32, now: Moment, chance: f64) -> Option<Moment> {
        if tried >= self.tries {
            return None;
        }
        let doubled = self.first_pause.saturating_mul(1 << tried.saturating_sub(1).min(30));
        let half = doubled.min(self.longest_pause) * 500;
        Some(Moment(now.0 + half + (half as f64 * chance) as i64))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub id: Uuid,
    pub kind: JobKind,
    /// To what, where a kind has many jobs; empty where it has one.
    pub key: String,
    /// When it is due; `None` for one that waits until there is work.
    pub due_at: Option<Moment>,
    /// Tries since it last succeeded or was given up, a run under way included.
    pub attempts: u32,
    /// Until when a server has it to itself.
    pub locked_until: Option<Moment>,
    pub last_started_at: Option<Moment>,
    pub last_finished_at: Option<Moment>,
    pub last_result: Option<JobResult>,
    pub last_error: Option<JobError>,
}

impl Job {
    /// What it is called, with its key where it has one.
    pub fn name(&self) -> String {
        let label = self.kind.label();
        if self.key.is_empty() { label.to_owned() } else { format!("{label} ({})", self.key) }
    }

    pub fn is_running(&self, now: Moment) -> bool {
        self.locked_until.is_some_and(|until| until > now)
    }
}

/// Jobs as they were at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobList {
    /// By kind and key.
    pub jobs: Vec<Job>,
    pub at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_most_and_end() {
        let now = Moment(1_000_000);
        for kind in JobKind::ALL {
            let schedule = kind.schedule();
            for chance in [0.0, 0.5, 1.0] {
                let pauses: Vec<i64> = (1..)
                    .map_while(|tried| schedule.retry(tried, now, chance))
                    .map(|at| at.0 - now.0)
                    .collect();
                assert_eq!(pauses.len(), schedule.tries as usize - 1);
                assert!(pauses.is_sorted() && pauses[1] > pauses[0], "{pauses:?}");
                assert!(pauses[0] >= schedule.first_pause * 500);
                assert!(pauses.iter().all(|pause| *pause <= schedule.longest_pause * 1_000));
            }
        }
        let schedule = JobKind::Sweep.schedule();
        assert!(schedule.retry(3, now, 0.1) < schedule.retry(3, now, 0.9), "jitter spreads them");
    }

    #[test]
    fn a_job_runs_while_its_lease_lasts() {
        let job = Job {
            id: Uuid::nil(),
            kind: JobKind::Sweep,
            key: String::new(),
            due_at: None,
            attempts: 1,
            locked_until: Some(Moment(10)),
            last_started_at: None,
            last_finished_at: None,
            last_result: None,
            last_error: None,
        };
        assert!(job.is_running(Moment(9)) && !job.is_running(Moment(10)));
        assert!(!Job { locked_until: None, ..job }.is_running(Moment(0)));
    }
}
