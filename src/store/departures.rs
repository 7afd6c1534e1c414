//! What outlives the right of who made it: live tokens and trust rules, approvals, grants, and the
//! secrets that people were shown or typed.

mod elsewhere;
mod known;
mod standing;

pub use standing::{StandingGrant, StandingRule};

use super::Departures;
use super::prepared::numbered;
use super::seals::Sealing;
use crate::domain::audit::Subject;
use crate::domain::departure::{Leftover, Lost, Thing};
use crate::domain::moment::{Day, Moment};
use crate::domain::trust_rule::Provider;
use sea_orm::{DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

/// Whose things are looked for.
#[derive(Clone, Copy)]
enum Whose {
    Anybody,
    Id(Uuid),
    /// Those of nobody known, under the name that this person has.
    Name(Uuid),
}

/// A kind of thing: what is read of it, and what says whose it is.
struct Kind {
    /// The columns project, slug, pipeline, name, maker, thing, last use and what the thing is of.
    text: &'static str,
    maker: &'static str,
    /// What says it of one from before ids were kept; such an approval there is not.
    name: Option<&'static str>,
    project: &'static str,
    read: fn(&QueryResult) -> Result<Thing, DbErr>,
}

const TOKENS: Kind = Kind {
    text: "SELECT project.id, project.slug, pipeline.id, pipeline.name, pipeline_token.created_by,
    pipeline_token.id, pipeline_token.last_used_at
    FROM pipeline_token INNER JOIN pipeline ON pipeline.id = pipeline_token.pipeline_id
    INNER JOIN project ON project.id = pipeline_token.project_id
    WHERE pipeline_token.revoked_at IS NULL AND pipeline_token.expires_at IS NULL
    AND pipeline_token.expires_on >= ?",
    maker: "pipeline_token.created_by_id",
    name: Some("pipeline_token.created_by"),
    project: "pipeline_token.project_id",
    read: |row| Ok(Thing::Token(row.try_get_by_index(5)?)),
};

const RULES: Kind = Kind {
    text: "SELECT project.id, project.slug, pipeline.id, pipeline.name, trust_rule.created_by,
    trust_rule.id, trust_rule.last_used_at, trust_rule.provider
    FROM trust_rule INNER JOIN pipeline ON pipeline.id = trust_rule.pipeline_id
    INNER JOIN project ON project.id = trust_rule.project_id
    WHERE trust_rule.ended_at IS NULL",
    maker: "trust_rule.created_by_id",
    name: Some("trust_rule.created_by"),
    project: "trust_rule.project_id",
    read: |row| {
        let provider: String = row.try_get_by_index(7)?;
        Ok(Thing::Rule { id: row.try_get_by_index(5)?, provider: Provider::from_word(&provider) })
    },
};

const APPROVALS: Kind = Kind {
    text: "SELECT project.id, project.slug, pipeline.id, pipeline.name, access_grant.approver,
    access_grant.id, usage.last_used_at, credential.id, credential.name
    FROM access_grant INNER JOIN pipeline ON pipeline.id = access_grant.pipeline_id
    INNER JOIN credential ON credential.id = access_grant.credential_id
    INNER JOIN project ON project.id = access_grant.project_id
    LEFT JOIN usage ON usage.credential_id = access_grant.credential_id
    AND usage.pipeline_id = access_grant.pipeline_id
    WHERE access_grant.approver IS NOT NULL",
    maker: "access_grant.approved_by",
    name: None,
    project: "access_grant.project_id",
    read: |row| {
        let (grant, credential) = grant(row)?;
        Ok(Thing::Approval { grant, credential })
    },
};

const GRANTS: Kind = Kind {
    text: "SELECT project.id, project.slug, pipeline.id, pipeline.name, access_grant.created_by,
    access_grant.id, usage.last_used_at, credential.id, credential.name
    FROM access_grant INNER JOIN pipeline ON pipeline.id = access_grant.pipeline_id
    INNER JOIN credential ON credential.id = access_grant.credential_id
    INNER JOIN project ON project.id = access_grant.project_id
    LEFT JOIN usage ON usage.credential_id = access_grant.credential_id
    AND usage.pipeline_id = access_grant.pipeline_id
    WHERE access_grant.project_id = project.id",
    maker: "access_grant.granted_by",
    name: Some("access_grant.created_by"),
    project: "access_grant.project_id",
    read: |row| {
        let (grant, credential) = grant(row)?;
        Ok(Thing::Grant { grant, credential })
    },
};

const SHOWN: &str = "SELECT project.id, project.slug, person.name
    FROM shared_secret_view INNER JOIN project ON project.id = shared_secret_view.project_id
    INNER JOIN person ON person.id = shared_secret_view.person_id
    WHERE shared_secret_view.person_id = ? AND EXISTS (SELECT 1 FROM trust_rule
        WHERE trust_rule.provider = 'drone'
        AND trust_rule.project_id = shared_secret_view.project_id)";

impl<C: Sealing> Departures<'_, C> {
    /// What the person made, approved and was shown with the rights that they lose, and still works, by
    /// project and pipeline; and what somebody of their name made before ids were kept.
    pub async fn of(&self, person: Uuid, lost: Lost, today: Day) -> Result<Vec<Leftover>, DbErr> {
        let mut left = Vec::new();
        if lost.is_of_access() {
            left = self.of_access(person, lost.place(), today).await?;
        }
        if lost.is_of_audit() {
            left.extend(self.destinations(person, lost.place()).await?);
        }
        if lost.is_of_instance() {
            left.extend(self.issuers(person).await?);
        }
        Ok(sorted(left))
    }

    /// What lets pipelines in, in this project or in all of them.
    async fn of_access(
        &self,
        person: Uuid,
        project: Option<Uuid>,
        today: Day,
    ) -> Result<Vec<Leftover>, DbErr> {
        let mut left = Vec::new();
        for kind in [TOKENS, RULES, APPROVALS, GRANTS] {
            left.extend(self.read(&kind, Whose::Id(person), project, today).await?);
            left.extend(self.read(&kind, Whose::Name(person), project, today).await?);
        }
        left.extend(self.known(person, project).await?);
        let mut values: Vec<Value> = vec![person.into()];
        values.extend(project.map(Value::from));
        let one = project.map_or("", |_| " AND shared_secret_view.project_id = ?");
        for row in self.rows(&format!("{SHOWN}{one}"), values).await? {
            left.push(Leftover {
                project: row.try_get_by_index(0)?,
                slug: row.try_get_by_index(1)?,
                pipeline: None,
                maker: row.try_get_by_index(2)?,
                thing: Thing::SharedSecret,
                last_used_at: None,
                is_by_name: false,
            });
        }
        Ok(left)
    }

    /// Every live token, trust rule and approval, and every destination that is on, whoever it is of.
    pub async fn everything(&self, today: Day) -> Result<Vec<Leftover>, DbErr> {
        let mut left = Vec::new();
        for kind in [TOKENS, RULES, APPROVALS] {
            left.extend(self.read(&kind, Whose::Anybody, None, today).await?);
        }
        left.extend(self.destinations_on().await?);
        Ok(sorted(left))
    }

    async fn read(
        &self,
        kind: &Kind,
        whose: Whose,
        project: Option<Uuid>,
        today: Day,
    ) -> Result<Vec<Leftover>, DbErr> {
        let mut text = kind.text.to_owned();
        let mut values: Vec<Value> = Vec::new();
        if text.contains('?') {
            values.push(today.to_text().into());
        }
        let maker = kind.maker;
        match (whose, kind.name) {
            (Whose::Anybody, _) => {}
            (Whose::Id(person), _) => {
                text.push_str(&format!(" AND {maker} = ?"));
                values.push(person.into());
            }
            (Whose::Name(person), Some(name)) => {
                text.push_str(&format!(
                    " AND {maker} IS NULL AND {name} = (SELECT person.name FROM person WHERE person.id = ?)"
                ));
                values.push(person.into());
            }
            (Whose::Name(_), None) => return Ok(Vec::new()),
        }
        if let Some(id) = project {
            text.push_str(&format!(" AND {} = ?", kind.project));
            values.push(id.into());
        }
        let read = |row: &QueryResult| -> Result<Leftover, DbErr> {
            let pipeline = Subject { id: row.try_get_by_index(2)?, name: row.try_get_by_index(3)? };
            Ok(Leftover {
                project: row.try_get_by_index(0)?,
                slug: row.try_get_by_index(1)?,
                pipeline: Some(pipeline),
                maker: row.try_get_by_index(4)?,
                last_used_at: row.try_get_by_index::<Option<i64>>(6)?.map(Moment),
                thing: (kind.read)(row)?,
                is_by_name: matches!(whose, Whose::Name(_)),
            })
        };
        self.rows(&text, values).await?.iter().map(read).collect()
    }

    async fn rows(&self, text: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        let backend = self.db.get_database_backend();
        let text = numbered(backend, text);
        self.db.query_all_raw(Statement::from_sql_and_values(backend, text, values)).await
    }
}

/// The grant of the row and its credential.
fn grant(row: &QueryResult) -> Result<(Uuid, Subject), DbErr> {
    let credential = Subject { id: row.try_get_by_index(7)?, name: row.try_get_by_index(8)? };
    Ok((row.try_get_by_index(5)?, credential))
}

fn sorted(mut left: Vec<Leftover>) -> Vec<Leftover> {
    let pipeline = |one: &Leftover| one.pipeline.as_ref().map(|pipeline| pipeline.name.clone());
    left.sort_by_cached_key(|one| (one.slug.clone(), pipeline(one), one.thing.label()));
    left
}
