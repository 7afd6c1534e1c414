//! Every query of a page, a door or a background job has its plan asserted, on both databases: none
//! goes through all that an instance or a project has.
//!
//! Every instance of the tests holds what it asks its database against `plans/statements.txt`. What
//! is not in there fails the test that asked it, so that a new query needs a line there, and what is
//! in there is explained here by the database. To write the lines that are missing, run the tests
//! with `REGCRED_STATEMENTS=write` on one database and then on the other, and look at what was added;
//! to write the list anew, empty the file before.
//!
//! How many statements each page asks is in `plans/pages.txt`, and the same setting writes it anew.
//! The numbers are the same on both databases.

mod doors;
mod grows;
mod pages;
mod postgres;
mod sealed;
mod sqlite;
mod statements;
mod watch;

pub use watch::Watch;

use crate::database::Database;
use grows::{Grows, exceptions, walks_by_key};
use regcred::store::Store;

/// Tables that hold a few rows whatever an instance holds.
const SMALL: [&str; 4] = ["crypto_key", "instance", "lease", "seaql_migrations"];

/// Columns that say where a row belongs: all of a project's rows have the same.
const WHOSE: [&str; 2] = ["project_id", "chain"];

#[tokio::test]
async fn no_query_goes_through_what_grows() {
    let database = Database::new().await;
    let store = Store::connect(&database.address).await.unwrap();
    store.migrate(&database.address).await.unwrap();
    let db = database.connect().await;
    if !database.is_embedded() {
        postgres::fill(&db).await;
    }
    let mut broken = Vec::new();
    let is_asked = |statement: &&str| statements::is_asked(statement, database.is_embedded());
    for statement in statements::all().filter(is_asked) {
        let complaints = if database.is_embedded() {
            sqlite::complaints(&db, statement).await
        } else {
            postgres::complaints(&db, statement).await
        };
        let may = walks_by_key(statement) || exceptions().any(|known| known.is_about(statement));
        // What goes by the index of searches has to go by nothing else.
        let may = may && !statements::is_search(statement);
        if !complaints.is_empty() && !may {
            broken.push(format!("{statement}\n    {}", complaints.join("\n    ")));
        }
    }
    assert!(broken.is_empty(), "{} statements:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn the_list_is_sorted_and_every_exception_is_about_something_in_it() {
    let all: Vec<&str> = statements::all().collect();
    assert!(all.len() > 100, "there are {} statements", all.len());
    assert!(all.is_sorted(), "the list is not sorted");
    assert!(exceptions().all(|known| !known.why.is_empty()), "an exception has a reason");
    let idle = |known: &&Grows| !all.iter().any(|statement| known.is_about(statement));
    let idle: Vec<&str> = exceptions().filter(idle).map(|known| known.starts).collect();
    assert!(idle.is_empty(), "{idle:?}");
}

/// Whether what an index is asked for leaves all rows of a project, or of the instance: nothing is
/// compared for equality or bounded on both sides, or only whose a row is. Each condition is a column
/// and whether it is compared for equality.
fn is_wide(conditions: &[(String, bool)]) -> bool {
    let times = |column: &str| conditions.iter().filter(|(other, _)| other == column).count();
    let is_narrow = conditions.iter().any(|(column, is_equal)| *is_equal || times(column) > 1);
    !is_narrow || conditions.iter().all(|(column, _)| WHOSE.contains(&column.as_str()))
}
