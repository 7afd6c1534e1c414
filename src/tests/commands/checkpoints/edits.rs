//! Whatever somebody changes who writes to the database is found by who kept a checkpoint, and the first
//! wrong link is named.

use super::sums::{SUMS, Sums, report};
use super::{CHECKPOINT, kept, name};
use crate::commands::machine::Machine;
use crate::commands::transfer::served;
use crate::database::{Database, soak};
use crate::process::client::deliver;
use sea_orm::{ConnectionTrait, DatabaseConnection};

const LINKS: [&str; 5] = ["audit_event", "pipeline_fetch", "receipt", "chain_head", "project"];

/// Numbers that are the same in each run.
pub struct Dice(u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }
}

/// A chain with events and receipts, what it was, and its ends as they were at several links.
struct Chain {
    db: DatabaseConnection,
    /// As the database writes it.
    id: String,
    name: String,
    events: Vec<i64>,
    fetches: Vec<i64>,
    heads: Vec<i64>,
    last: i64,
    sums: Sums,
}

/// What verifying says of the chain after a change.
enum Wrong {
    /// The first link that is wrong.
    Link(i64),
    /// How the name of the row begins that is wrong. The links hold.
    Row(String),
}

impl Chain {
    async fn run(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.unwrap();
    }

    /// Puts everything back.
    async fn restore(&self) {
        for table in LINKS.iter().chain(&SUMS) {
            self.run(&format!(
                "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM old_{table}"
            ))
            .await;
        }
    }

    /// Something that is changed, and what is wrong then.
    fn edit(&self, dice: &mut Dice) -> (String, Wrong) {
        if dice.roll(4) == 0 {
            let (sql, row) = self.sums.edit(dice);
            return (sql, Wrong::Row(row));
        }
        let (sql, link) = self.edit_links(dice);
        (sql, Wrong::Link(link))
    }

    /// A change of the links, and the first that is wrong then.
    fn edit_links(&self, dice: &mut Dice) -> (String, i64) {
        let (id, end) = (&self.id, self.last + 1);
        let at = |seq: i64| format!("WHERE chain = {id} AND seq = {seq}");
        let (event, fetch) = (dice.one_of(&self.events), dice.one_of(&self.fetches));
        match dice.roll(9) {
            0 => {
                let columns =
                    ["at = at + 1", "actor = 'Mallory'", "subject = 'another'", "detail = 'no'"];
                (format!("UPDATE audit_event SET {} {}", dice.one_of(&columns), at(event)), event)
            }
            1 => {
                let columns = ["at = at + 1", "pipeline = 'another'", "address = '192.0.2.1'"];
                let column = dice.one_of(&columns);
                (format!("UPDATE pipeline_fetch SET {column} {}", at(fetch)), fetch)
            }
            2 => {
                let columns = ["credential = 'no'", "reason = 'because'", "outcome = 'refused'"];
                (format!("UPDATE receipt SET {} {}", dice.one_of(&columns), at(fetch)), fetch)
            }
            3 => (format!("DELETE FROM audit_event {}", at(event)), event),
            4 => {
                let table = dice.one_of(&["pipeline_fetch", "receipt"]);
                (format!("DELETE FROM {table} {}", at(fetch)), fetch)
            }
            5 => {
                let rest = "at, action, actor_id, actor, subject_id, subject, detail, mac";
                let copy = format!(
                    "INSERT INTO audit_event (chain, seq, {rest}) SELECT chain, {end}, {rest} FROM audit_event {}",
                    at(event)
                );
                (copy, end)
            }
            6 => {
                let (one, other) =
                    (self.events[0], self.events[1 + dice.roll(self.events.len() - 1)]);
                let moves = [(one, -1), (other, one), (-1, other)];
                let moves = moves
                    .map(|(from, to)| format!("UPDATE audit_event SET seq = {to} {}", at(from)));
                (moves.join("; "), one)
            }
            7 => {
                let to = dice.one_of(&self.heads);
                (format!("{}; {}", self.cut(to), self.rewound(to)), to + 1)
            }
            _ => (
                format!(
                    "{}; DELETE FROM chain_head WHERE chain = {id}; DELETE FROM project WHERE id = {id}",
                    self.cut(0)
                ),
                1,
            ),
        }
    }

