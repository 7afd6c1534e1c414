//! Signs that the rows were sealed before, whatever the keyring in the database says.

use super::Authentic;
use super::tables::has_any_mac;
use crate::domain::audit::Action;
use crate::store::entity::audit_event;
use crate::store::seals::Sealing;
use crate::store::{Store, Write};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

impl Store {
    /// Whether the keyring in use says that every row has a MAC.
    pub fn are_rows_sealed(&self) -> bool {
        self.reader.seals.are_rows_sealed()
    }
}

impl Write {
    /// Whether a row has a MAC already, or the log says that all got one.
    pub async fn were_rows_sealed(&self) -> Result<bool, DbErr> {
        if has_any_mac(&self.0).await? {
            return Ok(true);
        }
        let said = audit_event::Entity::find()
            .select_only()
            .column(audit_event::Column::Seq)
            .filter(audit_event::Column::Chain.eq(Uuid::nil()))
            .filter(audit_event::Column::Action.eq(Action::RowsSealed.word()));
        Ok(said.into_tuple::<i64>().one(&self.0).await?.is_some())
    }
}

pub(super) async fn has_mac<E: Authentic, C: Sealing>(db: &C) -> Result<bool, DbErr> {
    let macs = E::find().select_only().column(E::MAC).filter(ColumnTrait::is_not_null(&E::MAC));
    Ok(macs.into_tuple::<String>().one(db).await?.is_some())
}
