//! Projects, and who belongs to them.

use super::Projects;
use super::authentic::{self, are_genuine, genuine_now, ours_among};
use super::entity::{membership, person, project};
use super::locked;
use super::prepared::numbered;
use super::seals::Sealing;
use crate::domain::audit::{Action, Detail};
use crate::domain::moment::Moment;
use crate::domain::project::{Project, ProjectEntry};
use crate::domain::user::{Person, Role};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Related, RelationDef, SelectTwo, Statement,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

const WITHOUT_LINKED_REPORTS: &str = "SELECT p.id AS id, p.name AS name FROM project p
    WHERE NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.chain = p.id AND e.action = ?)
    AND NOT EXISTS (SELECT 1 FROM audit_event e
        WHERE e.chain = p.id AND e.seq = 1 AND e.detail = ?) ORDER BY p.id";

/// Somebody who belongs to a project, as the rows say.
#[derive(Clone, Debug)]
pub(super) struct Enrolled {
    pub person: Person,
    /// `None` when it cannot be read.
    pub role: Option<Role>,
    pub is_disabled: bool,
    /// Whether we wrote both rows.
    pub is_ours: bool,
}

/// A person, and where they belong.
pub type Belonging = (Person, Vec<(Project, Role)>);

impl Related<project::Entity> for membership::Entity {
    fn to() -> RelationDef {
        Self::belongs_to(project::Entity)
            .from(membership::Column::ProjectId)
            .to(project::Column::Id)
            .into()
    }
}

impl<C: Sealing> Projects<'_, C> {
    /// The person, if they may sign in, with the projects they belong to, by name, and their role in
    /// each: one statement, since every page of a project asks for both.
    pub async fn of_person(&self, id: Uuid) -> Result<Option<Belonging>, DbErr> {
        let to_membership = person::Entity::belongs_to(membership::Entity)
            .from(person::Column::Id)
            .to(membership::Column::PersonId)
            .into();
        let rows = person::Entity::find()
            .join(JoinType::LeftJoin, to_membership)
            .select_also(membership::Entity)
            .and_also_related(project::Entity)
            .filter(person::Column::Id.eq(id))
            .filter(person::Column::DisabledAt.is_null())
            .order_by_asc(project::Column::Name)
            .all(self.db)
            .await?;
        // Each row has the same person.
        let Some((person, ..)) = rows.first() else { return Ok(None) };
        let person = genuine_now::<person::Entity>(self.db, person.clone()).await;
        let Some(person) = person else { return Ok(None) };
        let both = rows.into_iter();
        let both = both.filter_map(|(_, membership, project)| Some((membership?, project?)));
        let is_ours = are_genuine::<membership::Entity, project::Entity>;
        let both = ours_among(self.db, both.collect(), is_ours).await;
        let read = |(membership, project): (membership::Model, project::Model)| {
            Some((Project::from(project), Role::from_word(&membership.role)?))
        };
        Ok(Some((person.into(), both.into_iter().filter_map(read).collect())))
    }

    /// What the person is in the project at this moment; `None` when they are no member, or may not
    /// sign in. Locked: who changes that waits until the transaction ends.
    pub async fn role_now(&self, project: Uuid, person: Uuid) -> Result<Option<Role>, DbErr> {
        let rows = belonging_to(project)
            .filter(membership::Column::PersonId.eq(person))
            .filter(person::Column::DisabledAt.is_null());
        let row = locked(self.db, rows).one(self.db).await?;
        Ok(genuine_members(self.db, row).await.pop().map(|(_, role)| role))
    }

    /// The members of a project who may sign in, by name, with their roles.
    pub async fn members(&self, project: Uuid) -> Result<Vec<(Person, Role)>, DbErr> {
        let rows = belonging_to(project).filter(person::Column::DisabledAt.is_null());
        let rows = rows.order_by_asc(person::Column::Name).all(self.db).await?;
        Ok(genuine_members(self.db, rows).await)
    }

    /// Everybody who belongs to a project, whether or not they may sign in, by address.
    pub async fn roster(&self, project: Uuid) -> Result<Vec<(Person, Role)>, DbErr> {
        let rows = belonging_to(project).order_by_asc(person::Column::EmailKey);
        Ok(members(rows.all(self.db).await?))
    }

    /// The same in one statement, with whether they may sign in and whether we wrote their rows: of one
    /// moment also where each statement sees what was committed before it.
    pub(super) async fn enrolled(&self, project: Uuid) -> Result<Vec<Enrolled>, DbErr> {
        let rows = belonging_to(project).order_by_asc(person::Column::EmailKey);
        let both: Vec<_> = with_person(rows.all(self.db).await?).collect();
        let is_ours = are_genuine::<membership::Entity, person::Entity>;
        let ours = ours_among(self.db, both.clone(), is_ours).await;
        let ours: HashSet<Uuid> = ours.into_iter().map(|(_, person)| person.id).collect();
        let enrolled = both.into_iter().map(|(membership, person)| Enrolled {
            role: Role::from_word(&membership.role),
            is_disabled: person.disabled_at.is_some(),
            is_ours: ours.contains(&person.id),
            person: Person::from(person),
        });
        Ok(enrolled.collect())
    }

    /// Every project, by its part of the URL, whether or not we wrote the row: nobody is let in by it.
    pub async fn list(&self) -> Result<Vec<ProjectEntry>, DbErr> {
        let rows = project::Entity::find().order_by_asc(project::Column::Slug).all(self.db).await?;
        let counts: Vec<(Uuid, i64)> = membership::Entity::find()
            .select_only()
            .column(membership::Column::ProjectId)
            .column_as(membership::Column::PersonId.count(), "members")
            .group_by(membership::Column::ProjectId)
            .into_tuple()
            .all(self.db)
            .await?;
        let counts: HashMap<Uuid, i64> = counts.into_iter().collect();
        let members = |id: Uuid| counts.get(&id).and_then(|count| u64::try_from(*count).ok());
        Ok(rows
            .into_iter()
            .map(|row| ProjectEntry {
                members: members(row.id).unwrap_or(0),
                created_at: Moment(row.created_at),
                project: row.into(),
            })
            .collect())
    }

    /// The ids and names of projects of an older version, whose chains do not say yet from where on they have
    /// every report.
    pub async fn without_linked_reports(&self) -> Result<Vec<(Uuid, String)>, DbErr> {
        let backend = self.db.get_database_backend();
        let values =
            [Action::ReportsLinked.word().into(), Detail::ReportsLinked.to_stored().into()];
        let text = numbered(backend, WITHOUT_LINKED_REPORTS);
        let statement = Statement::from_sql_and_values(backend, text, values);
        let rows = self.db.query_all_raw(statement).await?.into_iter();
        rows.map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    pub async fn find(&self, slug: &str) -> Result<Option<Project>, DbErr> {
        let row =
            project::Entity::find().filter(project::Column::Slug.eq(slug)).one(self.db).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(genuine_now::<project::Entity>(self.db, row).await.map(Project::from))
    }

    pub async fn of_id(&self, id: Uuid) -> Result<Option<Project>, DbErr> {
        let row = project::Entity::find_by_id(id).one(self.db).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(genuine_now::<project::Entity>(self.db, row).await.map(Project::from))
    }

    /// Takes the person out of the project; `false` when they were not in it.
    pub async fn dismiss(&self, project: Uuid, person: Uuid) -> Result<bool, DbErr> {
        let done = membership::Entity::delete_by_id((project, person)).exec(self.db).await?;
        Ok(done.rows_affected > 0)
    }

    /// Takes the person out of the project if their membership was not written by us; whether it was
    /// so.
    pub async fn dismiss_forged(&self, project: Uuid, person: Uuid) -> Result<bool, DbErr> {
        let row = membership::Entity::find_by_id((project, person));
        let Some(row) = locked(self.db, row).one(self.db).await? else { return Ok(false) };
        if genuine_now::<membership::Entity>(self.db, row).await.is_some() {
            return Ok(false);
        }
        self.dismiss(project, person).await
    }

    /// Gives a member another role.
    pub async fn set_role(&self, project: Uuid, person: Uuid, role: Role) -> Result<(), DbErr> {
        let such = Condition::all()
            .add(membership::Column::ProjectId.eq(project))
            .add(membership::Column::PersonId.eq(person));
        let set = |_: &membership::Model| membership::ActiveModel {
            role: Set(role.word().to_owned()),
            ..Default::default()
        };
        authentic::change::<membership::Entity, C>(self.db, such, set).await.map(drop)
    }

    pub async fn has_slug(&self, slug: &str) -> Result<bool, DbErr> {
        Ok(project::Entity::find().filter(project::Column::Slug.eq(slug)).count(self.db).await? > 0)
    }

    pub async fn insert(&self, project: &Project, at: i64) -> Result<(), DbErr> {
        let row = project::ActiveModel {
            id: Set(project.id),
            slug: Set(project.slug.clone()),
            name: Set(project.name.clone()),
            created_at: Set(at),
            mac: NotSet,
            steps_hidden_at: Set(None),
        };
        authentic::insert::<project::Entity, C>(self.db, row).await
    }

    pub async fn admit(
        &self,
        project: Uuid,
        person: Uuid,
        role: Role,
        at: i64,
    ) -> Result<(), DbErr> {
        let row = membership::ActiveModel {
            project_id: Set(project),
            person_id: Set(person),
            role: Set(role.word().to_owned()),
            created_at: Set(at),
            mac: NotSet,
        };
        authentic::insert::<membership::Entity, C>(self.db, row).await
    }
}

