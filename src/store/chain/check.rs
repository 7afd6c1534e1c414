//! Whether links hold, one after the other: of a whole chain, or some at a time.

use super::{PART, message, newest_row};
use crate::store::Chain;
use crate::store::authentic::genuine_now;
use crate::store::entity::chain_head;
use crate::store::receipts::Removed;
use crate::store::seals::Sealing;
use crate::store::verified::Holds;
use sea_orm::{DbErr, EntityTrait};
use uuid::Uuid;

/// What is known of some links that were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The first that does not hold.
    pub broken_at: Option<i64>,
    /// The last that was looked at.
    pub last: i64,
    /// Whether that is the end of the chain, with which its stored end was compared.
    pub is_end: bool,
}

/// Where a check has come to: which link is expected, and what it follows.
#[derive(Clone, Debug)]
struct Place {
    before: Vec<u8>,
    expected: i64,
    /// From which number on links are read, and from which on there should be some.
    first: i64,
    next: i64,
}

impl Place {
    /// The first link is 1: what stands before it was not written by us.
    fn first() -> Self {
        Self { before: vec![0; 32], expected: 1, first: i64::MIN, next: 1 }
    }
}

/// How far a chain goes, and its stored end.
#[derive(Clone, Debug)]
struct ChainEnd {
    seq: i64,
    head: (i64, Vec<u8>),
    is_ours: bool,
}

impl ChainEnd {
    /// What is broken when every link up to the place holds: the stored end may say something else.
    fn breaks_after(&self, place: &Place) -> Option<i64> {
        let is_there = self.head.0 == self.seq && self.head.1 == place.before;
        (!self.is_ours || !is_there).then_some(self.seq + 1)
    }
}

impl<C: Sealing> Chain<'_, C> {
    /// The first link of the chain that does not hold, or `None` when all do: a changed, removed,
    /// inserted or reordered event, fetch or receipt, or a head that ends elsewhere. Links that were
    /// written after it began are not looked at, and those that were removed because of their age are
    /// no break.
    pub async fn first_break(&self, holds: Holds<'_>, chain: Uuid) -> Result<Option<i64>, DbErr> {
        let mut removed = Removed::of(self.db, holds, chain).await?;
        loop {
            let broken = self.break_among(holds, chain, &removed).await?;
            if broken.is_none() {
                return Ok(None);
            }
            // Old receipts may have gone while it was looking.
            let now = Removed::of(self.db, holds, chain).await?;
            if now == removed {
                return Ok(broken);
            }
            removed = now;
        }
    }

    async fn break_among(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        removed: &Removed,
    ) -> Result<Option<i64>, DbErr> {
        let end = self.end_of(chain).await?;
        let mut place = Place::first();
        let broken = self.follow(holds, chain, removed, (&mut place, end.seq)).await?;
        Ok(broken.or_else(|| end.breaks_after(&place)))
    }

    /// How far a chain goes, and what its stored end says.
    async fn end_of(&self, chain: Uuid) -> Result<ChainEnd, DbErr> {
        // Before the head: what is written meanwhile moves both, and the head last.
        let newest = newest_row(self.db, chain).await?;
        let head = chain_head::Entity::find_by_id(chain).one(self.db).await?;
        // One that was set back to an earlier link does not hold, although that link does.
        let is_ours = match &head {
            Some(head) => genuine_now::<chain_head::Entity>(self.db, head.clone()).await.is_some(),
            None => true,
        };
        let head = head.map_or((0, vec![0; 32]), |head| (head.seq, head.link));
        Ok(ChainEnd { seq: head.0.max(newest), head, is_ours })
    }

    /// Checks link after link from the place on, up to a number; the first that does not hold.
    async fn follow(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        removed: &Removed,
        (place, end): (&mut Place, i64),
    ) -> Result<Option<i64>, DbErr> {
        while place.next <= end {
            let part = (place.first, end.min(place.next + PART - 1));
            let (links, last) = self.links(chain, part).await?;
            for (seq, kind, fields, link) in links {
                removed.pass(&mut place.expected, &mut place.before);
                let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
                if seq != place.expected
                    || !holds.link(&message(&place.before, chain, seq, kind, &fields), &link)
                {
                    return Ok(Some(place.expected));
                }
                (place.before, place.expected) = (link, place.expected + 1);
            }
            removed.pass(&mut place.expected, &mut place.before);
            if place.expected <= last {
                return Ok(Some(place.expected));
            }
            (place.first, place.next) = (last + 1, last + 1);
        }
        Ok(None)
    }

    /// Checks about so many links behind one that was checked before. Those that were removed because
    /// of their age are no break.
    pub async fn check_after(
        &self,
        holds: Holds<'_>,
        chain: Uuid,
        after: i64,
        most: i64,
    ) -> Result<Checked, DbErr> {
        let mut removed = Removed::of(self.db, holds, chain).await?;
        loop {
            let checked = self.checked(holds, (chain, &removed), after, most).await?;
            if checked.broken_at.is_none() {
                return Ok(checked);
            }
            // Old receipts may have gone while it was looking.
            let now = Removed::of(self.db, holds, chain).await?;
            if now == removed {
                return Ok(checked);
            }
            removed = now;
        }
    }

    async fn checked(
        &self,
        holds: Holds<'_>,
        (chain, removed): (Uuid, &Removed),
        after: i64,
        most: i64,
    ) -> Result<Checked, DbErr> {
        let end = self.end_of(chain).await?;
        if after > end.seq {
            return Ok(Checked { broken_at: None, last: after, is_end: true });
        }
        let Some(mut place) = self.place_after(chain, removed, after).await? else {
            return Ok(Checked { broken_at: Some(after), last: after, is_end: false });
        };
        let until = end.seq.min(place.next.saturating_add(most - 1));
        let broken = self.follow(holds, chain, removed, (&mut place, until)).await?;
        let is_end = place.next > end.seq;
        let at_end = || if is_end { end.breaks_after(&place) } else { None };
        let broken_at = broken.or_else(at_end);
        Ok(Checked { broken_at, last: place.next - 1, is_end })
    }

    /// Where a check goes on behind that link; `None` when it is gone.
    async fn place_after(
        &self,
        chain: Uuid,
        removed: &Removed,
        after: i64,
    ) -> Result<Option<Place>, DbErr> {
        if after <= 0 {
            return Ok(Some(Place::first()));
        }
        let (links, _) = self.links(chain, (after, after)).await?;
        let link = links.into_iter().find(|(seq, ..)| *seq == after);
        let reached = link.map(|(seq, .., mac)| (seq, mac)).or_else(|| removed.run(after).map(|(last, mac)| (last, mac.to_vec())));
        Ok(reached.map(|(last, before)| Place {
            before,
            expected: last + 1,
            first: last + 1,
            next: last + 1,
        }))
    }
}
