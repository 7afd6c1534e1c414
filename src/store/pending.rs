//! Grants that may wait for a second person: found by a mark, and judged by what decides in them; and
//! who acts as their pipelines.

use super::authentic::{is_genuine, ours_among};
use super::entity::access_grant::{ActiveModel, Column, Model};
use super::entity::{pipeline_token, readable, trust_rule};
use super::prepared::numbered;
use super::seals::Sealing;
use super::terms;
use super::{Grants, Tokens, TrustRules};
use crate::domain::approval::Rejection;
use crate::domain::grant::Terms;
use crate::domain::moment::{Day, Moment};
use crate::domain::pipeline::Token;
use crate::domain::trust_rule::TrustRule;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, QueryFilter,
    Statement, Value,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Behind every day that there is: nobody has to look.
const FOR_EVER: &str = "9999-12-31";

/// The mark of a grant that waits, or of one that needs no approval.
pub(super) fn settled_unless(waits: bool) -> String {
    if waits { String::new() } else { FOR_EVER.to_owned() }
}

/// Asked for every page, so that it is one statement while nothing waits.
const ANY: &str = "SELECT CASE WHEN EXISTS (SELECT 1 FROM access_grant
        WHERE access_grant.project_id = ? AND access_grant.settled_until < ?
        AND access_grant.needs_approval)
    OR EXISTS (SELECT 1 FROM guard_change
        WHERE guard_change.project_id = ? AND guard_change.rejected_at IS NULL)
    THEN 1 ELSE 0 END AS is_pending";

/// Where the grants of the project are that may wait. The names of its columns are quoted where its plan
/// is looked at.
const GRANTS: &str =
    "SELECT access_grant.created_at AS asked_at, access_grant.id AS id, 0 AS is_change
    FROM access_grant WHERE \"access_grant\".\"project_id\" = ?
    AND \"access_grant\".\"settled_until\" < ? AND \"access_grant\".\"needs_approval\"";
/// The same of the changes that lower guards.
const CHANGES: &str =
    "SELECT guard_change.proposed_at AS asked_at, guard_change.id AS id, 1 AS is_change
    FROM guard_change WHERE \"guard_change\".\"project_id\" = ?
    AND \"guard_change\".\"rejected_at\" IS NULL";

/// Where a request is that may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct PendingPlace {
    /// Milliseconds.
    pub asked_at: i64,
    pub id: Uuid,
    /// 1 for a change of guards, and 0 for a grant.
    pub is_change: i32,
}

/// A grant that may wait.
#[derive(Clone, Debug)]
pub struct PendingGrant {
    pub id: Uuid,
    pub pipeline_id: Uuid,
    pub credential_id: Uuid,
    pub credential: String,
    pub host: String,
    pub terms: Terms,
    /// As in [`super::GrantRow`].
    pub granted_by: Option<Uuid>,
    pub created_at: Moment,
    pub created_by: String,
    pub rejection: Option<Rejection>,
}

