//! What stands behind the gate, held once for all who wait in front of it. A layer keeps the service below it
//! for as long as its request lasts, and each copy of a route has a copy of all its layers and of their states.

use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route;
use axum::routing::future::RouteFuture;
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::Service;

/// A route that is copied when it is asked, and not before.
#[derive(Clone)]
pub(super) struct Shared(Arc<Route>);

impl Shared {
    pub(super) fn new(route: Route) -> Self {
        Self(Arc::new(route))
    }
}

impl Service<Request> for Shared {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    /// A route is ready at any time.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> RouteFuture<Infallible> {
        (*self.0).clone().call(request)
    }
}
