//! Pages of the list follow one another whatever happens between two of them: each begins at a row
//! and not at a number of rows.

use crate::app::App;
use crate::listing::{create, in_days, page};
use crate::skipped::is_on_sqlite;
use regcred::domain::credential::Summary;
use regcred::domain::listing::{ListQuery, Listing, Sort};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Rows at the start: three pages.
const ROWS: usize = 130;

/// Credentials of which many share their host, their day of expiry and the time of their last change.
async fn filled() -> App {
    let app = App::new().await;
    for number in 0..ROWS {
        add(&app, &format!("r{number:03}"), number).await;
    }
    app.raw("UPDATE credential SET updated_at = CASE host WHEN 'h0.example.com' THEN 7 ELSE 9 END")
        .await;
    app
}

async fn add(app: &App, name: &str, number: usize) {
    create(app, name, |form| {
        form.registry_url = format!("h{}.example.com", number % 2);
        form.expires_on = match number % 3 {
            0 => String::new(),
            of_two => in_days(if of_two == 1 { 100 } else { 200 }),
        };
    })
    .await;
}

fn names(rows: &[Summary]) -> Vec<String> {
    rows.iter().map(|row| row.name.clone()).collect()
}

/// Every page of the order, the first one first.
async fn pages(app: &App, sort: Sort, is_reversed: bool) -> Vec<Listing> {
    let mut next = Some(ListQuery::default().sorted(sort, is_reversed));
    let mut pages = Vec::new();
    while let Some(query) = next {
        let page = page(app, &query).await;
        next = page.next.clone();
        pages.push(page);
    }
    pages
}

/// The rows in the order, sorted here.
fn sorted(mut rows: Vec<Summary>, sort: Sort) -> Vec<String> {
    rows.sort_by_key(|row| row.name.clone());
    match sort {
        Sort::Name => {}
        Sort::Registry => rows.sort_by_key(|row| row.host.as_str().to_owned()),
        Sort::Expires => rows.sort_by_key(|row| (row.expires_on.is_none(), row.expires_on)),
        Sort::Changed => rows.sort_by_key(|row| Reverse(row.updated_at)),
    }
    names(&rows)
}

#[tokio::test]
async fn forward_and_backward_are_the_same_pages_in_every_order() {
    let app = filled().await;
    let ways = Sort::ALL.iter().flat_map(|sort| [(*sort, false), (*sort, true)]);
    for way in ways {
        let (sort, is_reversed) = way;
        let forward = pages(&app, sort, is_reversed).await;
        assert_eq!(forward.iter().map(|page| page.rows.len()).collect::<Vec<_>>(), [50, 50, 30]);
        let rows: Vec<Summary> = forward.iter().flat_map(|page| page.rows.clone()).collect();
        let mut expected = sorted(rows.clone(), sort);
        if is_reversed {
            expected.reverse();
        }
        assert_eq!(names(&rows), expected, "{way:?}");
        assert!(forward[0].previous.is_none(), "{way:?}");
        for two in forward.windows(2) {
            let before = page(&app, two[1].previous.as_ref().unwrap()).await;
            assert_eq!(names(&before.rows), names(&two[0].rows), "{way:?}");
            assert_eq!(before.next, two[0].next, "{way:?}");
            assert_eq!(before.previous.is_some(), two[0].previous.is_some(), "{way:?}");
        }
    }
}

#[tokio::test]
async fn rows_that_cannot_be_read_hide_no_others() {
    if !is_on_sqlite("the columns of PostgreSQL hold nothing else than what they are for") {
        return;
    }
    let app = filled().await;
    // At both sides of where pages end, in each order.
    let broken: Vec<String> =
        [0, 4, 5, 48, 49, 50, 51, 99, 129].map(|row| format!("r{row:03}")).into();
    for (at, name) in broken.iter().enumerate() {
        let wrong =
            if at % 2 == 0 { "description = x'00'" } else { "username = CAST(x'ff' AS TEXT)" };
        app.raw(&format!("UPDATE credential SET {wrong} WHERE name = '{name}'")).await;
    }
    let all = (0..ROWS).map(|row| format!("r{row:03}")).filter(|name| !broken.contains(name));
    let all: Vec<String> = all.collect();
    for sort in Sort::ALL {
        for is_reversed in [false, true] {
            let forward = pages(&app, *sort, is_reversed).await;
            let mut shown: Vec<String> =
                forward.iter().flat_map(|page| names(&page.rows)).collect();
            shown.sort();
            assert_eq!(shown, all, "{sort:?} {is_reversed}");
            let behind = forward.iter().skip(1).all(|page| page.previous.is_some());
            assert!(behind, "{sort:?} {is_reversed}");
        }
    }
}