impl<C: Sealing> Grants<'_, C> {
    /// Whether a grant may wait on that day, or a change of guards does.
    pub async fn is_any_pending(&self, today: Day) -> Result<bool, DbErr> {
        let backend = self.db.get_database_backend();
        let values: [Value; 3] = [self.project.into(), today.to_text().into(), self.project.into()];
        let statement = Statement::from_sql_and_values(backend, numbered(backend, ANY), values);
        let row = self.db.query_one_raw(statement).await?;
        Ok(row.map(|row| row.try_get_by_index::<i32>(0)).transpose()?.is_some_and(|any| any > 0))
    }

    /// Where the requests of the project are that may wait on that day, the oldest first: at most so
    /// many after the place. Of those that are for the viewer none is left out, nor of those that are not
    /// when these are wanted; which of them are is told by who can act as the pipelines, too.
    pub async fn pending_places(
        &self,
        today: Day,
        (viewer, is_for_viewer): (Uuid, bool),
        after: Option<(i64, Uuid)>,
        most: u64,
    ) -> Result<Vec<PendingPlace>, DbErr> {
        let (project, viewer) = (Value::from(self.project), Value::from(viewer));
        let mut values = vec![project.clone(), today.to_text().into()];
        let (by_others, compared) = if is_for_viewer {
            values.push(viewer.clone());
            (" AND \"access_grant\".\"granted_by\" <> ?", "<>")
        } else {
            ("", "=")
        };
        values.extend([project, viewer]);
        let beyond = match after {
            Some((asked_at, id)) => {
                values.extend([Value::from(asked_at), Value::from(id)]);
                "WHERE (found.asked_at, found.id) > (?, ?)"
            }
            None => "",
        };
        values.push(i64::try_from(most).unwrap_or(i64::MAX).into());
        let text = format!(
            "SELECT found.asked_at AS asked_at, found.id AS id, found.is_change AS is_change
            FROM ({GRANTS}{by_others} UNION ALL {CHANGES} AND \"guard_change\".\"proposed_by\" {compared} ?) AS found
            {beyond} ORDER BY found.asked_at, found.id LIMIT ?"
        );
        let backend = self.db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, numbered(backend, &text), values);
        PendingPlace::find_by_statement(statement).all(self.db).await
    }

    /// These of the project's grants, each with its credential, where both are as we wrote them.
    pub async fn pending(&self, ids: Vec<Uuid>) -> Result<Vec<PendingGrant>, DbErr> {
        let rows = self.rows().filter(Column::Id.is_in(ids));
        let rows = self.with_credentials(Column::CredentialId, rows).await?;
        Ok(rows
            .into_iter()
            .filter_map(|(grant, credential)| {
                Some(PendingGrant {
                    terms: terms::read(&grant)?,
                    rejection: rejection(&grant),
                    id: grant.id,
                    pipeline_id: grant.pipeline_id,
                    credential_id: credential.id,
                    credential: credential.name,
                    host: credential.host,
                    granted_by: grant.granted_by,
                    created_at: Moment(grant.created_at),
                    created_by: grant.created_by,
                })
            })
            .collect())
    }

    /// Writes down that somebody did not approve the grant, which asks nobody until that day is over;
    /// without one it asks nobody any more. It counts as a change, so that nobody approves it on a page
    /// from before. `false` when there is no such grant, or when it has changed since the count `seen`.
    pub async fn reject(
        &self,
        (id, seen): (Uuid, i64),
        rejection: Rejection,
        until: Option<Day>,
    ) -> Result<bool, DbErr> {
        let such = Condition::all().add(Column::Id.eq(id)).add(Column::Revision.eq(seen));
        let reject = |row: &Model| ActiveModel {
            revision: Set((row.revision + 1).max(rejection.at.0)),
            settled_until: Set(until.map_or_else(|| settled_unless(false), Day::to_text)),
            rejected_at: Set(Some(rejection.at.0)),
            rejected_by: Set(Some(rejection.by.clone())),
            rejection: Set(Some(rejection.reason.clone())),
            ..ActiveModel::default()
        };
        Ok(self.change(such, reject).await? > 0)
    }

    /// Marks the grants of the pipeline that need approvals: somebody more can act as it, which nobody
    /// has rejected yet.
    pub(super) async fn look_again(&self, pipeline: Uuid) -> Result<(), DbErr> {
        let row = ActiveModel {
            settled_until: Set(settled_unless(true)),
            rejected_at: Set(None),
            rejected_by: Set(None),
            rejection: Set(None),
            ..ActiveModel::default()
        };
        let such = self.updates(row).filter(Column::PipelineId.eq(pipeline));
        such.filter(Column::NeedsApproval.eq(true)).exec(self.db).await.map(drop)
    }
}

/// What was said of the grant by who did not approve it.
pub(super) fn rejection(row: &Model) -> Option<Rejection> {
    Some(Rejection {
        by: row.rejected_by.clone()?,
        at: Moment(row.rejected_at?),
        reason: row.rejection.clone()?,
    })
}

impl<C: Sealing> Tokens<'_, C> {
    /// The live tokens that people made, of these pipelines of the project.
    pub async fn live_of(
        &self,
        project: Uuid,
        pipelines: &BTreeSet<Uuid>,
        today: Day,
    ) -> Result<HashMap<Uuid, Vec<Token>>, DbErr> {
        use pipeline_token::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::ProjectId.eq(project))
            .filter(Column::PipelineId.is_in(pipelines.iter().copied()))
            .filter(Column::ExpiresAt.is_null())
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresOn.gte(today.to_text()))
            .all(self.db)
            .await?;
        let mut live: HashMap<Uuid, Vec<Token>> = HashMap::new();
        for row in ours_among(self.db, rows, is_genuine::<Entity>).await {
            live.entry(row.pipeline_id).or_default().extend(readable::<_, Token>([row]));
        }
        Ok(live)
    }
}

impl<C: Sealing> TrustRules<'_, C> {
    /// The rules of these pipelines that have not stopped.
    pub async fn live_of(
        &self,
        pipelines: &BTreeSet<Uuid>,
    ) -> Result<HashMap<Uuid, Vec<TrustRule>>, DbErr> {
        use trust_rule::Column;
        let rows = self
            .rows()
            .filter(Column::PipelineId.is_in(pipelines.iter().copied()))
            .filter(Column::EndedAt.is_null())
            .all(self.db)
            .await?;
        let mut live: HashMap<Uuid, Vec<TrustRule>> = HashMap::new();
        for row in self.genuine(rows).await {
            live.entry(row.pipeline_id).or_default().extend(readable::<_, TrustRule>([row]));
        }
        Ok(live)
    }
}