    /// Nothing is left behind that link.
    fn cut(&self, to: i64) -> String {
        let of =
            |table: &str| format!("DELETE FROM {table} WHERE chain = {} AND seq > {to}", self.id);
        ["audit_event", "pipeline_fetch", "receipt"].map(of).join("; ")
    }

    /// The end is what it was at that link.
    fn rewound(&self, to: i64) -> String {
        let id = &self.id;
        format!(
            "DELETE FROM chain_head WHERE chain = {id}; INSERT INTO chain_head SELECT * FROM old_heads WHERE seq = {to}"
        )
    }
}

async fn numbers(database: &Database, table: &str, id: &str, last: i64) -> Vec<i64> {
    let mut numbers = Vec::new();
    for seq in 1..=last {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE chain = {id} AND seq = {seq}");
        if database.scalar_i64(&sql).await > 0 {
            numbers.push(seq);
        }
    }
    numbers
}

/// A chain that was made through the product's own doors, and nobody is at it any more.
async fn chain() -> (Machine, Chain) {
    let (machine, server, token, _) = served().await;
    let project = machine.vault.store().projects().find("acme").await.unwrap().unwrap().id;
    let database = &machine.instance.database;
    let (id, db) = (database.id(project), database.connect().await);
    let end = format!("SELECT * FROM chain_head WHERE chain = {id}");
    db.execute_unprepared(&format!("CREATE TABLE old_heads AS {end}")).await.unwrap();
    for run in 2..8 {
        let delivered = deliver(server.port, &token, &run.to_string()).unwrap();
        assert_eq!(delivered.status, 200);
        let outcome = if run % 2 == 0 { "failed" } else { "worked" };
        report(server.port, &token, &delivered, outcome);
        db.execute_unprepared(&format!("INSERT INTO old_heads {end}")).await.unwrap();
    }
    assert!(server.stop().success());
    for slug in ["kim@example.com", "lou@example.com"] {
        let add = ["user", "add", "--email", slug, "--name", "Somebody"];
        machine.run_with(&add, crate::app::PASSWORD.as_bytes()).done();
        machine.run(&["project", "member", "add", "acme", slug, "viewer"]).done();
    }
    let last = database.scalar_i64(&format!("SELECT seq FROM chain_head WHERE chain = {id}")).await;
    let sums = Sums::of(&machine, database, last).await;
    for table in LINKS.iter().chain(&SUMS) {
        let copy = format!("CREATE TABLE old_{table} AS SELECT * FROM {table}");
        db.execute_unprepared(&copy).await.unwrap();
    }
    let events = numbers(database, "audit_event", &id, last).await;
    let fetches = numbers(database, "pipeline_fetch", &id, last).await;
    let mut heads = Vec::new();
    for seq in 1..last {
        let there = format!("SELECT COUNT(*) FROM old_heads WHERE seq = {seq}");
        heads.extend((database.scalar_i64(&there).await > 0).then_some(seq));
    }
    assert!(events.len() > 4 && fetches.len() > 6 && heads.len() > 6, "{events:?} {fetches:?}");
    let name = project.to_string();
    (machine, Chain { db, id, name, events, fetches, heads, last, sums })
}

