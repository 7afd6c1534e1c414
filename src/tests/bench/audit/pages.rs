//! The pages of usage, findings and audit with their filters, of few receipts and of many by turns.

use super::side::{Asked, Side};
use super::{FEW, MANY};
use crate::filled::address;
use crate::load::{Connection, get};
use crate::table::{Table, verdict};
use std::time::{Duration, Instant};

/// How often each page is opened on either side, by turns.
const TIMES: usize = 30;
/// What is asked for: at most so many times the time.
const TARGET: f64 = 2.0;

/// Measures and prints.
pub async fn run(place: &str, few: &Side, many: &Side) {
    let title =
        format!("Pages over {MANY} receipts against over {FEW} on {place} (ms, median of {TIMES})");
    let mut table = Table::new(&title, &["", "of few", "of many", "ratio", "target", ""]);
    let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1_000.0);
    for ((name, of_few), (_, of_many)) in pages(&few.asked).into_iter().zip(pages(&many.asked)) {
        let (few, many) = compare((few, &of_few), (many, &of_many)).await;
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        table.row(&[
            name,
            &ms(few),
            &ms(many),
            &format!("{ratio:.2}"),
            &format!("<= {TARGET:.2}"),
            verdict(ratio <= TARGET),
        ]);
    }
    table.print();
}

/// The median times of a page on either side.
async fn compare(few: (&Side, &str), many: (&Side, &str)) -> (Duration, Duration) {
    // What a side has ready after the first time it has in any use.
    open(few).await;
    open(many).await;
    let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        of_few.push(open(few).await);
        of_many.push(open(many).await);
    }
    (median(of_few), median(of_many))
}

/// How long the page takes.
async fn open((side, path): (&Side, &str)) -> Duration {
    let mut connection = Connection::open(address(&side.server)).await.unwrap();
    let request = get(path, &format!("cookie: {}", side.person.cookie));
    let began = Instant::now();
    let head = connection.ask(&request).await.unwrap();
    let took = began.elapsed();
    assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    took
}

/// The pages with what is asked of them.
fn pages(asked: &Asked) -> Vec<(&'static str, String)> {
    let Asked { colleague, pipeline, credential, disabled, .. } = asked;
    let (old, older, yesterday) = (asked.days_ago(30), asked.days_ago(60), asked.days_ago(1));
    let page = |rest: &str| format!("/p/bench/{rest}");
    let audit = |rest: &str| format!("/p/bench/audit?{rest}");
    let month = format!("from={older}&to={old}");
    vec![
        ("usage by registry", page("usage")),
        ("usage by credential", page("usage?view=credential")),
        ("usage by pipeline", page("usage?view=pipeline")),
        ("usage of 7 days", page("usage?window=7")),
        ("usage of 90 days", page("usage?window=90")),
        ("usage of 90 days by credential", page("usage?view=credential&window=90")),
        ("usage of 90 days by pipeline", page("usage?view=pipeline&window=90")),
        ("usage of all time", page("usage?view=credential&window=all")),
        ("findings", page("findings")),
        ("findings of one kind", page("findings?kind=only_pulled")),
        ("findings with links as evidence", page("findings?kind=refused_since")),
        ("findings that were accepted", page("findings?state=accepted")),
        ("findings that were resolved", page("findings?state=resolved")),
        ("audit", page("audit")),
        ("audit: an older page", audit("before=1000")),
        ("audit: a person", audit(&format!("person={colleague}"))),
        ("audit: a person in a month", audit(&format!("person={colleague}&{month}"))),
        ("audit: a pipeline", audit(&format!("pipeline={pipeline}"))),
        ("audit: a pipeline in a month", audit(&format!("pipeline={pipeline}&{month}"))),
        ("audit: a credential", audit(&format!("credential={credential}"))),
        ("audit: refusals of one", audit(&format!("credential={disabled}&outcome=refused"))),
        ("audit: an action", audit("action=token.created")),
        ("audit: an action of the first day", audit("action=pipeline.created")),
        ("audit: an action in a month", audit(&format!("action=token.created&{month}"))),
        ("audit: changes", audit("noun=credential")),
        ("audit: deliveries", audit("noun=delivery")),
        ("audit: deliveries of a month", audit(&format!("noun=delivery&{month}"))),
        ("audit: refusals", audit("outcome=refused")),
        ("audit: yesterday", audit(&format!("from={yesterday}&to={yesterday}"))),
        ("audit: an old day", audit(&format!("from={old}&to={old}"))),
        ("audit: a month", audit(&month)),
        ("receipts of a credential", page(&format!("credentials/{credential}/deliveries"))),
    ]
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
