//! Askers of chosen networks, whose waiting is looked at without a clock.

use super::bodies::SHORT;
use super::*;
use crate::server::guarded;
use crate::server::headers::Https;
use axum::Router;
use axum::body::to_bytes;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use serde_json::{Value, json};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tower::ServiceExt;

fn asking(gate: &Gate, network: &str, part: u16) -> Asking {
    Asking {
        gate: gate.clone(),
        network: network.parse().unwrap(),
        part,
        connection: Connection::default(),
        standing: Standing::Outside,
    }
}

/// What is there, if there is no need to wait for it.
fn look<T>(waiting: &mut Pin<Box<impl Future<Output = T>>>) -> Option<T> {
    match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(found) => Some(found),
        Poll::Pending => None,
    }
}

#[tokio::test]
async fn who_has_a_known_proof_passes_those_who_wait() {
    let gate = Gate::default();
    let stranger = asking(&gate, "192.0.2.1", 0);
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        held.push(stranger.turn(Place::Work).await.unwrap());
    }
    let mut next = Box::pin(stranger.turn(Place::Work));
    assert!(look(&mut next).is_none());
    let served = Asking { standing: Standing::Served, ..stranger.clone() };
    assert!(look(&mut Box::pin(served.turn(Place::Work))).is_some());
    held.pop();
    assert!(look(&mut next).is_some(), "a place that was given back is free");
}

#[tokio::test]
async fn networks_take_turns_however_many_wait_in_one() {
    let gate = Gate::default();
    let (crowd, other) = (asking(&gate, "192.0.2.1", 0), asking(&gate, "192.0.2.2", 0));
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        held.push(crowd.turn(Place::Work).await.unwrap());
    }
    let mut waiting: Vec<_> = (0..100).map(|_| Box::pin(crowd.turn(Place::Work))).collect();
    assert!(waiting.iter_mut().all(|waiting| look(waiting).is_none()));
    let mut one = Box::pin(other.turn(Place::Work));
    assert!(look(&mut one).is_none());
    // The first of the crowd had come before; the second had not.
    held.truncate(AT_ONCE - 2);
    let (first, second) = (look(&mut waiting[0]), look(&mut one));
    assert!(first.is_some() && second.is_some());
    assert!(look(&mut waiting[1]).is_none());
}

#[tokio::test]
async fn signing_in_waits_for_signing_in_alone() {
    let gate = Gate::default();
    let stranger = asking(&gate, "192.0.2.1", 0);
    let mut held = Vec::new();
    for _ in 0..SIGN_INS {
        held.push(stranger.turn(Place::SignIn).await.unwrap());
    }
    assert!(look(&mut Box::pin(stranger.turn(Place::SignIn))).is_none());
    assert!(look(&mut Box::pin(stranger.turn(Place::KnownSignIn))).is_some());
    assert!(look(&mut Box::pin(stranger.turn(Place::Work))).is_some());
}

#[tokio::test]
async fn proofs_hold_up_nobody_but_other_proofs() {
    let gate = Gate::default();
    let job = asking(&gate, "192.0.2.1", 0);
    let mut held = Vec::new();
    for _ in 0..PROOFS {
        held.push(job.turn(Place::Proof).await.unwrap());
    }
    assert!(look(&mut Box::pin(job.turn(Place::Proof))).is_none());
    assert!(look(&mut Box::pin(job.turn(Place::Work))).is_some());
}

#[tokio::test]
async fn a_proof_that_waits_for_another_host_holds_up_no_other() {
    let gate = Gate::default();
    let job = asking(&gate, "192.0.2.1", 0);
    let mut held = Vec::new();
    for _ in 0..PROOFS {
        let request = Request::post("/api/v1/token").body(Body::from("{}")).unwrap();
        held.push(job.clone().admit(request).await.unwrap());
    }
    assert!(look(&mut Box::pin(job.turn(Place::Proof))).is_none());
    let given_back = |(request, _): &(Request<Body>, Held)| {
        request.extensions().get::<HeldPlace>().unwrap().give_back();
    };
    given_back(&held[0]);
    let next = look(&mut Box::pin(job.turn(Place::Proof)));
    assert!(next.is_some() && look(&mut Box::pin(job.turn(Place::Proof))).is_none());
    // Who did not wait for anybody gives it back in the end, whoever keeps a part of the request.
    let (request, place) = held.pop().unwrap();
    drop(place);
    assert!(look(&mut Box::pin(job.turn(Place::Proof))).is_some());
    drop(request);
}

#[tokio::test]
async fn who_has_shown_their_proof_gives_the_place_back_before_the_answer() {
    let gate = Gate::default();
    let stranger = asking(&gate, "192.0.2.1", 0);
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        let request = Request::get("/api/v1/registry-token").body(Body::empty()).unwrap();
        held.push(stranger.clone().admit(request).await.unwrap());
    }
    let mut next = Box::pin(stranger.turn(Place::Work));
    assert!(look(&mut next).is_none());
    let (request, _place) = &held[0];
    request.extensions().get::<HeldPlace>().unwrap().give_back();
    assert!(look(&mut next).is_some(), "the request is not answered yet");
}

#[test]
fn a_session_that_has_ended_is_told_by_the_way_to_the_sign_in() {
    let to = |place: &'static str| (StatusCode::FOUND, [(header::LOCATION, place)]).into_response();
    assert!(has_ended(&to("/sign-in")) && has_ended(&to("/sign-in?next=%2Fp%2Facme")));
    assert!(has_ended(&StatusCode::UNAUTHORIZED.into_response()));
    assert!(!has_ended(&to("/p/acme/credentials")) && !has_ended(&StatusCode::OK.into_response()));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_too_long_is_told_to_come_back() {
    let gate = Gate::default();
    let stranger = asking(&gate, "192.0.2.1", 0);
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        held.push(stranger.turn(Place::Work).await.unwrap());
    }
    assert_eq!(stranger.turn(Place::Work).await.err(), Some(BUSY));
}

