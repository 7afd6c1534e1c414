//! What strangers ask is worked on for a few of them at once, and their networks take turns. So however
//! many ask, who has shown a proof is served as before, and who waits costs little more than a connection.

mod bodies;
mod served;
mod waiting;
mod wanted;

use super::limits::Refusal;
use super::refusals::Refused;
use crate::domain::delivery::{Client, HeldPlace, Proved};
use crate::domain::paths::SIGN_IN;
use crate::vault::{Lanes, Vault, network};
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bodies::Room;
pub(super) use bodies::Unread;
use served::{Proof, Served};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
pub(super) use waiting::Connection;
use waiting::{BUSY, COME_BACK};
use wanted::Wanted;
pub(super) use wanted::{is_open, proves_in_body};

/// Requests without a known proof that are worked on at once: more than there are threads would stand in the
/// way of those with one.
const AT_ONCE: usize = 2;
/// Those of them that show a proof in the body. An issuer may have to be asked about it, which can take
/// seconds: who waits for that gives the place back, so that an issuer holds up nobody's proofs but its
/// own. A registry is asked for those alone who have shown their proof, and have no place any more.
const PROOFS: usize = 4;
/// Sign-ins and set-ups among those who wait for a password's hash.
const SIGN_INS: usize = 4;
/// KiB of bodies that are longer than [`bodies::SHORT`], for all who have shown no proof.
const BODIES: usize = 4 * 1024;
/// How many of them one network has at once, at most: its connections share them.
const PARTS: u16 = 4;
/// How many of one network wait, whatever for. A proxy may bring any number of them, and each keeps a
/// connection from everybody else who comes by it. Without a proxy a network has fewer connections than that.
const WAITING: usize = 3_072;
/// How many more of it wait who show something: a proof in the body, or the mark of a known browser. So one
/// connection in eight is left to others.
const SET_ASIDE: usize = 256;

/// Of more than so many of one network who wait for one thing the newest is next: in a flood the first ones have
/// left, or been told to come back, before it is their turn.
const LONG: usize = 64;

#[derive(Clone)]
pub(super) struct Gate(Arc<Shared>);

struct Shared {
    /// Tells marks of browsers that somebody signed in with; without it there are none.
    vault: Option<Vault>,
    served: Mutex<Served>,
    /// Each has one who waits for a place at most, so the places are shared out among the networks.
    networks: Lanes,
    places: Arc<Semaphore>,
    proofs: Arc<Semaphore>,
    sign_ins: Arc<Semaphore>,
    known_sign_ins: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

/// A place among those that are worked on, until it is dropped; nothing for who needs none.
pub(super) struct Turn(#[expect(dead_code, reason = "it is held")] Option<OwnedSemaphorePermit>);

/// What one has who was admitted: a place, and room for the body.
struct Held(HeldPlace);

impl Drop for Held {
    fn drop(&mut self) {
        // Some part of the request may be kept for longer.
        self.0.give_back();
    }
}

/// What a stranger waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Work,
    /// Of a job or a CI server that shows its proof in the body.
    Proof,
    SignIn,
    /// Of a browser that somebody signed in with before. Whether it was with this account comes out later.
    KnownSignIn,
}

impl Place {
    const ALL: [Self; 4] = [Self::Work, Self::Proof, Self::SignIn, Self::KnownSignIn];
}

/// Who asks, as far as the gate is concerned.
#[derive(Clone)]
pub(super) struct Asking {
    gate: Gate,
    network: IpAddr,
    /// Which part of the network the connection is in.
    part: u16,
    connection: Connection,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The proof in the request was one not long ago.
    Served,
    /// It has a place, and its body is there.
    Inside,
    Outside,
}

impl Default for Gate {
    fn default() -> Self {
        Self::with(None)
    }
}

/// Who has shown no proof lately waits here, where a request costs least; afterwards it is noted whether
/// what was shown was a proof.
pub(super) async fn layer(
    State(gate): State<Gate>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let proof = Proof::of(request.headers());
    let asking = gate.asking(&request, proof.as_ref());
    let was_served = asking.standing == Standing::Served;
    let proved = request.extensions().get::<Proved>().cloned();
    let response = match asking.admit(request).await {
        Ok((request, _held)) => next.run(request).await,
        Err(refusal) => return turned_away(refusal),
    };
    if let Some(proof) = proof {
        if proved.is_some_and(|proved| proved.is_noted()) {
            gate.served().keep(proof, Instant::now());
        } else if was_served && has_ended(&response) {
            gate.served().forget(&proof);
        }
    }
    response
}

/// The answer to who had to wait for too long, which counts as refused for want of proof; and any other
/// refusal as it is.
pub(super) fn turned_away(refusal: Refusal) -> Response {
    let mut response = refusal.into_response();
    if refusal == BUSY {
        response.extensions_mut().insert(Refused);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(COME_BACK));
    }
    response
}

