//! The items of a review.

use crate::domain::moment::Moment;
use crate::domain::review::{
    Decision, Delegated, Facts, ReviewItem, ReviewKind, ReviewQuery, Show, Tally, Verdict,
};
use crate::domain::user::Maker;
use crate::store::ReviewItems;
use crate::store::authentic;
use crate::store::entity::review_item::{ActiveModel, Column, Entity, Model};
use crate::store::entity::{Unreadable, readable};
use crate::store::seals::Sealing;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What an item says of access, to compare it with how that is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    pub made_at: Option<i64>,
    pub terms: String,
    pub is_stopped: bool,
}

/// Items in one statement: each has 23 values, and SQLite takes 32,766 at once.
const AT_ONCE: usize = 1_000;

impl<C: Sealing> ReviewItems<'_, C> {
    /// Freezes these, of which nothing is decided yet.
    pub async fn freeze(&self, review: Uuid, items: &[ReviewItem]) -> Result<(), DbErr> {
        for part in items.chunks(AT_ONCE) {
            let mut rows = Vec::with_capacity(part.len());
            for item in part {
                let row = row_of(self.project, review, item);
                rows.push(authentic::sealed::<Entity>(self.db, row)?);
            }
            Entity::insert_many(rows).exec_without_returning(self.db).await?;
        }
        Ok(())
    }

    /// The items that are asked for, in their order, at most so many; `viewer` is who asks.
    pub async fn page(
        &self,
        review: Uuid,
        query: ReviewQuery,
        viewer: Uuid,
        most: u64,
    ) -> Result<Vec<ReviewItem>, DbErr> {
        let mut rows = self.of(review).filter(Column::Number.gt(query.after));
        rows = match query.show {
            Show::Undecided => rows.filter(Column::Verdict.is_null()),
            Show::Mine => {
                let rows = rows.filter(Column::Verdict.is_null());
                rows.filter(Column::ReviewerId.eq(viewer))
            }
            Show::Decided => rows.filter(Column::Verdict.is_not_null()),
            Show::All | Show::New => rows,
        };
        if let Some(kind) = query.kind {
            rows = rows.filter(Column::Kind.eq(kind.word()));
        }
        self.found(rows.order_by_asc(Column::Number).limit(most)).await
    }

    /// All items, in their order.
    pub async fn all(&self, review: Uuid) -> Result<Vec<ReviewItem>, DbErr> {
        self.found(self.of(review).order_by_asc(Column::Number)).await
    }

    /// These items, locked where they are read in a transaction.
    pub async fn these(
        &self,
        review: Uuid,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Vec<ReviewItem>, DbErr> {
        let ids: Vec<Uuid> = ids.iter().copied().collect();
        self.found(self.locked(&ids).filter(Column::ReviewId.eq(review))).await
    }

    /// The first after the number `after` of those that are undecided and that the product can remove: no
    /// memberships, and no owners.
    pub async fn removable(
        &self,
        review: Uuid,
        after: i64,
        most: u64,
    ) -> Result<Vec<ReviewItem>, DbErr> {
        let rows = self.of(review).filter(Column::Number.gt(after));
        let rows = rows.filter(Column::Verdict.is_null());
        let rows = rows.filter(Column::Kind.ne(ReviewKind::Member.word()));
        let rows = rows.filter(Column::Kind.ne(ReviewKind::Owner.word()));
        self.found(rows.order_by_asc(Column::Number).limit(most)).await
    }

    /// How many there are by what was decided.
    pub async fn tally(&self, review: Uuid) -> Result<Tally, DbErr> {
        let rows: Vec<(Option<String>, i64)> = self
            .of(review)
            .select_only()
            .column(Column::Verdict)
            .column_as(Column::Id.count(), "items")
            .group_by(Column::Verdict)
            .into_tuple()
            .all(self.db)
            .await?;
        let mut tally = Tally::default();
        for (verdict, times) in rows {
            tally.add(verdict.as_deref().and_then(Verdict::from_word), times);
        }
        Ok(tally)
    }

    /// What is in the review, by the kind and the id of each.
    pub async fn subjects(
        &self,
        review: Uuid,
    ) -> Result<HashMap<(String, String), Reviewed>, DbErr> {
        let rows: Vec<(String, String, Option<i64>, String, String)> = self
            .of(review)
            .select_only()
            .columns([Column::Kind, Column::Subject, Column::MadeAt, Column::Terms, Column::Facts])
            .into_tuple()
            .all(self.db)
            .await?;
        let reviewed =
            |(kind, subject, made_at, terms, facts): (String, String, _, String, String)| {
                // What cannot be read says nothing for the item.
                let facts: Facts = serde_json::from_str(&facts).unwrap_or_default();
                let is_stopped = facts.is_stopped;
                ((kind, subject), Reviewed { made_at, terms, is_stopped })
            };
        Ok(rows.into_iter().map(reviewed).collect())
    }

    /// Writes down what was decided of an item.
    pub async fn decide(&self, id: Uuid, decision: &Decision, by: Uuid) -> Result<bool, DbErr> {
        let decided = ActiveModel {
            verdict: Set(Some(decision.verdict.word().to_owned())),
            decided_at: Set(Some(decision.at.0)),
            decided_by: Set(Some(decision.by.clone())),
            decided_by_id: Set(Some(by)),
            note: Set(Some(decision.note.clone())),
            effect: Set(decision.effect),
            ..ActiveModel::default()
        };
        self.update(id, decided).await
    }

    /// Has another member decide what is undecided. Without a verdict, `decided_by` is who delegated it.
    pub async fn delegate(&self, id: Uuid, to: &Maker, by: &Maker) -> Result<bool, DbErr> {
        let delegated = ActiveModel {
            reviewer: Set(Some(to.name.clone())),
            reviewer_id: Set(to.id),
            decided_by: Set(Some(by.name.clone())),
            decided_by_id: Set(by.id),
            ..ActiveModel::default()
        };
        self.update(id, delegated).await
    }

    fn of(&self, review: Uuid) -> Select<Entity> {
        self.rows().filter(Column::ReviewId.eq(review))
    }

    async fn found(&self, rows: Select<Entity>) -> Result<Vec<ReviewItem>, DbErr> {
        let rows = rows.all(self.db).await?;
        Ok(readable(self.genuine(rows).await))
    }
}

