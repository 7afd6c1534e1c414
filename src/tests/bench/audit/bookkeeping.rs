//! What deliveries lose to what is kept of them besides the receipts, on copies of one instance by turns:
//!
//! - *as shipped*: everything, and a look for findings meanwhile, which there is once in 15 minutes else;
//! - *without days*: what pairs, versions and tokens have is counted, as it was before there were days and
//!   findings; nothing is added to days;
//! - *nothing counted*: only the receipts are written.
//!
//! It is the same program. It leaves alone what its database says is done already, and in the copies of the
//! others the database says so of all links that will ever be: that row is the one thing here that was
//! not made through the product's own doors. What is counted after the last answer is in no rate; how
//! long that took is a column.

use super::side::settle;
use crate::filled::{Filled, GRANTS, Place};
use crate::load::stretch;
use crate::person::Person;
use crate::postgres::{execute, number};
use crate::server::{Server, program};
use crate::table::{Table, verdict};
use regcred::domain::job::JobKind;
use std::time::{Duration, Instant};

const CREDENTIALS: usize = 100;
const CLIENTS: usize = 64;
/// What is asked for: at least this part of the deliveries without days and findings.
const TARGET: f64 = 0.9;
const WARM_UP: Duration = Duration::from_millis(500);
/// One stretch, in which what waits a second to be counted is counted a few times.
const STRETCH: Duration = Duration::from_secs(4);
/// Stretches of each, by turns.
const TURNS: usize = 2;
/// How long it may take until all is counted.
const COUNTING: Duration = Duration::from_secs(300);

/// Projects whose receipts are not all counted, or not all in their days.
const BEHIND: &str = "SELECT COUNT(*) FROM counted c
    WHERE EXISTS (SELECT 1 FROM pipeline_fetch f WHERE f.chain = c.chain AND f.seq > c.counts_seq)
        OR EXISTS (SELECT 1 FROM pipeline_fetch f WHERE f.chain = c.chain AND f.seq > c.summed_seq)";

/// Up to which link the database of a copy says it is done: the counts, and the days.
const SIDES: [Option<(i64, i64)>; 3] = [Some((i64::MAX, i64::MAX)), Some((0, i64::MAX)), None];

struct Side {
    server: Server,
    owner: Person,
    url: String,
    has_days: bool,
    // Behind the server: it is stopped before its folder is removed.
    _copy: Place,
}

impl Side {
    async fn new(filled: &Filled, done: Option<(i64, i64)>) -> Self {
        let copy = filled.copy().await;
        let url = copy.url();
        if let Some((counts, days)) = done {
            let text = format!(
                "INSERT INTO counted (chain, counts_seq, summed_seq, base_seq)
                SELECT id, {counts}, {days}, 0 FROM project WHERE TRUE
                ON CONFLICT (chain) DO UPDATE SET
                    counts_seq = excluded.counts_seq, summed_seq = excluded.summed_seq"
            );
            execute(&url, &text).await;
        }
        let server = filled.serve(&program(), &copy);
        settle(&url).await;
        let owner = Person::sign_in(server.port).await;
        Self { server, owner, url, has_days: done.is_none(), _copy: copy }
    }

    /// Until all of it is counted.
    async fn catch_up(&self) -> Duration {
        let began = Instant::now();
        while number(&self.url, BEHIND).await > 0 {
            assert!(began.elapsed() < COUNTING, "receipts are not counted");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        began.elapsed()
    }
}

/// Measures and prints.
pub async fn run(place: &str, server: Option<&str>) {
    let filled = Filled::new(server, CREDENTIALS, &program()).await;
    let mut sides = Vec::new();
    for done in SIDES {
        sides.push(Side::new(&filled, done).await);
    }
    let title = format!(
        "Deliveries as shipped, against without days and findings, and against nothing counted, on {place} ({CLIENTS} clients, requests/s)"
    );
    let columns = [
        "grants",
        "nothing counted",
        "without days",
        "as shipped",
        "of nothing",
        "ratio",
        "target",
        "",
        "s behind",
    ];
    let mut table = Table::new(&title, &columns);
    for at in [0, GRANTS.len() - 1] {
        let (rates, behind) = rates(&filled, &sides, at).await;
        let [nothing, without, shipped] = rates;
        let ratio = shipped / without;
        table.row(&[
            &GRANTS[at].to_string(),
            &format!("{nothing:.0}"),
            &format!("{without:.0}"),
            &format!("{shipped:.0}"),
            &format!("{:.2}", shipped / nothing),
            &format!("{ratio:.2}"),
            &format!(">= {TARGET:.2}"),
            verdict(ratio >= TARGET),
            &format!("{:.1}", behind.as_secs_f64()),
        ]);
    }
    table.print();
    for side in sides {
        side.server.stop();
    }
}

/// Requests a second of each side, and how long the one that is as shipped was behind at most.
async fn rates(filled: &Filled, sides: &[Side], at: usize) -> ([f64; 3], Duration) {
    let (mut rates, mut behind) = ([0.0; 3], Duration::ZERO);
    for turn in 0..=TURNS {
        for (rate, side) in rates.iter_mut().zip(sides) {
            let target = filled.deliveries(&side.server, at);
            if turn == 0 {
                stretch(&target, CLIENTS, WARM_UP).await;
                side.catch_up().await;
                continue;
            }
            if turn == 1 && side.has_days {
                side.owner.run_job(JobKind::Findings).await;
            }
            *rate += stretch(&target, CLIENTS, STRETCH).await / TURNS as f64;
            // The next one is not held up by what this one still counts.
            let took = side.catch_up().await;
            if side.has_days {
                behind = behind.max(took);
            }
        }
    }
    (rates, behind)
}
