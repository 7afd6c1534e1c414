//! Access reviews: opened, shown, decided and closed.

mod closing;
mod decisions;
mod frozen;
mod left;

use super::{SignedCheckpoint, Vault, gather, now, today};
use crate::domain::actor::Can;
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::counted::count;
use crate::domain::permission::{Permission, of};
use crate::domain::review::{
    ITEMS_MAX, NotReviewed, PAGE_ITEMS, REVIEWS_SHOWN, Review, ReviewCheckpoint, ReviewForm,
    ReviewItem, ReviewPage, ReviewQuery, ReviewReport, Reviewer, Reviews, Show, Tally,
};
use crate::domain::user::Maker;
use crate::error::{Error, Result};
use crate::store::{Frozen, Reviewed, Unrecorded};
use frozen::{ask, digest_of, digest_recorded, facts_known, items_of, reviewer, unable};
use uuid::Uuid;

const CHANGED: &str = "Items of this review were changed or removed outside Regcred, so it can be neither reported nor closed. Run `regcred doctor`.";
const OTHERS: &str = "The items of this review differ from the digest that the audit log recorded when it was opened, so it can be neither reported nor closed. Run `regcred audit verify`, and open another review.";

/// All items of a review, and the digest of them, as [`ReviewReport::digest`].
type Whole = (Vec<ReviewItem>, Option<(i64, String)>);

impl Vault {
    /// Opens a review of everything that lets somebody in as it is at this moment: read and frozen in one
    /// transaction. Gives its id and what to say.
    ///
    /// # Errors
    /// `Invalid` with a sentence at each field that needs another look.
    pub async fn open_review(
        &self,
        opener: &Can<of::AuditWrite>,
        form: &ReviewForm,
    ) -> Result<(Uuid, String)> {
        let project = opener.project().id;
        let mut errors = Vec::new();
        let read = gather(&mut errors, form.read(today()))?;
        let (asked, nobody) = form.reviewers()?;
        errors.extend(nobody);
        if !asked.is_empty() {
            let members = self.store.projects().members(project).await?;
            errors.extend(unable(&asked, &members));
        }
        let Some((name, due_on, undecided)) = read.filter(|_| errors.is_empty()) else {
            return Err(Error::Invalid(errors));
        };
        // Before the chain is held: deliveries wait for it. The figures only suggest.
        let known = facts_known(self, project).await?;
        let write = self.write_in(project).await?;
        let found = write.population(project, today()).await?;
        if found.len() > ITEMS_MAX {
            return Err(Error::Conflict(format!(
                "A review has at most {ITEMS_MAX} items, and this project has more. Delete pipelines that are not used any more first."
            )));
        }
        let mut items = items_of(found, &known);
        let members = write.projects().members(project).await?;
        ask(&mut items, &asked, members, opener.person())?;
        let review = Review {
            id: Uuid::now_v7(),
            name,
            opened_at: now(),
            opened_by: Maker::from(opener.person()),
            due_on,
            undecided,
            items: i64::try_from(items.len()).unwrap_or(i64::MAX),
            closed: None,
            opening: None,
            closing: None,
        };
        write.reviews(project).open(&review).await?;
        write.review_items(project).freeze(review.id, &items).await?;
        let subject = Subject { id: review.id, name: review.name.clone() };
        let number = u64::try_from(items.len()).unwrap_or(u64::MAX);
        let detail = Detail::Population { items: number, sha256: digest_of(&items) };
        self.commit_event(write, project, opener, (Action::ReviewOpened, subject, detail)).await?;
        let begun = format!("The review was opened with {}.", count(number, "item"));
        Ok((review.id, self.with_checkpoint(project, review.id, false, begun).await))
    }

    /// The last reviews of the project.
    pub async fn reviews(&self, reader: &Can<of::PipelineRead>) -> Result<Reviews> {
        let found = self.store.reviews(reader.project().id).newest(REVIEWS_SHOWN).await?;
        let (closed, open) = found.into_iter().partition(|one| one.closed.is_some());
        let reviewers = self.reviewers(reader.project().id).await?;
        Ok(Reviews { open, closed, reviewers })
    }

    /// Those who may decide.
    async fn reviewers(&self, project: Uuid) -> Result<Vec<Reviewer>> {
        let members = self.store.projects().members(project).await?.into_iter();
        Ok(members.filter_map(|(person, role)| reviewer(&person, role)).collect())
    }

    /// A page of a review's items.
    ///
    /// # Errors
    /// `NotFound` when the project has no such review.
    pub async fn review_page(
        &self,
        reader: &Can<of::PipelineRead>,
        id: Uuid,
        query: ReviewQuery,
    ) -> Result<ReviewPage> {
        let (project, viewer) = (reader.project().id, reader.person());
        // Before anything is read: what is decided from now on may not be on the page.
        let read_at = now();
        let review = self.store.reviews(project).find(id).await?.ok_or(Error::NotFound)?;
        let items = self.store.review_items(project);
        let tally = items.tally(id).await?;
        let (mut shown, mut not_reviewed) = (Vec::new(), Vec::new());
        if query.show == Show::New {
            not_reviewed = self.not_reviewed(project, id).await?;
        } else {
            shown = items.page(id, query, viewer.id, PAGE_ITEMS + 1).await?;
        }
        if !reader.may(Permission::AuditRead) {
            shown.iter_mut().for_each(ReviewItem::hide_address);
            not_reviewed.iter_mut().for_each(NotReviewed::hide_address);
        }
        let most = usize::try_from(PAGE_ITEMS).unwrap_or(usize::MAX);
        let has_more = shown.len() > most;
        shown.truncate(most);
        let next = shown.last().filter(|_| has_more).map(|last| query.after(last.number));
        let reviewers = self.reviewers(project).await?;
        let viewer = viewer.clone();
        let items = shown;
        Ok(ReviewPage { review, tally, items, next, reviewers, not_reviewed, viewer, read_at })
    }

