//! Bodies of strangers, which are read before somebody works on the request, and together need no more
//! than so much memory.

use super::waiting::BUSY;
use super::{Asking, Place, Standing};
use crate::server::limits::{Refusal, bounded, is_too_large};
use crate::vault::LaneTurn;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::sync::{AcquireError, OwnedSemaphorePermit};

/// Bytes of a body that nobody waits for room for: as many connections as there are may have one.
pub(super) const SHORT: usize = 8 * 1024;
/// How many of one part of a network wait for room for a longer one.
const PART: usize = 256;

/// Room for a body in memory, until it is dropped.
#[derive(Default)]
pub(in crate::server) struct Room(
    #[expect(dead_code, reason = "it is held")] Option<(OwnedSemaphorePermit, LaneTurn)>,
);

/// Marks a request whose body was too long, or did not come: it has none any more.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Unread;

impl Asking {
    /// The request with its whole body, of at most `max` bytes, read before somebody works on it: a
    /// stranger who sends slowly holds a connection and no place. The room is to be held as long as the
    /// request. A body that is too long, or does not come, is left out: the request is marked [`Unread`].
    ///
    /// # Errors
    /// When there is no room in time.
    pub(in crate::server) async fn whole(
        &self,
        request: Request<Body>,
        max: usize,
        place: Place,
    ) -> Result<(Request<Body>, Room), Refusal> {
        if self.standing != Standing::Outside {
            return Ok((request, Room(None)));
        }
        if is_too_large(&request, max) {
            return Ok((without_body(request), Room(None)));
        }
        let (mut parts, body) = bounded(request, max).into_parts();
        let most = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
        let room = self.room(most.unwrap_or(max).min(max), place).await?;
        let read = self.connection.gives_way(in_one_piece(body)).await;
        let body = read.unwrap_or_else(|_| {
            parts.extensions.insert(Unread);
            Bytes::new()
        });
        Ok((Request::from_parts(parts, Body::from(body)), room))
    }

    /// The lane in which that part of its network waits for room.
    pub(super) fn body_lane(&self, part: u16) -> String {
        format!("body {part} {}", self.network)
    }

    pub(super) async fn room(&self, bytes: usize, place: Place) -> Result<Room, Refusal> {
        if bytes <= SHORT {
            return Ok(Room(None));
        }
        let bodies = &self.gate.0.bodies;
        let name = self.body_lane(self.part);
        if self.gate.0.networks.inside(&name) >= PART || self.is_full(place) {
            return Err(BUSY);
        }
        let waiting = async {
            let lane = self.gate.0.networks.turn(&name).await;
            let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
            Ok::<_, AcquireError>((Arc::clone(bodies).acquire_many_owned(kib).await?, lane))
        };
        self.connection.in_time(waiting).await.map(|held| Room(Some(held)))
    }
}

/// All of a body that is bounded, in memory of its length: what came is copied as it comes, so that no more
/// is kept of many short pieces than of one.
async fn in_one_piece(mut body: Body) -> Result<Bytes, axum::Error> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            whole.extend_from_slice(data);
        }
    }
    Ok(whole.into_boxed_slice().into())
}

fn without_body(request: Request<Body>) -> Request<Body> {
    let (mut parts, _) = request.into_parts();
    parts.extensions.insert(Unread);
    Request::from_parts(parts, Body::empty())
}
