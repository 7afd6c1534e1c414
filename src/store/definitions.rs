//! What pipelines declare: their files, and what these say.

mod rows;
mod since;

use super::entity::{definition, definition_statement, readable};
use super::latest::latest;
use super::prepared::{numbered, repeated};
use super::reader::Reader;
use super::writing::Tx;
use super::{Store, Write};
use crate::domain::definition::{Counts, DeclaredFile, Definition, Origin, Statement};
use crate::domain::moment::Moment;
use definition::{ActiveModel, Column, Entity};
use rows::{of_origin, row_of};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement as Sql, Value,
};
use since::names_now;
use std::collections::HashSet;
use uuid::Uuid;

/// A handle on what the project's pipelines declare.
#[derive(Debug)]
pub struct Definitions<'a, C: ConnectionTrait> {
    db: &'a C,
    project: Uuid,
}

/// A file that says something else than before.
#[derive(Debug)]
pub struct Changed<'a> {
    pub file: &'a DeclaredFile,
    /// The hash of what it says.
    pub said: String,
    /// What was declared at its path, if anything was.
    pub before: Option<&'a Definition>,
}

impl Store {
    /// What the project's pipelines declare.
    pub fn definitions(&self, project: Uuid) -> Definitions<'_, Reader> {
        Definitions { db: &self.reader, project }
    }
}

impl Write {
    /// What the project's pipelines declare.
    pub fn definitions(&self, project: Uuid) -> Definitions<'_, Tx> {
        Definitions { db: &self.0, project }
    }
}

/// A file that names something on a registry.
#[derive(Clone, Debug, FromQueryResult)]
pub struct NamedIn {
    pub pipeline_id: Uuid,
    /// Of the file.
    pub path: String,
    /// Unknown where only the registry is named.
    pub repository: Option<String>,
}

/// A statement of a file.
#[derive(Clone, Debug)]
pub struct SaidIn {
    pub file: Uuid,
    pub statement: Statement,
    /// Since when the file names this without a break; unknown where a server of before wrote it.
    pub since: Option<Moment>,
}

/// Names on a registry that are read of the files of some pipelines, at most.
const NAMED_MOST: i64 = 2_000;