#[tokio::test(start_paused = true)]
async fn who_is_turned_away_is_counted_among_those_who_brought_no_proof() {
    let gate = Gate::default();
    let stranger = asking(&gate, "::", 0);
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        held.push(stranger.turn(Place::Work).await.unwrap());
    }
    let router =
        Router::new().route("/sign-in", get(|| async {})).layer(from_fn_with_state(gate, layer));
    let ask = || Request::builder().uri("/sign-in").body(Body::empty()).unwrap();
    let refused = router.clone().oneshot(ask()).await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.extensions().get::<Refused>().is_some());
    drop(held);
    let answered = router.oneshot(ask()).await.unwrap();
    assert!(answered.status().is_success() && answered.extensions().get::<Refused>().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_turned_away_is_told_in_json_when_to_come_back() {
    let gate = Gate::default();
    let stranger = asking(&gate, "::", 0);
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        held.push(stranger.turn(Place::Work).await.unwrap());
    }
    let path = "/api/v1/docker-config";
    let router = Router::new().route(path, get(|| async {}));
    let router = guarded(router.layer(from_fn_with_state(gate, layer)), Https::Host);
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::RETRY_AFTER], "5");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let body = to_bytes(response.into_body(), 1024).await.unwrap();
    let said: Value = serde_json::from_slice(&body).unwrap();
    let message = BUSY.1.trim_end();
    assert_eq!(said, json!({ "error": { "code": "unavailable", "message": message } }));
}

#[tokio::test]
async fn no_more_of_a_network_wait_than_leave_connections_for_others() {
    let gate = Gate::default();
    let (crowd, other) = (asking(&gate, "192.0.2.1", 0), asking(&gate, "192.0.2.2", 0));
    let mut held = Vec::new();
    for _ in 0..AT_ONCE {
        held.push(crowd.turn(Place::Work).await.unwrap());
    }
    for _ in 0..SIGN_INS {
        held.push(crowd.turn(Place::SignIn).await.unwrap());
    }
    // Whatever they wait for.
    let thing = |n: usize| if n.is_multiple_of(2) { Place::Work } else { Place::SignIn };
    let mut waiting: Vec<_> = (0..WAITING).map(|n| Box::pin(crowd.turn(thing(n)))).collect();
    assert!(waiting.iter_mut().all(|waiting| look(waiting).is_none()));
    for place in [Place::Work, Place::SignIn] {
        let one_more = look(&mut Box::pin(crowd.turn(place))).unwrap();
        assert_eq!(one_more.err(), Some(BUSY), "{place:?}");
    }
    assert!(
        look(&mut Box::pin(crowd.room(64 * 1024, Place::Work))).unwrap().is_err(),
        "a long body waits, too"
    );
    let proof = look(&mut Box::pin(crowd.room(64 * 1024, Place::Proof)));
    assert!(proof.unwrap().is_ok(), "but for one of who shows something");
    // Who shows something has room of their own.
    for (place, places) in [(Place::Proof, PROOFS), (Place::KnownSignIn, SIGN_INS)] {
        for _ in 0..places {
            held.push(crowd.turn(place).await.unwrap());
        }
        let mut more: Vec<_> = (0..SET_ASIDE).map(|_| Box::pin(crowd.turn(place))).collect();
        assert!(more.iter_mut().all(|more| look(more).is_none()), "{place:?}");
        let one_more = look(&mut Box::pin(crowd.turn(place))).unwrap();
        assert_eq!(one_more.err(), Some(BUSY), "{place:?}");
    }
    assert!(look(&mut Box::pin(other.turn(Place::Work))).is_none(), "who waits is not refused");
}

#[tokio::test]
async fn long_bodies_of_one_network_leave_room_for_those_of_another() {
    let gate = Gate::default();
    let mut rooms = Vec::new();
    for part in 0..PARTS {
        let one = asking(&gate, "192.0.2.1", part);
        rooms.push(one.room(64 * 1024, Place::Work).await.unwrap());
        assert!(look(&mut Box::pin(one.room(64 * 1024, Place::Work))).is_none());
        assert!(
            look(&mut Box::pin(one.room(SHORT, Place::Work))).is_some(),
            "a short one needs no room"
        );
    }
    assert!(
        look(&mut Box::pin(asking(&gate, "192.0.2.2", 0).room(64 * 1024, Place::Work))).is_some()
    );
}

#[tokio::test]
async fn the_bodies_of_all_strangers_have_no_more_than_so_much_room() {
    let gate = Gate::default();
    let mut rooms = Vec::new();
    for network in 0..BODIES / 64 {
        let one = asking(&gate, &format!("192.0.{}.1", network), 0);
        rooms.push(one.room(64 * 1024, Place::Work).await.unwrap());
    }
    assert!(
        look(&mut Box::pin(asking(&gate, "198.51.100.1", 0).room(SHORT + 1, Place::Work)))
            .is_none()
    );
}

#[tokio::test]
async fn what_is_read_is_whole_or_it_is_too_long() {
    let gate = Gate::default();
    let one = asking(&gate, "192.0.2.1", 0);
    let request = |bytes: usize| Request::new(Body::from(vec![b'a'; bytes]));
    let (whole, _room) = one.whole(request(100), 100, Place::Work).await.unwrap();
    assert!(whole.extensions().get::<Unread>().is_none());
    assert_eq!(to_bytes(whole.into_body(), 100).await.unwrap().len(), 100);
    let (long, _room) = one.whole(request(101), 100, Place::Work).await.unwrap();
    assert!(long.extensions().get::<Unread>().is_some());
}