    /// All of a review, to be printed.
    ///
    /// # Errors
    /// `NotFound` when the project has no such review; `Conflict` when a part of it was changed or removed
    /// outside the product: what is not whole is no report.
    pub async fn review_report(
        &self,
        reader: &Can<of::AuditRead>,
        id: Uuid,
    ) -> Result<ReviewReport> {
        let project = reader.project();
        let mut review = self.store.reviews(project.id).find(id).await?.ok_or(Error::NotFound)?;
        let witnesses = &self.settings.witnesses;
        for kept in [&mut review.opening, &mut review.closing].into_iter().flatten() {
            kept.witnesses = self.add_cosignatures(&mut kept.note, witnesses).await?;
        }
        let (items, digest) = self.whole_items(project.id, &review).await?;
        let mut tally = Tally::default();
        for item in &items {
            tally.add(item.decision.as_ref().map(|one| one.verdict), 1);
        }
        let not_reviewed = self.not_reviewed(project.id, id).await?;
        let members = self.store.projects().roster(project.id).await?.into_iter();
        let members = members.map(|(person, _)| person.id.to_string()).collect();
        let (project, made_at) = (project.name.clone(), now());
        Ok(ReviewReport { review, project, tally, items, not_reviewed, digest, members, made_at })
    }

    /// The report as a file for spreadsheets. That it was exported is on record.
    ///
    /// # Errors
    /// As for the report.
    pub async fn export_review(&self, reader: &Can<of::AuditRead>, id: Uuid) -> Result<String> {
        let report = self.review_report(reader, id).await?;
        let project = reader.project().id;
        let write = self.write_in(project).await?;
        let subject = Subject { id, name: report.review.name.clone() };
        let items = Detail::Items(u64::try_from(report.items.len()).unwrap_or(u64::MAX));
        let what = (Action::ReviewExported, subject, items);
        self.commit_event(write, project, reader, what).await?;
        Ok(report.to_csv())
    }

    /// All items of a review.
    ///
    /// # Errors
    /// `Conflict` when one was changed, added or removed outside the product. Who has its keys can give a row
    /// a MAC that fits, so the audit log is asked, too.
    async fn whole_items(&self, project: Uuid, review: &Review) -> Result<Whole> {
        let items = self.store.review_items(project).all(review.id).await?;
        if i64::try_from(items.len()) != Ok(review.items) {
            return Err(Error::Conflict(CHANGED.to_owned()));
        }
        let digest = digest_recorded(self, project, review.id).await?;
        if digest.as_ref().is_some_and(|(_, recorded)| *recorded != digest_of(&items)) {
            return Err(Error::Conflict(OTHERS.to_owned()));
        }
        Ok((items, digest))
    }

    /// What lets somebody in now and is so in no item of the review: what was made since, or has other
    /// terms, or was stopped then and is not any more.
    async fn not_reviewed(&self, project: Uuid, review: Uuid) -> Result<Vec<NotReviewed>> {
        let known = self.store.review_items(project).subjects(review).await?;
        let now = self.store.population(project, today()).await?.into_iter();
        let reviewed = |one: &Frozen| known.get(&(one.kind.word().to_owned(), one.subject.clone()));
        let is_new = |one: &Frozen| reviewed(one).is_none_or(|item| !is_as_reviewed(one, item));
        Ok(now
            .filter(is_new)
            .map(|one| NotReviewed {
                kind: one.kind,
                before: reviewed(&one).map(|item| said_before(&one, item)),
                name: one.name,
                terms: one.terms,
                made_by: one.whose.name,
                made_at: one.made_at,
            })
            .collect())
    }

    /// The sentence about what was done, with what is to be said of the checkpoint that is signed after it:
    /// nothing when it is kept. What was done is done, whether or not it can be signed.
    async fn with_checkpoint(
        &self,
        project: Uuid,
        review: Uuid,
        is_closing: bool,
        done: String,
    ) -> String {
        match self.keep_checkpoint(project, review, is_closing).await {
            Ok(()) => done,
            Err(error) => format!("{done} No checkpoint was signed: {error}"),
        }
    }

    async fn keep_checkpoint(&self, project: Uuid, review: Uuid, is_closing: bool) -> Result<()> {
        let signed = self.checkpoint_now(project).await?;
        let SignedCheckpoint { links, note, keys, .. } = signed;
        let kept = ReviewCheckpoint { links, note, keys, witnesses: Vec::new() };
        // Its keys are texts, so nothing in it can fail.
        let text = serde_json::to_string(&kept).unwrap_or_default();
        let write = self.write_in(project).await?;
        write.reviews(project).keep_checkpoint(review, is_closing, text).await?;
        Ok(write.commit_without_event(Unrecorded::Tree).await?)
    }
}

/// Whether it gives what the review knows of it. What stopped since gives less.
fn is_as_reviewed(now: &Frozen, item: &Reviewed) -> bool {
    let is_the_same = item.made_at == now.made_at.map(|at| at.0) && item.terms == now.terms;
    is_the_same && (now.is_stopped || !item.is_stopped)
}

/// What the review knows of it.
fn said_before(now: &Frozen, item: &Reviewed) -> String {
    let is_resumed = item.is_stopped && !now.is_stopped;
    if is_resumed { format!("{} (stopped)", item.terms) } else { item.terms.clone() }
}
