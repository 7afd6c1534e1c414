//! One row by the name that an operator gives it, to look at it and to take it for ours.

use super::checks::{Key, by_key, keys, name_of, names_of};
use super::identities::{Counts, PIPELINE, miscounted};
use super::shown::{Shown, project_of, shown, value_of};
use super::tables::{accept_row, named_row};
use super::{Authentic, change, is_genuine, said_by};
use crate::store::entity::pipeline;
use crate::store::seals::Sealing;
use crate::store::shape::{self, ColumnKind, TableShape};
use crate::store::{Holds, Write, locked};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DbErr, Value};
use uuid::Uuid;

/// A row that an operator has named.
#[derive(Clone, Debug)]
pub struct NamedRow {
    pub table: &'static str,
    /// Its primary key, as text.
    pub key: String,
    /// What it says, by column: all that decides and is there, but for password hashes.
    pub says: Vec<(&'static str, Shown)>,
    /// The project that it belongs to, as it says.
    pub project: Option<Uuid>,
    pub is_ours: bool,
    /// Of a pipeline that we wrote: when its tokens and trust rules are not as many as it counts.
    pub miscounted: Option<Counts>,
    /// The MAC over all that it says; `None` when it cannot be read.
    mac: Option<String>,
    /// Of the end of a chain: the last link by it.
    end: Option<(i64, Vec<u8>)>,
}

impl NamedRow {
    /// Whether it has only values that such a row can have.
    pub fn is_readable(&self) -> bool {
        self.mac.is_some()
    }
}

impl Write {
    /// The row with that primary key, as `Tampered` names it.
    pub async fn named_row(&self, table: &str, key: &str) -> Result<Option<NamedRow>, DbErr> {
        let Some(mut row) = named_row(&self.0, table, key).await? else { return Ok(None) };
        if let (true, Ok(id)) = (row.table == PIPELINE, Uuid::parse_str(&row.key)) {
            // The row is locked, so nobody makes a token or rule meanwhile.
            row.miscounted = miscounted(&self.0, id).await?;
        }
        Ok(Some(row))
    }

    /// Takes the row for ours as it is shown; `false` when it says something else by now.
    pub async fn accept_row(&self, row: &NamedRow) -> Result<bool, DbErr> {
        match row.miscounted {
            Some(counts) => self.accept_counts(row, counts).await,
            None => accept_row(&self.0, row).await,
        }
    }

    /// From now on the pipeline counts as many tokens and trust rules as there are.
    async fn accept_counts(&self, seen: &NamedRow, counts: Counts) -> Result<bool, DbErr> {
        let now = self.named_row(seen.table, &seen.key).await?;
        let is_same = |now: NamedRow| now.mac == seen.mac && now.miscounted == seen.miscounted;
        let (true, Ok(id)) = (now.is_some_and(is_same), Uuid::parse_str(&seen.key)) else {
            return Ok(false);
        };
        let such = Condition::all().add(pipeline::Column::Id.eq(id));
        let count = |_: &pipeline::Model| pipeline::ActiveModel {
            identities: Set(counts.present),
            ..Default::default()
        };
        Ok(change::<pipeline::Entity, _>(&self.0, such, count).await? > 0)
    }

