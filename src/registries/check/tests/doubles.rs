//! Registries that answer as registries.md 1.2 and 1.3 say of each product, as far as a check asks them.

use crate::domain::registry_kind::RegistryKind;
use crate::outbound::loopback::{Loopback, reply};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

pub(super) const USER: &str = "ci";
pub(super) const SECRET: &str = "hunter2";
/// The one repository that exists, with one tag.
pub(super) const REPOSITORY: &str = "acme/api";
pub(super) const TAG: &str = "1.2";

/// What a token says of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tokens {
    Opaque,
    /// A JWT that grants what was asked and may be had.
    Asked,
    /// A JWT that grants all that may be had, whatever was asked; one for a wrong password names nobody.
    Whole,
}

/// An answer: its status line and its body; none closes the connection.
pub(super) type Said = Option<(&'static str, &'static str)>;

#[derive(Clone, Copy)]
pub(super) struct Double {
    pub(super) kind: RegistryKind,
    /// The path of its token service; `None`: it wants the pair in each request.
    pub(super) realm: Option<&'static str>,
    /// To somebody who shows nothing.
    pub(super) ping: &'static str,
    pub(super) tokens: Tokens,
    /// To a wrong pair.
    pub(super) wrong: Said,
    /// To somebody who may not pull.
    pub(super) no_pull: Said,
    pub(super) missing: Said,
    pub(super) no_push: Said,
    pub(super) cancelled: Said,
    pub(super) rights: &'static [&'static str],
    pub(super) is_public: bool,
}

const UNAUTHORIZED: Said = Some(("401 Unauthorized", "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}"));
const DENIED: Said = Some(("403 Forbidden", "{\"errors\":[{\"code\":\"DENIED\"}]}"));
const NOT_FOUND: Said = Some(("404 Not Found", "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}"));

impl Double {
    /// distribution with token authentication: what most others are like.
    pub(super) const fn distribution() -> Self {
        Self {
            kind: RegistryKind::SelfHosted,
            realm: Some("/token"),
            ping: "401 Unauthorized",
            tokens: Tokens::Asked,
            wrong: UNAUTHORIZED,
            no_pull: UNAUTHORIZED,
            missing: NOT_FOUND,
            no_push: UNAUTHORIZED,
            // It wants the right to delete.
            cancelled: UNAUTHORIZED,
            rights: &["pull", "push"],
            is_public: false,
        }
    }

    /// Every product, by name.
    pub(super) fn all() -> Vec<(&'static str, Self)> {
        let cancels = Some(("204 No Content", ""));
        let base = Self::distribution();
        vec![
            ("distribution, tokens", base),
            ("distribution, htpasswd", Self { realm: None, cancelled: cancels, ..base }),
            (
                "Docker Hub",
                Self {
                    tokens: Tokens::Opaque,
                    wrong: Some((
                        "401 Unauthorized",
                        "{\"details\":\"incorrect username or password\"}",
                    )),
                    cancelled: cancels,
                    ..base
                },
            ),
            (
                "GHCR",
                Self {
                    kind: RegistryKind::Ghcr,
                    tokens: Tokens::Opaque,
                    wrong: Some((
                        "403 Forbidden",
                        "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"denied\"}]}",
                    )),
                    no_push: Some(("403 Forbidden", "denied: permission_denied: write_package")),
                    cancelled: Some(("405 Method Not Allowed", "")),
                    ..base
                },
            ),
            (
                "GitLab",
                Self {
                    kind: RegistryKind::GitLab,
                    realm: Some("/jwt/auth"),
                    wrong: DENIED,
                    ..base
                },
            ),
            (
                "ECR",
                Self {
                    kind: RegistryKind::Ecr,
                    realm: None,
                    no_pull: NOT_FOUND,
                    no_push: None,
                    cancelled: cancels,
                    ..base
                },
            ),
            ("ECR Public", Self { kind: RegistryKind::EcrPublic, realm: Some("/token/"), ..base }),
            (
                "Google",
                Self {
                    kind: RegistryKind::Google,
                    tokens: Tokens::Opaque,
                    no_pull: DENIED,
                    no_push: DENIED,
                    ..base
                },
            ),
            ("ACR", Self { kind: RegistryKind::Acr, realm: Some("/oauth2/token"), ..base }),
            (
                "Quay",
                Self {
                    kind: RegistryKind::Quay,
                    realm: Some("/v2/auth"),
                    cancelled: cancels,
                    ..base
                },
            ),
            (
                "Harbor",
                Self {
                    kind: RegistryKind::Harbor,
                    realm: Some("/service/token"),
                    tokens: Tokens::Whole,
                    ..base
                },
            ),
            ("zot", Self { realm: None, ping: "200 OK", no_push: DENIED, ..base }),
            (
                "Gitea",
                Self {
                    realm: Some("/v2/token"),
                    tokens: Tokens::Opaque,
                    cancelled: cancels,
                    ..base
                },
            ),
            ("Artifactory", Self { realm: None, no_pull: DENIED, no_push: DENIED, ..base }),
            ("Nexus", Self { realm: None, no_push: DENIED, cancelled: cancels, ..base }),
        ]
    }

    pub(super) async fn start(self) -> Loopback {
        Loopback::start(move |request, origin| self.answer(request, origin)).await
    }

