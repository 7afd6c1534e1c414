//! Decisions: each item for itself, and all that were selected in one transaction. What is removed is
//! removed as it is elsewhere, with its own event.

use super::left::{Left, left};
use crate::domain::actor::{Can, Member};
use crate::domain::audit::{Action, Detail, Subject};
use crate::domain::moment::Moment;
use crate::domain::permission::{Permission, of};
use crate::domain::review::{
    Choice, Decision, Review, ReviewItem, ReviewKind, SELECT_FIRST, Verdict,
};
use crate::domain::user::{Maker, Person};
use crate::error::{Error, Result};
use crate::store::{Recorded, Write};
use crate::vault::{Vault, now, today};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Items that one form decides.
const MOST: usize = 100;

const CLOSED: &str = "This review is closed. Nothing was changed.";
const OVER: &str = "The last day of this review is over. Nothing was changed.";
const MEMBERS: &str = "A membership stays until an operator ends it.";

impl Vault {
    /// Decides these items of a review; gives what to say.
    ///
    /// # Errors
    /// `NotFound` when the project has no such review, and `Conflict` when nothing could be decided.
    pub async fn decide_items(
        &self,
        editor: &Can<of::PipelineWrite>,
        review: Uuid,
        ids: &BTreeSet<Uuid>,
        choice: &Choice,
    ) -> Result<String> {
        if ids.is_empty() {
            return Err(Error::at("items", SELECT_FIRST));
        }
        if ids.len() > MOST {
            return Err(Error::at("items", format!("Select at most {MOST} items.")));
        }
        let project = editor.project().id;
        let write = self.write_in(project).await?;
        let found = write.reviews(project).find(review).await?.ok_or(Error::NotFound)?;
        if found.closed.is_some() {
            return Err(Error::Conflict(CLOSED.to_owned()));
        }
        // The job that closes it may not have run yet.
        if found.is_over(today()) {
            return Err(Error::Conflict(OVER.to_owned()));
        }
        let delegate = delegate(&write, editor, choice).await?;
        let items = write.review_items(project).these(review, ids).await?;
        let (mut done, mut recorded, mut left) = (0_u64, None, Vec::new());
        let mut stay = false;
        for item in items {
            match self
                .decide_one(&write, editor, (&found, &item), choice, delegate.as_ref())
                .await?
            {
                Ok(event) => {
                    done += 1;
                    stay |= choice.verdict == Verdict::Remove && item.kind == ReviewKind::Member;
                    recorded = Some(event);
                }
                Err(why) if !left.contains(&why) => left.push(why),
                Err(_) => {}
            }
        }
        let left: Vec<&str> = left.into_iter().map(Left::sentence).collect();
        let Some(recorded) = recorded else {
            if left.is_empty() {
                return Err(Error::NotFound);
            }
            return Err(Error::Conflict(format!("{} Nothing was changed.", left.join(" "))));
        };
        write.commit(recorded).await?;
        let said = said(choice.verdict, done);
        let stay = stay.then_some(MEMBERS);
        Ok([said.as_str()].into_iter().chain(stay).chain(left).collect::<Vec<_>>().join(" "))
    }

    /// Decides one of them, if who asks may.
    async fn decide_one(
        &self,
        write: &Write,
        editor: &Can<of::PipelineWrite>,
        (review, item): (&Review, &ReviewItem),
        choice: &Choice,
        delegate: Option<&(Person, bool)>,
    ) -> Result<Result<Recorded, Left>> {
        if let Some(why) = left(editor, item, choice, delegate) {
            return Ok(Err(why));
        }
        if choice.verdict == Verdict::Confirm && !self.is_as_frozen(write, editor, item).await? {
            return Ok(Err(Left::Differs));
        }
        let project = editor.project().id;
        if let Some((person, _)) = delegate {
            let (to, by) = (Maker::from(person), Maker::from(editor.person()));
            write.review_items(project).delegate(item.id, &to, &by).await?;
            let to = Some(person.name.clone());
            let detail = detail(item, choice, to, None);
            let what = (Action::ReviewDelegated, subject(review), detail);
            return Ok(Ok(self.record_event(write, project, editor, what).await?));
        }
        let effect = if choice.verdict == Verdict::Remove {
            match self.remove_item(write, editor, item).await? {
                Ok(effect) => effect,
                Err(why) => return Ok(Err(why)),
            }
        } else {
            None
        };
        let recorded = self.write_decision(write, editor, (review, item), choice, effect).await?;
        Ok(Ok(recorded))
    }

    /// Writes down what was decided, with its event.
    pub(super) async fn write_decision(
        &self,
        write: &Write,
        by: &Member,
        (review, item): (&Review, &ReviewItem),
        choice: &Choice,
        effect: Option<i64>,
    ) -> Result<Recorded> {
        let (project, person) = (by.project().id, by.person());
        let decision = Decision {
            verdict: choice.verdict,
            by: person.name.clone(),
            at: now(),
            note: choice.note.clone(),
            effect,
        };
        write.review_items(project).decide(item.id, &decision, person.id).await?;
        let what = (Action::ReviewDecided, subject(review), detail(item, choice, None, effect));
        self.record_event(write, project, person, what).await
    }