fn row_of(project: Uuid, review: Uuid, item: &ReviewItem) -> ActiveModel {
    let to = item.reviewer.as_ref().map(|one| &one.to);
    let by = item.reviewer.as_ref().and_then(|one| one.by.as_ref());
    ActiveModel {
        id: Set(item.id),
        project_id: Set(project),
        review_id: Set(review),
        number: Set(item.number),
        kind: Set(item.kind.word().to_owned()),
        subject: Set(item.subject.clone()),
        pipeline_id: Set(item.pipeline),
        credential_id: Set(item.credential),
        name: Set(item.name.clone()),
        terms: Set(item.terms.clone()),
        whose: Set(item.whose.name.clone()),
        whose_id: Set(item.whose.id),
        made_at: Set(item.made_at.map(|at| at.0)),
        // Its keys are texts, so nothing in it can fail.
        facts: Set(serde_json::to_string(&item.facts).unwrap_or_default()),
        reviewer: Set(to.map(|to| to.name.clone())),
        reviewer_id: Set(to.and_then(|to| to.id)),
        verdict: Set(None),
        decided_at: Set(None),
        decided_by: Set(by.map(|by| by.name.clone())),
        decided_by_id: Set(by.and_then(|by| by.id)),
        note: Set(None),
        effect: Set(None),
        mac: NotSet,
    }
}

impl TryFrom<Model> for ReviewItem {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let by = row.decided_by.map(|name| Maker { id: row.decided_by_id, name });
        let to = row.reviewer.map(|name| Maker { id: row.reviewer_id, name });
        let (decision, by) = match row.verdict.as_deref() {
            None => (None, by),
            Some(word) => {
                let decision = Decision {
                    verdict: Verdict::from_word(word).ok_or(Unreadable)?,
                    by: by.map(|by| by.name).unwrap_or_default(),
                    at: Moment(row.decided_at.ok_or(Unreadable)?),
                    note: row.note.unwrap_or_default(),
                    effect: row.effect,
                };
                (Some(decision), None)
            }
        };
        Ok(Self {
            id: row.id,
            number: row.number,
            kind: ReviewKind::from_word(&row.kind).ok_or(Unreadable)?,
            subject: row.subject,
            pipeline: row.pipeline_id,
            credential: row.credential_id,
            name: row.name,
            terms: row.terms,
            whose: Maker { id: row.whose_id, name: row.whose },
            made_at: row.made_at.map(Moment),
            facts: serde_json::from_str(&row.facts).map_err(|_| Unreadable)?,
            reviewer: to.map(|to| Delegated { to, by }),
            decision,
        })
    }
}
