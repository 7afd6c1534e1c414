//! Where the chains are sent, and who fetches them. A row that we did not write is none: nothing is sent
//! by it, and its token opens nothing.

mod secrets;

use super::Destinations;
use super::authentic::{self, genuine_now, is_genuine, ours_among};
use super::entity::destination::{ActiveModel, Column, Entity, Model};
use super::entity::{Unreadable, readable};
use super::seals::Sealing;
use crate::domain::moment::Moment;
use crate::domain::shipping::{Cursor, Destination, Failing, Format, ShipProblem, Transport};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// More than a chain can have: those that somebody else wrote take nobody's place.
const OF_CHAIN: u64 = 100;
/// Destinations of the whole instance that are looked at.
const OF_ALL: u64 = 10_000;

/// A destination with what proves who it is.
#[derive(Clone, Debug)]
pub struct DestinationRow {
    pub shown: Destination,
    /// What the signing secret is derived from, and the one before.
    pub salt: Option<String>,
    pub earlier_salt: Option<String>,
    /// The public half of the token that fetches, and the hash of the other one.
    pub token: Option<(String, Vec<u8>)>,
    /// Who added it; `None` for one from before ids were kept.
    pub made_by_id: Option<Uuid>,
    /// Who was shown its secret or token last, as far as that is known.
    pub shown_to: Option<Uuid>,
}

/// A destination that events are sent to, and how far it has come.
#[derive(Clone, Copy, Debug)]
pub struct SentTo {
    pub id: Uuid,
    pub chain: Uuid,
    pub cursor: Cursor,
}

