//! Signs that the rows were sealed, and the secrets bound, before, whatever the keyring in the database
//! says.

use super::Authentic;
use super::tables::has_any_mac;
use crate::domain::audit::Action;
use crate::store::chain::message;
use crate::store::entity::audit_event;
use crate::store::seals::Sealing;
use crate::store::{Chain, Holds, Store, Write};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Store {
    /// Whether the keyring in use says that every row has a MAC.
    pub fn are_rows_sealed(&self) -> bool {
        self.reader.seals.are_rows_sealed()
    }

    /// The audit keys under which no row is ours any more, by the keyring in use.
    pub fn retired_keys(&self) -> BTreeSet<u32> {
        self.reader.seals.retired_keys()
    }

    /// Whether the log says that every secret was bound to its credential and user name.
    pub async fn were_secrets_bound(&self, holds: Holds<'_>) -> Result<bool, DbErr> {
        is_on_record(&self.reader, holds, Action::SecretsBound).await
    }
}

impl Write {
    /// Whether a row has a MAC already, or the log says that all got one.
    pub async fn were_rows_sealed(&self, holds: Holds<'_>) -> Result<bool, DbErr> {
        if has_any_mac(&self.0).await? {
            return Ok(true);
        }
        is_on_record(&self.0, holds, Action::RowsSealed).await
    }
}

/// Whether the log of the instance has such an event as a link: one that somebody without the keys put
/// there follows no other.
async fn is_on_record<C: Sealing>(db: &C, holds: Holds<'_>, action: Action) -> Result<bool, DbErr> {
    let said = audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::Seq)
        .filter(audit_event::Column::Chain.eq(Uuid::nil()))
        .filter(audit_event::Column::Action.eq(action.word()));
    for seq in said.into_tuple::<i64>().all(db).await? {
        if is_link(db, holds, seq).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the event of the instance with that number was written by us behind the link before it.
async fn is_link<C: Sealing>(db: &C, holds: Holds<'_>, seq: i64) -> Result<bool, DbErr> {
    let chain = Uuid::nil();
    let mut links = Vec::new();
    // Each alone: what somebody put beside the first does not keep the second from being read.
    for at in [seq.saturating_sub(1), seq] {
        links.extend(Chain { db }.links(chain, (at, at)).await?.0);
    }
    // The first follows none, and neither does one that was written when the end was missing.
    let none = vec![0; 32];
    let before = links.iter().filter(|(at, ..)| *at < seq).map(|(.., link)| link).chain([&none]);
    let before: Vec<&Vec<u8>> = before.collect();
    let mut events = links.iter().filter(|(at, kind, ..)| *at == seq && *kind == "event");
    Ok(events.any(|(_, kind, fields, link)| {
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        before.iter().any(|before| holds.link(&message(before, chain, seq, kind, &fields), link))
    }))
}

pub(super) async fn has_mac<E: Authentic, C: Sealing>(db: &C) -> Result<bool, DbErr> {
    let macs = E::find().select_only().column(E::MAC).filter(ColumnTrait::is_not_null(&E::MAC));
    Ok(macs.into_tuple::<String>().one(db).await?.is_some())
}
