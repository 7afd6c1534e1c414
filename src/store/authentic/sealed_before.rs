//! Signs that the rows were sealed, and the secrets bound, before, whatever the keyring in the database
//! says.

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

    /// Whether the log says that every secret was bound to its credential and user name.
    pub async fn were_secrets_bound(&self) -> Result<bool, DbErr> {
        is_on_record(&self.reader, Action::SecretsBound).await
    }
}

impl Write {
    /// Whether a row has a MAC already, or the log says that all got one.
    pub async fn were_rows_sealed(&self) -> Result<bool, DbErr> {
        if has_any_mac(&self.0).await? {
            return Ok(true);
        }
        is_on_record(&self.0, Action::RowsSealed).await
    }
}

/// Whether the log of the instance has such an event.
async fn is_on_record<C: Sealing>(db: &C, action: Action) -> Result<bool, DbErr> {
    let said = audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::Seq)
        .filter(audit_event::Column::Chain.eq(Uuid::nil()))
        .filter(audit_event::Column::Action.eq(action.word()));
    Ok(said.into_tuple::<i64>().one(db).await?.is_some())
}

pub(super) async fn has_mac<E: Authentic, C: Sealing>(db: &C) -> Result<bool, DbErr> {
    let macs = E::find().select_only().column(E::MAC).filter(ColumnTrait::is_not_null(&E::MAC));
    Ok(macs.into_tuple::<String>().one(db).await?.is_some())
}
