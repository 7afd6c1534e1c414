//! Proofs that links were removed on purpose get one of the key in use, a batch at once. One that does not
//! hold stays as it is: somebody else made it.

use super::retention::{is_ours, said};
use crate::store::chain::Mac;
use crate::store::entity::removed_links::{ActiveModel, Column, Entity, Model};
use crate::store::shape::is_text;
use crate::store::{Holds, Store, Write, free};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// Proofs that are looked at in one transaction.
const BATCH: u64 = 100;

/// How far a walk through all proofs has come.
#[derive(Clone, Debug, Default)]
pub struct ProofWalk {
    after: Option<(Uuid, i64)>,
    /// Rows behind that one that were looked at, because none of them can be read: they are not ours.
    past: u64,
    is_over: bool,
}

impl ProofWalk {
    pub fn is_over(&self) -> bool {
        self.is_over
    }
}

impl Write {
    /// Makes those of the next proofs anew that are of older keys; how many there were. Rows that somebody has locked are
    /// left out.
    pub async fn prove_again(
        &self,
        keys: (Mac<'_>, Holds<'_>),
        walk: &mut ProofWalk,
    ) -> Result<u64, DbErr> {
        let due = due(&self.0, keys, walk, true).await?;
        let proved = due.len() as u64;
        for row in due {
            let new = ActiveModel {
                chain: Set(row.chain),
                first_seq: Set(row.first_seq),
                last_seq: NotSet,
                link_mac: NotSet,
                proof: Set(keys.0(&said(&row)).to_vec()),
            };
            Entity::update(new).exec_without_returning(&self.0).await?;
        }
        Ok(proved)
    }
}

impl Store {
    /// How many proofs of ours are of an older key than the one in use.
    pub async fn proofs_to_move(&self, keys: (Mac<'_>, Holds<'_>)) -> Result<u64, DbErr> {
        let (mut left, mut walk) = (0, ProofWalk::default());
        while !walk.is_over() {
            left += self.look_at_proofs(keys, &mut walk).await?;
        }
        Ok(left)
    }

    /// How many of the next proofs [`Write::prove_again`] would find.
    pub async fn look_at_proofs(
        &self,
        keys: (Mac<'_>, Holds<'_>),
        walk: &mut ProofWalk,
    ) -> Result<u64, DbErr> {
        Ok(due(&self.reader, keys, walk, false).await?.len() as u64)
    }
}

/// Those of the next rows whose proofs are ours and not of the key in use.
async fn due<C: ConnectionTrait>(
    db: &C,
    (mac, holds): (Mac<'_>, Holds<'_>),
    walk: &mut ProofWalk,
    is_moving: bool,
) -> Result<Vec<Model>, DbErr> {
    let mut page = Entity::find()
        .order_by_asc(Column::Chain)
        .order_by_asc(Column::FirstSeq)
        .offset((walk.past > 0).then_some(walk.past))
        .limit(BATCH);
    if let Some((chain, first)) = walk.after {
        let columns = Expr::tuple([Column::Chain, Column::FirstSeq].map(ColumnTrait::into_expr));
        page = page.filter(columns.gt(Expr::tuple([Expr::val(chain), Expr::val(first)])));
    }
    let page = if is_moving { free(db, page) } else { page };
    let found = db.query_all_raw(page.build(db.get_database_backend())).await?;
    walk.is_over = (found.len() as u64) < BATCH;
    let read = |row: &QueryResult| {
        let model = <Model as FromQueryResult>::from_query_result(row, "").ok();
        model.filter(|_| !is_text(row, IdenStatic::as_str(&Column::Chain)))
    };
    let rows: Vec<Model> = found.iter().filter_map(read).collect();
    match rows.last() {
        Some(last) => (walk.after, walk.past) = (Some((last.chain, last.first_seq)), 0),
        None => walk.past += found.len() as u64,
    }
    let is_old = |row: &Model| is_ours(holds, row) && row.proof != mac(&said(row));
    Ok(rows.into_iter().filter(is_old).collect())
}
