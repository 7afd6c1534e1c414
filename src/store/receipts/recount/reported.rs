//! Reports are compared with the events that say the same, which are links of the chain. What no event says
//! is of an older version, which wrote none.

use super::WrongSum;
use crate::domain::audit::{Action, Detail};
use crate::domain::delivery::Report;
use crate::store::Receipts;
use crate::store::audit::first_of;
use crate::store::entity::{audit_event, delivery_report};
use crate::store::prepared::{Prepared, numbered};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value,
};
use std::cmp::min;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Links whose reports are compared at once: each may have thousands of receipts.
const LINKS: i64 = 1_000;

/// The events about the fetches of some links, in their order: each is later than what it is about. Of these it
/// is seen afterwards what they are: asked for the action, `SQLite` goes through all reports of the chain.
const ABOUT: &str = "SELECT e.seq AS seq, e.at AS at, e.detail AS detail, e.chain AS chain,
        e.action AS action
    FROM pipeline_fetch f CROSS JOIN audit_event e
    WHERE f.chain = ? AND f.seq > ? AND f.seq <= ? AND e.subject_id = f.id AND e.seq > f.seq
    ORDER BY e.seq";

/// An event: its link, its time and what it says.
type Said = (i64, i64, Detail);

/// Reports by their receipts: link and number.
type Rows = BTreeMap<(i64, i32), delivery_report::Model>;

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// The first report of the links behind the first and up to the second that is of no delivery, is not
    /// what the last event of it says, or is missing. The links have to hold.
    pub(in crate::store::receipts) async fn wrong_report(
        &self,
        links: (i64, i64),
    ) -> Result<Option<WrongSum>, DbErr> {
        match self.lost_report(links).await? {
            Some(lost) => Ok(Some(lost)),
            None => self.changed_report(links).await,
        }
    }

    /// The first of these reports that is not what the last event of it says, or is missing.
    pub(super) async fn changed_report(
        &self,
        (mut after, end): (i64, i64),
    ) -> Result<Option<WrongSum>, DbErr> {
        if !self.has_events().await? && !self.has_rows((after, end)).await? {
            return Ok(None);
        }
        let unsaid = self.unsaid_until().await?;
        while after < end {
            let links = (after, min(end, after + LINKS));
            let rows = self.reports_in(links).await?;
            if let Some(wrong) = wrong_among(&rows, &self.said_in(links).await?, links, unsaid) {
                return Ok(Some(wrong));
            }
            after = links.1;
        }
        Ok(None)
    }

    /// The events outside these links that say what their reports have to be, as ranges: those that come later,
    /// and the one from which on every report is an event.
    pub async fn said_elsewhere(
        &self,
        (mut after, end): (i64, i64),
    ) -> Result<Vec<(i64, i64)>, DbErr> {
        let (mut links, has_events) = (BTreeSet::new(), self.has_events().await?);
        while has_events && after < end {
            let last = min(end, after + LINKS);
            let said = self.said_in((after, last)).await?.into_iter();
            links.extend(said.map(|(link, ..)| link).filter(|link| *link > end));
            after = last;
        }
        links.extend(Some(self.unsaid_until().await?).filter(|link| *link < i64::MAX));
        let mut ranges: Vec<(i64, i64)> = Vec::new();
        for link in links {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == link => *last = link,
                _ => ranges.push((link, link)),
            }
        }
        Ok(ranges)
    }

    /// Whether any event of the chain says how a delivery went.
    async fn has_events(&self) -> Result<bool, DbErr> {
        Ok(first_of(self.db, self.project, Action::DeliveryReported).await?.is_some())
    }

    /// Whether there is a report of any of these links.
    async fn has_rows(&self, (after, last): (i64, i64)) -> Result<bool, DbErr> {
        let first: Option<i64> = delivery_report::Entity::find()
            .select_only()
            .column(delivery_report::Column::Seq)
            .filter(delivery_report::Column::Chain.eq(self.project))
            .filter(delivery_report::Column::Seq.gt(after))
            .filter(delivery_report::Column::Seq.lte(last))
            .order_by_asc(delivery_report::Column::Seq)
            .limit(1)
            .into_tuple()
            .one(self.db)
            .await?;
        Ok(first.is_some())
    }

    /// The link from which on every report is an event: the first one, or that which says so in a chain of a
    /// version that wrote none.
    async fn unsaid_until(&self) -> Result<i64, DbErr> {
        let began = audit_event::Entity::find_by_id((self.project, 1)).one(self.db).await?;
        if began.is_some_and(|event| event.detail == Detail::ReportsLinked.to_stored()) {
            return Ok(1);
        }
        let linked = first_of(self.db, self.project, Action::ReportsLinked).await?;
        Ok(linked.unwrap_or(i64::MAX))
    }

    async fn reports_in(&self, (after, last): (i64, i64)) -> Result<Rows, DbErr> {
        let rows = delivery_report::Entity::find()
            .filter(delivery_report::Column::Chain.eq(self.project))
            .filter(delivery_report::Column::Seq.gt(after))
            .filter(delivery_report::Column::Seq.lte(last))
            .all(self.db)
            .await?;
        Ok(rows.into_iter().map(|row| ((row.seq, row.number), row)).collect())
    }

    /// The events that say how the fetches of these links went, in their order.
    pub(in crate::store::receipts) async fn said_in(
        &self,
        (after, last): (i64, i64),
    ) -> Result<Vec<Said>, DbErr> {
        static TEXT: Prepared = Prepared::new();
        let backend = self.db.get_database_backend();
        let values: Vec<Value> = vec![self.project.into(), after.into(), last.into()];
        let about = TEXT.with(backend, || numbered(backend, ABOUT), values);
        let mut events = Vec::new();
        for row in self.db.query_all_raw(about).await? {
            let (chain, action): (Uuid, String) =
                (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
            if chain != self.project || action != Action::DeliveryReported.word() {
                continue;
            }
            let detail: String = row.try_get_by_index(2)?;
            let detail = Detail::from_stored(&detail);
            events.push((row.try_get_by_index(0)?, row.try_get_by_index(1)?, detail));
        }
        Ok(events)
    }
}