#[tokio::test]
async fn every_change_to_the_past_is_found_with_a_checkpoint_and_the_first_wrong_link_is_named() {
    let (machine, chain) = chain().await;
    let note = kept(&machine, "checkpoint", &CHECKPOINT);
    // It is kept in the end of the chain that it was signed.
    chain
        .run("DELETE FROM old_chain_head; INSERT INTO old_chain_head SELECT * FROM chain_head")
        .await;
    let verify = ["audit", "verify", "--json", "--checkpoint", name(&note)];
    machine.run(&verify).done();
    let mut dice = Dice(14);
    for round in 0..soak(100, 1_000) {
        let (sql, wrong) = chain.edit(&mut dice);
        chain.run(&sql).await;
        let said = machine.run(&verify);
        assert_eq!(said.code, Some(1), "{round} {sql}: {}", said.err);
        let reports = said.json();
        let reports = reports.as_array().unwrap().iter();
        let broken: Vec<(&str, i64)> = reports
            .clone()
            .filter_map(|one| Some((one["chain"].as_str()?, one["broken_at"].as_i64()?)))
            .collect();
        let rows: Vec<(&str, &str)> = reports
            .filter_map(|one| Some((one["chain"].as_str()?, one["wrong_sum"].as_str()?)))
            .collect();
        let is_gone = sql.contains("DELETE FROM project");
        let called = if is_gone { chain.name.as_str() } else { "acme" };
        match wrong {
            Wrong::Link(link) => {
                assert_eq!((broken, rows.len()), (vec![(called, link)], 0), "{round} {sql}")
            }
            Wrong::Row(begins) => {
                let [(of, row)] = rows[..] else { panic!("{round} {sql}: {rows:?}") };
                assert!(of == called && row.starts_with(&begins), "{round} {sql}: {row}");
                assert!(broken.is_empty(), "{round} {sql}: {broken:?}");
            }
        }
        chain.restore().await;
    }
    machine.run(&verify).done();
    chain.db.close().await.unwrap();
}

#[tokio::test]
async fn only_a_checkpoint_tells_that_the_end_was_cut_and_the_old_end_put_back() {
    let (machine, chain) = chain().await;
    let note = kept(&machine, "checkpoint", &CHECKPOINT);
    let with_it = ["audit", "verify", "--project", "acme", "--checkpoint", name(&note)];
    let to = chain.heads[1];
    chain.run(&format!("{}; {}", chain.cut(to), chain.rewound(to))).await;
    // Whoever does that does not leave the sums, which a server may have added up by now, nor reports that no
    // event says any more.
    for (table, column) in [("usage", "project_id"), ("usage_day", "chain"), ("counted", "chain")] {
        chain.run(&format!("DELETE FROM {table} WHERE {column} = {}", chain.id)).await;
    }
    let unsaid = format!("DELETE FROM delivery_report WHERE chain = {} AND link > {to}", chain.id);
    chain.run(&unsaid).await;
    let none = "SET deliveries = 0, last_delivered_at = NULL";
    chain.run(&format!("UPDATE secret_version {none} WHERE project_id = {}", chain.id)).await;
    machine.run(&["audit", "verify", "--project", "acme"]).done();
    let said = machine.run(&with_it);
    assert!(said.out.contains(&format!("BROKEN at link {}", to + 1)), "{}{}", said.out, said.err);
    // It goes on from there until it is as long as before: each link holds, and they are others.
    for round in 0.. {
        let email = format!("more-{round}@example.com");
        let add = ["user", "add", "--email", &email, "--name", "Somebody"];
        machine.run_with(&add, crate::app::PASSWORD.as_bytes()).done();
        machine.run(&["project", "member", "add", "acme", &email, "viewer"]).done();
        let sql = format!("SELECT seq FROM chain_head WHERE chain = {}", chain.id);
        if machine.instance.database.scalar_i64(&sql).await >= chain.last {
            break;
        }
    }
    machine.run(&["audit", "verify", "--project", "acme"]).done();
    let said = machine.run(&with_it);
    let between = format!("BROKEN between links 1 and {}", chain.last);
    assert!(said.out.contains(&between), "{}{}", said.out, said.err);
    chain.db.close().await.unwrap();
}
