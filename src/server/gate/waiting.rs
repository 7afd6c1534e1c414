//! Waiting at the gate, as far as it concerns the connection: it gives way to others, and whoever has
//! left is not waited for.

use super::super::limits::Refusal;
use super::super::places::StandingBack;
use super::super::socket::Peer;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use std::time::Duration;
use tokio::sync::AcquireError;
use tokio::time::timeout;

/// How long somebody waits until they are told to come back.
const WAIT: Duration = Duration::from_secs(20);
/// Seconds until it is worth trying again, as the sentence says.
pub(super) const COME_BACK: u32 = 5;
pub(super) const BUSY: Refusal = (
    StatusCode::SERVICE_UNAVAILABLE,
    "Too many requests are waiting. Try again in a few seconds.\n",
);

/// The connection that a request came by, and carries; none in a test of one door.
#[derive(Clone, Default)]
pub(in super::super) struct Connection(Option<(Peer, StandingBack)>);

impl Connection {
    pub(in super::super) fn new(peer: Peer, place: StandingBack) -> Self {
        Self(Some((peer, place)))
    }

    pub(super) fn of(request: &Request<Body>) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// What is waited for. No semaphore of the gate is ever closed.
    ///
    /// # Errors
    /// When it takes too long, or nobody waits for the answer any more.
    pub(super) async fn in_time<T>(
        &self,
        waiting: impl Future<Output = Result<T, AcquireError>>,
    ) -> Result<T, Refusal> {
        let in_time = async { timeout(WAIT, waiting).await.ok().and_then(Result::ok).ok_or(BUSY) };
        let Some((peer, place)) = &self.0 else { return in_time.await };
        let _waits = place.wait();
        tokio::select! {
            biased;
            done = in_time => done,
            () = peer.is_gone() => Err(BUSY),
        }
    }

    /// Does that, and so long the connection gives way to others.
    pub(super) async fn gives_way<T>(&self, act: impl Future<Output = T>) -> T {
        let _waits = self.0.as_ref().map(|(_, place)| place.wait());
        act.await
    }
}
