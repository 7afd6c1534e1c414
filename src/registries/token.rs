//! What a token service answers, and whether the token is for what was asked.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Bearer, RegistryProblem, actions};
use crate::domain::credential::Access;

/// How long a token lives whose service does not say (protocols.md 4.3), and the longest that is passed on.
const USUAL_SECONDS: u64 = 60;
const MAX_SECONDS: u64 = 3600;

/// The fields have two names for one token; services send either or both.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct Reply {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

/// One entry of the claim in which a token says what it grants.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    actions: Option<Vec<String>>,
}

/// What a token says of itself. It is only read: the registry verifies it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    /// Whether it names nobody, and grants nothing: some services give such a token for a wrong password.
    pub(super) is_nobodys: bool,
    /// Whether it grants pushing to the repository.
    pub(super) has_push: bool,
}

/// What the token says of whose it is, and of that repository.
pub(super) fn evidence(token: &str, repository: &str) -> Evidence {
    let Some(claims) = claims(token) else { return Evidence::default() };
    let entries = claims.get("access").cloned().map(serde_json::from_value::<Option<Vec<Entry>>>);
    let entries = entries.and_then(Result::ok).flatten().unwrap_or_default();
    let of = |entry: &Entry| entry.actions.clone().unwrap_or_default();
    let names_nobody = claims.get("sub").is_some_and(|sub| sub.as_str() == Some(""));
    Evidence {
        is_nobodys: names_nobody && entries.iter().all(|entry| of(entry).is_empty()),
        has_push: entries.iter().any(|entry| {
            let actions = of(entry);
            let can_push = actions.iter().any(|action| action == "push" || action == "*");
            entry.kind == "repository" && entry.name == repository && can_push
        }),
    }
}

/// The token in an answer, unless it says of itself that it grants anything else than what was asked.
pub(super) fn read(
    body: &[u8],
    repository: &str,
    intent: Access,
) -> Result<Bearer, RegistryProblem> {
    let bearer = plain(body)?;
    if let Some(claim) = claims(&bearer.token).and_then(|claims| claims.get("access").cloned()) {
        check(claim, repository, intent)?;
    }
    Ok(bearer)
}

/// The token in an answer, whatever it grants.
pub(super) fn plain(body: &[u8]) -> Result<Bearer, RegistryProblem> {
    let mut reply: Reply = serde_json::from_slice(body).map_err(|_| RegistryProblem::Malformed)?;
    let token = reply.token.take().filter(|token| !token.is_empty());
    let token = token.or_else(|| reply.access_token.take()).unwrap_or_default();
    let token = Zeroizing::new(token);
    // It has to fit into a header, and nothing but it.
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(RegistryProblem::Malformed);
    }
    let expires_in = reply.expires_in.unwrap_or(USUAL_SECONDS).min(MAX_SECONDS);
    Ok(Bearer { token, expires_in })
}

/// Whether the token is the secret itself, or holds it: some services give back what they were shown.
pub(super) fn gives_away(token: &str, secret: &[u8]) -> bool {
    let holds = |bytes: &[u8]| {
        !secret.is_empty() && bytes.windows(secret.len()).any(|window| window == secret)
    };
    let bare = token.trim_end_matches('=');
    holds(token.as_bytes())
        || [STANDARD_NO_PAD.decode(bare), URL_SAFE_NO_PAD.decode(bare)]
            .into_iter()
            .flatten()
            .any(|bytes| holds(&Zeroizing::new(bytes)))
}

/// The claims of a token that is a JWT.
fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&payload).ok()
}

