//! Exports of the audit: made while they are sent, so that a long chain takes no more memory than a short
//! one. Who exports what is an event before the first line leaves, and how much of it was sent another
//! one afterwards.

mod sending;

use super::this_instance;
use crate::domain::actor::{Actor, Acts, Can, InstanceAdmin, Operator};
use crate::domain::audit::{
    Action, AuditPlace, AuditQuery, Detail, ExportFormat, ExportLine, Noun, Subject,
};
use crate::domain::moment::Moment;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use crate::store::{ReceiptPlace, Walk, Way};
use crate::vault::{INSTANCE, Vault};
use sending::{Reader, Sending, Stopped};
use tokio::sync::mpsc::{self, Receiver};
use uuid::Uuid;

/// Links that are read at once, and receipts of them.
const LINKS: u64 = 200;
const RECEIPTS: u64 = 1_000;
/// Pieces that wait for who reads them.
const WAITING: usize = 2;

const WHOLE: &str = "An export of links has the whole chain. Remove the filters.";

/// What is exported.
#[derive(Clone, Debug)]
pub struct Export {
    pub format: ExportFormat,
    /// Where its page begins does not matter: an export has all pages.
    pub query: AuditQuery,
    /// The link behind which it begins: the cursor of an export before.
    pub after: i64,
}

impl Export {
    /// What is asked for, as the address of the page has it.
    fn filters(&self) -> String {
        self.query.first_page().to_url().trim_start_matches('?').to_owned()
    }
}

impl Vault {
    /// Begins an export of the project's chain; it ends with the link that is the last one now.
    ///
    /// # Errors
    /// When it cannot be recorded.
    pub async fn export_audit(
        &self,
        reader: &Can<of::AuditRead>,
        export: Export,
    ) -> Result<Receiver<Result<String>>> {
        let project = reader.project();
        let subject = Subject { id: project.id, name: project.name.clone() };
        let by = Reader { actor: reader.actor(), project: Some(project.slug.clone()) };
        self.begin_export(by, project.id, subject, export).await
    }

    /// The same of the chain of the instance.
    ///
    /// # Errors
    /// When it cannot be recorded.
    pub async fn export_instance_audit(
        &self,
        admin: &InstanceAdmin,
        export: Export,
    ) -> Result<Receiver<Result<String>>> {
        let by = Reader { actor: admin.actor(), project: None };
        self.begin_export(by, INSTANCE, this_instance(), export).await
    }

    /// The same for the operator: of the project with this part of the URL, or of the instance.
    ///
    /// # Errors
    /// `Conflict` when there is no such project.
    pub async fn export_chain(
        &self,
        operator: &Operator,
        slug: Option<&str>,
        export: Export,
    ) -> Result<Receiver<Result<String>>> {
        let chain = self.chain_of(operator, slug).await?;
        let subject = match slug {
            Some(slug) => Subject { id: chain, name: slug.to_owned() },
            None => this_instance(),
        };
        let by = Reader { actor: operator.actor(), project: None };
        self.begin_export(by, chain, subject, export).await
    }

    async fn begin_export(
        &self,
        by: Reader,
        chain: Uuid,
        subject: Subject,
        export: Export,
    ) -> Result<Receiver<Result<String>>> {
        let export = Export { query: export.query.first_page(), ..export };
        if export.format == ExportFormat::Links && !export.query.is_of_all() {
            return Err(Error::BadRequest(WHOLE.to_owned()));
        }
        let until = self.store.chain().length(chain).await?;
        let filters = export.filters();
        let first = export.after.saturating_add(1);
        let detail = Detail::Export { format: export.format, filters, first, last: until };
        let write = self.write_in(chain).await?;
        let what = (Action::AuditExported, subject.clone(), detail);
        self.commit_event(write, chain, &by.actor, what).await?;
        let (pieces, receiver) = mpsc::channel(WAITING);
        let vault = self.clone();
        tokio::spawn(async move {
            let mut sending = Sending::new(pieces, by, export.after);
            let done = vault.send_export(chain, until, &export, &mut sending).await;
            let is_whole = done.is_ok();
            if let Err(Stopped::Failed(error)) = done {
                // Nothing comes after it: the file is cut off, and has no last line.
                let _ = sending.pieces.send(Err(error)).await;
            }
            let detail = Detail::ExportEnd { lines: sending.lines, last: sending.last, is_whole };
            let what = (Action::AuditExportEnded, subject, detail);
            vault.record_export_end(chain, &sending.by.actor, what).await;
        });
        Ok(receiver)
    }

    /// What cannot be written was logged; the beginning stands in the chain.
    async fn record_export_end(&self, chain: Uuid, by: &Actor, what: (Action, Subject, Detail)) {
        if let Ok(write) = self.write_in(chain).await
            && self.commit_event(write, chain, by, what).await.is_err()
        {
            tracing::warn!("the end of an export of audit events could not be recorded");
        }
    }

