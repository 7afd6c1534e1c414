//! Who floods: how many requests of each network were refused for want of proof, said in the log once
//! a minute.

use super::gate::proves_in_body;
use crate::domain::asker::BeyondShare;
use crate::domain::delivery::Client;
use crate::vault::network;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// Requests in a minute from which on a network is named: anybody mistypes a password.
const LEAST: u64 = 10;
/// Networks that are counted by themselves, and of those as many as are named.
const COUNTED: usize = 1_024;
const NAMED: usize = 16;

/// Marks an answer to a request without proof that did not bring one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused;

#[derive(Clone, Debug, Default)]
pub(super) struct Refusals(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    networks: HashMap<IpAddr, u64>,
    /// Those for whom there was no room.
    others: u64,
}

pub(super) async fn layer(
    State(refusals): State<Refusals>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let client = request.extensions().get::<Client>().and_then(|client| client.0.clone());
    let path = request.uri().path();
    let is_api = path.starts_with("/api/");
    let asks_for_proof = proves_in_body(path);
    let response = next.run(request).await;
    let status = response.status();
    let has_proof = response.extensions().get::<BeyondShare>().is_some();
    // Who has the name wrong may have every proof: that is told by itself.
    let is_misdirected = status == StatusCode::MISDIRECTED_REQUEST;
    let is_refused = response.extensions().get::<Refused>().is_some()
        || is_api && [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS].contains(&status)
        || asks_for_proof && status.is_client_error();
    if is_refused
        && !is_misdirected
        && !has_proof
        && let Some(address) = client.and_then(|client| client.parse().ok())
    {
        refusals.note(address);
    }
    response
}

impl Refusals {
    fn note(&self, address: IpAddr) {
        if !self.counts().add(network(address)) {
            return;
        }
        // The first of a minute: at its end they are told. Nothing runs while nobody is refused.
        let refusals = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(MINUTE).await;
            let counts = std::mem::take(&mut *refusals.counts());
            for line in counts.lines() {
                tracing::warn!("{line}");
            }
        });
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Counts one; whether it is the first.
    fn add(&mut self, network: IpAddr) -> bool {
        let is_first = self.networks.is_empty() && self.others == 0;
        if self.networks.len() < COUNTED || self.networks.contains_key(&network) {
            *self.networks.entry(network).or_default() += 1;
        } else {
            self.others += 1;
        }
        is_first
    }

    /// A line for each network that floods, the worst first, and one for all that have none.
    fn lines(self) -> Vec<String> {
        let mut all: Vec<(u64, IpAddr)> = self
            .networks
            .into_iter()
            .filter(|(_, count)| *count >= LEAST)
            .map(|(network, count)| (count, network))
            .collect();
        all.sort_unstable_by_key(|(count, network)| (std::cmp::Reverse(*count), *network));
        let rest: u64 = all.iter().skip(NAMED).map(|(count, _)| count).sum::<u64>() + self.others;
        let named = all.iter().take(NAMED).map(|(count, network)| line(*count, &name(*network)));
        let mut lines: Vec<String> = named.collect();
        if rest > 0 {
            lines.push(line(rest, "other networks"));
        }
        lines
    }
}

fn line(count: u64, whose: &str) -> String {
    format!(
        "Refused {count} requests from {whose} in the last minute: none had shown a valid token or password."
    )
}

fn name(network: IpAddr) -> String {
    if network.is_ipv6() { format!("{network}/64") } else { network.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use axum::{Extension, Router};
    use tower::ServiceExt;

    #[tokio::test]
    async fn who_is_beyond_a_share_or_has_the_name_wrong_is_not_counted_among_those_without_proof()
    {
        const MANY: StatusCode = StatusCode::TOO_MANY_REQUESTS;
        let refusals = Refusals::default();
        let router = Router::new()
            .route("/api/v1/token", get(|| async { (MANY, Extension(BeyondShare)) }))
            .route("/api/v1/docker-config", get(|| async { (MANY, Extension(BeyondShare)) }))
            .route("/api/v1/drone/acme", get(|| async { MANY }))
            .route("/api/v1/drone/beta", get(|| async { StatusCode::MISDIRECTED_REQUEST }))
            .layer(from_fn_with_state(refusals.clone(), layer));
        for (path, counted) in [
            ("/api/v1/token", 0),
            ("/api/v1/docker-config", 0),
            ("/api/v1/drone/beta", 0),
            ("/api/v1/drone/acme", 1),
        ] {
            let client = Client(Some("192.0.2.7".to_owned()));
            let request = Request::builder().uri(path).extension(client);
            router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(refusals.counts().networks.len(), counted, "{path}");
        }
    }

    #[test]
    fn a_network_that_floods_is_named_once_with_its_count() {
        let mut counts = Counts::default();
        let one = network("2001:db8:1:2::7".parse().unwrap());
        assert!(counts.add(one));
        assert!(!counts.add(one));
        for _ in 0..40 {
            counts.add(one);
            counts.add(network("192.0.2.7".parse().unwrap()));
        }
        counts.add(network("198.51.100.1".parse().unwrap()));
        assert_eq!(
            counts.lines(),
            [
                "Refused 42 requests from 2001:db8:1:2::/64 in the last minute: none had shown a valid token or password.",
                "Refused 40 requests from 192.0.2.7 in the last minute: none had shown a valid token or password.",
            ]
        );
    }

    #[test]
    fn however_many_networks_there_are_the_lines_are_few() {
        let mut counts = Counts::default();
        for nth in 0..u32::try_from(2 * COUNTED).unwrap() {
            for _ in 0..LEAST {
                counts.add(IpAddr::from(nth.to_be_bytes()));
            }
        }
        assert_eq!(counts.networks.len(), COUNTED);
        let lines = counts.lines();
        assert_eq!(lines.len(), NAMED + 1);
        let rest = (2 * COUNTED - NAMED) as u64 * LEAST;
        assert_eq!(lines[NAMED], line(rest, "other networks"));
    }
}
