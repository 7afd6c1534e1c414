//! A check: what a registry itself says of a user name and a secret, step by step.
//!
//! Each step is graded on its own, since one says little of the next: who may sign in need not be able to pull,
//! and who can pull need not be able to push (registries.md 1).

mod reason;
mod report;
#[cfg(test)]
mod tests;

pub use reason::CheckReason;
pub use report::{CheckReport, PullLimit, StepReport};

use super::moment::{Day, Moment};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

super::words! {
    /// The steps, in their order. A step is tried only when those before it allow it.
    pub enum CheckStep {
        Reach = "reach", "Reach the registry";
        Challenge = "challenge", "Find out how it signs in";
        SignIn = "sign_in", "Sign in";
        Pull = "pull", "Pull";
        Push = "push", "Push";
    }
}

super::words! {
    pub enum StepResult {
        Passed = "passed", "Passed";
        Failed = "failed", "Failed";
        /// It was tried, and the answer says neither yes nor no.
        Unknown = "unknown", "Not known";
        NotTried = "not_tried", "Not checked";
    }
}

super::words! {
    /// What the last check says of the current secret.
    pub enum CheckState {
        Works = "works", "Works";
        /// The registry refused the secret, or what it is to be used for.
        Failing = "failing", "Failing";
        /// The registry was not asked, or did not say.
        Unclear = "unclear", "Cannot be checked";
        /// Another secret is current since the last check.
        Replaced = "replaced", "Not checked since the secret changed";
    }
}

/// A check that was made, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub id: Uuid,
    pub at: Moment,
    /// Who asked for it; empty for one that Regcred made on its schedule.
    pub by: String,
    /// Of which version of the secret.
    pub version: i64,
    /// What pull and push were tried on; empty when nothing was named.
    pub image: String,
    pub report: CheckReport,
}

/// The state of a credential by its last check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheck {
    pub credential: Uuid,
    pub version: i64,
    pub state: CheckState,
    /// When it came into this state.
    pub since: Moment,
    pub at: Moment,
}

impl LastCheck {
    /// What the list says: `Works`, `Failing since 2026-12-01`.
    pub fn sentence(&self, today: Day) -> String {
        let since = self.since.day();
        match self.state {
            CheckState::Failing if since == today => "Failing since today".to_owned(),
            CheckState::Failing => format!("Failing since {}", since.to_text()),
            state => state.label().to_owned(),
        }
    }
}

/// What the page of a credential's checks shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// `None` when it was never checked.
    pub last: Option<LastCheck>,
    /// When Regcred checks it again by itself.
    pub due_at: Option<Moment>,
    /// Newest first.
    pub checks: Vec<Check>,
}

/// What an audit event says of a check: the state, and what stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub state: CheckState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<CheckReason>,
}

impl Outcome {
    pub fn of(report: &CheckReport) -> Self {
        Self { state: report.state(), trouble: report.trouble().map(|step| step.reason) }
    }

    /// `Failing. The registry refused the username and the password.`
    pub fn sentence(self) -> String {
        let trouble =
            self.trouble.map_or_else(String::new, |reason| format!(" {}", reason.label()));
        format!("{}.{trouble}", self.state.label())
    }
}

/// How many checks of a credential are kept.
pub const CHECKS_KEPT: u64 = 50;

/// Checks of a credential that people may ask for within a minute: each asks its registry several times.
pub const CHECKS_A_MINUTE: u64 = 10;

/// Sign-ins that a registry may refuse within [`BUDGET_SECONDS`] before no more is tried at this origin with
/// this user name: registries lock accounts that fail too often (registries.md 0.6).
pub const REFUSALS_MAX: i64 = 3;
pub const BUDGET_SECONDS: i64 = 15 * 60;
/// The same within [`DAY_SECONDS`].
pub const REFUSALS_MAX_A_DAY: i64 = 10;
pub const DAY_SECONDS: i64 = 24 * 60 * 60;
