//! HTTP as this program needs it: one deadline, a few tries, no redirects, small answers.

use crate::bounded;
use crate::failure::Failure;
use crate::proxy::Proxies;
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};
use ureq::http::{HeaderMap, HeaderValue};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy, RequestBuilder};
use zeroize::Zeroizing;

/// The largest answer that is read: a node's eighteen secrets of 64 KiB, with what JSON adds.
const ANSWER_LIMIT: u64 = 4 * 1024 * 1024;

const CA_LIMIT: u64 = 1024 * 1024;

/// What is waited at least before the second and the third try.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];

/// Statuses after which another try may do better.
const PASSING: [u16; 3] = [502, 503, 504];

/// There are too many at once: this one is served later, so it is tried until the time is up.
const TOO_MANY: u16 = 429;

/// A client with a deadline for everything that is asked through it.
pub struct Web {
    agent: Agent,
    deadline: Instant,
    pause: Box<dyn Fn(Duration)>,
    proxies: Proxies,
    /// From 0 to 1: spreads those who failed together.
    chance: fn() -> f64,
}

/// What is asked: a POST when there is a body, else a GET.
pub struct Request<'a> {
    /// Who is asked, for the sentence when it fails.
    pub whom: &'static str,
    pub url: &'a str,
    pub headers: &'a [(&'static str, HeaderValue)],
    /// JSON.
    pub body: Option<&'a [u8]>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Zeroizing<Vec<u8>>,
    retry_after: Option<Duration>,
}

enum Try {
    Done(Result<Answer, Failure>),
    /// This, unless another try does better.
    Again(Result<Answer, Failure>),
}

impl Web {
    /// A client whose time runs from now. `pause` waits between tries.
    pub fn new(
        time: Duration,
        ca_file: Option<&Path>,
        pause: Box<dyn Fn(Duration)>,
    ) -> Result<Self, Failure> {
        let roots = ca_file.map_or(Ok(RootCerts::WebPki), usual_roots_and)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect could carry the token to another host.
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        let (agent, deadline) = (config.new_agent(), Instant::now() + time);
        Ok(Self { agent, deadline, pause, proxies: Proxies::default(), chance })
    }

    /// The same through these proxies; without them it uses none.
    pub fn through(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// Asks, up to three times while nobody can be reached or the other side is busy, and as often
    /// as there is time for while there are too many requests.
    ///
    /// # Errors
    /// `Passing` when there was no answer in time, `Refused` for one that cannot be right.
    pub fn send(&self, request: &Request<'_>) -> Result<Answer, Failure> {
        self.tries(|| self.once(request))
    }

    /// Posts a body that is made anew for each try, since it may work only once.
    pub fn send_anew(
        &self,
        whom: &'static str,
        url: &str,
        make: &mut dyn FnMut() -> Result<Zeroizing<Vec<u8>>, Failure>,
    ) -> Result<Answer, Failure> {
        self.tries(|| match make() {
            Ok(body) => self.once(&Request { whom, url, headers: &[], body: Some(&body) }),
            Err(failure) => Try::Done(Err(failure)),
        })
    }

    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn tries(&self, mut once: impl FnMut() -> Try) -> Result<Answer, Failure> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let outcome = match once() {
                Try::Done(outcome) => return outcome,
                Try::Again(outcome) => outcome,
            };
            let answer = outcome.as_ref().ok();
            let is_one_of_many = answer.is_some_and(|answer| answer.status == TOO_MANY);
            let usual = pauses.next().or(is_one_of_many.then_some(PAUSES[1]));
            let Some(usual) = usual else { return outcome };
            let asked = answer.and_then(|answer| answer.retry_after);
            let least = asked.unwrap_or(usual).max(usual);
            let spare = self.left().saturating_sub(least);
            // After a wait that long there would be no time to ask.
            if spare.is_zero() {
                return outcome;
            }
            (self.pause)(least + least.min(spare / 2).mul_f64((self.chance)()));
        }
    }

    fn once(&self, request: &Request<'_>) -> Try {
        let left = self.left();
        if left.is_zero() {
            return Try::Done(Err(late(request.whom)));
        }
        let by = (self.proxies.of(request.url), left);
        let answered = match request.body {
            None => dressed(self.agent.get(request.url), request, by).call(),
            Some(body) => {
                let builder = dressed(self.agent.post(request.url), request, by);
                builder.content_type("application/json").send(body)
            }
        };
        let mut response = match answered {
            Ok(response) => response,
            Err(error) => return failed(&error, request.whom),
        };
        let status = response.status().as_u16();
        let whom = request.whom;
        if (300..400).contains(&status) {
            return Try::Done(Err(Failure::Refused(format!(
                "{whom} answered with a redirect, and redirects are not followed."
            ))));
        }
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let retry_after = retry_after.map(Duration::from_secs);
        let headers = response.headers().clone();
        let mut reader = response.body_mut().as_reader();
        let answer = match bounded::read(&mut reader, ANSWER_LIMIT) {
            Ok(Some(body)) => Answer { status, headers, body, retry_after },
            Ok(None) => {
                return Try::Done(Err(Failure::Refused(format!(
                    "The answer of {whom} is longer than 4 MiB."
                ))));
            }
            Err(error) => return failed(&ureq::Error::from(error), whom),
        };
        let is_passing = status == TOO_MANY || PASSING.contains(&status);
        if is_passing { Try::Again(Ok(answer)) } else { Try::Done(Ok(answer)) }
    }
}

