//! What was found, check by check.

use serde_json::{Map, Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ok,
    Warning,
    Problem,
}

#[derive(Debug, serde::Serialize)]
struct Check {
    check: &'static str,
    state: State,
    text: String,
}

/// What was found, in the order in which it was looked at.
#[derive(Debug, Default)]
pub(super) struct Report {
    checks: Vec<Check>,
    details: Map<String, Value>,
}

impl Report {
    pub(super) fn add(&mut self, check: &'static str, state: State, text: impl Into<String>) {
        self.checks.push(Check { check, state, text: text.into() });
    }

    pub(super) fn detail(&mut self, name: &str, detail: Value) {
        self.details.insert(name.to_owned(), detail);
    }

    pub(super) fn has_problem(&self) -> bool {
        self.worst() == State::Problem
    }

    fn worst(&self) -> State {
        self.checks.iter().map(|check| check.state).max().unwrap_or(State::Ok)
    }

    pub(super) fn document(&self) -> Value {
        let mut document = self.details.clone();
        document.insert("state".to_owned(), json!(self.worst()));
        document.insert("checks".to_owned(), json!(self.checks));
        document.into()
    }

    pub(super) fn text(&self) -> String {
        let one = |Check { check, state, text }: &Check| {
            let word = match state {
                State::Ok => "ok",
                State::Warning => "warning",
                State::Problem => "PROBLEM",
            };
            format!("{word:<8} {check:<12} {text}")
        };
        self.checks.iter().map(one).collect::<Vec<_>>().join("\n")
    }
}
