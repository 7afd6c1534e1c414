//! The chains as who checks them reads them: all of them, and the newest events of one.

mod found;
mod lines;
mod walk;

pub use walk::{FoundLink, Step, Walk, Way};

use super::Chain;
use super::authentic::{is_genuine, ours_among};
use super::entity::{Unreadable, audit_event, chain_head, fetch, readable, receipt};
use super::seals::Sealing;
use crate::domain::audit::{Action, AuditEvent, Detail};
use crate::domain::moment::Moment;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// What [`Detail::grant_mark`] is compared with: the index has it in these words.
const MARK: &str = "substr(\"audit_event\".\"detail\", 1, 60)";

/// The end of a chain, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The project's id, or nil for the instance.
    pub chain: Uuid,
    /// The number of its last link, and that link's MAC; `None` when it should be there and is
    /// gone.
    pub end: Option<(i64, Vec<u8>)>,
}

/// Some events, newest first.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// Those that this program knows of.
    pub events: Vec<AuditEvent>,
    /// The link before which there are more.
    pub older: Option<i64>,
}

impl<C: Sealing> Chain<'_, C> {
    /// The stored end of every chain: its number and its MAC.
    pub async fn ends(&self) -> Result<Vec<(Uuid, i64, Vec<u8>)>, DbErr> {
        let rows = chain_head::Entity::find().order_by_asc(chain_head::Column::Chain);
        let rows = rows.all(self.db).await?.into_iter();
        Ok(rows.map(|row| (row.chain, row.seq, row.link)).collect())
    }

    /// The end of every chain, and every chain that has lost its end. It goes through all links.
    pub async fn heads(&self) -> Result<Vec<ChainHead>, DbErr> {
        let ends = self.ends().await?.into_iter();
        let mut heads: Vec<ChainHead> =
            ends.map(|(chain, seq, mac)| ChainHead { chain, end: Some((seq, mac)) }).collect();
        let mut chains = self.chains::<audit_event::Entity>(audit_event::Column::Chain).await?;
        chains.extend(self.chains::<fetch::Entity>(fetch::Column::Chain).await?);
        chains.extend(self.chains::<receipt::Entity>(receipt::Column::Chain).await?);
        for chain in chains {
            if !heads.iter().any(|head| head.chain == chain) {
                heads.push(ChainHead { chain, end: None });
            }
        }
        Ok(heads)
    }

    /// The number of the last link, as the end of the chain says it; 0 when that is gone.
    pub async fn length(&self, chain: Uuid) -> Result<i64, DbErr> {
        let head = chain_head::Entity::find_by_id(chain).one(self.db).await?;
        Ok(head.map_or(0, |head| head.seq))
    }

    /// The same for who never looks again at what is before it; `None` when the end of the chain is gone, or
    /// somebody else changed it.
    pub async fn known_length(&self, chain: Uuid) -> Result<Option<i64>, DbErr> {
        Ok(self.known_lengths(BTreeSet::from([chain])).await?.remove(&chain))
    }

    /// The same of several chains: one of which it is not known is missing.
    pub async fn known_lengths(
        &self,
        chains: BTreeSet<Uuid>,
    ) -> Result<BTreeMap<Uuid, i64>, DbErr> {
        if chains.is_empty() {
            return Ok(BTreeMap::new());
        }
        let heads = chain_head::Entity::find().filter(chain_head::Column::Chain.is_in(chains));
        let heads = heads.all(self.db).await?;
        let ours = ours_among(self.db, heads, is_genuine::<chain_head::Entity>).await;
        Ok(ours.into_iter().map(|head| (head.chain, head.seq)).collect())
    }

    /// Whether the first link is an event of that kind.
    pub async fn begins_with(&self, chain: Uuid, action: Action) -> Result<bool, DbErr> {
        let first = audit_event::Entity::find_by_id((chain, 1)).one(self.db).await?;
        Ok(first.is_some_and(|first| first.action == action.word()))
    }

    /// The chains that have such a link, or a part of one.
    async fn chains<E: EntityTrait>(&self, column: E::Column) -> Result<Vec<Uuid>, DbErr> {
        E::find().select_only().column(column).distinct().into_tuple().all(self.db).await
    }

    /// The last events of a chain, newest first.
    pub async fn newest(&self, chain: Uuid, most: u64) -> Result<Vec<AuditEvent>, DbErr> {
        self.last(Condition::all().add(audit_event::Column::Chain.eq(chain)), most).await
    }

    /// The last events about one subject, newest first.
    pub async fn about(
        &self,
        chain: Uuid,
        subject: Uuid,
        most: u64,
    ) -> Result<Vec<AuditEvent>, DbErr> {
        let about = Condition::all()
            .add(audit_event::Column::Chain.eq(chain))
            .add(audit_event::Column::SubjectId.eq(subject));
        self.last(about, most).await
    }

    /// The first event about one subject.
    pub async fn first_about(
        &self,
        chain: Uuid,
        subject: Uuid,
    ) -> Result<Option<AuditEvent>, DbErr> {
        let first = audit_event::Entity::find()
            .filter(audit_event::Column::Chain.eq(chain))
            .filter(audit_event::Column::SubjectId.eq(subject))
            .order_by_asc(audit_event::Column::Seq)
            .one(self.db)
            .await?;
        Ok(readable(first).pop())
    }

    /// The link of the first event of that kind.
    pub async fn first_of(&self, chain: Uuid, action: Action) -> Result<Option<i64>, DbErr> {
        first_of(self.db, chain, action).await
    }

    /// The last event about one subject in which that was done.
    pub async fn last_about(
        &self,
        chain: Uuid,
        subject: Uuid,
        action: Action,
    ) -> Result<Option<AuditEvent>, DbErr> {
        let last = audit_event::Entity::find()
            .filter(audit_event::Column::Chain.eq(chain))
            .filter(audit_event::Column::SubjectId.eq(subject))
            .filter(audit_event::Column::Action.eq(action.word()))
            .order_by_desc(audit_event::Column::Seq)
            .one(self.db)
            .await?;
        Ok(readable(last).pop())
    }

    /// The events in which these credentials or pipelines were deleted, each by what it is about.
    pub async fn deletions(
        &self,
        chain: Uuid,
        subjects: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, AuditEvent>, DbErr> {
        if subjects.is_empty() {
            return Ok(HashMap::new());
        }
        let deleted = [Action::CredentialDeleted, Action::PipelineDeleted].map(Action::word);
        let such = Condition::all()
            .add(audit_event::Column::Chain.eq(chain))
            .add(audit_event::Column::SubjectId.is_in(subjects))
            .add(audit_event::Column::Action.is_in(deleted));
        let rows = audit_event::Entity::find().filter(such).all(self.db).await?;
        let events = readable(rows).into_iter();
        Ok(events.map(|event: AuditEvent| (event.subject_id, event)).collect())
    }

    /// A page of the events about one subject that come before one of them, newest first.
    pub async fn about_before(
        &self,
        chain: Uuid,
        subject: Uuid,
        before: i64,
        most: u64,
    ) -> Result<EventPage, DbErr> {
        let about = Condition::all()
            .add(audit_event::Column::Chain.eq(chain))
            .add(audit_event::Column::SubjectId.eq(subject))
            .add(audit_event::Column::Seq.lt(before));
        Ok(EventPage::of(self.rows(about, most + 1).await?, most))
    }

    /// A page of the events before a link that are about a credential, newest first: what was done to it,
    /// and to grants of it.
    pub async fn about_credential(
        &self,
        chain: Uuid,
        credential: Uuid,
        before: Option<i64>,
        most: u64,
    ) -> Result<EventPage, DbErr> {
        let before = before.unwrap_or(i64::MAX);
        let such = || {
            Condition::all()
                .add(audit_event::Column::Chain.eq(chain))
                .add(audit_event::Column::Seq.lt(before))
        };
        let own = such().add(audit_event::Column::SubjectId.eq(credential));
        let of_grants = such().add(Expr::cust(MARK).eq(Detail::grant_mark(credential)));
        let mut rows = self.rows(own, most + 1).await?;
        rows.extend(self.rows(of_grants, most + 1).await?);
        rows.sort_unstable_by_key(|row| Reverse(row.seq));
        Ok(EventPage::of(rows, most))
    }

    /// What the events of that kind were about since a moment, each with the last time.
    pub async fn done_since(
        &self,
        chain: Uuid,
        action: Action,
        since: Moment,
    ) -> Result<HashMap<Uuid, Moment>, DbErr> {
        let rows: Vec<(Uuid, i64)> = audit_event::Entity::find()
            .filter(audit_event::Column::Chain.eq(chain))
            .filter(audit_event::Column::Action.eq(action.word()))
            .filter(audit_event::Column::At.gte(since.0))
            .select_only()
            .columns([audit_event::Column::SubjectId, audit_event::Column::At])
            .into_tuple()
            .all(self.db)
            .await?;
        let mut last: HashMap<Uuid, Moment> = HashMap::new();
        for (subject, at) in rows {
            let known = last.entry(subject).or_insert(Moment(at));
            *known = Moment(at).max(*known);
        }
        Ok(last)
    }

    async fn last(&self, such: Condition, most: u64) -> Result<Vec<AuditEvent>, DbErr> {
        Ok(readable(self.rows(such, most).await?))
    }

    async fn rows(&self, such: Condition, most: u64) -> Result<Vec<audit_event::Model>, DbErr> {
        let rows = audit_event::Entity::find().filter(such);
        rows.order_by_desc(audit_event::Column::Seq).limit(most).all(self.db).await
    }
}

