//! The audit as its pages show it: a list in pages, one link with what stands beside it, and whether the
//! links hold, some at a time.

use crate::domain::actor::{Can, InstanceAdmin};
use crate::domain::audit::{AuditLink, AuditListing, AuditPlace, AuditQuery, PAGE_ROWS};
use crate::domain::delivery::Receipt;
use crate::domain::permission::of;
use crate::error::{Error, Result};
use crate::store::{CheckedLinks, Walk, Way};
use crate::vault::{INSTANCE, Vault};
use data_encoding::HEXLOWER;
use uuid::Uuid;

/// Links that one request checks: a second or two of work.
const CHECKED: i64 = 50_000;

impl Vault {
    /// A page of what was done in the project, and of what its pipelines were handed or refused.
    pub async fn audit_page(
        &self,
        reader: &Can<of::AuditRead>,
        query: &AuditQuery,
    ) -> Result<AuditListing> {
        let project = reader.project().id;
        let members = self.store.projects().members(project).await?.into_iter();
        let people = members.map(|(person, _)| (person.id, person.name)).collect();
        let listing = self.audit_listed(project, query, people).await?;
        let figures_until = self.figures_until(project).await?;
        Ok(AuditListing { figures_until, ..listing })
    }

    /// A page of what was done in the instance, outside the projects.
    pub async fn instance_audit_page(
        &self,
        _admin: &InstanceAdmin,
        query: &AuditQuery,
    ) -> Result<AuditListing> {
        self.audit_listed(INSTANCE, query, Vec::new()).await
    }

    async fn audit_listed(
        &self,
        chain: Uuid,
        query: &AuditQuery,
        mut people: Vec<(Uuid, String)>,
    ) -> Result<AuditListing> {
        let (place, way, most) = (query.before, Way::Older, PAGE_ROWS);
        let step = self.store.chain().step(Walk { chain, query, place, way, most }).await?;
        let rows = self.store.chain().rows_of(chain, &step.links).await?;
        // Who is asked for and has left, or is no member: by the name that the events have.
        if let Some(person) = query.person
            && people.iter().all(|(id, _)| *id != person)
        {
            people
                .extend(rows.iter().find_map(|row| row.name_of(person)).map(|name| (person, name)));
        }
        let older = step.next.map(|place| AuditQuery { before: Some(place), ..query.clone() });
        let is_searching = older.is_some() && !step.is_full;
        Ok(AuditListing { rows, older, is_searching, people, figures_until: None })
    }

    /// One link of the project's chain.
    ///
    /// # Errors
    /// `Gone` when it was removed because of its age, and `NotFound` when there is none with that number.
    pub async fn audit_link(&self, reader: &Can<of::AuditRead>, seq: i64) -> Result<AuditLink> {
        let project = reader.project();
        let link = self.link_shown(project.id, &project.slug, seq).await?;
        let mut named: Vec<Uuid> = link.receipts.iter().map(|one| one.pipeline_id).collect();
        named.dedup();
        let existing = self.existing(reader, named).await?;
        Ok(AuditLink { existing, ..link })
    }

    /// One link of the chain of the instance.
    ///
    /// # Errors
    /// `NotFound` when there is none with that number.
    pub async fn instance_audit_link(&self, _admin: &InstanceAdmin, seq: i64) -> Result<AuditLink> {
        self.link_shown(INSTANCE, "instance", seq).await
    }

    async fn link_shown(&self, chain: Uuid, name: &str, seq: i64) -> Result<AuditLink> {
        let found = self.store.chain().link_at(chain, seq).await?;
        let Some((found, mac)) = found else { return Err(self.missing(chain, seq).await?) };
        let row = self.store.chain().rows_of(chain, &[found]).await?.pop();
        let row = row.ok_or(Error::NotFound)?;
        let (mut receipts, mut is_cut): (Vec<Receipt>, bool) = (Vec::new(), false);
        if found.is_fetch {
            let page = self.store.receipts(chain).of_link(seq).await?;
            (receipts, is_cut) = (page.receipts, page.is_cut);
        }
        let checked = self.check_links(chain, seq - 1, 1).await?;
        Ok(AuditLink {
            row,
            receipts,
            is_cut,
            existing: Vec::new(),
            beside: (
                self.next_link(chain, seq, Way::Older).await?,
                self.next_link(chain, seq, Way::Newer).await?,
            ),
            mac: HEXLOWER.encode(&mac),
            holds: checked.broken_at.is_none_or(|broken| broken > seq),
            chain: name.to_owned(),
        })
    }

    /// Why there is no link with that number. Nothing but receipts and reports of them goes, because of their age alone.
    async fn missing(&self, chain: Uuid, seq: i64) -> Result<Error> {
        // Its removal may be under a key that another server has made a moment ago.
        self.refresh_keys().await?;
        let ring = self.keys.ring();
        if !self.store.chain().was_removed(&*ring, chain, seq).await? {
            return Ok(Error::NotFound);
        }
        let at = self.store.receipts(chain).put_aside_at(seq).await?;
        let when = at.map(|at| format!(" on {}", at.day().to_text())).unwrap_or_default();
        let kept = match self.settings.retention {
            Some(days) => format!(" Receipts are kept for {days} days."),
            None => String::new(),
        };
        Ok(Error::Gone(format!(
            "This link was a delivery, a refusal or a report of an outcome, and was removed{when} because of its age.{kept} Its hash stays, so that exports from before still verify."
        )))
    }

    /// The number of the link beside that one.
    async fn next_link(&self, chain: Uuid, seq: i64, way: Way) -> Result<Option<i64>> {
        let (query, place) = (AuditQuery::default(), Some(AuditPlace { seq, at: None }));
        let walk = Walk { chain, query: &query, place, way, most: 1 };
        let step = self.store.chain().step(walk).await?;
        Ok(step.links.first().map(|link| link.seq))
    }

    /// Checks the links of the project behind one that was checked before, as many as one request may.
    pub async fn check_audit(
        &self,
        reader: &Can<of::AuditRead>,
        after: i64,
    ) -> Result<CheckedLinks> {
        let chain = reader.project().id;
        // One that lost its beginning together with its stored end would look like a new one.
        if after <= 0 && !self.is_whole(chain).await? {
            return Ok(CheckedLinks { broken_at: Some(1), last: 0, is_end: false });
        }
        self.check_links(chain, after, CHECKED).await
    }

    /// The same for the chain of the instance.
    pub async fn check_instance_audit(
        &self,
        _admin: &InstanceAdmin,
        after: i64,
    ) -> Result<CheckedLinks> {
        let checked = self.check_links(INSTANCE, after, CHECKED).await?;
        // An instance with an admin has events: this one has lost all of them, and its stored end.
        let is_gone = after <= 0 && checked.last <= 0;
        Ok(CheckedLinks { broken_at: checked.broken_at.or(is_gone.then_some(1)), ..checked })
    }

    /// Checks so many links behind that one.
    pub(in crate::vault) async fn check_links(
        &self,
        chain: Uuid,
        after: i64,
        most: i64,
    ) -> Result<CheckedLinks> {
        // A link may be under a key that another server has made a moment ago.
        self.refresh_keys().await?;
        let ring = self.keys.ring();
        Ok(self.store.chain().check_after(&*ring, chain, after, most).await?)
    }
}
