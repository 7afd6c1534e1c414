//! Rows that decide who gets what carry a MAC over what decides in them: who can write to the database
//! and has not the keys grants nothing. Such rows are written here, and read back through
//! [`genuine`].

mod checks;
#[cfg(test)]
mod format;
mod hidden;
mod identities;
mod moved;
mod named;
mod pages;
mod sealed_before;
mod shown;
mod tables;
mod tampered;

pub use identities::Counts;
pub use moved::RowWalk;
pub use named::NamedRow;
pub use shown::Shown;
pub use tampered::{ChangedRow, Tampered};

use super::locked;
use super::seals::{Sealing, Seals};
use sea_orm::{
    ActiveModelTrait, ActiveValue, Condition, DbErr, EntityTrait, IdenStatic, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryFilter, Value,
};
use uuid::Uuid;

/// A table whose rows decide. Every column of it is on one of the two lists.
pub trait Authentic: EntityTrait {
    const TABLE: &'static str;
    /// Where the MAC is.
    const MAC: Self::Column;
    const MEND: Mend;
    /// What the MAC covers, in this order; the primary key is part of it.
    const DECIDING: &'static [Self::Column];
    /// Those of them, the last ones, that rows had not when they got their first MACs: the MAC covers one of
    /// these as soon as there is something in it, and so those of before hold on.
    const LATER: &'static [Self::Column];
    /// What may be changed without anybody getting more by it.
    #[cfg(test)]
    const OTHERS: &'static [Self::Column];
}

/// What each MAC covers first. Another one when the columns that decide change.
const FORMAT: &[u8] = b"regcred/row/v1";

/// What an operator does about a row that was changed by somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mend {
    /// Much hangs on it: without a backup there is nothing to do.
    Backup,
    /// It goes, and is made again.
    MakeAgain,
    /// The end of a chain: without it nobody could tell what was cut off.
    Chain,
    /// A row that hangs on it is missing, or was added: it is accepted so, by who knows why.
    Accept,
}

