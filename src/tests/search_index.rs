//! The index of searches: it finds just what reading every row finds, whatever is searched for, and the
//! database keeps it whoever writes a row.

use crate::app::{App, PASSWORD};
use crate::backup::file::{dump, empty, load};
use crate::listing::{create, names, page};
use regcred::domain::listing::{COUNTED, ListQuery, PAGE_ROWS};
use regcred::domain::moment::Moment;
use std::collections::BTreeSet;

/// How often the rows are doubled, until there are more than are counted.
const DOUBLINGS: u32 = 11;

fn asked(search: &str) -> ListQuery {
    ListQuery { search: search.to_owned(), ..ListQuery::default() }
}

#[tokio::test]
async fn every_part_of_a_text_finds_it_and_nothing_else() {
    let app = App::new().await;
    let text = "grün 東京 a😀b_c%d, ñ";
    create(&app, "wanted", |form| form.description = text.to_owned()).await;
    create(&app, "zzz", |form| form.description = "grn tokyo abcd".to_owned()).await;
    let letters: Vec<char> = text.chars().collect();
    let mut parts = BTreeSet::new();
    for size in 1..=5 {
        parts.extend(letters.windows(size).map(|part| part.iter().collect::<String>()));
    }
    let mut alone = 0;
    for part in parts {
        let term = part.trim();
        if !term.is_empty() {
            let found = names(&app, &[("q", term)]).await;
            assert!(found.contains(&"wanted".to_owned()), "{term}");
            alone += usize::from(found.len() == 1);
        }
    }
    assert!(alone > 30, "{alone} parts are of the one text alone");
}

#[tokio::test]
async fn one_letter_or_two_find_what_ends_with_them() {
    let app = App::new().await;
    create(&app, "last", |form| form.labels = "qx".to_owned()).await;
    create(&app, "first", |form| form.description = "qy".to_owned()).await;
    for (term, expected) in [
        ("q", &["first", "last"][..]),
        ("x", &["last"][..]),
        ("qx", &["last"][..]),
        ("qy", &["first"][..]),
    ] {
        assert_eq!(names(&app, &[("q", term)]).await, expected, "{term}");
    }
    for term in ["qz", "xq", "~"] {
        assert!(names(&app, &[("q", term)]).await.is_empty(), "{term}");
    }
}

#[tokio::test]
async fn what_means_something_to_an_index_is_only_text() {
    let app = App::new().await;
    create(&app, "other", |form| form.description = "a plain text, two in all".to_owned()).await;
    for term in [
        "\"",
        "\"\"\"",
        "\" OR \"",
        "' OR '1'='1",
        "text OR two",
        "tex*",
        "^a plain",
        "NEAR(a b)",
        "letters:text",
        "-text",
        "{a}",
        "%",
        "_",
        "\\",
        "?",
        "$1",
    ] {
        assert!(names(&app, &[("q", term)]).await.is_empty(), "{term}");
        create(&app, "wanted", |form| form.description = format!("so {term} it is")).await;
        assert_eq!(names(&app, &[("q", term)]).await, ["wanted"], "{term}");
        let gone = "DELETE FROM credential WHERE name = 'wanted'";
        assert_eq!(app.raw(gone).await, 1, "{term}");
    }
}

#[tokio::test]
async fn another_project_is_never_searched() {
    let app = App::new().await;
    create(&app, "ours", |form| form.description = "common".to_owned()).await;
    let beta = app.project("beta").await;
    let more = [("description", "common and theirs")];
    app.credential_with(&beta, "beta", "theirs", "ghcr.io", "s", &more).await;
    for term in ["common", "co", "m"] {
        assert_eq!(names(&app, &[("q", term)]).await, ["ours"], "{term}");
    }
    for term in ["theirs", "common and"] {
        assert!(names(&app, &[("q", term)]).await.is_empty(), "{term}");
    }
}