    fn answer(self, request: &str, origin: &str) -> String {
        let mut line = request.lines().next().unwrap_or_default().split(' ');
        let (method, target) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
        let shown = authorization(request);
        if self.realm.is_some_and(|realm| target.split('?').next() == Some(realm)) {
            return self.token(target, shown.as_ref());
        }
        let actions = match &shown {
            Some(Shown::Pair(true)) if self.realm.is_none() => self.rights.join(","),
            Some(Shown::Token(actions)) if self.realm.is_some() => actions.clone(),
            Some(Shown::Pair(false)) if self.realm.is_none() => {
                return self.challenge(self.wrong, origin);
            }
            _ if self.is_public && target.contains("/manifests/") => "pull".to_owned(),
            _ if target == "/v2/" && self.ping == "200 OK" => return reply(self.ping, &[], "{}"),
            _ => return self.challenge(UNAUTHORIZED, origin),
        };
        let may = |action: &str| actions.split(',').any(|one| one == action);
        match (method, target) {
            (_, "/v2/") => reply("200 OK", &[], "{}"),
            ("HEAD", path) if path == format!("/v2/{REPOSITORY}/manifests/{TAG}") => {
                if may("pull") { reply("200 OK", &[], "") } else { self.say(self.no_pull, origin) }
            }
            ("HEAD", _) => self.say(if may("pull") { self.missing } else { self.no_pull }, origin),
            ("GET", path) if path == format!("/v2/{REPOSITORY}/tags/list?n=1") => {
                reply("200 OK", &[], "{}")
            }
            ("POST", path) if path == format!("/v2/{REPOSITORY}/blobs/uploads/") => {
                if may("pull") && may("push") {
                    let at = format!("Location: /v2/{REPOSITORY}/blobs/uploads/1?_state=x");
                    return reply("202 Accepted", &[at], "");
                }
                self.say(self.no_push, origin)
            }
            ("DELETE", _) if may("delete") => reply("204 No Content", &[], ""),
            ("DELETE", _) => self.say(self.cancelled, origin),
            _ => self.say(NOT_FOUND, origin),
        }
    }

    fn token(self, target: &str, shown: Option<&Shown>) -> String {
        let is_wrong = matches!(shown, Some(Shown::Pair(false)));
        let has_scope = target.contains("scope=");
        // Harbor answers a question for a repository with a token that names nobody.
        if is_wrong && !(has_scope && self.tokens == Tokens::Whole) {
            return self.say(self.wrong, "");
        }
        let is_own = target.contains("acme%2Fapi");
        let asked = |action: &str| target.contains(action);
        let rights: Vec<&str> = match shown {
            Some(Shown::Pair(true)) if is_own => self
                .rights
                .iter()
                .copied()
                .filter(|right| self.tokens == Tokens::Whole || asked(right))
                .collect(),
            Some(Shown::Pair(true)) | Some(Shown::Pair(false)) => Vec::new(),
            _ if self.is_public => vec!["pull"],
            _ => Vec::new(),
        };
        let subject = if matches!(shown, Some(Shown::Pair(true))) { USER } else { "" };
        let body = format!("{{\"token\":\"{}\"}}", self.written(&rights, subject));
        reply("200 OK", &[], &body)
    }

    fn written(self, rights: &[&str], subject: &str) -> String {
        let actions = rights.join(",");
        if self.tokens == Tokens::Opaque {
            return format!("opaque-{actions}");
        }
        let quoted: Vec<String> = rights.iter().map(|right| format!("\"{right}\"")).collect();
        let claims = format!(
            "{{\"sub\":\"{subject}\",\"access\":[{{\"type\":\"repository\",\"name\":\"{REPOSITORY}\",\"actions\":[{}]}}]}}",
            quoted.join(",")
        );
        format!("e30.{}.{}", URL_SAFE_NO_PAD.encode(claims), URL_SAFE_NO_PAD.encode(actions))
    }

    fn say(self, said: Said, origin: &str) -> String {
        match said {
            Some(("401 Unauthorized", _)) if !origin.is_empty() => self.challenge(said, origin),
            Some((status, body)) => reply(status, &[], body),
            // The connection ends in the middle of an answer.
            None => "HTTP/1.1".to_owned(),
        }
    }

    fn challenge(self, said: Said, origin: &str) -> String {
        let header = match self.realm {
            Some(realm) => {
                format!("WWW-Authenticate: Bearer realm=\"{origin}{realm}\",service=\"acme\"")
            }
            None => "WWW-Authenticate: Basic realm=\"acme\"".to_owned(),
        };
        let (status, body) = said.unwrap_or(("401 Unauthorized", ""));
        reply(status, &[header], body)
    }
}

enum Shown {
    /// Whether it is the right one.
    Pair(bool),
    /// The actions that it grants.
    Token(String),
}

fn authorization(request: &str) -> Option<Shown> {
    let line = request.lines().find_map(|line| line.strip_prefix("authorization: "))?;
    if let Some(pair) = line.strip_prefix("Basic ") {
        let right = STANDARD.encode(format!("{USER}:{SECRET}"));
        return Some(Shown::Pair(pair == right));
    }
    let token = line.strip_prefix("Bearer ")?;
    let actions = match token.strip_prefix("opaque-") {
        Some(actions) => actions.to_owned(),
        None => {
            let last = token.rsplit('.').next()?;
            String::from_utf8(URL_SAFE_NO_PAD.decode(last).ok()?).ok()?
        }
    };
    Some(Shown::Token(actions))
}