/// The memberships of a project, each with its person.
fn belonging_to(project: Uuid) -> SelectTwo<membership::Entity, person::Entity> {
    let to_person = membership::Entity::belongs_to(person::Entity)
        .from(membership::Column::PersonId)
        .to(person::Column::Id)
        .into();
    membership::Entity::find()
        .join(JoinType::InnerJoin, to_person)
        .select_also(person::Entity)
        .filter(membership::Column::ProjectId.eq(project))
}

/// The members whose rows we wrote.
async fn genuine_members(
    db: &impl Sealing,
    rows: impl IntoIterator<Item = (membership::Model, Option<person::Model>)>,
) -> Vec<(Person, Role)> {
    let both = with_person(rows).collect();
    let ours = ours_among(db, both, are_genuine::<membership::Entity, person::Entity>).await;
    ours.into_iter().filter_map(member).collect()
}

fn members(rows: Vec<(membership::Model, Option<person::Model>)>) -> Vec<(Person, Role)> {
    with_person(rows).filter_map(member).collect()
}

fn with_person(
    rows: impl IntoIterator<Item = (membership::Model, Option<person::Model>)>,
) -> impl Iterator<Item = (membership::Model, person::Model)> {
    rows.into_iter().filter_map(|(membership, person)| Some((membership, person?)))
}

fn member((membership, person): (membership::Model, person::Model)) -> Option<(Person, Role)> {
    Some((Person::from(person), Role::from_word(&membership.role)?))
}

impl From<project::Model> for Project {
    fn from(row: project::Model) -> Self {
        Self { id: row.id, slug: row.slug, name: row.name }
    }
}
