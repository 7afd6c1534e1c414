//! Findings: looked for by a job, listed by pages, and accepted by people.
//!
//! To look for them goes through all of a project, so no page does it: a table has what was found, and the count beside
//! the menu is a look into its index. The job runs every quarter of an hour, and resolves what is the case no more.

mod declared;
mod refused;
mod used;

use super::{Vault, now, today};
use crate::domain::actor::Can;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::finding::{
    self, Acceptance, Finding, FindingChanges, FindingPlace, FindingState, FindingsPage,
    FindingsQuery, Found, PAGE_ROWS, Thing,
};
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::domain::registry::RegistryHost;
use crate::error::{Error, Result};
use crate::store::{Unrecorded, Write};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Credentials or pipelines that are looked at together.
const AT_ONCE: u64 = 200;
/// Findings that one transaction writes: deliveries of the project wait for it.
const WRITTEN: usize = 200;
/// The newest events of a thing that are asked for what was changed.
const EVENTS: u64 = 100;

/// The credentials of a project, for what is found of its pipelines.
type Known = HashMap<Uuid, KnownCredential>;

struct KnownCredential {
    thing: Thing,
    host: RegistryHost,
    is_insecure: bool,
    /// When it was enabled last, if that was in the window.
    enabled: Option<Moment>,
}

impl Vault {
    /// The findings of the project that are asked for, the most urgent kind first.
    pub async fn findings(
        &self,
        reader: &Can<of::RegistryRead>,
        query: &FindingsQuery,
    ) -> Result<FindingsPage> {
        let project = reader.project().id;
        let findings = self.store.findings(project);
        let mut rows = findings.page(query, PAGE_ROWS as u64 + 1).await?;
        let has_more = rows.len() > PAGE_ROWS;
        rows.truncate(PAGE_ROWS);
        let last = rows.last().filter(|_| has_more);
        let next = last
            .map(|last| query.after(FindingPlace { rank: last.found.kind.rank(), id: last.id }));
        let figures_until = self.figures_until(project).await?;
        Ok(FindingsPage { rows, next, figures_until })
    }

    /// Accepts a finding until a day; gives the sentence for the next page. It says so there until then, or until it is
    /// resolved.
    ///
    /// # Errors
    /// `Invalid` at `reason` and `until`; `Conflict` for one that is resolved.
    pub async fn accept_finding(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
        reason: &str,
        until: &str,
    ) -> Result<String> {
        let (reason, until) = finding::accepted(reason, until, today())?;
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let one = write.findings(project).find(id).await?.ok_or(Error::NotFound)?;
        if one.state == FindingState::Resolved {
            return Err(Error::Conflict(
                "This finding was resolved in the meantime, so there is nothing to accept."
                    .to_owned(),
            ));
        }
        let person = editor.person();
        let accepted =
            Acceptance { by: person.name.clone(), at: now(), until, reason: reason.clone() };
        write.findings(project).accept(id, person.id, &accepted).await?;
        let kind = one.found.kind;
        let detail = Detail::Finding { kind, until: Some(until), reason };
        let what = (Action::FindingAccepted, subject(&one), detail);
        self.commit_event(write, project, editor, what).await?;
        Ok(format!("The finding was accepted until {}.", until.to_text()))
    }

    /// Opens a finding again that was accepted; gives the sentence for the next page.
    ///
    /// # Errors
    /// `Conflict` for one that nobody has accepted.
    pub async fn withdraw_acceptance(
        &self,
        editor: &Can<of::RegistryWrite>,
        id: Uuid,
    ) -> Result<String> {
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let one = write.findings(project).find(id).await?.ok_or(Error::NotFound)?;
        if one.state != FindingState::Accepted {
            return Err(Error::Conflict("This finding is not accepted any more.".to_owned()));
        }
        write.findings(project).open(id).await?;
        let kind = one.found.kind;
        let detail = Detail::Finding { kind, until: None, reason: String::new() };
        let what = (Action::FindingWithdrawn, subject(&one), detail);
        self.commit_event(write, project, editor, what).await?;
        Ok("The finding is open again.".to_owned())
    }

    /// The job: looks for findings in every project.
    pub async fn look_for_findings(&self) -> Result<()> {
        for entry in self.store.projects().list().await? {
            self.look_in(entry.project.id).await?;
        }
        Ok(())
    }

    async fn look_in(&self, project: Uuid) -> Result<()> {
        // What is not counted yet would look unused: where there is too much of it, the next run knows more.
        self.count_receipts(project).await;
        let Some(found) = self.found_in(project).await? else { return Ok(()) };
        let known = self.store.findings(project).known().await?;
        // Nothing is written, as long as nothing changes.
        for mut part in FindingChanges::between(&known, &found, now()).parts(WRITTEN) {
            let write = self.write_in(project).await?;
            part.new = still_there(&write, project, part.new).await?;
            write.findings(project).apply(part, now()).await?;
            write.commit_without_event(Unrecorded::Counts).await?;
        }
        Ok(())
    }

    /// All that is found in the project now; `None` while many deliveries are not counted yet.
    async fn found_in(&self, project: Uuid) -> Result<Option<Vec<Found>>> {
        let mut found = Vec::new();
        let Some(known) = self.found_of_credentials(project, &mut found).await? else {
            return Ok(None);
        };
        let is_whole = self.found_of_pipelines(project, &known, &mut found).await?;
        Ok(is_whole.then_some(found))
    }
}

/// Those of which nothing was deleted since they were found.
async fn still_there(write: &Write, project: Uuid, found: Vec<Found>) -> Result<Vec<Found>> {
    let credentials = found.iter().filter_map(|one| one.credential.as_ref());
    let credentials = write.credentials(project).used_of(ids(credentials)).await?;
    let mut there: HashSet<Uuid> = credentials.into_iter().map(|one| one.id).collect();
    let pipelines = found.iter().filter_map(|one| one.pipeline.as_ref());
    there.extend(write.pipelines(project).names(ids(pipelines)).await?.into_keys());
    let is_there = |found: &Found| {
        let things = [&found.credential, &found.pipeline];
        things.into_iter().flatten().all(|one| there.contains(&one.id))
    };
    Ok(found.into_iter().filter(is_there).collect())
}

fn ids<'a>(things: impl Iterator<Item = &'a Thing>) -> Vec<Uuid> {
    things.map(|thing| thing.id).collect::<BTreeSet<Uuid>>().into_iter().collect()
}

/// The thing that it is about; the finding itself, when that has no name.
fn subject(one: &Finding) -> Subject {
    match one.found.subject() {
        Some(thing) => Subject { id: thing.id, name: thing.name.clone() },
        None => Subject { id: one.id, name: one.found.kind.label().to_owned() },
    }
}
