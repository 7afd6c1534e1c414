//! What a review is about: everything of the project that lets somebody in, read from its own tables and
//! not from lists of what should be there.

use crate::domain::credential::Access;
use crate::domain::moment::{Day, Moment};
use crate::domain::pipeline::Token;
use crate::domain::review::ReviewKind;
use crate::domain::trust_rule::TrustRule;
use crate::domain::user::Maker;
use crate::store::authentic::{is_genuine, ours_among};
use crate::store::entity::{access_grant, credential, pipeline, pipeline_token, trust_rule};
use crate::store::seals::Sealing;
use crate::store::{
    Credentials, Grants, Pipelines, Projects, Store, TrustRules, Write, terms, trust_rules,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Ids that one statement asks for.
const AT_ONCE: usize = 500;

const UNREADABLE: &str = "It cannot be read, so it lets nobody in.";

/// Something that lets somebody in, as it is now.
#[derive(Clone, Debug)]
pub struct Frozen {
    pub kind: ReviewKind,
    /// Its id; of a token the public half.
    pub subject: String,
    pub pipeline: Option<Uuid>,
    pub credential: Option<Uuid>,
    pub name: String,
    pub terms: String,
    /// Who granted or created it; of a membership who has it, and of a credential who owns it.
    pub whose: Maker,
    pub made_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
    pub can_push: bool,
    pub is_stopped: bool,
    /// Whether we wrote its row.
    pub is_ours: bool,
}

impl Store {
    /// Everything of the project that lets somebody in on that day.
    pub async fn population(&self, project: Uuid, today: Day) -> Result<Vec<Frozen>, DbErr> {
        population(&self.reader, project, today).await
    }
}

impl Write {
    /// The same, as this transaction sees it: with the chain of the project held nobody gives a pipeline
    /// more or takes something from it. Who belongs to the project is read in one statement.
    pub async fn population(&self, project: Uuid, today: Day) -> Result<Vec<Frozen>, DbErr> {
        population(&self.0, project, today).await
    }
}

async fn population<C: Sealing>(db: &C, project: Uuid, today: Day) -> Result<Vec<Frozen>, DbErr> {
    let mut all = grants(db, project).await?;
    all.extend(tokens(db, project, today).await?);
    all.extend(rules(db, project).await?);
    name(db, project, &mut all).await?;
    let members = members(db, project).await?;
    all.extend(owners(db, project, &members).await?);
    all.extend(members);
    all.sort_by(|one, other| {
        let place = |of: &Frozen| ReviewKind::ALL.iter().position(|kind| *kind == of.kind);
        let (first, second) = ((place(one), &one.name), (place(other), &other.name));
        first.cmp(&second).then_with(|| one.subject.cmp(&other.subject))
    });
    Ok(all)
}

async fn grants<C: Sealing>(db: &C, project: Uuid) -> Result<Vec<Frozen>, DbErr> {
    let grants = Grants::new(db, project);
    let of_its_pipelines = access_grant::Column::PipelineId.in_subquery(pipelines_of(project));
    let rows = grants.rows().filter(of_its_pipelines);
    let rows = rows.order_by_asc(access_grant::Column::Id).all(db).await?;
    let ours = grants.genuine(rows.clone()).await;
    let ours: HashSet<Uuid> = ours.into_iter().map(|row| row.id).collect();
    let frozen = |row: access_grant::Model| {
        let terms = terms::read(&row);
        Frozen {
            kind: ReviewKind::Grant,
            subject: row.id.to_string(),
            pipeline: Some(row.pipeline_id),
            credential: Some(row.credential_id),
            name: String::new(),
            can_push: terms.as_ref().is_some_and(|one| one.intent == Access::PullAndPush),
            terms: terms.map_or_else(|| UNREADABLE.to_owned(), |one| one.in_words()),
            whose: Maker { id: row.granted_by, name: row.created_by },
            made_at: Some(Moment(row.created_at)),
            last_used_at: None,
            is_stopped: false,
            is_ours: ours.contains(&row.id),
        }
    };
    Ok(rows.into_iter().map(frozen).collect())
}

/// The way to what belongs to pipelines: an index by the project itself would be taken where a pipeline
/// is named, too.
fn pipelines_of(project: Uuid) -> SelectStatement {
    let its_own = Expr::col((pipeline::Entity, pipeline::Column::ProjectId)).eq(project);
    Query::select()
        .column(pipeline::Column::Id)
        .from(pipeline::Entity)
        .and_where(its_own)
        .to_owned()
}

/// The tokens that people made and that work still.
async fn tokens<C: Sealing>(db: &C, project: Uuid, today: Day) -> Result<Vec<Frozen>, DbErr> {
    use pipeline_token::Column::{ExpiresAt, Id, PipelineId, ProjectId};
    let rows = pipeline_token::Entity::find()
        .filter(ProjectId.eq(project))
        .filter(PipelineId.in_subquery(pipelines_of(project)))
        .filter(ExpiresAt.is_null())
        .order_by_asc(Id)
        .all(db)
        .await?;
    let ours = ours_among(db, rows.clone(), is_genuine::<pipeline_token::Entity>).await;
    let ours: HashSet<String> = ours.into_iter().map(|row| row.id).collect();
    let frozen = |row: pipeline_token::Model| {
        let (id, pipeline) = (row.id.clone(), row.pipeline_id);
        let (made_at, is_revoked) = (Moment(row.created_at), row.revoked_at.is_some());
        let whose = Maker { id: row.created_by_id, name: row.created_by.clone() };
        let token = Token::try_from(row).ok();
        let is_live = token.as_ref().map_or(!is_revoked, |token| token.is_live(today));
        let last_used_at = token.as_ref().and_then(|token| token.last_used_at);
        let terms = token.as_ref().map(|one| format!("until {}", one.expires_on.to_text()));
        is_live.then(|| Frozen {
            kind: ReviewKind::Token,
            name: token.map_or_else(|| id.clone(), |token| token.label().to_owned()),
            is_ours: ours.contains(&id),
            subject: id,
            pipeline: Some(pipeline),
            credential: None,
            terms: terms.unwrap_or_else(|| UNREADABLE.to_owned()),
            whose,
            made_at: Some(made_at),
            last_used_at,
            can_push: false,
            is_stopped: false,
        })
    };
    Ok(rows.into_iter().filter_map(frozen).collect())
}

async fn rules<C: Sealing>(db: &C, project: Uuid) -> Result<Vec<Frozen>, DbErr> {
    let rules = TrustRules::new(db, project);
    let rows = rules.rows().order_by_asc(trust_rule::Column::Id).all(db).await?;
    let ours = rules.genuine(rows.clone()).await;
    let ours: HashSet<Uuid> = ours.into_iter().map(|row| row.id).collect();
    let frozen = |row: trust_rule::Model| {
        let (id, pipeline, is_stopped) = (row.id, row.pipeline_id, row.ended_at.is_some());
        let whose = Maker { id: row.created_by_id, name: row.created_by.clone() };
        let (made_at, last_used_at) = (Moment(row.created_at), row.last_used_at.map(Moment));
        let rule = TrustRule::try_from(row).ok().map(trust_rules::without_salt);
        Frozen {
            kind: ReviewKind::TrustRule,
            subject: id.to_string(),
            pipeline: Some(pipeline),
            credential: None,
            name: rule.as_ref().map_or_else(|| id.to_string(), TrustRule::called),
            terms: rule.map_or_else(|| UNREADABLE.to_owned(), |rule| rule.in_words()),
            whose,
            made_at: Some(made_at),
            last_used_at,
            can_push: false,
            is_stopped,
            is_ours: ours.contains(&id),
        }
    };
    Ok(rows.into_iter().map(frozen).collect())
}

/// Everybody who belongs to the project, whether or not they may sign in.
async fn members<C: Sealing>(db: &C, project: Uuid) -> Result<Vec<Frozen>, DbErr> {
    let enrolled = Projects { db }.enrolled(project).await?;
    let frozen = enrolled.into_iter().map(|one| Frozen {
        kind: ReviewKind::Member,
        subject: one.person.id.to_string(),
        pipeline: None,
        credential: None,
        name: format!("{} ({})", one.person.name, one.person.email),
        terms: one.role.map_or_else(|| UNREADABLE.to_owned(), |role| role.label().to_owned()),
        whose: Maker::from(&one.person),
        made_at: None,
        last_used_at: None,
        can_push: false,
        is_stopped: one.is_disabled,
        is_ours: one.is_ours,
    });
    Ok(frozen.collect())
}

/// Who answers for each credential that has an owner: a member, by the name.
async fn owners<C: Sealing>(
    db: &C,
    project: Uuid,
    members: &[Frozen],
) -> Result<Vec<Frozen>, DbErr> {
    let credentials = Credentials::new(db, project);
    let rows = credentials.rows().filter(credential::Column::Owner.ne(""));
    let rows = rows.order_by_asc(credential::Column::Id).all(db).await?;
    let ours = credentials.genuine(rows.clone()).await;
    let ours: HashSet<Uuid> = ours.into_iter().map(|row| row.id).collect();
    let frozen = |row: credential::Model| {
        let mut named = members.iter().filter(|one| one.whose.name == row.owner);
        let whose = match (named.next(), named.next()) {
            (Some(one), None) => one.whose.clone(),
            // It is nobody's, or that of each of them.
            _ => Maker::nobody(row.owner.clone()),
        };
        Frozen {
            kind: ReviewKind::Owner,
            subject: row.id.to_string(),
            pipeline: None,
            credential: Some(row.id),
            name: format!("{} ({})", row.name, row.host),
            terms: row.owner,
            whose,
            made_at: None,
            last_used_at: None,
            can_push: false,
            is_stopped: false,
            is_ours: ours.contains(&row.id),
        }
    };
    Ok(rows.into_iter().map(frozen).collect())
}

/// Says of what pipeline and of what credential each is.
async fn name<C: Sealing>(db: &C, project: Uuid, all: &mut [Frozen]) -> Result<(), DbErr> {
    let ids = |of: fn(&Frozen) -> Option<Uuid>| -> Vec<Uuid> {
        let ids: BTreeSet<Uuid> = all.iter().filter_map(of).collect();
        ids.into_iter().collect()
    };
    let (of_pipelines, of_credentials) = (ids(|one| one.pipeline), ids(|one| one.credential));
    let mut pipelines: HashMap<Uuid, String> = HashMap::new();
    for part in of_pipelines.chunks(AT_ONCE) {
        pipelines.extend(Pipelines::new(db, project).names(part.to_vec()).await?);
    }
    let mut credentials: HashMap<Uuid, String> = HashMap::new();
    for part in of_credentials.chunks(AT_ONCE) {
        let found = Credentials::new(db, project).used_of(part.to_vec()).await?;
        credentials.extend(found.into_iter().map(|one| {
            let called = format!("{} ({})", one.name, one.host);
            (one.id, called)
        }));
    }
    for one in all {
        let pipeline = one.pipeline.and_then(|id| pipelines.get(&id)).map(String::as_str);
        let pipeline = pipeline.unwrap_or("a deleted pipeline");
        one.name = match one.credential {
            None => format!("{pipeline}: {}", one.name),
            Some(id) => {
                let credential = credentials.get(&id).map(String::as_str);
                format!("{pipeline}: {}", credential.unwrap_or("a deleted credential"))
            }
        };
    }
    Ok(())
}
