//! What a check found, step by step, and what follows from it.

use super::{CheckReason, CheckState, CheckStep, StepResult};
use serde::{Deserialize, Serialize};

/// How one step ended. Nothing of what a registry sent is in it but a status and an origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    pub step: CheckStep,
    pub result: StepResult,
    pub reason: CheckReason,
    /// The status of the answer that decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The origin that is meant, as `https://host:port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Seconds until the registry wants to be asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<u32>,
}

/// What is left of a registry's limit on pulls, as its answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullLimit {
    pub left: u32,
    pub of: u32,
    /// In how many seconds.
    pub window: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// One for each step, in their order.
    pub steps: Vec<StepReport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<PullLimit>,
}

impl StepReport {
    pub fn new(step: CheckStep, result: StepResult, reason: CheckReason) -> Self {
        Self { step, result, reason, status: None, origin: None, wait: None }
    }

    /// What went wrong, or right, as one line: the sentence, and what it is about.
    pub fn sentence(&self) -> String {
        let mut text = self.reason.label().to_owned();
        if let Some(origin) = &self.origin {
            text.push_str(&format!(" The address is {origin}."));
        }
        let is_told = !matches!(self.result, StepResult::Passed);
        if let Some(status) = self.status.filter(|_| is_told) {
            text.push_str(&format!(" The status was {status}."));
        }
        if let Some(wait) = self.wait {
            text.push_str(&format!(" It wants to be asked again in {}.", duration(wait)));
        }
        text
    }
}

impl CheckReport {
    pub fn step(&self, step: CheckStep) -> Option<&StepReport> {
        self.steps.iter().find(|report| report.step == step)
    }

    fn result(&self, step: CheckStep) -> StepResult {
        self.step(step).map_or(StepResult::NotTried, |report| report.result)
    }

    /// Failing is what the registry refused: one that cannot be reached says nothing of a secret.
    pub fn state(&self) -> CheckState {
        let refused = [CheckStep::SignIn, CheckStep::Pull, CheckStep::Push];
        if refused.iter().any(|step| self.result(*step) == StepResult::Failed) {
            CheckState::Failing
        } else if self.result(CheckStep::SignIn) == StepResult::Passed {
            CheckState::Works
        } else {
            CheckState::Unclear
        }
    }

    /// The first step that did not pass although it was tried.
    pub fn trouble(&self) -> Option<&StepReport> {
        let is_trouble = |report: &&StepReport| {
            matches!(report.result, StepResult::Failed | StepResult::Unknown)
        };
        let failed = self.steps.iter().find(|report| report.result == StepResult::Failed);
        failed.or_else(|| self.steps.iter().find(is_trouble))
    }

    /// What is proved, in one sentence. A sign-in is never called more than that.
    pub fn grade(&self) -> &'static str {
        let passed = |step| self.result(step) == StepResult::Passed;
        match (passed(CheckStep::SignIn), passed(CheckStep::Pull), passed(CheckStep::Push)) {
            (_, true, true) => "It can sign in, pull and push.",
            (_, false, true) => "It can sign in and push.",
            (_, true, false) => "It can sign in and pull.",
            (true, false, false) => "It can sign in.",
            (false, false, false) => "Nothing is proved.",
        }
    }

    /// Whether the registry looked at the password and said no.
    pub fn is_refused_sign_in(&self) -> bool {
        self.steps.iter().any(|report| report.reason.is_refused_sign_in())
    }

    /// Whether another check without another secret is of no use, and could lock the account.
    pub fn stays_until_replaced(&self) -> bool {
        self.steps.iter().any(|report| report.reason.stays_until_replaced())
    }

    /// Seconds until the registry wants to be asked again.
    pub fn wait(&self) -> Option<u32> {
        self.steps.iter().filter_map(|report| report.wait).max()
    }
}

impl PullLimit {
    /// `76 of 100 pulls are left in 6 hours.`
    pub fn sentence(&self) -> String {
        format!("{} of {} pulls are left in {}.", self.left, self.of, duration(self.window))
    }
}

/// Seconds as people say them, rounded up.
fn duration(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..=119 => (seconds, "second"),
        120..=7_199 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3_600), "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
