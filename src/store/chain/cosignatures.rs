//! What witnesses have said of checkpoints. A row proves itself: who reads one asks the key of the witness, and
//! whether the chain goes on from the tree in it. Of a witness that has not said anything yet of the last
//! checkpoint, the last row is empty.

use crate::checkpoints::tree::Frontier;
use crate::domain::moment::Moment;
use crate::domain::witness::{Uncosigned, WitnessProblem};
use crate::store::Chain;
use crate::store::entity::cosignature::{ActiveModel, Column, Entity, Model};
use crate::store::entity::{Unreadable, readable};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// What one witness has said of one checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignatureRow {
    pub chain: Uuid,
    /// The name and the id of its key.
    pub witness: String,
    /// Which of the trees of the chain it is, from 1 on.
    pub number: u32,
    /// That tree in the checkpoint.
    pub frontier: Frontier,
    /// The cosignature; `None` as long as there is none.
    pub cosigned: Option<Vec<u8>>,
    /// Since when the witness is asked.
    pub since: Moment,
    /// Why it has not said anything yet.
    pub why: Option<Uncosigned>,
}

impl<C: ConnectionTrait> Chain<'_, C> {
    /// What the witness has said of the checkpoint of that tree and size.
    pub async fn cosignature(
        &self,
        (chain, witness): (Uuid, &str),
        number: u32,
        size: u64,
    ) -> Result<Option<CosignatureRow>, DbErr> {
        let key = (chain, witness.to_owned(), i64::from(number), stored(size));
        Ok(readable(Entity::find_by_id(key).one(self.db).await?).pop())
    }

    /// What it has said of the largest checkpoint of that tree of which it has said anything.
    pub async fn newest_cosignature(
        &self,
        (chain, witness): (Uuid, &str),
        number: u32,
    ) -> Result<Option<CosignatureRow>, DbErr> {
        let row = Entity::find()
            .filter(Column::Chain.eq(chain))
            .filter(Column::Witness.eq(witness))
            .filter(Column::Tree.eq(i64::from(number)))
            .filter(Column::Cosigned.is_not_null())
            .order_by_desc(Column::Size)
            .limit(1)
            .one(self.db)
            .await?;
        Ok(readable(row).pop())
    }

    /// The row of the checkpoint for which the witness is waited.
    pub async fn waiting_cosignature(
        &self,
        (chain, witness): (Uuid, &str),
    ) -> Result<Option<CosignatureRow>, DbErr> {
        let row = Entity::find()
            .filter(Column::Chain.eq(chain))
            .filter(Column::Witness.eq(witness))
            .order_by_desc(Column::Tree)
            .order_by_desc(Column::Size)
            .limit(1)
            .one(self.db)
            .await?;
        Ok(readable(row.filter(|row| row.cosigned.is_none())).pop())
    }

    /// Keeps the row, in place of what was said of the same checkpoint before.
    pub async fn keep_cosignature(&self, row: CosignatureRow) -> Result<(), DbErr> {
        let why = row.why;
        let row = ActiveModel {
            chain: Set(row.chain),
            witness: Set(row.witness),
            tree: Set(row.number.into()),
            size: Set(stored(row.frontier.size())),
            frontier: Set(row.frontier.to_bytes()),
            cosigned: Set(row.cosigned),
            since: Set(row.since.0),
            problem: Set(why.map(|why| why.problem.word().to_owned())),
            status: Set(why.and_then(|why| why.status).map(i64::from)),
        };
        let key = [Column::Chain, Column::Witness, Column::Tree, Column::Size];
        let over = OnConflict::columns(key)
            .update_columns([
                Column::Frontier,
                Column::Cosigned,
                Column::Since,
                Column::Problem,
                Column::Status,
            ])
            .to_owned();
        Entity::insert(row).on_conflict(over).exec_without_returning(self.db).await.map(drop)
    }

    /// Forgets that the witness was asked about that checkpoint.
    pub async fn forget_cosignature(&self, row: &CosignatureRow) -> Result<(), DbErr> {
        let size = stored(row.frontier.size());
        let key = (row.chain, row.witness.clone(), i64::from(row.number), size);
        Entity::delete_by_id(key).exec(self.db).await.map(drop)
    }
}

fn stored(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// What is no tree of that size is none of ours.
impl TryFrom<Model> for CosignatureRow {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let frontier = Frontier::from_bytes(&row.frontier);
        let problem = row.problem.as_deref().and_then(WitnessProblem::from_word);
        let status = row.status.and_then(|status| u16::try_from(status).ok());
        Ok(Self {
            chain: row.chain,
            witness: row.witness,
            number: u32::try_from(row.tree).map_err(|_| Unreadable)?,
            frontier: frontier.filter(|it| stored(it.size()) == row.size).ok_or(Unreadable)?,
            cosigned: row.cosigned,
            since: Moment(row.since),
            why: problem.map(|problem| Uncosigned { problem, status }),
        })
    }
}
