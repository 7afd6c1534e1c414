//! What is counted as receipts are written: who used what, with which version, through which token.

use super::entity::{pipeline_token, secret_version, usage};
use super::receipts::ReceiptRow;
use crate::domain::delivery::{Outcome, Use as Known};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How often, first, last (milliseconds), by which name, with which version; and how often and when
/// last it is known that it was wanted.
struct Use {
    times: i64,
    first: i64,
    last: i64,
    pipeline: String,
    version: i64,
    used: i64,
    last_used: Option<i64>,
}

/// The counts of one project's part of a group. Sorted, so that two servers change rows in one
/// order and cannot wait for each other.
#[derive(Default)]
pub(super) struct Tallies {
    uses: BTreeMap<(Uuid, Uuid), Use>,
    versions: BTreeMap<(Uuid, i64), (i64, i64)>,
    tokens: BTreeMap<String, i64>,
}

impl Tallies {
    pub(super) fn count(&mut self, row: &ReceiptRow) {
        let at = row.receipt.at.0;
        if !row.receipt.token_id.is_empty() {
            self.tokens.insert(row.receipt.token_id.clone(), at);
        }
        let (Outcome::Delivered, Some(credential), Some(version)) =
            (row.receipt.outcome, row.credential_id, row.receipt.version)
        else {
            return;
        };
        let key = (credential, row.receipt.pipeline_id);
        let entry = self.uses.entry(key).or_insert(Use {
            times: 0,
            first: at,
            last: at,
            pipeline: row.receipt.pipeline.clone(),
            version,
            used: 0,
            last_used: None,
        });
        (entry.times, entry.last, entry.version) = (entry.times + 1, at, version);
        if row.receipt.use_of() == Known::Used {
            (entry.used, entry.last_used) = (entry.used + 1, Some(at));
        }
        let (times, last) = self.versions.entry((credential, version)).or_default();
        (*times, *last) = (*times + 1, at);
    }

    /// Stores the counts: the secrets' rows first, as an edit changes them before it locks the end
    /// of the chain.
    pub(super) async fn store<C: ConnectionTrait>(
        self,
        db: &C,
        project: Uuid,
    ) -> Result<(), DbErr> {
        for ((credential, version), (times, last)) in self.versions {
            use secret_version::Column;
            secret_version::Entity::update_many()
                .col_expr(Column::Deliveries, Expr::col(Column::Deliveries).add(times))
                .col_expr(Column::LastDeliveredAt, Expr::value(last))
                .filter(Column::ProjectId.eq(project))
                .filter(Column::CredentialId.eq(credential))
                .filter(Column::Version.eq(version))
                .exec(db)
                .await?;
        }
        for (token, at) in self.tokens {
            pipeline_token::Entity::update_many()
                .col_expr(pipeline_token::Column::LastUsedAt, Expr::value(at))
                .filter(pipeline_token::Column::Id.eq(token))
                .exec(db)
                .await?;
        }
        for ((credential, pipeline), one) in self.uses {
            use usage::Column;
            let row = usage::ActiveModel {
                project_id: Set(project),
                credential_id: Set(credential),
                pipeline_id: Set(pipeline),
                pipeline: Set(one.pipeline),
                deliveries: Set(one.times),
                first_at: Set(one.first),
                last_at: Set(one.last),
                last_version: Set(one.version),
                used: Set(one.used),
                last_used_at: Set(one.last_used),
            };
            let more = |column: Column, times: i64| Expr::col((usage::Entity, column)).add(times);
            let mut again = OnConflict::columns([Column::CredentialId, Column::PipelineId]);
            again.value(Column::Deliveries, more(Column::Deliveries, one.times));
            again.update_columns([Column::Pipeline, Column::LastAt, Column::LastVersion]);
            if one.used > 0 {
                again.value(Column::Used, more(Column::Used, one.used));
                again.update_column(Column::LastUsedAt);
            }
            usage::Entity::insert(row).on_conflict(again).exec_without_returning(db).await?;
        }
        Ok(())
    }
}

/// It turned out afterwards that so many deliveries of the credential to the pipeline were used, the
/// last of them at that time (milliseconds).
pub(super) async fn add_used<C: ConnectionTrait>(
    db: &C,
    (credential, pipeline): (Uuid, Uuid),
    (times, last): (i64, i64),
) -> Result<(), DbErr> {
    use usage::Column;
    let of = usage::Entity::update_many()
        .filter(Column::CredentialId.eq(credential))
        .filter(Column::PipelineId.eq(pipeline));
    let counted = of.clone().col_expr(Column::Used, Expr::col(Column::Used).add(times));
    counted.exec(db).await?;
    // A later use stays the last one.
    let is_earlier = Column::LastUsedAt.is_null().or(Column::LastUsedAt.lt(last));
    let of = of.filter(is_earlier).col_expr(Column::LastUsedAt, Expr::value(last));
    of.exec(db).await?;
    Ok(())
}
