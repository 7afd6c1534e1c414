//! What changes a row that decides gives it a new MAC in the same statement (security T2).

use super::statements;
use regcred::store::Store;
use std::collections::BTreeSet;

/// The table of an `UPDATE`, and the columns that it sets.
fn set_by(statement: &str) -> Option<(&str, BTreeSet<&str>)> {
    let (table, rest) = statement.strip_prefix("UPDATE ")?.split_once(" SET ")?;
    let end = [" WHERE ", " FROM "].iter().filter_map(|word| rest.find(word)).min();
    let sets = rest[..end.unwrap_or(rest.len())].split(", ");
    let columns = sets.filter_map(|set| set.split_once(" = ")).map(|(column, _)| column);
    Some((table.trim_matches('"'), columns.map(|column| column.trim_matches('"')).collect()))
}

#[test]
fn what_changes_a_row_that_decides_gives_it_a_new_mac() {
    let deciding = Store::deciding_columns().unwrap();
    let mut seen = 0;
    for statement in statements::all() {
        let Some((table, columns)) = set_by(statement) else { continue };
        let decides =
            |column: &&str| deciding.iter().any(|(of, is, _)| (*of, is) == (table, column));
        if !columns.iter().any(decides) {
            continue;
        }
        let mac = if table == "chain_head" { "end_mac" } else { "mac" };
        assert!(columns.contains(mac), "it leaves the MAC as it was: {statement}");
        seen += 1;
    }
    assert!(seen > 10, "only {seen} statements change what decides");
}

#[test]
fn the_columns_of_a_change_are_told() {
    for (statement, expected) in [
        ("UPDATE \"a\" SET \"b\" = ?, \"c\" = ? WHERE \"a\".\"d\" = ?", ("a", &["b", "c"][..])),
        (
            "UPDATE a SET b = a.b + g.c, d = g.d FROM (SELECT 1) g WHERE a.e = g.e",
            ("a", &["b", "d"][..]),
        ),
    ] {
        let (table, columns) = set_by(statement).unwrap();
        assert_eq!(table, expected.0);
        assert_eq!(columns, BTreeSet::from_iter(expected.1.iter().copied()));
    }
    assert_eq!(set_by("SELECT 1 FROM a"), None);
}
