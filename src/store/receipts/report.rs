//! What a pipeline says afterwards of what it was handed. The receipt itself never changes.

use super::Receipts;
use crate::domain::delivery::{Outcome, Report};
use crate::store::entity::delivery_report::{ActiveModel, Column, Entity};
use crate::store::entity::receipt;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// Writes down how a delivery to the pipeline went; a later report replaces an earlier one.
    /// `false` when the pipeline has no receipt of that id that says that something was delivered.
    pub async fn report(
        &self,
        receipt: Uuid,
        pipeline: Uuid,
        outcome: Report,
        at: i64,
    ) -> Result<bool, DbErr> {
        let delivered = receipt::Entity::find()
            .filter(receipt::Column::Id.eq(receipt))
            .filter(receipt::Column::Chain.eq(self.project))
            .filter(receipt::Column::PipelineId.eq(pipeline))
            .filter(receipt::Column::Outcome.eq(Outcome::Delivered.word()))
            .count(self.db)
            .await?;
        if delivered == 0 {
            return Ok(false);
        }
        let row = ActiveModel {
            receipt_id: Set(receipt),
            project_id: Set(self.project),
            outcome: Set(outcome.word().to_owned()),
            at: Set(at),
        };
        let again = OnConflict::column(Column::ReceiptId)
            .update_columns([Column::Outcome, Column::At])
            .to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(self.db).await?;
        Ok(true)
    }
}
