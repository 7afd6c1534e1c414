//! Deliveries by day, drawn: small for a row, and large for the page. Each says in words what it shows.

use crate::domain::counted::{count, grouped};
use crate::domain::moment::{DAY_MS, Moment};
use leptos::prelude::*;

/// The height of the small one, in its own units.
const HEIGHT: i64 = 16;
/// Days of a column of the large one.
const WEEK: i64 = 7;
/// The width of a day with the space beside it.
const CELL: i64 = 14;

/// The deliveries of a row on each day, the last on the right.
#[component]
pub(super) fn Spark(days: Vec<i64>) -> impl IntoView {
    let most = days.iter().copied().max().unwrap_or(0);
    let active = days.iter().filter(|times| **times > 0).count() as u64;
    let label = format!("{}, at most {} a day", count(active, "day"), grouped(most));
    let width = days.len().max(1);
    let bars: String = (0_i64..)
        .zip(&days)
        .filter(|(_, times)| **times > 0)
        .map(|(day, times)| format!("M{day}.5 {HEIGHT}V{}", HEIGHT - height(*times, most)))
        .collect();
    view! {
        <svg
            class="spark"
            viewBox=format!("0 0 {width} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=label
        >
            <path d=bars></path>
        </svg>
    }
}

/// At least a line for what is not nothing.
fn height(times: i64, most: i64) -> i64 {
    (times.saturating_mul(HEIGHT) / most.max(1)).max(2)
}

/// The deliveries of all rows of the page on each day: a column for each week, and the same in words.
#[component]
pub(super) fn ByDay(days: Vec<i64>, since: Moment) -> impl IntoView {
    let most = days.iter().copied().max().unwrap_or(0);
    let total: i64 = days.iter().sum();
    let noun = if total == 1 { "delivery" } else { "deliveries" };
    let label = format!(
        "{} {noun} of this page's rows in {}, at most {} a day",
        grouped(total),
        count(days.len() as u64, "day"),
        grouped(most)
    );
    let columns = (days.len() as i64 + WEEK - 1) / WEEK;
    let (width, height) = (columns * CELL, WEEK * CELL);
    let cells = (0_i64..)
        .zip(&days)
        .map(|(day, times)| {
            let (x, y) = ((day / WEEK) * CELL, (day % WEEK) * CELL);
            let title = format!("{}: {}", of_day(since, day), grouped(*times));
            view! {
                <rect class=shade(*times, most) x=x.to_string() y=y.to_string() width="12" height="12" rx="2">
                    <title>{title}</title>
                </rect>
            }
        })
        .collect_view();
    let listed = (0_i64..)
        .zip(&days)
        .filter(|(_, times)| **times > 0)
        .map(|(day, times)| {
            view! { <li>{format!("{}: {}", of_day(since, day), grouped(*times))}</li> }
        })
        .collect_view();
    view! {
        <svg
            class="heat"
            viewBox=format!("0 0 {width} {height}")
            width=width.to_string()
            height=height.to_string()
            role="img"
            aria-label=label.clone()
        >
            {cells}
        </svg>
        <p class="muted">{label}</p>
        <details class="fold">
            <summary>"Days with deliveries"</summary>
            <ul class="day-list">{listed}</ul>
        </details>
    }
}

fn of_day(since: Moment, day: i64) -> String {
    Moment(since.0 + day * DAY_MS).day().to_text()
}

/// How dark a day is: by its share of the most.
fn shade(times: i64, most: i64) -> &'static str {
    match times.saturating_mul(4) {
        0 => "heat-none",
        n if n <= most => "heat-low",
        n if n <= most * 2 => "heat-some",
        n if n <= most * 3 => "heat-much",
        _ => "heat-most",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_nothing_is_seen() {
        assert_eq!((height(1, 1_000_000), height(5, 5), height(i64::MAX, 1) > 0), (2, 16, true));
        assert_eq!(shade(0, 100), "heat-none");
        assert_eq!(shade(1, 100), "heat-low");
        assert_eq!(shade(100, 100), "heat-most");
    }
}