/// The first row of some links that is wrong. `unsaid`: before that link a row may have no event.
fn wrong_among(
    rows: &Rows,
    events: &[Said],
    (after, end): (i64, i64),
    unsaid: i64,
) -> Option<WrongSum> {
    let mut expected: BTreeMap<(i64, i32), (i64, i64, Report)> = BTreeMap::new();
    // Of each range of receipts that somebody spoke of, how many reports there are.
    let mut ranges: BTreeMap<(i64, i32, i32), u64> = BTreeMap::new();
    for (link, at, detail) in events.iter().rev() {
        let Detail::Report(of) = detail else {
            return Some(WrongSum::of_link("audit_event", *link));
        };
        // Links of before receipts had numbers may share a fetch.
        if of.link <= after || of.link > end || of.first > of.last {
            continue;
        }
        let reports = ranges.entry((of.link, of.first, of.last)).or_insert_with(|| {
            let mut count = 0;
            for (key, _) in rows.range((of.link, of.first)..=(of.link, of.last)) {
                expected.entry(*key).or_insert((*link, *at, of.outcome));
                count += 1;
            }
            count
        });
        if *reports != of.deliveries {
            return Some(WrongSum::of_report(of.link, of.first));
        }
    }
    let is_right = |key: &(i64, i32), row: &delivery_report::Model| match expected.get(key) {
        Some((link, at, outcome)) => {
            // A version of before has no column for the link. What the row says is what counts.
            (row.at, row.outcome.as_str()) == (*at, outcome.word())
                && [0, *link].contains(&row.link)
        }
        None => row.link == 0 && row.seq < unsaid,
    };
    let wrong = rows.iter().find(|(key, row)| !is_right(key, row));
    wrong.map(|((link, number), _)| WrongSum::of_report(*link, *number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::Reported;

    fn row(number: i32, outcome: Report, at: i64, link: i64) -> delivery_report::Model {
        let outcome = outcome.word().to_owned();
        delivery_report::Model { chain: Uuid::nil(), seq: 7, number, outcome, at, link }
    }

    fn rows(rows: &[delivery_report::Model]) -> Rows {
        rows.iter().map(|row| ((row.seq, row.number), row.clone())).collect()
    }

    fn said(link: i64, (first, last, deliveries): (i32, i32, u64), outcome: Report) -> Said {
        let of = Reported { outcome, link: 7, first, last, deliveries };
        (link, link * 10, Detail::Report(of))
    }

    #[test]
    fn the_last_event_of_a_report_is_what_counts() {
        let events = [said(8, (0, 9, 2), Report::Worked), said(9, (2, 2, 1), Report::Failed)];
        let wrong = |rows: &Rows| wrong_among(rows, &events, (0, 10), 0);
        let (one, two) = (row(1, Report::Worked, 80, 8), row(2, Report::Failed, 90, 9));
        assert_eq!(wrong(&rows(&[one.clone(), two.clone()])), None);
        for changed in [
            row(2, Report::Worked, 80, 8),
            row(2, Report::Worked, 90, 9),
            row(2, Report::Failed, 91, 9),
            row(2, Report::Failed, 90, 7),
        ] {
            let found = wrong(&rows(&[one.clone(), changed]));
            assert_eq!(found, Some(WrongSum::of_report(7, 2)));
        }
        assert!(wrong(&rows(std::slice::from_ref(&one))).is_some(), "one is gone");
        assert!(wrong(&rows(&[one, two, row(3, Report::Worked, 80, 8)])).is_some(), "one more");
        assert!(wrong(&Rows::new()).is_some());
    }

    #[test]
    fn what_no_event_says_is_older_than_all_events_of_reports() {
        let old = rows(&[row(1, Report::Worked, 5, 0)]);
        assert_eq!(wrong_among(&old, &[], (0, 10), i64::MAX), None);
        assert_eq!(wrong_among(&old, &[], (0, 10), 8), None);
        assert!(wrong_among(&old, &[], (0, 10), 7).is_some());
        let linked = rows(&[row(1, Report::Worked, 5, 4)]);
        assert!(wrong_among(&linked, &[], (0, 10), i64::MAX).is_some());
    }

    #[test]
    fn an_event_that_says_nothing_of_a_report_is_named() {
        let found = wrong_among(&Rows::new(), &[(8, 80, Detail::Nothing)], (0, 10), 0);
        assert_eq!(found, Some(WrongSum::of_link("audit_event", 8)));
    }
}
