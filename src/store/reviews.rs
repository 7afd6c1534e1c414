//! Access reviews of one project: what was frozen in them, and what was decided.

mod items;
mod population;

pub use items::Reviewed;
pub use population::Frozen;

use super::Reviews;
use super::entity::review::{ActiveModel, Column, Model};
use super::entity::{Unreadable, readable};
use super::seals::Sealing;
use crate::domain::moment::{Day, Moment};
use crate::domain::review::{Review, Undecided};
use crate::domain::user::Maker;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

impl<C: Sealing> Reviews<'_, C> {
    /// Inserts a review that was opened just now.
    pub async fn open(&self, review: &Review) -> Result<(), DbErr> {
        let row = ActiveModel {
            id: Set(review.id),
            project_id: Set(self.project),
            name: Set(review.name.clone()),
            opened_at: Set(review.opened_at.0),
            opened_by: Set(review.opened_by.name.clone()),
            opened_by_id: Set(review.opened_by.id),
            due_on: Set(review.due_on.map(Day::to_text)),
            undecided: Set(review.undecided.word().to_owned()),
            items: Set(review.items),
            closed_at: Set(None),
            closed_by: Set(None),
            opening: Set(None),
            closing: Set(None),
            mac: NotSet,
        };
        self.0.insert(row).await
    }

    /// The last ones that were opened, newest first. One that we did not write is none.
    pub async fn newest(&self, most: u64) -> Result<Vec<Review>, DbErr> {
        let rows = self.rows().order_by_desc(Column::Id).limit(most).all(self.db).await?;
        Ok(readable(self.genuine(rows).await))
    }

    /// Those that are open and have a last day.
    pub async fn open_until_a_day(&self) -> Result<Vec<Review>, DbErr> {
        let open = self.rows().filter(Column::ClosedAt.is_null());
        let rows = open.filter(Column::DueOn.is_not_null()).all(self.db).await?;
        Ok(readable(self.genuine(rows).await))
    }

    pub async fn find(&self, id: Uuid) -> Result<Option<Review>, DbErr> {
        let row = self.one(id).one(self.db).await?;
        Ok(readable(self.genuine(row).await).pop())
    }

    pub async fn close(&self, id: Uuid, at: Moment, by: &str) -> Result<bool, DbErr> {
        let closed = ActiveModel {
            closed_at: Set(Some(at.0)),
            closed_by: Set(Some(by.to_owned())),
            ..ActiveModel::default()
        };
        self.update(id, closed).await
    }

    /// Keeps a checkpoint, as JSON: the one of the opening, or of the closing. Its keys stand beside it, so
    /// the MAC of the row covers both.
    pub async fn keep_checkpoint(
        &self,
        id: Uuid,
        is_closing: bool,
        checkpoint: String,
    ) -> Result<(), DbErr> {
        let kept = if is_closing {
            ActiveModel { closing: Set(Some(checkpoint)), ..ActiveModel::default() }
        } else {
            ActiveModel { opening: Set(Some(checkpoint)), ..ActiveModel::default() }
        };
        self.update(id, kept).await.map(drop)
    }
}

impl TryFrom<Model> for Review {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let due_on = match row.due_on.as_deref() {
            None => None,
            Some(day) => Some(Day::parse(day).ok_or(Unreadable)?),
        };
        let checkpoint =
            |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Ok(Self {
            id: row.id,
            name: row.name,
            opened_at: Moment(row.opened_at),
            opened_by: Maker { id: row.opened_by_id, name: row.opened_by },
            due_on,
            undecided: Undecided::from_word(&row.undecided).ok_or(Unreadable)?,
            items: row.items,
            closed: row.closed_at.map(|at| (Moment(at), row.closed_by.unwrap_or_default())),
            opening: checkpoint(row.opening),
            closing: checkpoint(row.closing),
        })
    }
}
