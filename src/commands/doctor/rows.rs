//! Rows that were changed by somebody else, with what to do about them.

use super::super::output::count;
use super::report::{Report, State};
use crate::store::{ChangedRow, Mend, Tampered};
use serde_json::json;

pub(super) fn look(report: &mut Report, tampered: &Tampered) {
    let (state, text) = if tampered.rows == 0 {
        (State::Ok, "No row that controls access was changed outside Regcred.".to_owned())
    } else {
        (State::Problem, said(tampered))
    };
    report.add("rows", state, text);
    let one = |ChangedRow { table, key, .. }: &ChangedRow| json!({ "table": table, "id": key });
    let named: Vec<_> = tampered.named.iter().map(one).collect();
    report.detail("rows", json!({ "tampered": tampered.rows, "named": named }));
}

fn said(tampered: &Tampered) -> String {
    let rows = count(tampered.rows, "row");
    let them = if tampered.rows == 1 { "it" } else { "them" };
    let mut lines = vec![format!(
        "Changed outside Regcred: {rows}. Regcred ignores {them}, and delivers no secret because of {them}. Find out who can write to the database. If you know the change and it is right, `regcred doctor accept TABLE ID` accepts a row as it is now. Otherwise:"
    )];
    for mend in [Mend::Chain, Mend::Backup, Mend::MakeAgain, Mend::Accept] {
        let mut of = tampered.named.iter().filter(|row| row.mend == mend).peekable();
        lines.extend(of.peek().map(|_| format!("  {}", advice(mend))));
        lines.extend(of.map(|ChangedRow { table, key, .. }| format!("    {table} {key}")));
    }
    let more = tampered.rows - tampered.named.len() as u64;
    lines.extend(
        (more > 0).then(|| format!("  {more} more are not listed. Run it again afterwards.")),
    );
    lines.join("\n")
}

fn advice(mend: Mend) -> &'static str {
    match mend {
        Mend::Chain => {
            "Do not delete these. Compare each chain with a HEAD that you kept (`regcred audit verify --since CHAIN:LINKS:HEAD`), or restore a backup:"
        }
        Mend::Backup => "Do not delete these. Restore a backup:",
        Mend::MakeAgain => {
            "Delete these from the database, create them again in Regcred, and run `regcred doctor` again:"
        }
        Mend::Accept => {
            "These pipelines work, but nobody can approve their grants: a token or trust rule was added or removed outside Regcred. If you know why, run `regcred doctor accept pipeline ID`:"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(rows: &[(&'static str, Mend)], more: u64) -> Tampered {
        let row = |(table, mend): &(&'static str, Mend)| ChangedRow {
            table,
            key: "k".to_owned(),
            mend: *mend,
        };
        Tampered { rows: rows.len() as u64 + more, named: rows.iter().map(row).collect() }
    }

    #[test]
    fn each_row_stands_below_what_to_do_about_it() {
        let rows = [
            ("access_grant", Mend::MakeAgain),
            ("credential", Mend::Backup),
            ("chain_head", Mend::Chain),
        ];
        let text = said(&changed(&rows, 2));
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert!(lines[0].contains("5 rows. Regcred ignores them,"), "{text}");
        assert!(lines[1].starts_with("Do not delete these. Compare"), "{text}");
        assert!(lines[3].starts_with("Do not delete these. Restore"), "{text}");
        assert!(lines[5].starts_with("Delete these"), "{text}");
        assert_eq!(
            [lines[2], lines[4], lines[6]],
            ["chain_head k", "credential k", "access_grant k"]
        );
        assert!(lines[7].starts_with("2 more are not listed."), "{text}");
    }

    #[test]
    fn what_nobody_changed_needs_no_advice() {
        let text = said(&changed(&[("credential", Mend::Backup)], 0));
        assert!(text.contains("1 row. Regcred ignores it,"), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