impl<C: ConnectionTrait> Definitions<'_, C> {
    /// What the files of these pipelines name on that registry.
    pub async fn naming(&self, pipelines: &[Uuid], host: &str) -> Result<Vec<NamedIn>, DbErr> {
        if pipelines.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT DISTINCT definition.pipeline_id AS pipeline_id, definition.path AS path,
                definition_statement.repository AS repository
            FROM definition INNER JOIN definition_statement
                ON definition_statement.definition_id = definition.id
            WHERE definition.pipeline_id IN ({}) AND definition.project_id = ?
                AND definition_statement.host = ? LIMIT ?",
            repeated("?", pipelines.len())
        );
        let mut values: Vec<Value> = pipelines.iter().copied().map(Value::from).collect();
        values.extend([self.project.into(), host.into(), NAMED_MOST.into()]);
        let backend = self.db.get_database_backend();
        let sql = Sql::from_sql_and_values(backend, numbered(backend, &text), values);
        NamedIn::find_by_statement(sql).all(self.db).await
    }

    /// The files of the pipeline, by path.
    pub async fn of_pipeline(&self, pipeline: Uuid) -> Result<Vec<Definition>, DbErr> {
        let rows = Entity::find()
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::PipelineId.eq(pipeline))
            .all(self.db)
            .await?;
        let mut files: Vec<Definition> = rows.into_iter().map(Definition::from).collect();
        // Not asked of the database: each has an order of its own for texts.
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    /// What one of these files says, in its order.
    pub async fn statements(&self, file: &Definition) -> Result<Vec<Statement>, DbErr> {
        let rows = definition_statement::Entity::find()
            .filter(definition_statement::Column::DefinitionId.eq(file.id))
            .order_by_asc(definition_statement::Column::Number)
            .all(self.db)
            .await?;
        Ok(readable(rows))
    }

    /// What all of these files say.
    pub async fn statements_of(&self, files: &[Definition]) -> Result<Vec<SaidIn>, DbErr> {
        use definition_statement::Column::{DefinitionId, Number};
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let rows = definition_statement::Entity::find()
            .filter(DefinitionId.is_in(files.iter().map(|file| file.id)))
            .order_by_asc(DefinitionId)
            .order_by_asc(Number)
            .all(self.db)
            .await?;
        let read = |row: definition_statement::Model| {
            let (file, since) = (row.definition_id, row.named_since.map(Moment));
            Statement::try_from(row).ok().map(|statement| SaidIn { file, statement, since })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Those of these pipelines that have files.
    pub async fn declaring(&self, pipelines: Vec<Uuid>) -> Result<HashSet<Uuid>, DbErr> {
        if pipelines.is_empty() {
            return Ok(HashSet::new());
        }
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::PipelineId)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::PipelineId.is_in(pipelines))
            .into_tuple()
            .all(self.db)
            .await?;
        Ok(ids.into_iter().collect())
    }

    /// Writes what files of the pipeline say, in the place of what files of the same paths said.
    pub async fn put(
        &self,
        pipeline: Uuid,
        changed: Vec<Changed<'_>>,
        origin: &Origin,
        at: Moment,
    ) -> Result<(), DbErr> {
        let replaced: Vec<&Definition> = changed.iter().filter_map(|one| one.before).collect();
        let known = self.names_of(&replaced).await?;
        self.remove(replaced.iter().map(|before| before.id).collect()).await?;
        let (mut files, mut statements) = (Vec::new(), Vec::new());
        for Changed { file, said, before } in changed {
            let counts = Counts::of(&file.statements);
            let id = before.map_or_else(Uuid::now_v7, |before| before.id);
            let named = before.and_then(|before| Some((before, known.get(&before.id)?)));
            let (names, names_changed) = names_now(file, named, at);
            files.push(ActiveModel {
                id: Set(id),
                project_id: Set(self.project),
                pipeline_id: Set(pipeline),
                path: Set(file.path.clone()),
                system: Set(file.system.clone()),
                sha256: Set(file.sha256.clone()),
                said: Set(said),
                named: Set(counts.references),
                unresolved: Set(counts.unresolved),
                passwords: Set(counts.passwords),
                unread: Set(counts.unread),
                first_seen_at: Set(before.map_or(at, |before| before.first_seen).0),
                changed_at: Set(at.0),
                names_changed_at: Set(Some(names_changed.0)),
                ..of_origin(origin, before.map_or(at, |before| before.last_seen.max(at)))
            });
            let rows = (0..).zip(&file.statements).map(|(number, one)| {
                let since = names.get(&one.reference()).copied().unwrap_or(at);
                row_of(id, number, (one, since))
            });
            statements.extend(rows);
        }
        // A file has 20 values, and a statement 11. SQLite takes 32,766 at once.
        for part in files.chunks(1_000) {
            let insert = Entity::insert_many(part.to_vec());
            insert.exec_without_returning(self.db).await?;
        }
        for part in statements.chunks(1_000) {
            let insert = definition_statement::Entity::insert_many(part.to_vec());
            insert.exec_without_returning(self.db).await?;
        }
        Ok(())
    }

    /// Notes that these files were declared again as they were.
    pub async fn seen(&self, ids: Vec<Uuid>, origin: &Origin, at: Moment) -> Result<(), DbErr> {
        if ids.is_empty() {
            return Ok(());
        }
        let seen = ActiveModel { last_seen_at: NotSet, ..of_origin(origin, at) };
        let update = Entity::update_many().set(seen);
        let update = update.col_expr(Column::LastSeenAt, latest(Column::LastSeenAt, at.0));
        let update = update.filter(Column::ProjectId.eq(self.project));
        update.filter(Column::Id.is_in(ids)).exec(self.db).await.map(drop)
    }

    /// Removes a file of the pipeline, by id; gives its path, if there was one.
    pub async fn delete(&self, pipeline: Uuid, id: Uuid) -> Result<Option<String>, DbErr> {
        let path: Option<String> = Entity::find()
            .select_only()
            .column(Column::Path)
            .filter(Column::Id.eq(id))
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::PipelineId.eq(pipeline))
            .into_tuple()
            .one(self.db)
            .await?;
        if path.is_some() {
            self.remove(vec![id]).await?;
        }
        Ok(path)
    }

    pub async fn delete_of_pipeline(&self, pipeline: Uuid) -> Result<(), DbErr> {
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::ProjectId.eq(self.project))
            .filter(Column::PipelineId.eq(pipeline))
            .into_tuple()
            .all(self.db)
            .await?;
        self.remove(ids).await
    }

    /// Removes these files of the project.
    pub async fn remove(&self, ids: Vec<Uuid>) -> Result<(), DbErr> {
        if ids.is_empty() {
            return Ok(());
        }
        let of = definition_statement::Column::DefinitionId;
        let said = definition_statement::Entity::delete_many().filter(of.is_in(ids.clone()));
        said.exec(self.db).await?;
        let gone = Entity::delete_many().filter(Column::Id.is_in(ids));
        gone.filter(Column::ProjectId.eq(self.project)).exec(self.db).await.map(drop)
    }
}