fn check(claim: Value, repository: &str, intent: Access) -> Result<(), RegistryProblem> {
    let entries: Option<Vec<Entry>> =
        serde_json::from_value(claim).map_err(|_| RegistryProblem::Malformed)?;
    let asked = actions(intent);
    let mut granted = BTreeSet::new();
    for Entry { kind, name, actions } in entries.unwrap_or_default() {
        for action in actions.unwrap_or_default() {
            let is_asked = asked.iter().any(|asked| *asked == action);
            if kind != "repository" || name != repository || !is_asked {
                return Err(RegistryProblem::Wider);
            }
            granted.insert(action);
        }
    }
    if granted.len() < asked.len() { Err(RegistryProblem::Narrower) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn jwt(claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
    }

    fn read_json(body: &Value, intent: Access) -> Result<Bearer, RegistryProblem> {
        read(body.to_string().as_bytes(), "acme/api", intent)
    }

    /// What becomes of a token with this claim, asked for pull and push.
    fn granted(access: Value) -> Option<RegistryProblem> {
        let token = jwt(&json!({ "access": access }));
        read_json(&json!({ "token": token }), Access::PullAndPush).err()
    }

    fn entry(name: &str, actions: &[&str]) -> Value {
        json!({"type": "repository", "name": name, "actions": actions, "meta": {"a": 1}})
    }

    #[test]
    fn a_token_that_is_the_secret_in_disguise_is_known() {
        let secret = b"hunter2";
        let pair = base64::engine::general_purpose::STANDARD.encode("acme-bot:hunter2");
        for token in ["hunter2", "xhunter2x", pair.as_str(), pair.trim_end_matches('=')] {
            assert!(gives_away(token, secret), "{token}");
        }
        for token in ["", "hunter", "eyJhbGciOiJub25lIn0.e30.", "aHVudGVy"] {
            assert!(!gives_away(token, secret), "{token}");
        }
        assert!(!gives_away("hunter2", b""));
    }

    #[test]
    fn either_name_of_the_token_will_do_and_its_life_is_bounded() {
        for (body, token, expires_in) in [
            (json!({"token": "abc"}), "abc", 60),
            (json!({"access_token": "abc", "expires_in": 300}), "abc", 300),
            (json!({"token": "abc", "access_token": "abc", "expires_in": null}), "abc", 60),
            (json!({"token": "", "access_token": "abc", "issued_at": "now"}), "abc", 60),
            (json!({"token": "abc", "expires_in": 3601}), "abc", 3600),
            (json!({"token": "abc", "expires_in": u64::MAX}), "abc", 3600),
            (json!({"token": "abc", "expires_in": 5}), "abc", 5),
        ] {
            let bearer = read_json(&body, Access::Pull).unwrap();
            assert_eq!((bearer.token.as_str(), bearer.expires_in), (token, expires_in), "{body}");
        }
    }

    #[test]
    fn an_answer_without_a_token_is_malformed() {
        for body in [
            "",
            "<html></html>",
            "null",
            "[]",
            "{}",
            "{\"token\":null}",
            "{\"token\":\"\"}",
            "{\"token\":7}",
            "{\"token\":\"a b\"}",
            "{\"token\":\"a\\r\\nX: y\"}",
            "{\"token\":\"a\",\"token\":\"b\"}",
            "{\"token\":\"a\",\"expires_in\":-1}",
            "{\"token\":\"a\",\"expires_in\":\"60\"}",
        ] {
            let answer = read(body.as_bytes(), "acme/api", Access::Pull);
            assert_eq!(answer.err(), Some(RegistryProblem::Malformed), "{body}");
        }
    }

    #[test]
    fn tokens_that_say_nothing_of_what_they_grant_are_taken() {
        let silent = jwt(&json!({"sub": "ci"}));
        for token in ["opaque", "a.b", "a.b.c", "a.b.c.d", "..", silent.as_str()] {
            assert!(read_json(&json!({ "token": token }), Access::Pull).is_ok(), "{token}");
        }
    }

    #[test]
    fn exactly_what_was_asked_is_taken() {
        for access in [
            json!([entry("acme/api", &["pull", "push"])]),
            json!([entry("acme/api", &["push", "pull", "pull"])]),
            json!([entry("acme/api", &["pull"]), entry("acme/api", &["push"])]),
            json!([entry("acme/api", &["pull", "push"]), entry("acme/web", &[])]),
        ] {
            assert_eq!(granted(access.clone()), None, "{access}");
        }
    }

    #[test]
    fn less_than_was_asked_is_thrown_away() {
        for access in [
            json!(null),
            json!([]),
            json!([entry("acme/api", &[])]),
            json!([entry("acme/api", &["pull"])]),
            json!([entry("acme/api", &["push"])]),
            json!([{"type": "repository", "name": "acme/api", "actions": null}]),
        ] {
            assert_eq!(granted(access.clone()), Some(RegistryProblem::Narrower), "{access}");
        }
    }

    #[test]
    fn more_than_was_asked_is_thrown_away() {
        let asked = || entry("acme/api", &["pull", "push"]);
        for access in [
            json!([entry("acme/api", &["pull", "push", "delete"])]),
            json!([entry("acme/api", &["*"])]),
            json!([asked(), entry("acme/web", &["pull"])]),
            json!([asked(), entry("acme", &["pull"])]),
            json!([entry("ACME/api", &["pull", "push"])]),
            json!([asked(), {"type": "registry", "name": "catalog", "actions": ["*"]}]),
        ] {
            assert_eq!(granted(access.clone()), Some(RegistryProblem::Wider), "{access}");
        }
        let token = jwt(&json!({"access": [asked()]}));
        let answer = read_json(&json!({ "token": token }), Access::Pull);
        assert_eq!(answer.err(), Some(RegistryProblem::Wider), "push was not asked for");
    }

    #[test]
    fn a_claim_of_another_shape_is_not_guessed_at() {
        for access in [json!("repository:acme/api:pull,push"), json!({}), json!([{"name": "x"}])] {
            assert_eq!(granted(access.clone()), Some(RegistryProblem::Malformed), "{access}");
        }
    }
}
