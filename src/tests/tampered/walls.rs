//! Rows that decide are inserted in one place, which gives them their MAC.

use crate::rooms::sources;

/// Where rows are inserted past that place, how often, and what they are.
const INSERTS: [(&str, usize, &str); 14] = [
    ("src/store/assertions.rs", 1, "proofs that were used"),
    ("src/store/chain.rs", 1, "links"),
    ("src/store/chain/cosignatures.rs", 1, "what witnesses said, which their keys verify"),
    ("src/store/chain/head.rs", 1, "ends of chains, each with a MAC of its own"),
    ("src/store/checks.rs", 1, "what a registry said last"),
    ("src/store/instance.rs", 1, "facts with their MAC, over the older ones"),
    ("src/store/keys.rs", 1, "wrapped keys"),
    ("src/store/leases.rs", 1, "marks"),
    ("src/store/notifications.rs", 2, "what members are told, and how far each has read it"),
    ("src/store/outbox.rs", 1, "what others are told"),
    ("src/store/receipts/base.rs", 1, "figures whose digest is in a link of the chain"),
    ("src/store/receipts/counts.rs", 1, "how far the counts are"),
    ("src/store/shared_secrets.rs", 1, "who was shown a secret"),
    ("src/store/slots.rs", 1, "what is sealed for one person"),
];

#[test]
fn a_row_that_decides_is_inserted_with_its_mac() {
    let mut found = Vec::new();
    for source in sources() {
        let code: String = source.code.split_whitespace().collect();
        let times = code.matches("Entity::insert(").count();
        let is_test = source.path.contains("/tests");
        if times > 0 && source.path.starts_with("src/store/") && !is_test {
            found.push((source.path, times));
        }
    }
    found.sort();
    let listed: Vec<(String, usize)> =
        INSERTS.iter().map(|(path, times, _)| ((*path).to_owned(), *times)).collect();
    assert_eq!(found, listed, "use authentic::insert, or say what is inserted here");
    assert!(INSERTS.iter().all(|(.., what)| !what.is_empty()));
}
