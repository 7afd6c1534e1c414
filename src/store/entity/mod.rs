//! One model per table. They stop at `store`: the rest of the product sees domain values.

macro_rules! entities {
    ($($(#[$meta:meta])* mod $module:ident = $table:literal { $($(#[$fmeta:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$meta])*
            pub mod $module {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
                #[sea_orm(table_name = $table)]
                pub struct Model { $($(#[$fmeta])* pub $field: $type,)+ }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }
        )+

        /// The tables of this file, in the order in which they stand here.
        pub(super) fn shapes() -> Result<Vec<crate::store::shape::TableShape>, sea_orm::DbErr> {
            Ok(vec![$(crate::store::shape::of::<$module::Entity>()?,)+])
        }
    };
}

mod chains;
mod checks;
mod definitions;
mod findings;
mod jobs;
mod machines;
mod notifications;
mod people;
mod reviews;
mod sealed;

pub use chains::{
    audit_event, chain_head, cosignature, counted, delivery_report, fetch, receipt, removed_days,
    removed_leaves, removed_links, usage_day,
};
pub use checks::{check_state, credential_check};
pub use definitions::{definition, definition_statement};
pub use findings::finding;
pub use jobs::{destination, job, outbox};
pub use machines::{
    access_grant, issuer, pipeline, pipeline_token, shared_secret_view, trust_rule, usage,
    used_assertion,
};
pub use notifications::{notification, notification_seen};
pub use people::{instance, membership, person, project, session, slot};
pub use reviews::{review, review_item};
pub use sealed::{credential, credential_count, crypto_key, guard_change, lease, secret_version};

use super::shape::TableShape;
use sea_orm::DbErr;

/// Every table, in the order in which the files and their tables stand here.
pub(super) fn shapes() -> Result<Vec<TableShape>, DbErr> {
    let files = [
        people::shapes()?,
        sealed::shapes()?,
        machines::shapes()?,
        chains::shapes()?,
        jobs::shapes()?,
        checks::shapes()?,
        notifications::shapes()?,
        definitions::shapes()?,
        findings::shapes()?,
        reviews::shapes()?,
    ];
    Ok(files.into_iter().flatten().collect())
}

/// A row that this version did not write: one of its words is unknown here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// The values of those rows that can be read.
pub(super) fn readable<M, T: TryFrom<M>>(rows: impl IntoIterator<Item = M>) -> Vec<T> {
    rows.into_iter().filter_map(|row| T::try_from(row).ok()).collect()
}

/// A ciphertext column. It prints its length only.
#[derive(Clone, PartialEq, Eq, sea_orm::DeriveValueType)]
pub struct Sealed(pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}