    async fn send_export(
        &self,
        chain: Uuid,
        until: i64,
        export: &Export,
        sending: &mut Sending,
    ) -> Result<(), Stopped> {
        if export.format == ExportFormat::Links {
            return self.send_links(chain, until, sending).await;
        }
        sending.add(&export.format.head()).await?;
        let mut place = Some(AuditPlace { seq: export.after, at: None });
        while place.is_some_and(|place| place.seq < until) {
            self.may_go_on(sending).await?;
            place = self.send_step(chain, (place, until), export, sending).await?;
        }
        sending.last = until.max(export.after);
        // Reports go with their receipts.
        let query = &export.query;
        let is_of_what_goes = query.wants_deliveries()
            || query.noun == Some(Noun::Report)
            || query.action == Some(Action::DeliveryReported);
        let first = query.times().0;
        let figures_until = self.figures_until(chain).await?;
        let end = ExportLine::End {
            cursor: sending.last,
            lines: sending.lines,
            filters: export.filters(),
            figures_until: figures_until.filter(|until| is_of_what_goes && first <= until.0),
        };
        sending.add(&export.format.line(&end)).await?;
        Ok(sending.flush().await?)
    }

    /// Whether anybody still reads it, and whether they still may: an export can take longer than a right
    /// lasts.
    async fn may_go_on(&self, sending: &Sending) -> Result<(), Stopped> {
        if sending.pieces.is_closed() {
            return Err(Stopped::Gone);
        }
        let Actor::Person { id, .. } = &sending.by.actor else { return Ok(()) };
        match &sending.by.project {
            Some(project) => {
                let (member, _) = self.member_among(*id, project).await?;
                member.can::<of::AuditRead>()?;
            }
            None => {
                self.person(*id).await?.instance_admin()?;
            }
        }
        Ok(())
    }

    /// Sends every link as it is hashed. No line says where they end: they are numbered, and who verifies
    /// them sees it.
    async fn send_links(
        &self,
        chain: Uuid,
        until: i64,
        sending: &mut Sending,
    ) -> Result<(), Stopped> {
        while sending.last < until {
            self.may_go_on(sending).await?;
            let part = (sending.last.saturating_add(1), until);
            for line in self.exported_links(chain, part).await? {
                sending.last = line.number();
                sending.lines += 1;
                sending.add(&line.to_text()).await?;
            }
        }
        Ok(sending.flush().await?)
    }

    /// Sends the next links; gives where the export goes on.
    async fn send_step(
        &self,
        chain: Uuid,
        (place, until): (Option<AuditPlace>, i64),
        export: &Export,
        sending: &mut Sending,
    ) -> Result<Option<AuditPlace>, Stopped> {
        let (query, way) = (&export.query, Way::Newer);
        let walk = Walk { chain, query, place, way, most: LINKS };
        let step = self.store.chain().step(walk).await.map_err(Error::from)?;
        let links: Vec<_> = step.links.into_iter().filter(|link| link.seq <= until).collect();
        let events = links.iter().filter(|link| !link.is_fetch).map(|link| link.seq).collect();
        let mut changes = self.store.chain().changes(chain, events).await.map_err(Error::from)?;
        for run in links.chunk_by(|one, next| one.is_fetch && next.is_fetch) {
            let seqs: Vec<i64> = run.iter().map(|link| link.seq).collect();
            if run.iter().any(|link| link.is_fetch) {
                self.send_receipts(chain, &seqs, export, sending).await?;
            } else {
                for link in run {
                    let Some(change) = changes.remove(&link.seq) else {
                        self.was_removed(chain, link.seq).await?;
                        continue;
                    };
                    let at = Moment(link.at);
                    let change = Box::new(change);
                    let line = ExportLine::Change { seq: link.seq, at, change };
                    sending.line(export.format, &line).await?;
                }
            }
            sending.last = seqs.last().copied().unwrap_or(sending.last);
        }
        Ok(step.next)
    }

    /// Retention may remove a report that was found a moment ago. What is still there, and cannot be read, is not left
    /// out: the last line would say that the export is whole.
    async fn was_removed(&self, chain: Uuid, seq: i64) -> Result<(), Stopped> {
        let found = self.store.chain().link_at(chain, seq).await.map_err(Error::from)?;
        if found.is_some() { Err(unreadable(seq)) } else { Ok(()) }
    }

    async fn send_receipts(
        &self,
        chain: Uuid,
        links: &[i64],
        export: &Export,
        sending: &mut Sending,
    ) -> Result<(), Stopped> {
        let receipts = self.store.receipts(chain);
        let mut after: Option<ReceiptPlace> = None;
        loop {
            let such = (export.query.outcome, export.query.credential);
            let part = receipts.exported(links, such, after, RECEIPTS).await;
            let (rows, next) = part.map_err(Error::from)?;
            for ((seq, _), receipt) in rows {
                let Some(receipt) = receipt else { return Err(unreadable(seq)) };
                let line = ExportLine::Receipt { seq, receipt: Box::new(receipt) };
                sending.line(export.format, &line).await?;
            }
            after = next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// A newer program wrote it, or it was changed by hand.
fn unreadable(link: i64) -> Stopped {
    Stopped::Failed(Error::Conflict(format!(
        "Link {link} cannot be read by this version of Regcred, so the export is not complete. Update Regcred. If it is up to date, run `regcred audit verify`."
    )))
}
