//! What strangers ask is worked on for a few of them at once, and their networks take turns. So however
//! many ask, who has shown a proof is served as before, and who waits costs little more than a connection.

mod served;

use super::limits::{Refusal, bounded};
use crate::domain::delivery::{Client, Proved};
use crate::vault::{LaneTurn, Lanes, network};
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{Request, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use served::{Proof, Served};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Requests without a known proof that are worked on at once.
const AT_ONCE: usize = 16;
/// Sign-ins and set-ups among those who wait for a password's hash.
const SIGN_INS: usize = 8;
/// KiB of bodies that are longer than [`SHORT`], for all who have shown no proof.
const BODIES: usize = 16 * 1024;
/// How many of them one network has at once, at most: its connections share them.
const PARTS: u16 = 16;
/// Bytes of a body that nobody waits for room for: as many connections as there are may have one.
pub(super) const SHORT: usize = 8 * 1024;
/// How long somebody waits until they are told to come back.
const WAIT: Duration = Duration::from_secs(20);
const BUSY: Refusal = (
    StatusCode::SERVICE_UNAVAILABLE,
    "Too many requests are waiting. Try again in a few seconds.\n",
);

#[derive(Clone)]
pub(super) struct Gate(Arc<Shared>);

struct Shared {
    served: Mutex<Served>,
    /// Each has one who waits for a place at most, so the places are shared out among the networks.
    networks: Lanes,
    places: Arc<Semaphore>,
    sign_ins: Arc<Semaphore>,
    known_sign_ins: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

/// A place among those that are worked on, until it is dropped; nothing for who needs none.
pub(super) struct Turn(#[expect(dead_code, reason = "it is held")] Option<OwnedSemaphorePermit>);

/// Room for a body in memory, until it is dropped.
pub(super) struct Room(
    #[expect(dead_code, reason = "it is held")] Option<(OwnedSemaphorePermit, LaneTurn)>,
);

/// What a stranger waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Work,
    SignIn,
    /// Of a browser that says that it was signed in with before. Whether that is true comes out later, and
    /// who says it holds up nobody but others who do.
    KnownSignIn,
}

/// Who asks, as far as the gate is concerned.
#[derive(Clone)]
pub(super) struct Asking {
    gate: Gate,
    network: IpAddr,
    /// Which part of the network the connection is in.
    part: u16,
    is_served: bool,
}

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Shared {
            served: Mutex::default(),
            networks: Lanes::default(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            sign_ins: Arc::new(Semaphore::new(SIGN_INS)),
            known_sign_ins: Arc::new(Semaphore::new(SIGN_INS)),
            bodies: Arc::new(Semaphore::new(BODIES)),
        }))
    }
}

/// Notes who asks, for those who have to wait further inside, and afterwards whether the proof was one.
pub(super) async fn layer(
    State(gate): State<Gate>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let proof = Proof::of(request.headers());
    let client = request.extensions().get::<Client>().and_then(|client| client.0.as_ref());
    let client = client.and_then(|client| client.parse().ok());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let asking = Asking {
        part: peer.map_or(0, |peer| peer.0.port() % PARTS),
        network: network(client.unwrap_or(Ipv6Addr::UNSPECIFIED.into())),
        is_served: proof.as_ref().is_some_and(|proof| gate.served().has(proof, Instant::now())),
        gate: gate.clone(),
    };
    let proved = request.extensions().get::<Proved>().cloned();
    let was_served = asking.is_served;
    request.extensions_mut().insert(asking);
    let response = next.run(request).await;
    if let Some(proof) = proof {
        if proved.is_some_and(|proved| proved.is_noted()) {
            gate.served().keep(proof, Instant::now());
        } else if was_served && response.status() == StatusCode::UNAUTHORIZED {
            gate.served().forget(&proof);
        }
    }
    response
}

impl Gate {
    fn served(&self) -> MutexGuard<'_, Served> {
        self.0.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asking {
    /// Who sent the request. Without the layer, as in a test of one door, it is nobody who has to wait.
    pub(super) fn of(request: &Request<Body>) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(|| Self {
            gate: Gate::default(),
            network: Ipv6Addr::UNSPECIFIED.into(),
            part: 0,
            is_served: true,
        })
    }

    /// The same without the proof, which is none any more.
    pub(super) fn of_a_stranger(mut self) -> Self {
        self.is_served = false;
        self
    }

    /// Whether the proof in the request was one not long ago.
    pub(super) fn is_served(&self) -> bool {
        self.is_served
    }

    /// Waits for a place, unless the proof in the request is known. Nobody holds one who is still sending.
    ///
    /// # Errors
    /// When that takes too long.
    pub(super) async fn turn(&self, place: Place) -> Result<Turn, Refusal> {
        if self.is_served {
            return Ok(Turn(None));
        }
        let (name, places) = match place {
            Place::Work => ("work", &self.gate.0.places),
            Place::SignIn => ("sign-in", &self.gate.0.sign_ins),
            Place::KnownSignIn => ("known", &self.gate.0.known_sign_ins),
        };
        let waiting = async {
            let _lane = self.gate.0.networks.turn(&format!("{name} {}", self.network)).await;
            Arc::clone(places).acquire_owned().await
        };
        in_time(waiting).await.map(|place| Turn(Some(place)))
    }

    /// The request with its whole body, of at most `max` bytes, read before somebody works on it: a
    /// stranger who sends slowly holds a connection and no place. The room is to be held as long as the
    /// request. `None`: the body is too long, or does not come.
    ///
    /// # Errors
    /// When there is no room in time.
    pub(super) async fn whole(
        &self,
        request: Request<Body>,
        max: usize,
    ) -> Result<Option<(Request<Body>, Room)>, Refusal> {
        let Ok(request) = bounded(request, max) else { return Ok(None) };
        let (parts, body) = request.into_parts();
        let most = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
        let room = self.room(most.unwrap_or(max).min(max)).await?;
        let bytes = to_bytes(body, max).await.ok();
        Ok(bytes.map(|bytes| (Request::from_parts(parts, Body::from(bytes)), room)))
    }

    async fn room(&self, bytes: usize) -> Result<Room, Refusal> {
        if bytes <= SHORT {
            return Ok(Room(None));
        }
        let bodies = &self.gate.0.bodies;
        let name = format!("body {} {}", self.part, self.network);
        let waiting = async {
            let lane = self.gate.0.networks.turn(&name).await;
            let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
            Ok::<_, AcquireError>((Arc::clone(bodies).acquire_many_owned(kib).await?, lane))
        };
        in_time(waiting).await.map(|held| Room(Some(held)))
    }
}

/// What is waited for, unless it takes too long. No semaphore here is ever closed.
async fn in_time<T>(waiting: impl Future<Output = Result<T, AcquireError>>) -> Result<T, Refusal> {
    match timeout(WAIT, waiting).await {
        Ok(Ok(held)) => Ok(held),
        _ => Err(BUSY),
    }
}

#[cfg(test)]
mod tests;