/// Any number from 0 to 1. Nothing but a pause depends on it.
fn chance() -> f64 {
    let any = RandomState::new().build_hasher().finish();
    f64::from((any >> 32) as u32) / f64::from(u32::MAX)
}

fn dressed<Any>(
    mut builder: RequestBuilder<Any>,
    request: &Request<'_>,
    (proxy, left): (Option<Proxy>, Duration),
) -> RequestBuilder<Any> {
    for (name, value) in request.headers {
        builder = builder.header(*name, value.clone());
    }
    builder.config().timeout_global(Some(left)).proxy(proxy).build()
}

fn late(whom: &str) -> Failure {
    Failure::Passing(format!(
        "{whom} did not answer in time. Set REGCRED_TIMEOUT to allow more time."
    ))
}

fn failed(error: &ureq::Error, whom: &str) -> Try {
    let why = match error {
        ureq::Error::Timeout(_) => return Try::Done(Err(late(whom))),
        ureq::Error::HostNotFound => "its host name was not found",
        ureq::Error::ConnectProxyFailed(_) => "the proxy did not let the request through",
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Try::Done(Err(untrusted(whom)));
        }
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "the connection was refused"
        }
        ureq::Error::Io(_) | ureq::Error::ConnectionFailed => {
            "its name was not found, or the connection failed"
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => return Try::Done(Err(untrusted(whom))),
        _ => {
            let sentence = format!("{whom} did not answer in HTTP.");
            return Try::Done(Err(Failure::Refused(sentence)));
        }
    };
    Try::Again(Err(Failure::Passing(format!("{whom} cannot be reached: {why}."))))
}

fn untrusted(whom: &str) -> Failure {
    Failure::Refused(format!(
        "The TLS certificate of {whom} is not trusted. REGCRED_CA_FILE adds a root certificate."
    ))
}

fn usual_roots_and(path: &Path) -> Result<RootCerts, Failure> {
    let unreadable = |_| Failure::here("The file of REGCRED_CA_FILE cannot be read.");
    let unusable = || Failure::here("The file of REGCRED_CA_FILE must contain PEM certificates.");
    let mut file = File::open(path).map_err(unreadable)?;
    let pem = bounded::read(&mut file, CA_LIMIT).map_err(unreadable)?.ok_or_else(unusable)?;
    let mut roots = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| unusable())? {
            roots.push(certificate);
        }
    }
    if roots.is_empty() {
        return Err(unusable());
    }
    roots.extend(
        webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der)),
    );
    Ok(RootCerts::from(roots))
}

#[cfg(test)]
mod tests;
