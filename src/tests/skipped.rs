//! Tests that cannot be run here. They are no tests that passed: `.ci/test` counts and lists them.

use super::database::setting;
use std::fs::OpenOptions;
use std::io::Write;

/// Notes that the test that asks is not run, and why.
pub fn skip(why: &str) {
    // The thread of a test bears its name.
    let thread = std::thread::current();
    let line = format!("{}\t{why}\n", thread.name().unwrap_or("a test"));
    eprint!("SKIPPED {line}");
    let Some(list) = setting("REGCRED_SKIPPED") else {
        return;
    };
    // In one piece: several processes add to the list.
    let mut list = OpenOptions::new().create(true).append(true).open(list).unwrap();
    list.write_all(line.as_bytes()).unwrap();
}

/// Whether the tests run on the embedded database; if not, notes that this test is skipped, and why.
pub fn is_on_sqlite(why: &str) -> bool {
    let is_on_sqlite = setting("REGCRED_TEST_DATABASE_URL").is_none();
    if !is_on_sqlite {
        skip(why);
    }
    is_on_sqlite
}

/// Whether the tests run on `PostgreSQL`; if not, notes that this test is skipped, and why.
pub fn is_on_postgres(why: &str) -> bool {
    let is_on_postgres = setting("REGCRED_TEST_DATABASE_URL").is_some();
    if !is_on_postgres {
        skip(why);
    }
    is_on_postgres
}
