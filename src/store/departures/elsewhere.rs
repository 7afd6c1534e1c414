//! What is about no pipeline: where the audit is sent, and whose tokens the instance accepts.

use super::Departures;
use crate::domain::departure::{Leftover, Thing};
use crate::domain::moment::Moment;
use crate::domain::shipping::Transport;
use crate::store::seals::Sealing;
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

/// The destinations that the person added, or whose secret they were shown last. A log of a project, or of the
/// instance, has few.
const DESTINATIONS: &str = "SELECT destination.id, destination.name, destination.transport,
    destination.chain, project.slug, person.name, destination.made_by_id, destination.shown_to
    FROM destination INNER JOIN person ON person.id = ?
    LEFT JOIN project ON project.id = destination.chain
    WHERE (destination.made_by_id = person.id OR destination.shown_to = person.id
        OR destination.made_by_id IS NULL AND destination.made_by = person.name)";

/// Those that are on, whoever they are of.
const ON: &str =
    "SELECT destination.id, destination.name, destination.transport, destination.chain,
    project.slug, destination.made_by, destination.last_at
    FROM destination LEFT JOIN project ON project.id = destination.chain
    WHERE destination.stopped_at IS NULL";

const ISSUERS: &str = "SELECT issuer.id, issuer.url, person.name
    FROM issuer INNER JOIN person ON person.id = issuer.added_by_id
    WHERE issuer.added_by_id = ?";

impl<C: Sealing> Departures<'_, C> {
    /// Those of this chain, or of all.
    pub(super) async fn destinations(
        &self,
        person: Uuid,
        chain: Option<Uuid>,
    ) -> Result<Vec<Leftover>, DbErr> {
        let mut values: Vec<Value> = vec![person.into()];
        values.extend(chain.map(Value::from));
        let one = chain.map_or("", |_| " AND destination.chain = ?");
        let mut left = Vec::new();
        for row in self.rows(&format!("{DESTINATIONS}{one}"), values).await? {
            left.extend(destination(&row, person)?);
        }
        Ok(left)
    }

    pub(super) async fn destinations_on(&self) -> Result<Vec<Leftover>, DbErr> {
        let mut left = Vec::new();
        for row in self.rows(ON, Vec::new()).await? {
            left.extend(destination_on(&row)?);
        }
        Ok(left)
    }

    pub(super) async fn issuers(&self, person: Uuid) -> Result<Vec<Leftover>, DbErr> {
        let read = |row: &QueryResult| -> Result<Leftover, DbErr> {
            let thing =
                Thing::Issuer { id: row.try_get_by_index(0)?, url: row.try_get_by_index(1)? };
            Ok(Leftover {
                project: Uuid::nil(),
                slug: String::new(),
                pipeline: None,
                maker: row.try_get_by_index(2)?,
                thing,
                last_used_at: None,
                is_by_name: false,
            })
        };
        self.rows(ISSUERS, vec![person.into()]).await?.iter().map(read).collect()
    }
}

fn destination_on(row: &QueryResult) -> Result<Option<Leftover>, DbErr> {
    let last_used_at = row.try_get_by_index::<Option<i64>>(6)?.map(Moment);
    Ok(stored(row, false)?.map(|one| Leftover { last_used_at, ..one }))
}

fn destination(row: &QueryResult, person: Uuid) -> Result<Option<Leftover>, DbErr> {
    let (maker, shown): (Option<Uuid>, Option<Uuid>) =
        (row.try_get_by_index(6)?, row.try_get_by_index(7)?);
    let is_shown = shown == Some(person);
    let is_by_name = !is_shown && maker != Some(person);
    Ok(stored(row, is_shown)?.map(|one| Leftover { is_by_name, ..one }))
}

/// The first columns of a destination. One of a kind that only a newer program knows is left to that one.
fn stored(row: &QueryResult, is_shown: bool) -> Result<Option<Leftover>, DbErr> {
    let transport: String = row.try_get_by_index(2)?;
    let Some(transport) = Transport::from_word(&transport) else { return Ok(None) };
    Ok(Some(Leftover {
        project: row.try_get_by_index(3)?,
        slug: row.try_get_by_index::<Option<String>>(4)?.unwrap_or_default(),
        pipeline: None,
        maker: row.try_get_by_index(5)?,
        thing: Thing::Destination {
            id: row.try_get_by_index(0)?,
            name: row.try_get_by_index(1)?,
            transport,
            is_shown,
        },
        last_used_at: None,
        is_by_name: false,
    }))
}
