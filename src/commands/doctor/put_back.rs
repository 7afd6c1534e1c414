//! What was ended and works again, or is as it was before a change, as the audit log tells it.

use super::report::{Report, State};
use crate::vault::PutBack;
use serde_json::json;

pub(super) fn look(report: &mut Report, found: &[PutBack]) {
    let (state, text) = if found.is_empty() {
        (
            State::Ok,
            "No revoked token works, no removed member is back, and no older row was put back."
                .to_owned(),
        )
    } else {
        (State::Problem, said(found))
    };
    report.add("ended", state, text);
    report.detail("ended", json!(found));
}

fn said(found: &[PutBack]) -> String {
    let mut lines = vec![
        "These were ended or changed in Regcred, but older rows were put back outside it, so they are as before. End or change them again, and find out who can write to the database:"
            .to_owned(),
    ];
    lines.extend(found.iter().map(|PutBack { project, what }| {
        let place = if project.is_empty() { "instance" } else { project.as_str() };
        format!("    {place}: {what}")
    }));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_right_stands_on_a_line_with_its_project() {
        let one = |project: &str, what: &str| PutBack {
            project: project.to_owned(),
            what: what.to_owned(),
        };
        let text = said(&[
            one("acme", "token 4kX1 of build"),
            one("labs", "membership of kim"),
            one("", "issuer https://gitlab.example.com"),
        ]);
        let lines: Vec<&str> = text.lines().skip(1).map(str::trim).collect();
        assert_eq!(
            lines,
            [
                "acme: token 4kX1 of build",
                "labs: membership of kim",
                "instance: issuer https://gitlab.example.com",
            ]
        );
    }
}