/// The link of the first event of that kind in the chain.
pub(super) async fn first_of<C: ConnectionTrait>(
    db: &C,
    chain: Uuid,
    action: Action,
) -> Result<Option<i64>, DbErr> {
    audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::Seq)
        .filter(audit_event::Column::Chain.eq(chain))
        .filter(audit_event::Column::Action.eq(action.word()))
        .order_by_asc(audit_event::Column::Seq)
        .limit(1)
        .into_tuple()
        .one(db)
        .await
}

impl EventPage {
    /// The first of these rows, at most so many.
    fn of(mut rows: Vec<audit_event::Model>, most: u64) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let has_more = rows.len() > most;
        rows.truncate(most);
        let older = rows.last().filter(|_| has_more).map(|row| row.seq);
        Self { events: readable(rows), older }
    }
}

impl TryFrom<audit_event::Model> for AuditEvent {
    type Error = Unreadable;

    fn try_from(row: audit_event::Model) -> Result<Self, Unreadable> {
        Ok(Self {
            seq: row.seq,
            at: Moment(row.at),
            action: Action::from_word(&row.action).ok_or(Unreadable)?,
            actor: row.actor,
            subject: row.subject,
            subject_id: row.subject_id,
            detail: Detail::from_stored(&row.detail),
        })
    }
}