impl<C: Sealing> Destinations<'_, C> {
    /// Those of a chain, oldest first.
    pub async fn of_chain(&self, chain: Uuid) -> Result<Vec<DestinationRow>, DbErr> {
        let rows = Entity::find().filter(Column::Chain.eq(chain)).limit(OF_CHAIN);
        let mut found = readable(self.ours(rows.all(self.db).await?).await);
        found.sort_by_key(|row: &DestinationRow| row.shown.id);
        Ok(found)
    }

    pub async fn find(&self, id: Uuid) -> Result<Option<DestinationRow>, DbErr> {
        self.only(Entity::find_by_id(id).one(self.db).await?).await
    }

    /// The one whose token has this public half.
    pub async fn find_by_token(&self, id: &str) -> Result<Option<DestinationRow>, DbErr> {
        let row = Entity::find().filter(Column::TokenId.eq(id)).one(self.db).await?;
        self.only(row).await
    }

    /// Those that events are sent to, in all chains.
    pub async fn sent_to(&self) -> Result<Vec<SentTo>, DbErr> {
        let mut rows = Vec::new();
        for transport in [Transport::Webhook, Transport::Syslog] {
            let such = Entity::find()
                .filter(Column::Transport.eq(transport.word()))
                .filter(Column::StoppedAt.is_null())
                .order_by_asc(Column::Id)
                .limit(OF_ALL);
            rows.extend(such.all(self.db).await?);
        }
        let ours = self.ours(rows).await.into_iter();
        Ok(ours
            .map(|row| SentTo { id: row.id, chain: row.chain, cursor: cursor_of(&row) })
            .collect())
    }

    /// Those that are on, in all chains.
    pub async fn on(&self) -> Result<Vec<DestinationRow>, DbErr> {
        let rows = Entity::find().filter(Column::StoppedAt.is_null());
        let rows = rows.order_by_asc(Column::Id).limit(OF_ALL).all(self.db).await?;
        Ok(readable(self.ours(rows).await))
    }

    /// Those that nothing can be sent to, in all chains, and those that were stopped because they wanted no
    /// more; the first of them if there are many.
    pub async fn failing(&self) -> Result<Vec<DestinationRow>, DbErr> {
        let needs_somebody = Condition::any()
            .add(Column::StoppedAt.is_null())
            .add(Column::Problem.eq(ShipProblem::Gone.word()));
        let rows = Entity::find()
            .filter(Column::FailingSince.is_not_null())
            .filter(needs_somebody)
            .order_by_asc(Column::Id)
            .limit(OF_CHAIN);
        Ok(readable(self.ours(rows.all(self.db).await?).await))
    }

    pub async fn insert(&self, row: DestinationRow) -> Result<(), DbErr> {
        let DestinationRow { shown, salt, earlier_salt, token, made_by_id, shown_to } = row;
        let (token_id, token_hash) = token.unzip();
        let (until_link, until_receipt) = columns(shown.again_from);
        let row = ActiveModel {
            id: Set(shown.id),
            chain: Set(shown.chain),
            name: Set(shown.name),
            transport: Set(shown.transport.word().to_owned()),
            format: Set(shown.format.word().to_owned()),
            address: Set(shown.address),
            salt: Set(salt),
            earlier_salt: Set(earlier_salt),
            earlier_until: Set(shown.earlier_until.map(|until| until.0)),
            token_id: Set(token_id),
            token_hash: Set(token_hash),
            cursor_link: Set(shown.cursor.link),
            cursor_receipt: Set(shown.cursor.receipt.into()),
            until_link: Set(until_link),
            until_receipt: Set(until_receipt),
            stopped_at: Set(None),
            failing_since: Set(None),
            problem: Set(None),
            status: Set(None),
            last_at: Set(None),
            made_at: Set(shown.made_at.0),
            made_by: Set(shown.made_by),
            mac: NotSet,
            made_by_id: Set(made_by_id),
            shown_to: Set(shown_to),
        };
        authentic::insert::<Entity, C>(self.db, row).await
    }

    /// Removes it; `false` when another one did that first.
    pub async fn delete(&self, chain: Uuid, id: Uuid) -> Result<bool, DbErr> {
        let gone = Entity::delete_by_id(id).filter(Column::Chain.eq(chain)).exec(self.db).await?;
        Ok(gone.rows_affected > 0)
    }

    /// Stops sending to it, or goes on from where it was.
    pub async fn set_stopped(&self, id: Uuid, at: Option<i64>) -> Result<(), DbErr> {
        let row = ActiveModel { stopped_at: Set(at), ..ActiveModel::default() };
        self.change(id, row).await.map(drop)
    }

    /// Stops those that fetch, in all chains: their tokens open nothing until somebody lets them go on.
    /// How many there were.
    pub async fn stop_pulled(&self, at: i64) -> Result<u64, DbErr> {
        let such = Condition::all()
            .add(Column::Transport.eq(Transport::Pull.word()))
            .add(Column::StoppedAt.is_null());
        let changes = ActiveModel { stopped_at: Set(Some(at)), ..ActiveModel::default() };
        authentic::change::<Entity, C>(self.db, such, |_| changes.clone()).await
    }

    /// Says where the call ends that is made now.
    pub async fn set_until(&self, id: Uuid, until: Cursor) -> Result<(), DbErr> {
        let changes = ActiveModel {
            until_link: Set(Some(until.link)),
            until_receipt: Set(Some(until.receipt.into())),
            ..ActiveModel::default()
        };
        self.change(id, changes).await.map(drop)
    }

    /// Says that it has everything up to `to`, since then (milliseconds), if it had everything up to
    /// `from`; `false` when it is elsewhere by now. `again_from` is of syslog.
    pub async fn advance(
        &self,
        id: Uuid,
        (from, to): (Cursor, Cursor),
        at: i64,
        again_from: Option<Cursor>,
    ) -> Result<bool, DbErr> {
        let (until_link, until_receipt) = columns(again_from);
        let such = Condition::all()
            .add(Column::Id.eq(id))
            .add(Column::CursorLink.eq(from.link))
            .add(Column::CursorReceipt.eq(i64::from(from.receipt)));
        let changes = ActiveModel {
            cursor_link: Set(to.link),
            cursor_receipt: Set(to.receipt.into()),
            until_link: Set(until_link),
            until_receipt: Set(until_receipt),
            failing_since: Set(None),
            problem: Set(None),
            status: Set(None),
            ..ActiveModel::default()
        };
        // The clock of another server may be ahead.
        let last = |row: &Model| row.last_at.max(Some(at));
        let changed = |row: &Model| ActiveModel { last_at: Set(last(row)), ..changes.clone() };
        Ok(authentic::change::<Entity, C>(self.db, such, changed).await? > 0)
    }

    /// Says that it goes on with what is behind `to`, and where it goes back to the next time.
    pub async fn go_back(&self, id: Uuid, to: Cursor, again_from: Cursor) -> Result<(), DbErr> {
        let (until_link, until_receipt) = columns(Some(again_from));
        let changes = ActiveModel {
            cursor_link: Set(to.link),
            cursor_receipt: Set(to.receipt.into()),
            until_link: Set(until_link),
            until_receipt: Set(until_receipt),
            ..ActiveModel::default()
        };
        self.change(id, changes).await.map(drop)
    }

    /// Says why nothing can be sent to it, and since when; `None` when it can again.
    pub async fn set_failing(&self, id: Uuid, failing: Option<Failing>) -> Result<(), DbErr> {
        let changes = ActiveModel {
            failing_since: Set(failing.map(|failing| failing.since.0)),
            problem: Set(failing.map(|failing| failing.problem.word().to_owned())),
            status: Set(failing.and_then(|failing| failing.status).map(i64::from)),
            ..ActiveModel::default()
        };
        self.change(id, changes).await.map(drop)
    }

    async fn change(&self, id: Uuid, changes: ActiveModel) -> Result<u64, DbErr> {
        let such = Condition::all().add(Column::Id.eq(id));
        authentic::change::<Entity, C>(self.db, such, |_| changes.clone()).await
    }

    async fn ours(&self, rows: Vec<Model>) -> Vec<Model> {
        ours_among(self.db, rows, is_genuine::<Entity>).await
    }

    async fn only(&self, row: Option<Model>) -> Result<Option<DestinationRow>, DbErr> {
        let Some(row) = row else { return Ok(None) };
        Ok(readable(genuine_now::<Entity>(self.db, row).await).pop())
    }
}

