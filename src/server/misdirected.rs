//! Which other hosts were asked for, said in the log once a minute: pipelines may use a name that the
//! operator has not declared.

use crate::domain::hearsay;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// Hosts that are counted by themselves, and of those as many as are named: anybody may send one.
const COUNTED: usize = 64;
const NAMED: usize = 3;

#[derive(Clone, Debug, Default)]
pub(super) struct Misdirected(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    hosts: HashMap<String, u64>,
    all: u64,
}

impl Misdirected {
    pub(super) fn note(&self, host: &[u8]) {
        if !self.counts().add(host) {
            return;
        }
        // The first of a minute: at its end it is told. Nothing runs while nobody is refused.
        let misdirected = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(MINUTE).await;
            let counts = std::mem::take(&mut *misdirected.counts());
            tracing::warn!("{}", counts.line());
        });
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Counts one; whether it is the first.
    fn add(&mut self, host: &[u8]) -> bool {
        self.all += 1;
        let host = hearsay::kept([host]).unwrap_or_else(|| "no name".to_owned());
        if self.hosts.len() < COUNTED || self.hosts.contains_key(&host) {
            *self.hosts.entry(host).or_default() += 1;
        }
        self.all == 1
    }

    fn line(self) -> String {
        let mut hosts: Vec<(u64, String)> =
            self.hosts.into_iter().map(|(host, count)| (count, host)).collect();
        hosts.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        hosts.truncate(NAMED);
        let named: u64 = hosts.iter().map(|(count, _)| count).sum();
        let mut names: Vec<String> = hosts.into_iter().map(|(_, host)| host).collect();
        if named < self.all {
            names.push("others".to_owned());
        }
        let requests = if self.all == 1 { "request" } else { "requests" };
        format!(
            "Refused {} {requests} for another host than that of REGCRED_URL ({}). Set REGCRED_HOSTS if pipelines use another name.",
            self.all,
            names.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::site::Site;
    use crate::server::well_formed;
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn each_request_for_a_host_that_nobody_declared_is_counted() {
        let misdirected = Misdirected::default();
        let names = ["regcred.svc".to_owned()];
        let site = Site::of("https://regcred.example.com").with_pipeline_hosts(&names);
        let router = Router::new()
            .route("/", get(|| async { "" }))
            .route("/livez", get(|| async { "" }))
            .layer(from_fn_with_state((Arc::new(site), misdirected.clone()), well_formed::layer));
        for (path, host, counted) in [
            ("/", "regcred.example.com", 0),
            ("/livez", "a.example.com", 0),
            ("/", "a.example.com", 1),
            ("/", "regcred.svc", 1),
            ("/", "b.example.com", 2),
        ] {
            let request = Request::builder().uri(path).header("host", host);
            router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(misdirected.counts().all, counted, "{path} {host}");
        }
    }

    #[test]
    fn the_hosts_that_were_asked_for_most_are_named() {
        let mut counts = Counts::default();
        assert!(counts.add(b"regcred.svc:3000"));
        assert!(!counts.add(b"regcred.svc:3000"));
        counts.add(b"");
        assert_eq!(
            counts.line(),
            "Refused 3 requests for another host than that of REGCRED_URL (regcred.svc:3000, no name). Set REGCRED_HOSTS if pipelines use another name."
        );
    }

    #[test]
    fn whatever_is_sent_the_line_is_one_short_line() {
        let mut counts = Counts::default();
        counts.add(b"regcred.svc:3000");
        for number in 0..10_000 {
            counts.add(format!("{number}.example.com").as_bytes());
            counts.add(b"regcred.svc:3000");
        }
        counts.add("\u{202e}\x1b[31m\nWARN x".repeat(1_000).as_bytes());
        assert_eq!(counts.hosts.len(), COUNTED);
        let line = counts.line();
        assert!(line.starts_with("Refused 20002 requests "), "{line}");
        assert!(line.contains("(regcred.svc:3000, ") && line.contains(", others)"), "{line}");
        let mut counts = Counts::default();
        counts.add("\u{202e}\x1b[31m\nWARN x".repeat(1_000).as_bytes());
        let line = counts.line();
        assert!(line.starts_with("Refused 1 request for another host"), "{line}");
        assert!(line.len() < 1_000 && !line.contains(char::is_control), "{line}");
        assert!(!line.contains('\u{202e}'), "{line}");
    }
}
