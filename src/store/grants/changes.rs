//! A grant that is there is approved, or waits again.

use super::{ApprovalRow, Grants};
use crate::store::entity::access_grant::{ActiveModel, Column, Model};
use crate::store::pending::settled_unless;
use crate::store::seals::Sealing;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DbErr};
use uuid::Uuid;

impl<C: Sealing> Grants<'_, C> {
    /// Writes down that a person lets the grant push; a later approval replaces an earlier one.
    /// `false` when there is no such grant, when it needs no approval, when it has changed since, or
    /// when they gave it themselves.
    pub async fn approve(&self, id: Uuid, approval: ApprovalRow) -> Result<bool, DbErr> {
        let by = approval.by;
        let such = Condition::all()
            .add(Column::Id.eq(id))
            .add(Column::NeedsApproval.eq(true))
            .add(Column::Revision.eq(approval.revision))
            // Who gave it is another one, and known.
            .add(Column::GrantedBy.ne(by));
        let approve = |row: &Model| ActiveModel {
            approved_by: Set(Some(by)),
            approver: Set(Some(approval.approver.clone())),
            approved_at: Set(Some(approval.at)),
            approved_until: Set(Some(approval.until.to_text())),
            approved_epoch: Set(Some(approval.epoch)),
            revision: Set((row.revision + 1).max(approval.at)),
            settled_until: Set(approval.until.to_text()),
            rejected_at: Set(None),
            rejected_by: Set(None),
            rejection: Set(None),
            ..ActiveModel::default()
        };
        Ok(self.change(such, approve).await? > 0)
    }

    /// Takes the approval of `by` back: the grant waits again. `false` when there is none of theirs.
    pub async fn withdraw(&self, id: Uuid, by: Uuid) -> Result<bool, DbErr> {
        let row = ActiveModel {
            approved_by: Set(None),
            approver: Set(None),
            approved_at: Set(None),
            approved_until: Set(None),
            approved_epoch: Set(None),
            settled_until: Set(settled_unless(true)),
            rejected_at: Set(None),
            rejected_by: Set(None),
            rejection: Set(None),
            ..ActiveModel::default()
        };
        let such = Condition::all().add(Column::Id.eq(id)).add(Column::ApprovedBy.eq(by));
        Ok(self.set(such, row).await? > 0)
    }
}