    /// Takes away what the item is about, as it is taken away elsewhere; the link of the event that says so.
    /// `None` when it was gone already, and for a membership, which an operator ends. Nothing was written
    /// when it cannot be removed.
    pub(super) async fn remove_item(
        &self,
        write: &Write,
        editor: &Can<of::PipelineWrite>,
        item: &ReviewItem,
    ) -> Result<Result<Option<i64>, Left>> {
        let (Some(pipeline), subject) = (item.pipeline, item.subject.as_str()) else {
            return Ok(Ok(None));
        };
        let id = Uuid::parse_str(subject);
        let removed = match (item.kind, id) {
            (ReviewKind::Grant, Ok(id)) => self.revoke_grant(write, editor, pipeline, id).await,
            (ReviewKind::TrustRule, Ok(id)) => self.remove_rule(write, editor, pipeline, id).await,
            (ReviewKind::Token, _) => self.refuse_token(write, editor, pipeline, subject).await,
            _ => return Ok(Ok(None)),
        };
        match removed {
            Ok(_) => {
                let newest = write.chain().newest(editor.project().id, 1).await?;
                Ok(Ok(newest.first().map(|event| event.seq)))
            }
            // Somebody else was faster.
            Err(Error::NotFound) => Ok(Ok(None)),
            Err(Error::Conflict(_)) => Ok(Err(Left::Guarded)),
            Err(other) => Err(other),
        }
    }

    /// Whether what the item is about is still there as it was when the review began.
    async fn is_as_frozen(&self, write: &Write, by: &Member, item: &ReviewItem) -> Result<bool> {
        let project = by.project().id;
        let (id, pipeline) = (Uuid::parse_str(&item.subject), item.pipeline);
        // Who gave it anew meanwhile, perhaps who asks, is not who it says.
        let is_since = |made_at: Moment| item.made_at == Some(made_at);
        Ok(match (item.kind, id, pipeline) {
            (ReviewKind::Grant, Ok(id), Some(pipeline)) => {
                let found = write.grants(project).find(pipeline, id).await?;
                found.is_some_and(|grant| {
                    is_since(Moment(grant.created_at)) && grant.terms.in_words() == item.terms
                })
            }
            (ReviewKind::TrustRule, Ok(id), Some(pipeline)) => {
                let found = write.trust_rules(project).find(pipeline, id).await?;
                found.is_some_and(|rule| is_since(rule.created_at) && rule.in_words() == item.terms)
            }
            (ReviewKind::Token, _, Some(pipeline)) => {
                let tokens = write.tokens().of_pipeline(project, pipeline).await?;
                let same = |id: &str| id == item.subject;
                tokens.iter().any(|one| same(&one.id) && one.revoked_at.is_none())
            }
            (ReviewKind::Member, Ok(id), _) => {
                let members = write.projects().roster(project).await?;
                let same = |person: &Person| person.id == id;
                members.iter().any(|(person, role)| same(person) && role.label() == item.terms)
            }
            (ReviewKind::Owner, Ok(id), _) => {
                let found = write.credentials(project).find(id).await?;
                found.is_some_and(|credential| credential.owner == item.terms)
            }
            _ => false,
        })
    }
}

/// Whom the choice delegates to, and whether they may decide about members; `None` when it does not.
async fn delegate(
    write: &Write,
    editor: &Member,
    choice: &Choice,
) -> Result<Option<(Person, bool)>> {
    if choice.verdict != Verdict::Delegate {
        return Ok(None);
    }
    let members = write.projects().members(editor.project().id).await?.into_iter();
    let mut able = members.filter(|(_, role)| role.permissions().has(Permission::PipelineWrite));
    let found = able.find(|(person, _)| Some(person.id) == choice.to);
    let found =
        found.map(|(person, role)| (person, role.permissions().has(Permission::AuditWrite)));
    let sentence = "Choose a member who may decide: a maintainer or an owner.";
    found.map(Some).ok_or_else(|| Error::at("to", sentence))
}

fn subject(review: &Review) -> Subject {
    Subject { id: review.id, name: review.name.clone() }
}

fn detail(item: &ReviewItem, choice: &Choice, to: Option<String>, effect: Option<i64>) -> Detail {
    let (verdict, note) = (choice.verdict, choice.note.clone());
    Detail::Reviewed { item: item.name.clone(), verdict, note, to, effect }
}

fn said(verdict: Verdict, items: u64) -> String {
    use crate::domain::counted::counted;
    let (one, several) = match verdict {
        Verdict::Confirm => ("was confirmed.", "were confirmed."),
        Verdict::Remove => ("was removed.", "were removed."),
        Verdict::Change => ("is to be changed.", "are to be changed."),
        Verdict::Delegate => ("was delegated.", "were delegated."),
    };
    counted(items, "item", [one, several])
}
