//! Which pipelines stand behind a credential.

use super::entity::usage;
use super::seals::Sealing;
use super::{Credentials, Grants, Pipelines};
use crate::domain::credential::Dependent;
use crate::domain::moment::Moment;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

impl<C: Sealing> Credentials<'_, C> {
    /// Pipelines that hold a grant of the credential, have received it, or both; the last to
    /// receive it first.
    pub async fn dependents(&self, id: Uuid) -> Result<Vec<Dependent>, DbErr> {
        let (db, project) = (self.db, self.project);
        let mut dependents: Vec<Dependent> = usage::Entity::find()
            .filter(usage::Column::ProjectId.eq(project))
            .filter(usage::Column::CredentialId.eq(id))
            .order_by_desc(usage::Column::LastAt)
            .all(db)
            .await?
            .into_iter()
            .map(|row| Dependent {
                pipeline_id: row.pipeline_id,
                pipeline: row.pipeline,
                grant: None,
                deliveries: row.deliveries,
                last_delivery: Some(Moment(row.last_at)),
                last_version: Some(row.last_version),
                used: row.used,
                last_use: row.last_used_at.map(Moment),
            })
            .collect();
        let grants = Grants::new(db, project).of_credential(id).await?;
        let holders = grants.iter().map(|(pipeline, _)| *pipeline).collect();
        let names = Pipelines::new(db, project).names(holders).await?;
        for (pipeline_id, intent) in grants {
            if let Some(found) = dependents.iter_mut().find(|d| d.pipeline_id == pipeline_id) {
                // Of two grants the wider one is told.
                if found.grant.is_none_or(|held| !held.satisfies(intent)) {
                    found.grant = Some(intent);
                }
            } else {
                dependents.push(Dependent {
                    pipeline_id,
                    pipeline: names.get(&pipeline_id).cloned().unwrap_or_default(),
                    grant: Some(intent),
                    deliveries: 0,
                    last_delivery: None,
                    last_version: None,
                    used: 0,
                    last_use: None,
                });
            }
        }
        Ok(dependents)
    }
}
