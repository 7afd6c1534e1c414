//! What the members of a project are told without asking: that a credential expires or is due, and that its registry
//! refuses it or accepts it again.

use super::{Vault, now, today};
use crate::domain::actor::{Can, Member};
use crate::domain::audit::Subject;
use crate::domain::check::{CheckReport, CheckState, LastCheck};
use crate::domain::finding::COUNTED;
use crate::domain::moment::{Day, Moment};
use crate::domain::notification::{
    News, Notification, Notifications, REMINDERS, of_expiry, of_renewal,
};
use crate::domain::permission::{Permission, of};
use crate::error::Result;
use crate::store::{Dated, Unrecorded, Write};
use uuid::Uuid;

/// Notifications that the page shows.
const SHOWN: u64 = 200;
/// Days that they are kept.
const KEPT: i64 = 365;
/// Days after which nothing is told of a day any more: nobody is to be told of all that expired years ago when
/// Regcred learns to tell.
const LATE: i64 = 7;
/// Credentials that are looked at in one transaction.
const AT_ONCE: usize = 500;

/// What stands beside the navigation of a member's pages, each counted up to a bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Open findings.
    pub findings: usize,
    /// Notifications that they have not read.
    pub notifications: usize,
}

impl Vault {
    /// What stands beside the navigation; nothing for who may not read credentials.
    pub async fn beside(&self, member: &Member) -> Result<Beside> {
        if !member.may(Permission::RegistryRead) {
            return Ok(Beside::default());
        }
        let most = i64::try_from(COUNTED).unwrap_or(i64::MAX);
        let notifications = self.store.notifications(member.project().id);
        let beside = notifications.beside(member.person().id, most).await?;
        let count = |number| usize::try_from(number).unwrap_or(0);
        let (findings, notifications) = (count(beside.findings), count(beside.notifications));
        Ok(Beside { findings, notifications })
    }

    /// The newest notifications, and until when the reader has read them.
    pub async fn notifications(&self, reader: &Can<of::RegistryRead>) -> Result<Notifications> {
        let stored = self.store.notifications(reader.project().id);
        let notifications = stored.newest(SHOWN).await?;
        let seen_at = Moment(stored.seen_at(reader.person().id).await?);
        Ok(Notifications { notifications, seen_at })
    }

    /// Notes that the reader has read what was there until `until`, in milliseconds. A time to come is taken for now.
    pub async fn see_notifications(
        &self,
        reader: &Can<of::RegistryRead>,
        until: i64,
    ) -> Result<()> {
        let write = self.store.write().await?;
        let stored = write.notifications(reader.project().id);
        stored.see(reader.person().id, until.min(now().0)).await?;
        Ok(write.commit_without_event(Unrecorded::Notifications).await?)
    }

    /// The job: tells of every day that has come, once, and removes what is old.
    pub async fn remind(&self) -> Result<()> {
        for entry in self.store.projects().list().await? {
            self.remind_in(entry.project.id, today()).await?;
        }
        Ok(())
    }

    async fn remind_in(&self, project: Uuid, today: Day) -> Result<()> {
        let stored = self.store.notifications(project);
        let first = today.plus_days(-LATE);
        let last = today.plus_days(REMINDERS.into_iter().max().unwrap_or(0));
        let expiring = stored.expiring(first, last).await?;
        let due = stored.due(first, today).await?;
        let expiring = expiring.into_iter().filter_map(|one| {
            let on = Day::parse(one.expires_on.as_deref()?)?;
            Some((of_expiry(one.secret_version, on, today)?, one))
        });
        let due = due.into_iter().filter_map(|one| {
            let on = Day::parse(one.renew_on.as_deref()?)?;
            Some((of_renewal(one.secret_version, on, today)?, one))
        });
        let all: Vec<((String, News), Dated)> = expiring.chain(due).collect();
        for some in all.chunks(AT_ONCE) {
            let ids: Vec<Uuid> = some.iter().map(|(_, one)| one.id).collect();
            let told = stored.told(&ids).await?;
            let is_new = |(cause, id): (&str, Uuid)| !told.contains(&(id, cause.to_owned()));
            let new: Vec<_> =
                some.iter().filter(|((cause, _), one)| is_new((cause, one.id))).collect();
            if new.is_empty() {
                continue;
            }
            let write = self.store.write().await?;
            for ((cause, news), one) in new {
                let subject = Subject { id: one.id, name: one.name.clone() };
                tell(&write, project, &subject, (cause, news.clone())).await?;
            }
            write.commit_without_event(Unrecorded::Notifications).await?;
        }
        // Looked at first: where nothing is to do the disk is left alone.
        let old = now().plus_seconds(-KEPT * 24 * 60 * 60).0;
        if !stored.has_old(old).await? {
            return Ok(());
        }
        let write = self.store.write().await?;
        write.notifications(project).forget(old).await?;
        Ok(write.commit_without_event(Unrecorded::Notifications).await?)
    }
}

/// Tells that a check has changed what is known of a credential: that it fails, or works again.
pub(super) async fn tell_check(
    write: &Write,
    project: Uuid,
    subject: &Subject,
    (check, before): (Uuid, Option<LastCheck>),
    report: &CheckReport,
) -> Result<()> {
    let before = before.map(|before| before.state);
    let news = match (before, report.state()) {
        (before, CheckState::Failing) if before != Some(CheckState::Failing) => {
            News::Failing { reason: report.trouble().map(|step| step.reason) }
        }
        (Some(CheckState::Failing), CheckState::Works) => News::Works,
        _ => return Ok(()),
    };
    tell(write, project, subject, (&format!("check {check}"), news)).await
}

async fn tell(
    write: &Write,
    project: Uuid,
    subject: &Subject,
    (cause, news): (&str, News),
) -> Result<()> {
    let (id, credential, name) = (Uuid::now_v7(), subject.id, subject.name.clone());
    let told = Notification { id, at: now(), credential, name, news };
    write.notifications(project).tell(&told, cause).await?;
    Ok(())
}
