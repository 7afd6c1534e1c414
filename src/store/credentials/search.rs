//! How a search finds its rows: in an index of the letters that follow one another in their texts.
//!
//! The index names the rows that have all parts of what is searched for, and those among them that do
//! not have it in one piece are left out. Where it names many, it is not asked further: the rows are
//! read in the order of the list, and the page is full soon.

use super::filters::condition;
use super::hosts;
use crate::domain::listing::{COUNTED, ListQuery};
use crate::domain::moment::Day;
use crate::store::Credentials;
use crate::store::entity::credential::Entity;
use crate::store::prepared::numbered;
use crate::store::seals::Sealing;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, DbBackend, DbErr, EntityTrait, QueryFilter, Select, Statement, Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Letters of a part.
const PART: usize = 3;

/// On `PostgreSQL`: whether a row has each of the parts.
const HAS_PARTS: &str = r#"credential_grams("credential"."project_id", "credential"."search_key") @> string_to_array(?, chr(10))"#;
/// On `SQLite`: the numbers of the rows that have each of the parts.
const WITH_PARTS: &str =
    "SELECT DISTINCT rowid FROM credential_search WHERE credential_search MATCH ?";
/// The same of those with a part from the one to the other.
const WITH_START: &str =
    "SELECT DISTINCT doc FROM credential_search_letters WHERE term >= ? AND term < ?";

/// A search, and how its rows are found.
#[derive(Debug)]
pub struct Search {
    /// Folded as `search_key` is.
    text: String,
    /// What names few rows, when there is such.
    named: Option<Named>,
}

impl Search {
    /// Whether nothing fits, whatever there is: a mark without its letter is in no text.
    pub(super) fn is_in_vain(&self, query: &ListQuery) -> bool {
        self.text.is_empty() && !query.search.is_empty()
    }
}

/// The rows that the index names.
#[derive(Debug)]
struct Named {
    /// A query of something for each.
    each: String,
    /// Whether a row is one of them.
    is_one: String,
    /// What the places in the one and the other stand for.
    values: Vec<String>,
}

impl Named {
    /// Those that have all parts of these letters.
    fn of(backend: DbBackend, project: Uuid, letters: &str) -> Self {
        let parts = parts(letters);
        if backend == DbBackend::Postgres {
            let each = format!("SELECT 1 FROM \"credential\" WHERE {HAS_PARTS}");
            let parts: Vec<String> =
                parts.into_iter().map(|part| format!("{project}{part}")).collect();
            return Self { each, is_one: HAS_PARTS.to_owned(), values: vec![parts.join("\n")] };
        }
        let (each, values) = if letters.chars().count() < PART {
            (WITH_START, vec![letters.to_owned(), format!("{letters}{}", char::MAX)])
        } else {
            let quoted = |part: String| format!("\"{}\"", part.replace('"', "\"\""));
            let parts: Vec<String> = parts.into_iter().map(quoted).collect();
            (WITH_PARTS, vec![parts.join(" ")])
        };
        let is_one = format!(
            "\"credential\".\"id\" IN (SELECT credential_id FROM credential_search_number WHERE number IN ({each}))"
        );
        Self { each: each.to_owned(), is_one, values }
    }

    fn condition(&self, backend: DbBackend) -> Expr {
        Expr::cust_with_values(numbered(backend, &self.is_one), self.values.iter().cloned())
    }
}

impl<C: Sealing> Credentials<'_, C> {
    /// The search for this text, which is folded as `search_key` is.
    pub async fn search(&self, text: String) -> Result<Search, DbErr> {
        // Of a host that is named with its port, only the end is in the texts.
        let letters = hosts::named(&text).map_or(text.as_str(), |(end, _)| end);
        let mut named = None;
        if !letters.is_empty() {
            let all = Named::of(self.db.get_database_backend(), self.project, letters);
            named = self.is_few(&all).await?.then_some(all);
        }
        Ok(Search { text, named })
    }

    /// Those that fit.
    pub(super) fn found(&self, query: &ListQuery, search: &Search, today: Day) -> Select<Entity> {
        let fit = condition(query, &search.text, today);
        let Some(named) = &search.named else { return self.rows().filter(fit) };
        let backend = self.db.get_database_backend();
        let named = named.condition(backend);
        if backend == DbBackend::Postgres {
            return self.rows().filter(named).filter(fit);
        }
        // `SQLite` knows of no project how large it is: with the plus it does not go through it.
        let project = Expr::cust_with_values("+\"credential\".\"project_id\" = ?", [self.project]);
        let named = Condition::all().add(project).add(named);
        Entity::find().filter(named).filter(fit)
    }

    /// Whether the index names no more than are counted.
    async fn is_few(&self, named: &Named) -> Result<bool, DbErr> {
        let backend = self.db.get_database_backend();
        let sql = format!("SELECT COUNT(*) FROM ({} LIMIT {}) AS found", named.each, COUNTED + 1);
        let values = named.values.iter().cloned().map(Value::from);
        let counted = Statement::from_sql_and_values(backend, numbered(backend, &sql), values);
        let row = self.db.query_one_raw(counted).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(u64::try_from(count).unwrap_or(0) <= COUNTED)
    }
}

/// Every three letters that follow one another; fewer letters are one part.
fn parts(letters: &str) -> BTreeSet<String> {
    let letters: Vec<char> = letters.chars().collect();
    let size = letters.len().clamp(1, PART);
    letters.windows(size).map(|part| part.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_the_index_has_no_syntax_of_its_own() {
        let asked = |letters| Named::of(DbBackend::Sqlite, Uuid::nil(), letters).values;
        assert_eq!(asked("a\"b*"), ["\"\"\"b*\" \"a\"\"b\""]);
        assert_eq!(asked("or"), ["or".to_owned(), format!("or{}", char::MAX)]);
    }

    #[test]
    fn each_part_is_asked_of_the_project_alone() {
        let id = Uuid::nil();
        let asked = |letters| Named::of(DbBackend::Postgres, id, letters).values;
        assert_eq!(asked("ü"), [format!("{id}ü")]);
        assert_eq!(asked("büro"), [format!("{id}bür\n{id}üro")]);
    }
}
