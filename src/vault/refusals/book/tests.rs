//! What the book keeps, and what it writes.

use super::*;

fn key(kind: Refusal, subject: u128) -> Key {
    Key { kind, chain: Uuid::nil(), subject: Uuid::from_u128(subject), token: String::new() }
}

fn note(book: &mut Book, key: Key, network: &str, at: i64) {
    book.note(key, "olga".to_owned(), Some(network.to_owned()), Moment(at));
}

#[test]
fn what_is_refused_again_is_one_entry_with_a_count() {
    let mut book = Book::default();
    for (network, at) in [("192.0.2.7", 5), ("192.0.2.8", 6), ("192.0.2.7", 7)] {
        note(&mut book, key(Refusal::SignIn, 1), network, at);
    }
    let page = book.turn(Moment(10), 20);
    let [(_, entry)] = &page.entries[..] else { panic!("one entry") };
    assert_eq!((entry.times, entry.since, entry.last), (3, Moment(5), Moment(7)));
    assert_eq!(entry.networks.len(), 2);
    assert!(book.turn(Moment(11), 20).is_empty(), "it is written once");
}

#[test]
fn a_hundred_thousand_refusals_are_few_entries_and_few_events_and_none_is_lost() {
    let mut book = Book::default();
    // Before all others, and not pushed out by them.
    note(&mut book, key(Refusal::RevokedToken, 7), "192.0.2.1", 0);
    for number in 0..100_000_u32 {
        let network = format!("198.51.{}.{}", number % 200, number % 199);
        note(&mut book, key(Refusal::SignIn, u128::from(number)), &network, 1 + i64::from(number));
        book.note_unknown(Unknown::Email, Some(network));
    }
    assert!(book.entries.len() <= ENTRIES && book.unknown.len() <= COUNTED);
    let page = book.turn(Moment(200_000), 20);
    let of = |kind| page.entries.iter().filter(|(key, _)| key.kind == kind).count();
    assert_eq!((of(Refusal::SignIn), of(Refusal::RevokedToken)), (20, 1));
    assert_eq!(page.lines.len(), NAMED + 1);
    let next = book.turn(Moment(200_000 + HOUR * 1_000), 20);
    let written: u64 = page.entries.iter().map(|(_, entry)| entry.times).sum();
    let summed: u64 = page.sums.iter().chain(&next.sums).map(|sum| sum.times).sum();
    assert_eq!((next.sums.len(), written + summed), (1, 100_001));
}

#[test]
fn at_the_end_nothing_waits_for_the_end_of_the_hour() {
    let mut book = Book::default();
    assert!(book.turn(Moment(0), 20).is_empty());
    for subject in 0..30 {
        note(&mut book, key(Refusal::SignIn, subject), "192.0.2.7", 1);
    }
    let page = book.turn(Moment(2), 20);
    assert_eq!((page.entries.len(), page.sums.len()), (20, 0));
    note(&mut book, key(Refusal::SignIn, 99), "192.0.2.7", 3);
    let mut last = book.turn(Moment(4), 20);
    book.end_hour(&mut last);
    let [sum] = &last.sums[..] else { panic!("one sum: {:?}", last.sums) };
    assert_eq!((sum.of, sum.times, last.entries.len()), (Refusal::SignIn, 11, 0));
    // An hour later there are sums to begin with: still one for each kind.
    for subject in 0..25 {
        note(&mut book, key(Refusal::SignIn, subject), "192.0.2.7", 5);
    }
    assert_eq!(book.turn(Moment(5), 0).entries.len(), 0);
    for subject in 0..25 {
        note(&mut book, key(Refusal::SignIn, subject), "192.0.2.7", 6);
    }
    let mut last = book.turn(Moment(5 + HOUR * 1_000), 20);
    book.end_hour(&mut last);
    assert_eq!((last.entries.len(), last.sums.len(), last.sums[0].times), (20, 1, 30));
}

#[test]
fn events_of_one_kind_take_none_from_another() {
    let mut book = Book::default();
    for subject in 0..100 {
        note(&mut book, key(Refusal::SignIn, subject), "192.0.2.7", 1);
    }
    note(&mut book, key(Refusal::Permission, 1), "192.0.2.7", 2);
    let page = book.turn(Moment(3), 20);
    assert_eq!(page.entries.len(), 21);
    assert!(page.entries.iter().any(|(key, _)| key.kind == Refusal::Permission));
}

#[test]
fn an_entry_names_few_networks_and_says_that_there_are_more() {
    let mut book = Book::default();
    for last in 0..100 {
        note(&mut book, key(Refusal::SignIn, 1), &format!("192.0.2.{last}"), last);
    }
    let page = book.turn(Moment(200), 20);
    let (_, entry) = &page.entries[0];
    assert_eq!((entry.times, entry.networks.len()), (100, NETWORKS_MAX));
    assert!(entry.has_more_networks);
}

#[test]
fn what_could_not_be_written_is_written_the_next_time() {
    let mut book = Book::default();
    note(&mut book, key(Refusal::SignIn, 1), "192.0.2.7", 1);
    let page = book.turn(Moment(2), 1);
    note(&mut book, key(Refusal::SignIn, 1), "192.0.2.8", 3);
    book.put_back(page);
    let page = book.turn(Moment(4), 1);
    let [(_, entry)] = &page.entries[..] else { panic!("one entry") };
    assert_eq!((entry.times, entry.since, entry.networks.len()), (2, Moment(1), 2));
    assert!(entry.has_event, "its event was given back");
}

#[test]
fn each_chain_has_a_page_of_its_own_and_the_instance_has_the_sums() {
    let mut book = Book::default();
    let of = |chain: u128, subject| Key {
        chain: Uuid::from_u128(chain),
        ..key(Refusal::Proof, subject)
    };
    for (chain, subject) in [(7, 1), (8, 2), (7, 3)] {
        note(&mut book, of(chain, subject), "192.0.2.7", 1);
    }
    book.turn(Moment(2), 0);
    for (chain, subject) in [(7, 1), (8, 2), (7, 3)] {
        note(&mut book, of(chain, subject), "192.0.2.7", 3);
    }
    let parts = book.turn(Moment(2 + HOUR * 1_000), 20).into_parts();
    let sizes: Vec<(u128, usize, usize)> = parts
        .iter()
        .map(|part| (part.chain.as_u128(), part.entries.len(), part.sums.len()))
        .collect();
    assert_eq!(sizes, [(8, 1, 0), (7, 2, 0), (0, 0, 1)]);
    assert!(Page::default().into_parts().is_empty());
}

#[test]
fn who_is_unknown_is_told_by_kind_and_network() {
    let mut book = Book::default();
    for _ in 0..3 {
        book.note_unknown(Unknown::Email, Some("192.0.2.7".to_owned()));
    }
    book.note_unknown(Unknown::Token, Some("192.0.2.8".to_owned()));
    book.unknown_others = 7;
    assert_eq!(
        book.turn(Moment(1), 20).lines,
        [
            "Refused 3 sign-ins with an unknown email address from 192.0.2.7 in the last minute.",
            "Refused 1 request with an unknown pipeline token from 192.0.2.8 in the last minute.",
            "Refused 7 such requests from other networks in the last minute.",
        ]
    );
}
