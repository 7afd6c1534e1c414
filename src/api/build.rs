//! What a CI server that signs its requests says of a run: `{"repo":{…},"pipeline"|"build":{…}}`.

use super::body;
use crate::domain::credential::Access;
use crate::domain::delivery::{Claims, Door};
use crate::domain::matching::Shape;
use crate::error::{Error, Result};
use crate::vault::DeliveryRequest;
use serde_json::{Map, Value};

pub(super) struct Run {
    /// The object's `repo` and the run, as they were signed. What else there may be, such as the
    /// forge's own password, is dropped here.
    pub(super) facts: Map<String, Value>,
    is_request: bool,
}

impl Run {
    /// Reads a body whose run is in the member `part`.
    pub(super) fn read(body: &[u8], part: &str) -> Result<Self> {
        let form = format!("an object with repo and {part}");
        let mut facts: Map<String, Value> = body::json(body, &form)?;
        facts.retain(|name, value| (name == "repo" || name == part) && value.is_object());
        if facts.len() != 2 {
            return Err(Error::BadRequest(format!("The body must be {form}.")));
        }
        let event = facts.get(part).and_then(|run| run.get("event")).and_then(Value::as_str);
        let is_request = event.is_none_or(|event| event.starts_with("pull_request"));
        Ok(Self { facts, is_request })
    }

    /// A pull request only pulls, and so does a run of which nobody says what started it.
    pub(super) fn at_most(&self, intent: Access) -> Access {
        if self.is_request { Access::Pull } else { intent }
    }
}

/// A fetch of everything that the pipeline may have, in a form that knows only hosts. What is known
/// of the run was signed, so there is nothing to claim.
pub(super) fn request(door: Door, intent: Access, address: Option<String>) -> DeliveryRequest {
    DeliveryRequest {
        intent,
        also_pulls: false,
        door,
        claims: Claims::default(),
        address,
        host: None,
        repository: None,
        shape: Shape::Hosts,
        wants_token: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_repository_and_the_run_are_kept() {
        let body = r#"{"repo":{"id":1},"pipeline":{"event":"push"},"netrc":{"password":"zebra"}}"#;
        let run = Run::read(body.as_bytes(), "pipeline").ok().unwrap();
        let mut kept: Vec<&str> = run.facts.keys().map(String::as_str).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["pipeline", "repo"]);
        for body in [
            "",
            "[]",
            "{}",
            r#"{"repo":{}}"#,
            r#"{"repo":{},"build":{}}"#,
            r#"{"repo":[],"pipeline":{}}"#,
            r#"{"repo":{},"pipeline":null}"#,
        ] {
            assert_eq!(
                Run::read(body.as_bytes(), "pipeline").err().unwrap().status(),
                400,
                "{body}"
            );
        }
    }

    #[test]
    fn a_pull_request_only_pulls() {
        for (event, expected) in [
            (r#""push""#, Access::PullAndPush),
            (r#""tag""#, Access::PullAndPush),
            (r#""cron""#, Access::PullAndPush),
            (r#""pull_request""#, Access::Pull),
            (r#""pull_request_closed""#, Access::Pull),
            ("null", Access::Pull),
            ("7", Access::Pull),
        ] {
            let body = format!(r#"{{"repo":{{}},"build":{{"event":{event}}}}}"#);
            let run = Run::read(body.as_bytes(), "build").ok().unwrap();
            assert_eq!(run.at_most(Access::PullAndPush), expected, "{event}");
            assert_eq!(run.at_most(Access::Pull), Access::Pull);
        }
    }
}
