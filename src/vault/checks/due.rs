//! Checks that Regcred makes by itself, of credentials that a person checked once.

use crate::domain::actor::Actor;
use crate::domain::check::{CheckReport, CheckState};
use crate::domain::moment::Moment;
use crate::error::{Error, Result};
use crate::store::{DueCheck, Unrecorded};
use crate::vault::{Vault, now};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// After a change of the secret, or a report that a delivery failed: pipelines come first.
const SOON: i64 = 30;
/// Pipelines that fail all the time do not have it be checked all the time.
const LATELY: i64 = 15 * 60;
/// Checks that one server makes at once. Most of their time they wait for a registry.
const AT_ONCE: usize = 8;
/// Credentials that are taken from the table at once.
const TAKEN: u64 = 32;
/// How long one that was taken is kept from other servers: longer than all that were taken with it can take.
const TAKEN_FOR: i64 = 10 * 60;
/// How long one run goes on, when there are always more.
const RUN: Duration = Duration::from_secs(20 * 60);

/// When a credential is checked again by itself after this report; `None` when only another secret can change what
/// it says. `chance`, from 0 to 1, spreads those that were checked together.
pub(super) fn next(report: &CheckReport, at: Moment, chance: f64) -> Option<Moment> {
    let pause = match report.state() {
        _ if report.stays_until_replaced() => return None,
        CheckState::Works | CheckState::Failing | CheckState::Replaced => DAY,
        CheckState::Unclear => HOUR.max(report.wait().map_or(0, i64::from)),
    };
    // Between three quarters of it and five.
    let spread = (pause as f64 * (chance / 2.0 - 0.25)) as i64;
    Some(at.plus_seconds(pause + spread))
}

/// When a credential is checked again that may have begun to fail.
pub(in crate::vault) fn soon(at: Moment) -> i64 {
    at.plus_seconds(SOON).0
}

/// Since when it was not checked, where a delivery that failed has it be checked again.
pub(in crate::vault) fn lately(at: Moment) -> i64 {
    at.plus_seconds(-LATELY).0
}

impl Vault {
    /// The job: checks what is due, a few at once, and no more than one run can.
    pub async fn check_due(&self) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < RUN && self.store.all_checks().has_due(now().0).await? {
            let at = now();
            let write = self.store.write().await?;
            let until = at.plus_seconds(TAKEN_FOR).0;
            let due = write.all_checks().take_due(at.0, until, TAKEN).await?;
            write.commit_without_event(Unrecorded::Check).await?;
            if due.is_empty() {
                break;
            }
            self.check_all(due).await?;
        }
        Ok(())
    }

    /// Checks these, so many at once.
    async fn check_all(&self, due: Vec<DueCheck>) -> Result<()> {
        let (mut running, mut all) = (JoinSet::new(), Ok(()));
        for one in due {
            if running.len() == AT_ONCE
                && let Some(done) = running.join_next().await
            {
                all = all.and(done.unwrap_or(Err(Error::Internal)));
            }
            let vault = self.clone();
            running.spawn(async move { vault.check_again(one).await });
        }
        while let Some(done) = running.join_next().await {
            all = all.and(done.unwrap_or(Err(Error::Internal)));
        }
        all
    }

    async fn check_again(&self, due: DueCheck) -> Result<()> {
        let (project, id) = (due.project_id, due.credential_id);
        let found = self.store.credentials(project).find(id).await?;
        // A disabled one is checked by nobody: it may be disabled because the registry complained.
        let Some(found) = found.filter(|found| found.summary.disabled_at.is_none()) else {
            return self.put_off(project, id, Some(now().plus_seconds(DAY))).await;
        };
        match self.check(project, found, (due.image, false), Actor::Product).await {
            Ok(_) => Ok(()),
            // It was deleted meanwhile, or its secret cannot be read, which its own mark says.
            Err(Error::NotFound | Error::Conflict(_)) => self.put_off(project, id, None).await,
            Err(error) => Err(error),
        }
    }

    async fn put_off(&self, project: Uuid, id: Uuid, until: Option<Moment>) -> Result<()> {
        let write = self.store.write().await?;
        write.checks(project).set_due(id, until.map(|until| until.0)).await?;
        Ok(write.commit_without_event(Unrecorded::Check).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::{CheckReason, CheckStep, StepReport, StepResult};

    fn report(result: StepResult, reason: CheckReason, wait: Option<u32>) -> CheckReport {
        let step = StepReport::new(CheckStep::SignIn, result, reason);
        CheckReport { steps: vec![StepReport { wait, ..step }], limit: None }
    }

    #[test]
    fn checks_are_spread_and_a_refused_secret_is_not_shown_again() {
        let at = Moment(0);
        let works = report(StepResult::Passed, CheckReason::SignedIn, None);
        let busy = report(StepResult::Unknown, CheckReason::Busy, Some(7_200));
        let refused = report(StepResult::Failed, CheckReason::Refused, None);
        let seconds =
            |report: &CheckReport, chance| next(report, at, chance).map(|at| at.0 / 1_000);
        assert_eq!(seconds(&works, 0.0), Some(DAY * 3 / 4));
        assert_eq!(seconds(&works, 1.0), Some(DAY * 5 / 4));
        assert_eq!(seconds(&busy, 0.5), Some(7_200));
        assert_eq!(seconds(&refused, 0.5), None);
        assert_eq!(soon(at), SOON * 1_000);
    }
}