/// Every row once more under another name, until there are thousands.
async fn double(app: &App) {
    let id = if app.database.is_embedded() { "randomblob(16)" } else { "gen_random_uuid()" };
    for round in 0..DOUBLINGS {
        let longer = ["name", "name_key", "natural_key", "search_key"]
            .map(|c| format!("{c} = {c} || '-{round}'"));
        app.raw(&format!(
            "CREATE TABLE doubled AS SELECT * FROM credential;
            UPDATE doubled SET id = {id}, {};
            INSERT INTO credential SELECT * FROM doubled;
            DROP TABLE doubled",
            longer.join(", ")
        ))
        .await;
    }
}

#[tokio::test]
async fn a_search_that_many_fit_is_in_pages_and_counted_up_to_a_bound() {
    let app = App::new().await;
    create(&app, "many", |form| form.description = "common abcd bcde".to_owned()).await;
    double(&app).await;
    create(&app, "wanted", |form| form.description = "common qz".to_owned()).await;
    for term in ["common", "co", "m"] {
        let first = page(&app, &asked(term)).await;
        assert_eq!((first.total, first.are_more), (COUNTED, true), "{term}");
        assert_eq!(first.rows.len() as u64, PAGE_ROWS, "{term}");
        let second = page(&app, first.next.as_ref().unwrap()).await;
        assert!(second.rows.iter().all(|row| !first.rows.contains(row)), "{term}");
        assert_eq!(page(&app, second.previous.as_ref().unwrap()).await.rows, first.rows, "{term}");
    }
    // Few among the many.
    for term in ["wanted", "common qz", "qz", "z"] {
        assert_eq!(names(&app, &[("q", term)]).await, ["wanted"], "{term}");
    }
    // All have each part of it, and none has it in one piece.
    assert!(names(&app, &[("q", "abcde")]).await.is_empty());
    let all = page(&app, &ListQuery::default()).await;
    assert_eq!((all.total, all.are_more), (2_u64.pow(DOUBLINGS) + 1, false));
}

#[tokio::test]
async fn what_is_written_behind_the_programs_back_is_found_as_it_is_then() {
    let app = App::new().await;
    create(&app, "one", |form| form.description = "before".to_owned()).await;
    let changed = "UPDATE credential SET search_key = 'after'";
    assert_eq!(app.raw(changed).await, 1);
    assert_eq!(names(&app, &[("q", "after")]).await, ["one"]);
    assert!(names(&app, &[("q", "before")]).await.is_empty());
    assert_eq!(app.raw("DELETE FROM credential").await, 1);
    assert!(names(&app, &[("q", "after")]).await.is_empty());
    if app.database.is_embedded() {
        for table in ["credential_search_number", "credential_search_letters"] {
            let left = format!("SELECT COUNT(*) FROM {table}");
            assert_eq!(app.scalar_i64(&left).await, 0, "{table}");
        }
    }
}

#[tokio::test]
async fn a_restored_backup_is_searched_as_what_it_was_made_of() {
    let app = App::new().await;
    create(&app, "wanted", |form| form.description = "common qz".to_owned()).await;
    create(&app, "other", |_| ()).await;
    let project = app.evidence(&app.owner, "acme").await.project().id;
    let file = dump(&app).await;
    let (_database, store) = empty().await;
    load(&store, &file, &app).await.unwrap();
    for term in ["common", "qz", "z"] {
        let credentials = store.credentials(project);
        let search = credentials.search(term.to_owned()).await.unwrap();
        let found = credentials.list(&asked(term), &search, Moment(0).day()).await.unwrap();
        assert_eq!(found.rows.len(), 1, "{term}");
        assert_eq!(found.rows[0].name, "wanted", "{term}");
    }
}

#[tokio::test]
async fn a_deleted_credential_is_found_no_more() {
    let app = App::new().await;
    let id = app.credential(&app.owner, "acme", "wanted", "ghcr.io", "s").await.to_string();
    let form =
        [("project", "acme"), ("id", &*id), ("typed_name", "wanted"), ("password", PASSWORD)];
    app.owner.post_form("/rpc/credentials/delete", &form).await;
    for term in ["wanted", "wa", "w"] {
        assert!(names(&app, &[("q", term)]).await.is_empty(), "{term}");
    }
}