#[tokio::test]
async fn more_rows_in_sequence_than_a_page_has_that_cannot_be_read_end_no_list() {
    let app = filled().await;
    // Of 130, those at both ends can be read. No host and no word of the product: one of each kind.
    let run = "name >= 'r010' AND name < 'r125'";
    for wrong in ["host = 'no host'", "method = 'unknown'"] {
        let before = app.database.scalar_text("SELECT MIN(host) FROM credential").await;
        app.raw(&format!("UPDATE credential SET {wrong} WHERE {run}")).await;
        let all = (0..10).chain(125..ROWS).map(|row| format!("r{row:03}"));
        let all: Vec<String> = all.collect();
        for is_reversed in [false, true] {
            let forward = pages(&app, Sort::Name, is_reversed).await;
            let mut shown: Vec<String> =
                forward.iter().flat_map(|page| names(&page.rows)).collect();
            shown.sort();
            assert_eq!(shown, all, "{wrong} {is_reversed}");
            assert!(forward.iter().all(|page| !page.rows.is_empty()), "{wrong} {is_reversed}");
            for two in forward.windows(2) {
                let back = page(&app, two[1].previous.as_ref().unwrap()).await;
                assert_eq!(names(&back.rows), names(&two[0].rows), "{wrong} {is_reversed}");
            }
        }
        app.raw(&format!("UPDATE credential SET host = '{before}' WHERE {run}")).await;
    }
}

/// Deletes the row at the end of a page and one that is still to come, renames another of each, and
/// adds some beside them. Gives the names of those that changed.
async fn trouble(app: &App, turn: usize, shown: &[String], to_come: &[String]) -> Vec<String> {
    let mut changed = Vec::new();
    let ends = [shown.first(), shown.last(), to_come.first(), to_come.last()];
    for (at, name) in ends.into_iter().flatten().enumerate() {
        let sql = if at % 2 == 1 {
            format!("DELETE FROM credential WHERE name = '{name}'")
        } else {
            let new = format!("r{:03}n{turn}x{at}", 40 * at);
            format!(
                "UPDATE credential SET name = '{new}', name_key = '{new}', natural_key = '{new}' WHERE name = '{name}'"
            )
        };
        app.raw(&sql).await;
        changed.push(name.clone());
    }
    for number in 0..3 {
        add(app, &format!("r{:03}a{turn}x{number}", 60 * number), number).await;
    }
    changed
}

#[tokio::test]
async fn nothing_that_stays_is_shown_twice_or_left_out_while_rows_come_and_go() {
    let app = filled().await;
    let mut turn = 0;
    for sort in Sort::ALL {
        for is_up in [false, true] {
            let all = pages(&app, *sort, false).await;
            let mut to_come: Vec<String> = all.iter().flat_map(|page| names(&page.rows)).collect();
            let mut stays: BTreeSet<String> = to_come.iter().cloned().collect();
            let mut shown = Vec::new();
            let mut next = if is_up { all.last().cloned() } else { all.first().cloned() };
            while let Some(current) = next {
                let on_page = names(&current.rows);
                to_come.retain(|name| !on_page.contains(name));
                for name in trouble(&app, turn, &on_page, &to_come).await {
                    stays.remove(&name);
                    to_come.retain(|other| *other != name);
                }
                turn += 1;
                shown.extend(on_page);
                let link = if is_up { current.previous } else { current.next };
                next = match link {
                    Some(query) => Some(page(&app, &query).await),
                    None => None,
                };
            }
            for name in stays {
                let times = shown.iter().filter(|other| **other == name).count();
                assert_eq!(times, 1, "{sort:?}, backward: {is_up}: {name}");
            }
        }
    }
}
