//! The pages that read receipts, over 1,000,000 of them against over 10,000: what a page shows is as
//! long in both. And an export of both, which is made while it is sent and takes no more memory.

use super::filled::{Filled, Place, address};
use super::load::{Connection, get, send};
use super::person::Person;
use super::postgres;
use super::program::peak_kb;
use super::server::{Server, program};
use super::table::{Table, verdict};
use regcred::domain::moment::Moment;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const CREDENTIALS: usize = 100;
/// Which of the pipelines fetch: those with the most credentials. Each pair of them is in both.
const AT: usize = 2;
/// Receipts that one of their requests leaves.
const OF_ONE: u64 = 50;
const FEW: u64 = 10_000;
const MANY: u64 = 1_000_000;
const CLIENTS: usize = 64;
/// How often each page is opened on either side, by turns.
const TIMES: usize = 40;
/// What is asked for: at most so many times the time.
const TARGET: f64 = 2.0;
/// An export of many may take so much more memory than one of few.
const MORE_KB: u64 = 32 * 1024;

/// Measures and prints, on the embedded database and on PostgreSQL where there is a server.
pub async fn run() {
    on("the embedded database", None).await;
    match postgres::server() {
        Some(server) => on("PostgreSQL", Some(&server)).await,
        None => println!("Pages of the audit on PostgreSQL: SKIPPED, there is no server\n"),
    }
}

/// A copy with so many receipts, served.
struct Side {
    server: Server,
    person: Person,
    // Behind the server: it is stopped before its folder is removed.
    _copy: Place,
}

impl Side {
    async fn new(filled: &Filled, receipts: u64) -> Self {
        let copy = filled.copy().await;
        let server = filled.serve(&program(), &copy);
        let took = send(&filled.deliveries(&server, AT), CLIENTS, receipts / OF_ONE).await;
        println!("{receipts} receipts were left by {} deliveries in {took:.0?}", receipts / OF_ONE);
        let person = Person::sign_in(server.port).await;
        Self { server, person, _copy: copy }
    }

    /// How long the page takes.
    async fn open(&self, path: &str) -> Duration {
        let mut connection = Connection::open(address(&self.server)).await.unwrap();
        let request = get(path, &format!("cookie: {}", self.person.cookie));
        let began = Instant::now();
        let head = connection.ask(&request).await.unwrap();
        let took = began.elapsed();
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        took
    }

    /// Bytes of an export, how long it takes, and the most memory that was resident meanwhile.
    async fn export(&mut self, format: &str) -> (usize, Duration, u64) {
        let peak = peak_kb(self.server.id());
        let began = Instant::now();
        let bytes = self.person.export(format).await;
        (bytes, began.elapsed(), peak())
    }
}

async fn on(place: &str, server: Option<&str>) {
    let filled = Filled::new(server, CREDENTIALS, &program()).await;
    let mut few = Side::new(&filled, FEW).await;
    // Now: the server closes a connection that is idle for as long as the other takes.
    let credential = few.person.first_credentials(1).await.remove(0);
    let mut many = Side::new(&filled, MANY).await;
    let title =
        format!("Pages over {MANY} receipts against over {FEW} on {place} (ms, median of {TIMES})");
    let mut table = Table::new(&title, &["", "of few", "of many", "ratio", "target", ""]);
    let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1_000.0);
    for (name, path) in pages(&credential) {
        let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            of_few.push(few.open(&path).await);
            of_many.push(many.open(&path).await);
        }
        let (of_few, of_many) = (median(of_few), median(of_many));
        let ratio = of_many.as_secs_f64() / of_few.as_secs_f64();
        table.row(&[
            name,
            &ms(of_few),
            &ms(of_many),
            &format!("{ratio:.2}"),
            &format!("<= {TARGET:.2}"),
            verdict(ratio <= TARGET),
        ]);
    }
    table.print();
    exports(place, &mut few, &mut many).await;
    few.server.stop();
    many.server.stop();
}

async fn exports(place: &str, few: &mut Side, many: &mut Side) {
    let title = format!("Exports on {place}: the most memory that is resident (kB)");
    let mut table =
        Table::new(&title, &["", "of few", "of many", "target", "", "bytes of many", "s"]);
    for format in ["csv", "jsonl", "links"] {
        let (_, _, of_few) = few.export(format).await;
        let (bytes, took, of_many) = many.export(format).await;
        let most = of_few + MORE_KB;
        table.row(&[
            format,
            &of_few.to_string(),
            &of_many.to_string(),
            &format!("<= {most}"),
            verdict(of_many <= most),
            &bytes.to_string(),
            &format!("{:.1}", took.as_secs_f64()),
        ]);
    }
    table.print();
}

/// The pages with what is asked of them.
fn pages(credential: &str) -> Vec<(&'static str, String)> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let today = Moment(since.as_millis() as i64).day().to_text();
    let page = |rest: &str| format!("/p/bench/{rest}");
    vec![
        ("usage by registry", page("usage")),
        ("usage by credential", page("usage?view=credential")),
        ("usage by pipeline", page("usage?view=pipeline")),
        ("usage of all time", page("usage?view=credential&window=all")),
        ("audit", page("audit")),
        ("audit: changes", page("audit?noun=credential")),
        ("audit: deliveries", page("audit?noun=delivery")),
        ("audit: refusals", page("audit?outcome=refused")),
        ("audit: one day", page(&format!("audit?from={today}&to={today}"))),
        ("receipts of a credential", page(&format!("credentials/{credential}/deliveries"))),
    ]
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
