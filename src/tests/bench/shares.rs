//! Nine ordinary pipelines alone, and beside one that asks as often as it can, with the line that all
//! wait in, and with shares as well, which is how the program is shipped.

use super::filled::{Filled, address};
use super::load::Connection;
use super::server::program;
use super::table::{Table, verdict};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;

const CREDENTIALS: usize = 100;
const ORDINARY: usize = 9;
/// Connections of the pipeline that asks as often as it can.
const GREEDY: usize = 16;
/// How long ordinary ones ask, and how long each pauses between two requests.
const TIME: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);
/// An ordinary one may take so many times what it takes alone.
const TARGET: f64 = 1.5;
/// The settings that have no share, and those of the program as it is shipped.
const SERVERS: [(&str, [(&str, &str); 2]); 2] = [
    ("the line alone", [("REGCRED_PIPELINE_RATE", "0"), ("REGCRED_PROJECT_RATE", "0")]),
    ("as shipped", [("REGCRED_PIPELINE_RATE", "50"), ("REGCRED_PROJECT_RATE", "200")]),
];

/// Measures and prints.
pub async fn run() {
    let filled = Filled::new(None, CREDENTIALS, &program()).await;
    let title = format!(
        "{ORDINARY} ordinary pipelines alone and beside one with {GREEDY} connections at full speed (ms)"
    );
    let columns = [
        "",
        "p50 alone",
        "p99 alone",
        "p50 beside",
        "p99 beside",
        "greedy/s",
        "p99 ratio",
        "p50 ratio",
        "target",
        "",
    ];
    let mut table = Table::new(&title, &columns);
    for (name, settings) in SERVERS {
        let copy = filled.copy().await;
        let server = filled.serve_with(&program(), &copy, &settings);
        let mut requests = filled.requests();
        let greedy = requests.remove(0);
        let requests: Arc<[Vec<u8>]> = requests.into_iter().take(ORDINARY).collect();
        let to = address(&server);
        let alone = ordinary(to, &requests).await;
        let (beside, rate) = beside(to, &requests, greedy).await;
        server.stop();
        let ms =
            |times: &[Duration], part| format!("{:.1}", at(times, part).as_secs_f64() * 1_000.0);
        let ratio = |part| at(&beside, part).as_secs_f64() / at(&alone, part).as_secs_f64();
        table.row(&[
            name,
            &ms(&alone, 0.5),
            &ms(&alone, 0.99),
            &ms(&beside, 0.5),
            &ms(&beside, 0.99),
            &format!("{rate:.0}"),
            &format!("{:.2}", ratio(0.99)),
            &format!("{:.2}", ratio(0.5)),
            &format!("<= {TARGET:.2}"),
            verdict(ratio(0.5) <= TARGET),
        ]);
    }
    table.print();
}

/// The time that this part of the sorted times is below.
fn at(times: &[Duration], part: f64) -> Duration {
    let last = times.len().saturating_sub(1);
    times[(last as f64 * part) as usize]
}

/// What each request of the ordinary ones took, the fastest first. None is refused.
async fn ordinary(to: SocketAddr, requests: &Arc<[Vec<u8>]>) -> Vec<Duration> {
    let mut asking = JoinSet::new();
    for number in 0..requests.len() {
        let requests = Arc::clone(requests);
        asking.spawn(async move {
            let mut connection = Connection::open(to).await.unwrap();
            let (began, mut times) = (Instant::now(), Vec::new());
            while began.elapsed() < TIME {
                let asked = Instant::now();
                let head = connection.ask(&requests[number]).await.unwrap();
                times.push(asked.elapsed());
                assert!(head.starts_with("HTTP/1.1 200"), "{head}");
                sleep(PAUSE).await;
            }
            times
        });
    }
    let mut times = asking.join_all().await.concat();
    times.sort();
    times
}

/// The same beside the greedy one, and how many answers that one got in a second.
async fn beside(
    to: SocketAddr,
    requests: &Arc<[Vec<u8>]>,
    greedy: Vec<u8>,
) -> (Vec<Duration>, f64) {
    let (is_over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut asking = JoinSet::new();
    for _ in 0..GREEDY {
        let (is_over, answers) = (Arc::clone(&is_over), Arc::clone(&answers));
        let greedy = greedy.clone();
        asking.spawn(async move {
            let mut connection = Connection::open(to).await.unwrap();
            while !is_over.load(Ordering::Relaxed) {
                // Whatever the answer is: the next one is asked for.
                connection.ask(&greedy).await.unwrap();
                answers.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let times = ordinary(to, requests).await;
    is_over.store(true, Ordering::Relaxed);
    let rate = answers.load(Ordering::Relaxed) as f64 / TIME.as_secs_f64();
    asking.join_all().await;
    (times, rate)
}
