//! Since when files name what they name. A file is written anew whenever its text changes, so this is handed on.

use super::Definitions;
use crate::domain::definition::{DeclaredFile, Definition, Reference, Statement};
use crate::domain::moment::Moment;
use crate::store::entity::definition_statement::{Column, Entity};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What a file names, each with since when without a break.
pub(super) type Names = BTreeMap<Reference, Moment>;

#[derive(FromQueryResult)]
struct Row {
    definition_id: Uuid,
    kind: String,
    is_hidden: bool,
    host: Option<String>,
    repository: Option<String>,
    named_since: Option<i64>,
}

impl<C: ConnectionTrait> Definitions<'_, C> {
    /// What each of these files names.
    pub(super) async fn names_of(
        &self,
        files: &[&Definition],
    ) -> Result<HashMap<Uuid, Names>, DbErr> {
        if files.is_empty() {
            return Ok(HashMap::new());
        }
        let changed: HashMap<Uuid, Moment> =
            files.iter().map(|file| (file.id, file.changed)).collect();
        let rows = Entity::find()
            .select_only()
            .columns([Column::DefinitionId, Column::Kind, Column::IsHidden, Column::Host])
            .columns([Column::Repository, Column::NamedSince])
            .filter(Column::DefinitionId.is_in(files.iter().map(|file| file.id)))
            .into_model::<Row>()
            .all(self.db)
            .await?;
        let mut names: HashMap<Uuid, Names> =
            files.iter().map(|file| (file.id, Names::new())).collect();
        for row in rows {
            let Some(changed) = changed.get(&row.definition_id) else { continue };
            let since = row.named_since.map_or(*changed, Moment);
            let of_file = names.entry(row.definition_id).or_default();
            let reference = (row.kind, row.is_hidden, row.host, row.repository);
            let first = of_file.entry(reference).or_insert(since);
            *first = since.min(*first);
        }
        Ok(names)
    }
}

/// What the file names now, after those names, and since when it is these.
pub(super) fn names_now(
    file: &DeclaredFile,
    before: Option<(&Definition, &Names)>,
    at: Moment,
) -> (Names, Moment) {
    let since = |reference: &Reference| {
        before.and_then(|(_, names)| names.get(reference).copied()).unwrap_or(at)
    };
    let references = file.statements.iter().map(Statement::reference);
    let now: Names = references.map(|one| (one.clone(), since(&one))).collect();
    let same = before.filter(|(_, names)| names.keys().eq(now.keys()));
    let changed = same.map_or(at, |(before, _)| before.names_changed);
    (now, changed)
}
