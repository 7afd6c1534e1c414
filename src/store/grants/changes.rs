//! A grant that is there is approved, gets other terms, or waits again.

use super::{ApprovalRow, Grants};
use crate::domain::grant::Terms;
use crate::domain::moment::Day;
use crate::store::entity::access_grant::{ActiveModel, Column, Model};
use crate::store::seals::Sealing;
use crate::store::terms;
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
            ..ActiveModel::default()
        };
        Ok(self.change(such, approve).await? > 0)
    }

    /// Writes other terms of the grant, as it stood at the count `seen` on the page of who changes
    /// them. Whoever gives more gives it anew: `given` is who, by name, and when, and then no approval
    /// is left. `false` when there is no such grant, or when it has changed since.
    pub async fn change_terms(
        &self,
        (id, seen): (Uuid, i64),
        terms: Terms,
        given: Option<(Uuid, String)>,
        now: i64,
    ) -> Result<bool, DbErr> {
        let such = Condition::all().add(Column::Id.eq(id)).add(Column::Revision.eq(seen));
        let write = |row: &Model| {
            let kept = ActiveModel {
                intent: Set(terms.intent.word().to_owned()),
                repositories: Set(terms::stored(&terms.repositories)),
                branches: Set(terms::stored(&terms.branches)),
                events: Set(terms::stored(&terms.events)),
                forks: Set(terms.forks.word().to_owned()),
                expires_on: Set(terms.expires_on.map(Day::to_text)),
                is_narrow: Set(terms.is_narrow),
                needs_approval: Set(terms.needs_approval),
                revision: Set((row.revision + 1).max(now)),
                ..ActiveModel::default()
            };
            let Some((by, name)) = &given else { return kept };
            ActiveModel {
                granted_by: Set(Some(*by)),
                created_by: Set(name.clone()),
                created_at: Set(now),
                approved_by: Set(None),
                approver: Set(None),
                approved_at: Set(None),
                approved_until: Set(None),
                approved_epoch: Set(None),
                ..kept
            }
        };
        Ok(self.change(such, write).await? > 0)
    }

    /// Takes the approval of `by` back: the grant waits again. `false` when there is none of theirs.
    pub async fn withdraw(&self, id: Uuid, by: Uuid) -> Result<bool, DbErr> {
        let row = ActiveModel {
            approved_by: Set(None),
            approver: Set(None),
            approved_at: Set(None),
            approved_until: Set(None),
            approved_epoch: Set(None),
            ..ActiveModel::default()
        };
        let such = Condition::all().add(Column::Id.eq(id)).add(Column::ApprovedBy.eq(by));
        Ok(self.set(such, row).await? > 0)
    }
}
