//! The tables whose rows decide, each with the columns that do and those that do not.

use super::Authentic;
use super::checks::{Tampered, adopt_table, columns_of, look_at, seal_table};
use crate::store::entity::{
    access_grant, chain_head, credential, guard_change, instance, membership, person, pipeline,
    pipeline_token, secret_version, session, trust_rule,
};
use crate::store::seals::Sealing;
use crate::store::shape::ColumnKind;
use sea_orm::DbErr;

macro_rules! authentic {
    ($($table:ident called $name:literal with $mac:ident {
        decide: $($deciding:ident),+;
        do_not: $($other:ident),*;
    })+) => {
        $(impl Authentic for $table::Entity {
            const TABLE: &'static str = $name;
            const MAC: Self::Column = $table::Column::$mac;
            const DECIDING: &'static [Self::Column] = &[$($table::Column::$deciding),+];
            #[cfg(test)]
            const OTHERS: &'static [Self::Column] = &[$($table::Column::$other),*];
        })+

        /// Gives every row that has none its MAC; how many there were.
        pub(super) async fn seal_all<C: Sealing>(db: &C) -> Result<u64, DbErr> {
            let mut rows = 0;
            $(rows += seal_table::<$table::Entity, C>(db).await?;)+
            Ok(rows)
        }

        /// Every column that decides, with its table and what it holds.
        pub(super) fn deciding() -> Result<Vec<(&'static str, &'static str, ColumnKind)>, DbErr> {
            let mut all = Vec::new();
            $(all.extend(columns_of::<$table::Entity>()?);)+
            Ok(all)
        }

        /// Gives every row of that table a MAC over what it says now.
        pub(super) async fn adopt<C: Sealing>(db: &C, table: &str) -> Result<(), DbErr> {
            $(adopt_table::<$table::Entity, C>(db, table).await?;)+
            Ok(())
        }

        /// Finds the rows that we did not write.
        pub(super) async fn find_tampered<C: Sealing>(
            db: &C,
            found: &mut Tampered,
        ) -> Result<(), DbErr> {
            $(look_at::<$table::Entity, C>(db, found).await?;)+
            Ok(())
        }

        #[cfg(test)]
        mod tests {
            use super::*;
            use sea_orm::{IdenStatic, Iterable};
            use std::collections::BTreeSet;

            /// The columns of the table, and those on the lists, each as often as it is there.
            fn listed<E: Authentic>() -> (Vec<&'static str>, Vec<&'static str>) {
                let name = |column: &E::Column| IdenStatic::as_str(column);
                let mut all: Vec<&str> = <E::Column as Iterable>::iter().map(|c| name(&c)).collect();
                let mac = E::MAC;
                let on_lists = E::DECIDING.iter().chain(E::OTHERS).chain([&mac]);
                let mut on_lists: Vec<&str> = on_lists.map(name).collect();
                all.sort_unstable();
                on_lists.sort_unstable();
                (all, on_lists)
            }

            #[test]
            fn every_column_of_a_table_that_decides_decides_or_is_said_not_to() {
                $({
                    let (all, on_lists) = listed::<$table::Entity>();
                    assert_eq!(all, on_lists, "{}", stringify!($table));
                })+
            }

            #[test]
            fn no_two_tables_have_the_same_name() {
                let names: Vec<&str> = vec![$($name),+];
                assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
            }
        }
    };
}

authentic! {
    instance called "instance" with Mac {
        decide: Name, Value, Until;
        do_not: ;
    }
    person called "person" with Mac {
        decide: Id, Email, EmailKey, PasswordHash, IsAdmin, DisabledAt;
        do_not: Name, CreatedAt;
    }
    membership called "membership" with Mac {
        decide: ProjectId, PersonId, Role;
        do_not: CreatedAt;
    }
    session called "session" with Mac {
        decide: IdHash, Data, PersonId, EndsAt;
        do_not: ExpiresAt;
    }
    pipeline called "pipeline" with Mac {
        decide: Id, ProjectId, Name, IdentityEpoch;
        do_not: NameKey, Description, CreatedAt, CreatedBy;
    }
    pipeline_token called "pipeline_token" with Mac {
        decide: Id, ProjectId, PipelineId, SecretHash, ExpiresOn, ExpiresAt, Proof, RevokedAt,
            IdentityEpoch, CreatedById;
        do_not: CreatedAt, CreatedBy, LastUsedAt, RefusedAt, RefusedFrom;
    }
    trust_rule called "trust_rule" with Mac {
        decide: Id, ProjectId, PipelineId, Provider, Issuer, Audience, Claims, PublicKey, EndedAt,
            IdentityEpoch, CreatedById, Intent;
        do_not: CreatedAt, CreatedBy, LastUsedAt;
    }
    access_grant called "access_grant" with Mac {
        decide: Id, ProjectId, PipelineId, CredentialId, Intent, Repositories, Branches, Events,
            Forks, ExpiresOn, IsNarrow, NeedsApproval, GrantedBy, ApprovedBy, Approver, ApprovedAt,
            ApprovedUntil, ApprovedEpoch, Revision;
        do_not: CreatedAt, CreatedBy;
    }
    credential called "credential" with Mac {
        decide: Id, ProjectId, Name, Host, IsInsecure, Method, Username, Access, Paths, IsProtected,
            SecretVersion, DisabledAt, TokenService;
        do_not: NameKey, SearchKey, Description, Email, Owner, Environment, Labels, ExpiresOn,
            ReviewOn, RotateEveryDays, RenewOn, KeyFile, SecretSetAt, SecretSetBy, UnreadableAt,
            Revision, CreatedAt, CreatedBy, UpdatedAt, UpdatedBy;
    }
    guard_change called "guard_change" with Mac {
        decide: Id, ProjectId, CredentialId, Changes, ProposedBy, Revision;
        do_not: Proposer, ProposedAt;
    }
    secret_version called "secret_version" with Mac {
        decide: Id, ProjectId, CredentialId, Version, Method, StagedAt, DestroyedAt;
        do_not: Sealed, CreatedAt, CreatedBy, KeyFile, KeyVersion, Fingerprint, UnreadableAt,
            Deliveries, LastDeliveredAt;
    }
    chain_head called "regcred/chain-head/v1" with HeadMac {
        decide: Chain, Seq, Mac;
        do_not: ;
    }
}
