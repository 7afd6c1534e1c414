//! What stands in the rows, to be compared with what the audit says of it: grants, trust rules and
//! credentials, whoever they are of and whether or not we wrote them.

use super::Departures;
use crate::domain::audit::Subject;
use crate::domain::credential::Credential;
use crate::domain::grant::Terms;
use crate::domain::moment::Moment;
use crate::domain::trust_rule::Provider;
use crate::store::entity::{access_grant, credential};
use crate::store::seals::Sealing;
use crate::store::terms;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryResult};
use std::collections::HashMap;
use uuid::Uuid;

const PIPELINES: &str =
    "SELECT pipeline.id, pipeline.name FROM pipeline WHERE pipeline.project_id = ?";

const GRANTS: &str = "SELECT pipeline.id, pipeline.name, credential.id, credential.name,
    access_grant.approved_by, access_grant.id
    FROM access_grant INNER JOIN pipeline ON pipeline.id = access_grant.pipeline_id
    INNER JOIN credential ON credential.id = access_grant.credential_id
    WHERE access_grant.project_id = ?";

const RULES: &str = "SELECT pipeline.id, pipeline.name, trust_rule.created_at, trust_rule.provider,
    trust_rule.ended_at
    FROM trust_rule INNER JOIN pipeline ON pipeline.id = trust_rule.pipeline_id
    WHERE trust_rule.project_id = ?";

#[derive(Clone, Debug)]
pub struct StandingGrant {
    pub pipeline: Subject,
    pub credential: Subject,
    pub is_approved: bool,
    /// `None` for what cannot be read, which reaches nobody.
    pub terms: Option<Terms>,
}

#[derive(Clone, Debug)]
pub struct StandingRule {
    pub pipeline: Subject,
    pub provider: Provider,
    pub created_at: Moment,
    pub is_ended: bool,
}

impl<C: Sealing> Departures<'_, C> {
    /// Every pipeline of the project.
    pub async fn standing_pipelines(&self, project: Uuid) -> Result<Vec<Subject>, DbErr> {
        self.rows(PIPELINES, vec![project.into()]).await?.iter().map(pipeline).collect()
    }

    /// Every grant of the project.
    pub async fn standing_grants(&self, project: Uuid) -> Result<Vec<StandingGrant>, DbErr> {
        let rows = access_grant::Entity::find();
        let rows = rows.filter(access_grant::Column::ProjectId.eq(project)).all(self.db).await?;
        let known: HashMap<Uuid, Option<Terms>> =
            rows.iter().map(|row| (row.id, terms::read(row))).collect();
        let read = |row: &QueryResult| -> Result<StandingGrant, DbErr> {
            let id: Uuid = row.try_get_by_index(5)?;
            Ok(StandingGrant {
                pipeline: pipeline(row)?,
                credential: Subject {
                    id: row.try_get_by_index(2)?,
                    name: row.try_get_by_index(3)?,
                },
                is_approved: row.try_get_by_index::<Option<Uuid>>(4)?.is_some(),
                terms: known.get(&id).cloned().flatten(),
            })
        };
        self.rows(GRANTS, vec![project.into()]).await?.iter().map(read).collect()
    }

    /// Every trust rule of the project, but for those of which only a newer program knows the provider.
    pub async fn standing_rules(&self, project: Uuid) -> Result<Vec<StandingRule>, DbErr> {
        let mut rules = Vec::new();
        for row in self.rows(RULES, vec![project.into()]).await? {
            let provider: String = row.try_get_by_index(3)?;
            let Some(provider) = Provider::from_word(&provider) else { continue };
            rules.push(StandingRule {
                pipeline: pipeline(&row)?,
                provider,
                created_at: Moment(row.try_get_by_index(2)?),
                is_ended: row.try_get_by_index::<Option<i64>>(4)?.is_some(),
            });
        }
        Ok(rules)
    }

    /// Every credential of the project that can be read.
    pub async fn standing_credentials(&self, project: Uuid) -> Result<Vec<Credential>, DbErr> {
        let rows = credential::Entity::find().filter(credential::Column::ProjectId.eq(project));
        let rows = rows.all(self.db).await?.into_iter();
        Ok(rows.filter_map(|row| Credential::try_from(row).ok()).collect())
    }
}

fn pipeline(row: &QueryResult) -> Result<Subject, DbErr> {
    Ok(Subject { id: row.try_get_by_index(0)?, name: row.try_get_by_index(1)? })
}