    /// Takes the end of a chain for ours as it is now, when it is as it was shown, or was moved on since:
    /// in a chain that is in use it never stands still. `false` when the chain has not the link at which
    /// it was shown, or ends before that.
    pub async fn accept_end(&self, holds: Holds<'_>, row: &NamedRow) -> Result<bool, DbErr> {
        // From here on it stands still.
        let now = self.named_row(row.table, &row.key).await?;
        let (Some(now), Ok(chain)) = (now, Uuid::parse_str(&row.key)) else { return Ok(false) };
        if now.mac != row.mac {
            let (Some((seq, link)), Some((end, _))) = (&row.end, &now.end) else {
                return Ok(false);
            };
            let is_behind = now.is_ours || end < seq;
            if is_behind || !self.chain().has_link(holds, chain, (*seq, link.as_slice())).await? {
                return Ok(false);
            }
        }
        let is_accepted = self.accept_row(&now).await?;
        if is_accepted {
            self.chain().begin_tree_anew(chain).await?;
        }
        Ok(is_accepted)
    }
}

pub(super) async fn named<E: Authentic, C: Sealing>(
    db: &C,
    table: &str,
    key: &str,
) -> Result<Option<NamedRow>, DbErr> {
    let shape = shape::of::<E>()?;
    if shape.name != table {
        return Ok(None);
    }
    let Some(values) = key_in(&shape, key) else { return Ok(None) };
    let one = by_key::<E>(&values);
    let mut named = NamedRow {
        table: shape.name,
        key: name_of(&values),
        says: Vec::new(),
        project: None,
        is_ours: false,
        miscounted: None,
        mac: None,
        end: None,
    };
    match locked(db, one.clone()).one(db).await {
        Ok(None) => Ok(None),
        Ok(Some(row)) => {
            named.says = shown::<E>(&row);
            named.project = project_of::<E>(&row);
            named.is_ours = is_genuine::<E>(db.seals(), &row);
            named.mac = db.seals().seal(said_by::<E>(&row)?.bytes());
            named.end = end_of::<E>(&row);
            Ok(Some(named))
        }
        // Unless it is the database that does not answer, it has a value that no row of ours has.
        Err(_) => {
            let is_there = !names_of::<E, C>(db, &one).await?.is_empty();
            Ok(is_there.then_some(named))
        }
    }
}

pub(super) async fn accept<E: Authentic, C: Sealing>(
    db: &C,
    seen: &NamedRow,
) -> Result<bool, DbErr> {
    let now = named::<E, C>(db, seen.table, &seen.key).await?;
    let shape = shape::of::<E>()?;
    let (Some(now), Some(key)) = (now, key_in(&shape, &seen.key)) else { return Ok(false) };
    if now.mac.is_none() || now.mac != seen.mac {
        return Ok(false);
    }
    let mut with_mac = <E::ActiveModel as ActiveModelTrait>::default();
    for (column, value) in keys::<E>().zip(key) {
        with_mac.try_set(column, value)?;
    }
    with_mac.try_set(E::MAC, now.mac.into())?;
    E::update(with_mac).exec_without_returning(db).await?;
    Ok(true)
}

/// The values of a primary key that is written as one text.
fn key_in(shape: &TableShape, text: &str) -> Option<Key> {
    let parts: Vec<&str> =
        if shape.key.len() == 1 { vec![text] } else { text.split(' ').collect() };
    if parts.len() != shape.key.len() {
        return None;
    }
    let kinds = shape.key.iter().filter_map(|at| shape.columns.get(*at));
    parts.into_iter().zip(kinds).map(|(part, (_, kind))| value_in(part, *kind)).collect()
}

fn value_in(text: &str, kind: ColumnKind) -> Option<Value> {
    Some(match kind {
        ColumnKind::Uuid => Uuid::parse_str(text).ok()?.into(),
        ColumnKind::Text => text.to_owned().into(),
        ColumnKind::Bytes => bytes_in(text)?.into(),
        ColumnKind::Integer => text.parse::<i32>().ok()?.into(),
        ColumnKind::Bigint => text.parse::<i64>().ok()?.into(),
        ColumnKind::Boolean => text.parse::<bool>().ok()?.into(),
    })
}

fn bytes_in(hex: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn end_of<E: Authentic>(row: &E::Model) -> Option<(i64, Vec<u8>)> {
    match (value_of::<E>(row, "seq")?, value_of::<E>(row, "link")?) {
        (Value::BigInt(Some(seq)), Value::Bytes(Some(link))) => Some((seq, link)),
        _ => None,
    }
}