/// The value of one column.
pub(super) enum Cell<'a> {
    Text(Option<&'a str>),
    Bytes(Option<&'a [u8]>),
    Number(Option<i64>),
    Flag(Option<bool>),
    Id(Option<Uuid>),
}

/// What a row says, as its MAC covers it: every part with its length before it.
pub(super) struct Said(Vec<u8>);

impl Said {
    fn of<E: Authentic>() -> Self {
        let mut said = Self(Vec::with_capacity(512));
        said.part(FORMAT);
        said.part(E::TABLE.as_bytes());
        said
    }

    /// Of a row that was read in another way: its columns, in the order of [`Authentic::DECIDING`].
    pub(super) fn of_cells<E: Authentic>(cells: &[(&str, Cell<'_>)]) -> Self {
        let named = || cells.iter().map(|(column, _)| *column);
        debug_assert!(named().eq(E::DECIDING.iter().map(IdenStatic::as_str)), "{}", E::TABLE);
        let mut said = Self::of::<E>();
        for (column, cell) in cells {
            said.cell(column, cell);
        }
        said
    }

    fn cell(&mut self, column: &str, cell: &Cell<'_>) {
        self.part(column.as_bytes());
        match cell {
            Cell::Text(Some(text)) => self.value(1, text.as_bytes()),
            Cell::Bytes(Some(bytes)) => self.value(2, bytes),
            Cell::Number(Some(number)) => self.value(3, &number.to_be_bytes()),
            Cell::Flag(Some(flag)) => self.value(4, &[u8::from(*flag)]),
            Cell::Id(Some(id)) => self.value(5, id.as_bytes()),
            _ => self.value(0, b""),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn value(&mut self, kind: u8, bytes: &[u8]) {
        self.0.push(kind);
        self.part(bytes);
    }

    fn part(&mut self, part: &[u8]) {
        // No value of a row is longer than this counts.
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(part);
    }
}

fn said<E: Authentic>(value: impl Fn(E::Column) -> Option<Value>) -> Result<Said, DbErr> {
    let mut said = Said::of::<E>();
    for column in E::DECIDING {
        let name = IdenStatic::as_str(column);
        let value = value(*column);
        let is_empty = matches!(&value, None | Some(Value::Bytes(None) | Value::Uuid(None)));
        if is_empty && E::LATER.iter().any(|later| IdenStatic::as_str(later) == name) {
            continue;
        }
        let cell = match &value {
            None => Cell::Text(None),
            Some(Value::String(text)) => Cell::Text(text.as_deref()),
            Some(Value::Bytes(bytes)) => Cell::Bytes(bytes.as_deref()),
            Some(Value::BigInt(number)) => Cell::Number(*number),
            Some(Value::Bool(flag)) => Cell::Flag(*flag),
            Some(Value::Uuid(id)) => Cell::Id(*id),
            Some(_) => {
                return Err(DbErr::Type(format!("{}.{name} cannot be sealed", E::TABLE)));
            }
        };
        said.cell(name, &cell);
    }
    Ok(said)
}

/// What the row says.
fn said_by<E: Authentic>(row: &E::Model) -> Result<Said, DbErr> {
    said::<E>(|column| Some(row.get(column)))
}

/// Whether we wrote the row.
pub(super) fn is_genuine<E: Authentic>(seals: &Seals, row: &E::Model) -> bool {
    let Ok(said) = said_by::<E>(row) else { return false };
    let mac = match row.get(E::MAC) {
        Value::String(mac) => mac,
        _ => None,
    };
    seals.hold(E::TABLE, said.bytes(), mac.as_deref())
}

/// Whether we wrote both.
pub(super) fn are_genuine<E: Authentic, F: Authentic>(
    seals: &Seals,
    (one, other): &(E::Model, F::Model),
) -> bool {
    is_genuine::<E>(seals, one) && is_genuine::<F>(seals, other)
}

/// The row, if we wrote it; otherwise there is no such row.
pub(super) fn genuine<E: Authentic>(db: &impl Sealing, row: E::Model) -> Option<E::Model> {
    is_genuine::<E>(db.seals(), &row).then_some(row)
}

/// The same for who may not be wrong, not even for a moment after another server has made a key.
pub(super) async fn genuine_now<E: Authentic>(
    db: &impl Sealing,
    row: E::Model,
) -> Option<E::Model> {
    let met = db.seals().met();
    if is_genuine::<E>(db.seals(), &row) {
        return Some(row);
    }
    let row = if db.seals().learn(met).await { genuine::<E>(db, row) } else { None };
    if row.is_some() {
        db.seals().settle(1);
    }
    row
}

/// Those of the rows that `is_ours` takes for ours, for who may not be wrong either. Without a row that names
/// a key which is not known no statement is made.
pub(super) async fn ours_among<C: Sealing, T>(
    db: &C,
    rows: Vec<T>,
    is_ours: impl Fn(&Seals, &T) -> bool,
) -> Vec<T> {
    let seals = db.seals();
    let met = seals.met();
    let mut ours: Vec<bool> = rows.iter().map(|row| is_ours(seals, row)).collect();
    let unsettled = seals.met();
    if seals.learn(met).await {
        ours = rows.iter().map(|row| is_ours(seals, row)).collect();
        // None of them names a key any more that is not known.
        if seals.met() == unsettled {
            seals.settle(unsettled - met);
        }
    }
    rows.into_iter().zip(ours).filter_map(|(row, is_ours)| is_ours.then_some(row)).collect()
}

/// Inserts the row with its MAC.
pub(super) async fn insert<E: Authentic, C: Sealing>(
    db: &C,
    row: E::ActiveModel,
) -> Result<(), DbErr> {
    let row = sealed::<E>(db, row)?;
    E::insert(row).exec_without_returning(db).await.map(drop)
}

/// The row with its MAC, for who inserts it in another way.
pub(super) fn sealed<E: Authentic>(
    db: &impl Sealing,
    mut row: E::ActiveModel,
) -> Result<E::ActiveModel, DbErr> {
    let said = said::<E>(|column| match row.get(column) {
        ActiveValue::Set(value) | ActiveValue::Unchanged(value) => Some(value),
        // Then it is empty.
        ActiveValue::NotSet => None,
    })?;
    row.try_set(E::MAC, db.seals().seal(said.bytes()).into())?;
    Ok(row)
}

/// Sets in each of those rows what is to be set in it, with a new MAC; how many there are. One that we
/// did not write is changed and loses its MAC, so that it is not ours again when somebody puts the rest
/// of it back.
pub(super) async fn change<E: Authentic, C: Sealing>(
    db: &C,
    such: Condition,
    changes: impl Fn(&E::Model) -> E::ActiveModel,
) -> Result<u64, DbErr> {
    let rows = locked(db, E::find().filter(such)).all(db).await?;
    change_each::<E, C>(db, rows, changes).await
}

/// The same in rows that are locked already.
pub(super) async fn change_each<E: Authentic, C: Sealing>(
    db: &C,
    rows: Vec<E::Model>,
    changes: impl Fn(&E::Model) -> E::ActiveModel,
) -> Result<u64, DbErr> {
    let mut changed = 0;
    for row in rows {
        let changes = resealed::<E>(db.seals(), &row, changes(&row))?;
        E::update(changes).exec_without_returning(db).await?;
        changed += 1;
    }
    Ok(changed)
}

/// The changes with the key of the row, and with its new MAC if they decide: always the same columns,
/// whatever the values are, so that there are few statements.
fn resealed<E: Authentic>(
    seals: &Seals,
    row: &E::Model,
    mut changes: E::ActiveModel,
) -> Result<E::ActiveModel, DbErr> {
    if !decides_nothing::<E>(&changes) {
        let mut mac = Value::String(None);
        if is_genuine::<E>(seals, row) {
            let mut after = row.clone();
            take_over::<E>(&mut after, &changes);
            mac = seals.seal(said_by::<E>(&after)?.bytes()).into();
        }
        changes.try_set(E::MAC, mac)?;
    }
    for key in <E::PrimaryKey as Iterable>::iter().map(PrimaryKeyToColumn::into_column) {
        changes.try_set(key, row.get(key))?;
    }
    Ok(changes)
}

/// Takes the values that are set over into the row.
fn take_over<E: Authentic>(row: &mut E::Model, changes: &E::ActiveModel) {
    for column in <E::Column as Iterable>::iter() {
        if let ActiveValue::Set(value) = changes.get(column) {
            row.set(column, value);
        }
    }
}

/// Whether nothing that is set decides: then the MAC stays as it is.
pub(super) fn decides_nothing<E: Authentic>(changes: &E::ActiveModel) -> bool {
    E::DECIDING.iter().all(|column| !matches!(changes.get(*column), ActiveValue::Set(_)))
}