/// Whether the answer says that what was shown is no proof any more: browsers are led to the sign-in.
fn has_ended(response: &Response) -> bool {
    let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    response.status() == StatusCode::UNAUTHORIZED || to.is_some_and(|to| to.starts_with(SIGN_IN))
}

impl Gate {
    pub(super) fn of(vault: &Vault) -> Self {
        Self::with(Some(vault.clone()))
    }

    fn with(vault: Option<Vault>) -> Self {
        Self(Arc::new(Shared {
            vault,
            served: Mutex::default(),
            networks: Lanes::newest_first_beyond(LONG),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            proofs: Arc::new(Semaphore::new(PROOFS)),
            sign_ins: Arc::new(Semaphore::new(SIGN_INS)),
            known_sign_ins: Arc::new(Semaphore::new(SIGN_INS)),
            bodies: Arc::new(Semaphore::new(BODIES)),
        }))
    }

    fn is_mark(&self, mark: &str) -> bool {
        self.0.vault.as_ref().is_some_and(|vault| vault.is_mark(mark))
    }

    fn asking(&self, request: &Request<Body>, proof: Option<&Proof>) -> Asking {
        let client = request.extensions().get::<Client>().and_then(|client| client.0.as_ref());
        let client = client.and_then(|client| client.parse().ok());
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let is_served = proof.is_some_and(|proof| self.served().has(proof, Instant::now()));
        Asking {
            gate: self.clone(),
            network: network(client.unwrap_or(Ipv6Addr::UNSPECIFIED.into())),
            part: peer.map_or(0, |peer| peer.0.port() % PARTS),
            connection: Connection::of(request),
            standing: if is_served { Standing::Served } else { Standing::Outside },
        }
    }

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
            connection: Connection::default(),
            standing: Standing::Served,
        })
    }

    /// The same when the proof turned out to be none.
    pub(super) fn without_proof(mut self) -> Self {
        if self.standing == Standing::Served {
            self.standing = Standing::Outside;
        }
        self
    }

    /// The request when it is its turn, and what is to be held until it is answered.
    async fn admit(mut self, mut request: Request<Body>) -> Result<(Request<Body>, Held), Refusal> {
        let wanted = Wanted::by(&request, |mark| self.gate.is_mark(mark));
        let (Standing::Outside, Some(wanted)) = (self.standing, wanted) else {
            request.extensions_mut().insert(self);
            return Ok((request, Held(HeldPlace::default())));
        };
        let mut room = Room::default();
        if let Some(max) = wanted.body {
            (request, room) = self.whole(request, max, wanted.place).await?;
        }
        let place = HeldPlace::of((self.turn(wanted.place).await?, room));
        self.standing = Standing::Inside;
        request.extensions_mut().insert(self);
        request.extensions_mut().insert(place.clone());
        Ok((request, Held(place)))
    }

    /// Waits for a place, unless the proof in the request is known. Nobody holds one who is still sending.
    ///
    /// # Errors
    /// When that takes too long.
    pub(super) async fn turn(&self, place: Place) -> Result<Turn, Refusal> {
        if self.standing != Standing::Outside {
            return Ok(Turn(None));
        }
        let places = match place {
            Place::Work => &self.gate.0.places,
            Place::Proof => &self.gate.0.proofs,
            Place::SignIn => &self.gate.0.sign_ins,
            Place::KnownSignIn => &self.gate.0.known_sign_ins,
        };
        let lanes = &self.gate.0.networks;
        if self.is_full(place) {
            return Err(BUSY);
        }
        let waiting = async {
            let _lane = lanes.turn(&self.lane(place)).await;
            Arc::clone(places).acquire_owned().await
        };
        self.connection.in_time(waiting).await.map(|place| Turn(Some(place)))
    }

    /// Whether there are too many of its network for one more who waits for that.
    fn is_full(&self, place: Place) -> bool {
        let shows_something = matches!(place, Place::Proof | Place::KnownSignIn);
        let own = self.gate.0.networks.inside(&self.lane(place));
        !(shows_something && own < SET_ASIDE) && self.waiting() >= WAITING
    }

    /// How many of its network wait.
    fn waiting(&self) -> usize {
        let places = Place::ALL.map(|place| self.lane(place)).into_iter();
        let bodies = (0..PARTS).map(|part| self.body_lane(part));
        places.chain(bodies).map(|lane| self.gate.0.networks.inside(&lane)).sum()
    }

    /// The lane in which its network waits for that.
    fn lane(&self, place: Place) -> String {
        format!("{place:?} {}", self.network)
    }
}

#[cfg(test)]
mod tests;
