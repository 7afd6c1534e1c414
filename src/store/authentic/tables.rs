//! The tables whose rows decide, each with the columns that do and those that do not.

#[cfg(test)]
mod nothing;

use super::checks::{adopt_table, columns_of, look_at, seal_table};
use super::moved::{RowWalk, step_in};
use super::named::{NamedRow, accept, named};
use super::sealed_before::has_mac;
use super::tampered::Tampered;
use super::{Authentic, Mend};
use crate::store::entity::{
    access_grant, chain_head, credential, destination, guard_change, instance, issuer, membership,
    person, pipeline, pipeline_token, project, review, review_item, secret_version, session,
    trust_rule,
};
use crate::store::seals::Sealing;
use crate::store::shape::ColumnKind;
use sea_orm::DbErr;

macro_rules! authentic {
    ($($table:ident called $name:literal with $mac:ident mended by $mend:ident {
        decide: $($deciding:ident),+;
        $(later: $($later:ident),+;)?
        do_not: $($other:ident),* $(because $why:literal)?;
    })+) => {
        $(impl Authentic for $table::Entity {
            const TABLE: &'static str = $name;
            const MAC: Self::Column = $table::Column::$mac;
            const MEND: Mend = Mend::$mend;
            const DECIDING: &'static [Self::Column] =
                &[$($table::Column::$deciding,)+ $($($table::Column::$later),+)?];
            const LATER: &'static [Self::Column] = &[$($($table::Column::$later),+)?];
            #[cfg(test)]
            const OTHERS: &'static [Self::Column] = &[$($table::Column::$other),*];
        })+

        /// The names of the tables in the MACs, in their order.
        pub(super) const TABLES: &[&str] = &[$($name),+];

        /// The next step of the walk, in the table where it is.
        pub(super) async fn step<C: Sealing>(
            db: &C,
            walk: &mut RowWalk,
            is_moving: bool,
        ) -> Result<u64, DbErr> {
            $(if walk.is_in::<$table::Entity>() {
                return step_in::<$table::Entity, C>(db, walk, is_moving).await;
            })+
            Ok(0)
        }

        /// Gives every row that has none its MAC; how many there were.
        pub(super) async fn seal_all<C: Sealing>(db: &C) -> Result<u64, DbErr> {
            let mut rows = 0;
            $(rows += seal_table::<$table::Entity, C>(db).await?;)+
            Ok(rows)
        }

        /// Whether a row has a MAC. The ends of chains are not asked: the first start of a version with
        /// MACs may write one before it seals the rows.
        pub(super) async fn has_any_mac<C: Sealing>(db: &C) -> Result<bool, DbErr> {
            let head = <chain_head::Entity as Authentic>::TABLE;
            $(if <$table::Entity as Authentic>::TABLE != head && has_mac::<$table::Entity, C>(db).await? {
                return Ok(true);
            })+
            Ok(false)
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

        /// The row of that table with that primary key.
        pub(super) async fn named_row<C: Sealing>(
            db: &C,
            table: &str,
            key: &str,
        ) -> Result<Option<NamedRow>, DbErr> {
            $(if let Some(row) = named::<$table::Entity, C>(db, table, key).await? {
                return Ok(Some(row));
            })+
            Ok(None)
        }

        /// Takes that row for ours; `false` when it says something else by now.
        pub(super) async fn accept_row<C: Sealing>(db: &C, row: &NamedRow) -> Result<bool, DbErr> {
            $(if accept::<$table::Entity, C>(db, row).await? {
                return Ok(true);
            })+
            Ok(false)
        }

        #[cfg(test)]
        mod tests {
            use super::nothing::DECIDE_NOTHING;
            use super::*;
            use crate::store::authentic::FORMAT;
            use crate::store::authentic::format::{LATER, V1};
            use crate::store::{entity, shape};
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
                    let others = <$table::Entity as Authentic>::OTHERS;
                    let why: &[&str] = &[$($why)?];
                    assert_eq!(others.is_empty(), why.is_empty(), "{}", stringify!($table));
                })+
            }

            #[test]
            fn every_table_of_the_schema_decides_or_is_said_not_to() {
                let mut said = vec![$(shape::of::<$table::Entity>().unwrap().name),+];
                said.extend(DECIDE_NOTHING.iter().map(|(table, _)| *table));
                let mut all: Vec<&str> =
                    entity::shapes().unwrap().into_iter().map(|shape| shape.name).collect();
                said.sort_unstable();
                all.sort_unstable();
                assert_eq!(all, said);
                assert!(DECIDE_NOTHING.iter().all(|(_, why)| !why.is_empty()));
            }

            /// The columns that decide, in their order, with what they hold: those of always, and those
            /// that came later.
            fn covered<E: Authentic>() -> (&'static str, String, String) {
                let columns = shape::of::<E>().unwrap().columns;
                let one = |column: &E::Column| {
                    let name = IdenStatic::as_str(column);
                    let (_, kind) = columns.iter().find(|(of, _)| *of == name).unwrap();
                    format!("{name} {kind:?}")
                };
                let all: Vec<String> = E::DECIDING.iter().map(one).collect();
                let (always, later) = all.split_at(all.len() - E::LATER.len());
                (E::TABLE, always.join(", "), later.join(", "))
            }

            #[test]
            fn what_a_mac_covers_changes_only_with_its_format() {
                let covered = vec![$(covered::<$table::Entity>()),+];
                let now: Vec<(&str, String)> =
                    covered.iter().map(|(table, always, _)| (*table, always.clone())).collect();
                let v1: Vec<(&str, String)> =
                    V1.iter().map(|(table, columns)| (*table, (*columns).to_owned())).collect();
                assert_eq!(FORMAT, b"regcred/row/v1");
                assert_eq!(now, v1, "stored rows would count as changed: read v1 on, and write v2");
                let later: Vec<(&str, &str)> = covered
                    .iter()
                    .filter(|(_, _, later)| !later.is_empty())
                    .map(|(table, _, later)| (*table, later.as_str()))
                    .collect();
                assert_eq!(later, LATER, "what came later stays where it is");
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
    instance called "instance" with Mac mended by Backup {
        decide: Name, Value, Until;
        do_not: ;
    }
    person called "person" with Mac mended by Backup {
        decide: Id, Email, EmailKey, Name, PasswordHash, IsAdmin, DisabledAt;
        do_not: CreatedAt because "it is shown";
    }
    project called "project" with Mac mended by Backup {
        decide: Id, Slug, Name;
        do_not: CreatedAt, StepsHiddenAt because "they are shown";
    }
    membership called "membership" with Mac mended by MakeAgain {
        decide: ProjectId, PersonId, Role;
        do_not: CreatedAt because "it is shown";
    }
    session called "session" with Mac mended by MakeAgain {
        decide: IdHash, Data, PersonId, EndsAt;
        do_not: ExpiresAt because "every request moves it, and the session is over at its end";
    }
    pipeline called "pipeline" with Mac mended by Backup {
        decide: Id, ProjectId, Name, IdentityEpoch, Identities;
        do_not: NameKey, Description, SearchKey, RulesKey, CreatedAt, CreatedBy, Revision
            because "they are shown, searched, sorted by, and say how often it was saved";
    }
    pipeline_token called "pipeline_token" with Mac mended by MakeAgain {
        decide: Id, ProjectId, PipelineId, SecretHash, ExpiresOn, ExpiresAt, Proof, RevokedAt,
            IdentityEpoch, CreatedById, CreatedAt, CreatedBy;
        do_not: LastUsedAt, RefusedAt, RefusedFrom, Name
            because "they say what became of it and what people call it";
    }
    trust_rule called "trust_rule" with Mac mended by MakeAgain {
        decide: Id, ProjectId, PipelineId, Provider, Issuer, Audience, Claims, PublicKey, EndedAt,
            IdentityEpoch, CreatedById, CreatedAt, CreatedBy, Intent, ShownTo;
        do_not: LastUsedAt, Title because "they say what became of it and what it is called";
    }
    issuer called "issuer" with Mac mended by MakeAgain {
        decide: Id, Url;
        do_not: AddedAt, AddedBy, AddedById, IsFromUpgrade because "they are shown";
    }
    access_grant called "access_grant" with Mac mended by MakeAgain {
        decide: Id, ProjectId, PipelineId, CredentialId, Intent, Repositories, Branches, Events,
            Forks, ExpiresOn, IsNarrow, NeedsApproval, GrantedBy, ApprovedBy, Approver, ApprovedAt,
            ApprovedUntil, ApprovedEpoch, Revision, CreatedAt, CreatedBy;
        do_not: SettledUntil, RejectedAt, RejectedBy, Rejection
            because "they say where to look and what was said; only an approval lets somebody in";
    }
    credential called "credential" with Mac mended by Backup {
        decide: Id, ProjectId, Name, Host, IsInsecure, Method, Username, Access, Paths, IsProtected,
            SecretVersion, DisabledAt, TokenService, Revision;
        do_not: NameKey, NaturalKey, SearchKey, Description, Email, Owner, Environment, Labels, ExpiresOn,
            ReviewOn, RotateEveryDays, RenewOn, KeyFile, SecretSetAt, SecretSetBy,
            SecretUnreadableAt, CreatedAt, CreatedBy, UpdatedAt, UpdatedBy, SecretDoubt,
            CompromisedAt, CompromisedBy, CompromisedVersion
            because "they are shown, searched and warned of; the registry says when a secret ends, and a compromised one is disabled by what decides, as the audit log says";
    }
    guard_change called "guard_change" with Mac mended by MakeAgain {
        decide: Id, ProjectId, CredentialId, Changes, ProposedBy, Revision;
        do_not: Proposer, ProposedAt, RejectedAt, RejectedBy, Rejection
            because "they are shown; it takes another member either way";
    }
    secret_version called "secret_version" with Mac mended by Backup {
        decide: Id, ProjectId, CredentialId, Version, Method, StagedAt, DestroyedAt;
        do_not: Sealed, CreatedAt, CreatedBy, KeyFile, DataKey, Fingerprint, UnreadableAt,
            Deliveries, LastDeliveredAt, Doubt, ExpiresOn, FingerprintKey, Token
            because "the ciphertext is bound to the row, and the rest is shown and counted";
    }
    review called "review" with Mac mended by MakeAgain {
        decide: Id, ProjectId, Name, OpenedAt, OpenedBy, OpenedById, DueOn, Undecided, Items, ClosedAt,
            ClosedBy, Opening, Closing;
        do_not: ;
    }
    review_item called "review_item" with Mac mended by MakeAgain {
        decide: Id, ProjectId, ReviewId, Number, Kind, Subject, PipelineId, CredentialId, Name, Terms,
            Whose, WhoseId, MadeAt, Facts, Reviewer, ReviewerId, Verdict, DecidedAt, DecidedBy,
            DecidedById, Note, Effect;
        do_not: ;
    }
    destination called "destination" with Mac mended by MakeAgain {
        decide: Id, Chain, Transport, Format, Address, Salt, EarlierSalt, EarlierUntil, TokenId,
            TokenHash, CursorLink, CursorReceipt, UntilLink, UntilReceipt, StoppedAt;
        later: MadeById, ShownTo;
        do_not: Name, FailingSince, Problem, Status, LastAt, MadeAt, MadeBy
            because "they are shown";
    }
    chain_head called "regcred/chain-head/v1" with EndMac mended by Chain {
        decide: Chain, Seq, Link;
        later: Frontier, Signed;
        do_not: ;
    }
}
