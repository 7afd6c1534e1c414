//! Rows whose MAC was made with an older key get one of the key in use, a batch at once. One that we did not
//! write keeps what it has: a new MAC would make it ours.

use super::checks::give_mac;
use super::pages::Pages;
use super::tables::{TABLES, step};
use super::{Authentic, is_genuine};
use crate::store::seals::Sealing;
use crate::store::{Store, Write, free, shape};
use sea_orm::{DbErr, FromQueryResult, ModelTrait, QueryResult, QueryTrait, Value};

/// Rows that are looked at in one transaction: a delivery's receipt waits for it.
const BATCH: u64 = 100;

/// How far a walk through all tables, each in the order of its key, has come.
#[derive(Clone, Debug, Default)]
pub struct RowWalk {
    table: usize,
    pages: Pages,
}

impl RowWalk {
    pub fn is_over(&self) -> bool {
        self.table >= TABLES.len()
    }

    pub(super) fn is_in<E: Authentic>(&self) -> bool {
        TABLES.get(self.table) == Some(&E::TABLE)
    }

    fn leave_table(&mut self) {
        self.table += 1;
        self.pages = Pages::default();
    }
}

impl Write {
    /// Gives those of the next rows that are under older keys a MAC of the key in use; how many there were.
    /// Those that somebody has locked are left out, so that nobody ever waits for this and it for them.
    pub async fn move_rows(&self, walk: &mut RowWalk) -> Result<u64, DbErr> {
        step(&self.0, walk, true).await
    }
}

impl Store {
    /// How many rows that we wrote are under an older key than the one in use.
    pub async fn rows_to_move(&self) -> Result<u64, DbErr> {
        let (mut left, mut walk) = (0, RowWalk::default());
        while !walk.is_over() {
            left += self.look_at_rows(&mut walk).await?;
        }
        Ok(left)
    }

    /// How many of the next rows [`Write::move_rows`] would find, for who takes the writer's turn only where
    /// there are some.
    pub async fn look_at_rows(&self, walk: &mut RowWalk) -> Result<u64, DbErr> {
        step(&self.reader, walk, false).await
    }
}

/// Those of the next rows of that table that are ours and under an older key: counted, and with
/// `is_moving` given their MAC.
pub(super) async fn step_in<E: Authentic, C: Sealing>(
    db: &C,
    walk: &mut RowWalk,
    is_moving: bool,
) -> Result<u64, DbErr> {
    let Some(prefix) = db.seals().prefix() else {
        walk.leave_table();
        return Ok(0);
    };
    let Some(page) = walk.pages.next::<E, C>(db, BATCH).await? else {
        walk.leave_table();
        return Ok(0);
    };
    if page.unreadable > 0 {
        // They are not ours, so they hold nothing up.
        db.seals().tell(E::TABLE);
    }
    // What is changed meanwhile would get the MAC of what it said before.
    let rows = if is_moving { free(db, page.rows) } else { page.rows };
    let found = db.query_all_raw(rows.build(db.get_database_backend())).await?;
    let shape = shape::of::<E>()?;
    // One with a value that no row of ours has is not ours.
    let read = |row: &QueryResult| {
        let model = <E::Model as FromQueryResult>::from_query_result(row, "").ok();
        model.filter(|_| !shape.has_text_in_key(row))
    };
    let is_due = |row: &E::Model| !is_under::<E>(row, &prefix) && is_genuine::<E>(db.seals(), row);
    let ours: Vec<E::Model> = found.iter().filter_map(read).filter(is_due).collect();
    if is_moving {
        for row in &ours {
            give_mac::<E, C>(db, row).await?;
        }
    }
    Ok(ours.len() as u64)
}

/// Whether its MAC begins like that: it names its key there.
fn is_under<E: Authentic>(row: &E::Model, prefix: &str) -> bool {
    matches!(row.get(E::MAC), Value::String(Some(mac)) if mac.starts_with(prefix))
}