fn cursor_of(row: &Model) -> Cursor {
    cursor(row.cursor_link, row.cursor_receipt)
}

fn cursor(link: i64, receipt: i64) -> Cursor {
    Cursor { link, receipt: i32::try_from(receipt).unwrap_or(i32::MAX) }
}

fn columns(cursor: Option<Cursor>) -> (Option<i64>, Option<i64>) {
    cursor.map(|cursor| (cursor.link, i64::from(cursor.receipt))).unzip()
}

/// One of a kind that only a newer program knows is left to that one.
impl TryFrom<Model> for DestinationRow {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let problem = row.problem.as_deref().and_then(ShipProblem::from_word);
        let status = row.status.and_then(|status| u16::try_from(status).ok());
        let failing = row.failing_since.zip(problem);
        let transport = Transport::from_word(&row.transport).ok_or(Unreadable)?;
        let place = row.until_link.zip(row.until_receipt).map(|(link, part)| cursor(link, part));
        // Of a webhook it is the end of a call, of syslog the beginning of what is sent again.
        let is_syslog = transport == Transport::Syslog;
        let shown = Destination {
            id: row.id,
            chain: row.chain,
            cursor: cursor_of(&row),
            name: row.name,
            transport,
            format: Format::from_word(&row.format).ok_or(Unreadable)?,
            address: row.address,
            until: place.filter(|_| !is_syslog),
            again_from: place.filter(|_| is_syslog),
            made_at: Moment(row.made_at),
            made_by: row.made_by,
            stopped_at: row.stopped_at.map(Moment),
            failing: failing.map(|(since, problem)| Failing {
                since: Moment(since),
                problem,
                status,
            }),
            last_at: row.last_at.map(Moment),
            earlier_until: row.earlier_until.map(Moment),
        };
        Ok(Self {
            shown,
            salt: row.salt,
            earlier_salt: row.earlier_salt,
            token: row.token_id.zip(row.token_hash),
            made_by_id: row.made_by_id,
            shown_to: row.shown_to,
        })
    }
}
