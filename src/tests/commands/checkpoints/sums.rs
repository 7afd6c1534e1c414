//! Changes of what is added up of receipts, and of what was reported of them.

use super::edits::Dice;
use crate::commands::machine::Machine;
use crate::database::Database;
use crate::process::client::{Answer, exchange};

/// The tables of which rows are changed.
pub const SUMS: [&str; 3] = ["usage", "usage_day", "delivery_report"];

/// A receipt, and what was reported of it.
type Reported = (i64, &'static str);

/// A chain by its id, as the database writes it, and its reports.
pub struct Sums {
    id: String,
    reported: Vec<Reported>,
}

/// Says of what was delivered in that answer how it went.
pub fn report(port: u16, token: &str, delivered: &Answer, outcome: &str) {
    let id = delivered.header("regcred-delivery").split(';').next().unwrap().to_owned();
    let path = format!("/api/v1/deliveries/{id}/outcome");
    let headers = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let body = format!("{{\"outcome\":\"{outcome}\"}}");
    assert_eq!(exchange(port, "POST", &path, &headers, body.as_bytes()).unwrap().status, 204);
}

impl Sums {
    /// Those of a chain with so many links, all added up.
    pub async fn of(machine: &Machine, database: &Database, last: i64) -> Self {
        let store = machine.vault.store();
        let project = store.projects().find("acme").await.unwrap().unwrap().id;
        store.add_up_receipts(project).await.unwrap();
        let id = database.id(project);
        let mut reported = Vec::new();
        for seq in 1..=last {
            for outcome in ["failed", "worked"] {
                let such = format!("chain = {id} AND seq = {seq} AND outcome = '{outcome}'");
                let count = format!("SELECT COUNT(*) FROM delivery_report WHERE {such}");
                if database.scalar_i64(&count).await > 0 {
                    reported.push((seq, outcome));
                }
            }
        }
        assert!(reported.len() > 3, "{reported:?}");
        Self { id, reported }
    }

    /// Something that is changed, and how the row that is named then begins.
    pub fn edit(&self, dice: &mut Dice) -> (String, String) {
        let id = &self.id;
        match dice.roll(4) {
            0 => {
                let columns = [
                    "times = times + 1",
                    "failed = failed - 1",
                    "first_at = first_at + 1",
                    "last_at = last_at + 1",
                    "last_seq = last_seq - 1",
                    "doors = doors + 1024",
                    "first_version = NULL",
                    "last_version = last_version + 1",
                    "day = day - 1000",
                ];
                let column = dice.one_of(&columns);
                let sql = format!("UPDATE usage_day SET {column} WHERE chain = {id}");
                (sql, "usage_day: credential ".to_owned())
            }
            1 => {
                let columns = [
                    "pipeline = 'another'",
                    "deliveries = deliveries - 1",
                    "first_at = first_at - 1",
                    "last_at = last_at - 1",
                    "last_version = last_version + 1",
                    "used = used - 1",
                    "last_used_at = NULL",
                ];
                let column = dice.one_of(&columns);
                let sql = format!("UPDATE usage SET {column} WHERE project_id = {id}");
                (sql, "usage: credential ".to_owned())
            }
            2 => {
                let (table, of) = dice.one_of(&[("usage", "project_id"), ("usage_day", "chain")]);
                let sql = format!("DELETE FROM {table} WHERE {of} = {id}");
                (sql, format!("{table}: credential "))
            }
            _ => self.edit_report(dice),
        }
    }

    /// A report that says something else, or is gone, no longer fits its event, whatever was done to its sum.
    fn edit_report(&self, dice: &mut Dice) -> (String, String) {
        let (seq, outcome) = dice.one_of(&self.reported);
        let such = format!("WHERE chain = {} AND seq = {seq}", self.id);
        let other = if outcome == "failed" { "worked" } else { "failed" };
        let change = match dice.roll(5) {
            0 => format!("UPDATE delivery_report SET number = number + 100 {such}"),
            1 => format!("UPDATE delivery_report SET outcome = 'no' {such}"),
            2 => format!("UPDATE delivery_report SET outcome = '{other}' {such}"),
            3 => format!(
                "UPDATE delivery_report SET outcome = '{other}' {such};
                 UPDATE usage_day SET failed = failed + 1 WHERE chain = {}",
                self.id
            ),
            _ => format!("DELETE FROM delivery_report {such}"),
        };
        (change, format!("delivery_report: link {seq}, "))
    }
}
