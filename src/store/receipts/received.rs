//! Which pipelines were handed which version of a credential, and since when: from the sums of the days,
//! and from what is not in them yet.

use super::Receipts;
use super::days::DaySum;
use super::usage::{READ, TAIL};
use crate::domain::delivery::Outcome;
use crate::store::prepared::numbered;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Deliveries of a pipeline, on days on which it received the same versions.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct VersionsReceived {
    pub pipeline_id: Uuid,
    pub first_version: i64,
    pub last_version: i64,
    pub times: i64,
    /// Milliseconds.
    pub first_at: i64,
    pub last_at: i64,
}

const RECEIVED: &str = "SELECT \"usage_day\".\"pipeline_id\" AS pipeline_id,
        \"usage_day\".\"first_version\" AS first_version,
        \"usage_day\".\"last_version\" AS last_version,
        CAST(SUM(\"usage_day\".\"times\") AS BIGINT) AS times,
        MIN(\"usage_day\".\"first_at\") AS first_at, MAX(\"usage_day\".\"last_at\") AS last_at
    FROM \"usage_day\" WHERE \"usage_day\".\"chain\" = ? AND \"usage_day\".\"credential_id\" = ?
        AND \"usage_day\".\"outcome\" = ? AND \"usage_day\".\"first_version\" IS NOT NULL
    GROUP BY \"usage_day\".\"pipeline_id\", \"usage_day\".\"first_version\",
        \"usage_day\".\"last_version\"";

impl<C: ConnectionTrait> Receipts<'_, C> {
    /// Who received which versions of the credential, and whether there are receipts that are not in it
    /// yet.
    pub async fn versions_received(
        &self,
        credential: Uuid,
    ) -> Result<(Vec<VersionsReceived>, bool), DbErr> {
        let mut times = 0;
        loop {
            times += 1;
            let done = self.counted().await?.summed_seq;
            let summed = self.summed(credential).await?;
            let newest = self.newest_seq().await?;
            let last = newest.min(done.saturating_add(TAIL));
            let tail = if last > done { self.sums_between(done, last).await? } else { Vec::new() };
            // What came into the days in between would be there twice: in the end it is left to them.
            let is_moved = self.counted().await?.summed_seq != done;
            if is_moved && times < READ {
                continue;
            }
            let tail = if is_moved { Vec::new() } else { tail };
            let delivered = Outcome::Delivered.word();
            let is_of_it =
                |sum: &&DaySum| sum.credential_id == credential && sum.outcome == delivered;
            let tail = tail.iter().filter(is_of_it).filter_map(of_sum);
            let is_behind = is_moved || last < newest;
            return Ok((together(summed.into_iter().chain(tail)), is_behind));
        }
    }

    async fn summed(&self, credential: Uuid) -> Result<Vec<VersionsReceived>, DbErr> {
        let backend = self.db.get_database_backend();
        let values: Vec<Value> =
            vec![self.project.into(), credential.into(), Outcome::Delivered.word().into()];
        let text = numbered(backend, RECEIVED);
        let statement = Statement::from_sql_and_values(backend, text, values);
        VersionsReceived::find_by_statement(statement).all(self.db).await
    }
}

fn of_sum(sum: &DaySum) -> Option<VersionsReceived> {
    Some(VersionsReceived {
        pipeline_id: sum.pipeline_id,
        first_version: sum.first_version?,
        last_version: sum.last_version?,
        times: sum.times,
        first_at: sum.first_at,
        last_at: sum.last_at,
    })
}

/// The same with one row for each pipeline and range of versions, in their order.
fn together(rows: impl Iterator<Item = VersionsReceived>) -> Vec<VersionsReceived> {
    let mut all: BTreeMap<(Uuid, i64, i64), VersionsReceived> = BTreeMap::new();
    for row in rows {
        let key = (row.pipeline_id, row.first_version, row.last_version);
        if let Some(known) = all.get_mut(&key) {
            known.times += row.times;
            known.first_at = known.first_at.min(row.first_at);
            known.last_at = known.last_at.max(row.last_at);
        } else {
            all.insert(key, row);
        }
    }
    all.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_days_yet_is_added_to_what_is() {
        let row = |version: i64, first_at: i64, last_at: i64| VersionsReceived {
            pipeline_id: Uuid::nil(),
            first_version: version,
            last_version: version,
            times: 2,
            first_at,
            last_at,
        };
        let all = together([row(2, 50, 60), row(1, 10, 20), row(2, 70, 80)].into_iter());
        assert_eq!(all, [row(1, 10, 20), VersionsReceived { times: 4, ..row(2, 50, 80) }]);
    }
}
