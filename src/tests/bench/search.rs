//! A search among 100,000 credentials against the same among 1,000, with as many hits in both: for a
//! word, and for two letters and one, which an index of words would not find.

use super::postgres;
use super::seed::Seed;
use super::table::{Table, verdict};
use regcred::domain::credential_form::CredentialForm;
use regcred::domain::listing::ListQuery;
use regcred::domain::permission::of;
use regcred::vault::SecretInput;
use std::time::{Duration, Instant};

const FEW: usize = 1_000;
const MANY: usize = 100_000;
/// Of each, so many have what is searched for.
const HITS: usize = 50;
/// Searches on either side, by turns.
const TIMES: usize = 200;
/// What is asked for: at most so many times the time.
const TARGET: f64 = 3.0;

/// Measures and prints, on the embedded database and on PostgreSQL where there is a server.
pub async fn run() {
    on("the embedded database", None).await;
    match postgres::server() {
        Some(server) => on("PostgreSQL", Some(&server)).await,
        None => println!("Search on PostgreSQL: SKIPPED, there is no server\n"),
    }
}

async fn on(place: &str, server: Option<&str>) {
    let (few, many) = (filled(server, FEW).await, filled(server, MANY).await);
    let title = format!(
        "Search with {HITS} hits in {FEW} and in {MANY} credentials on {place} (ms, median)"
    );
    let columns = ["", "of 1,000", "of 100,000", "ratio", "target", ""];
    let mut table = Table::new(&title, &columns);
    for (name, term, is_held) in [
        ("a word", "wanted", true),
        ("two letters", "qz", true),
        ("one letter", "~", true),
        // Their count and how they are read differ.
        ("what all have", "images", false),
    ] {
        let (of_few, of_many) = compare(&few, &many, term, is_held).await;
        let ratio = of_many.as_secs_f64() / of_few.as_secs_f64();
        let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1_000.0);
        let target = format!("<= {TARGET:.2}");
        table.row(&[
            name,
            &ms(of_few),
            &ms(of_many),
            &format!("{ratio:.2}"),
            if is_held { &target } else { "" },
            if is_held { verdict(ratio <= TARGET) } else { "" },
        ]);
    }
    table.print();
}

/// An instance with so many credentials, of which every so many-th has the terms.
async fn filled(server: Option<&str>, credentials: usize) -> Seed {
    let seed = Seed::on(server).await;
    let editor = seed.member.can::<of::RegistryWrite>().unwrap();
    let apart = credentials / HITS;
    for number in 0..credentials {
        let more = if number % apart == apart / 2 { " wanted qz ~" } else { "" };
        let form = CredentialForm {
            name: format!("deploy {number:07}"),
            description: format!("Pushes the images of the team{more}"),
            registry_url: format!("registry-{}.example.com", number % 40),
            method: "password".to_owned(),
            username: "acme-bot".to_owned(),
            access: "pull".to_owned(),
            ..CredentialForm::default()
        };
        let password = format!("hunter2-{number:07}").as_str().into();
        let secret = SecretInput { password, ..SecretInput::default() };
        seed.vault.create_credential(&editor, &form, &secret).await.unwrap();
    }
    seed
}

/// The median time of a search on each side.
async fn compare(few: &Seed, many: &Seed, term: &str, is_held: bool) -> (Duration, Duration) {
    let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        of_few.push(search(few, term, is_held).await);
        of_many.push(search(many, term, is_held).await);
    }
    (median(of_few), median(of_many))
}

async fn search(seed: &Seed, term: &str, is_held: bool) -> Duration {
    let reader = seed.member.can::<of::RegistryRead>().unwrap();
    let query = ListQuery { search: term.to_owned(), ..ListQuery::default() };
    let began = Instant::now();
    let found = seed.vault.list_credentials(&reader, &query).await.unwrap();
    let took = began.elapsed();
    assert!(!is_held || found.total == HITS as u64, "{} hits for {term}", found.total);
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
