//! Connections that are only counted, at times that the tests choose.

use super::*;
use std::pin::pin;
use std::task::{Context, Waker};

/// Places: strangers may have 56 of them, a network 16, a wider one 24.
const MOST: usize = 64;

struct Scene {
    places: Places,
    start: Instant,
}

impl Scene {
    fn new() -> Self {
        Self { places: Places::new(MOST), start: Instant::now() }
    }

    fn after(&self, seconds: u64) -> Instant {
        self.start + Duration::from_secs(seconds)
    }

    fn take(&self, from: &str) -> Option<Held> {
        self.places.take(from.parse().unwrap(), false, self.start)
    }

    /// As many as the network gets, of so many that it wants.
    fn crowd(&self, from: &str, wanted: usize) -> Vec<Held> {
        (0..wanted).map_while(|_| self.take(from)).collect()
    }

    /// Strangers everywhere, each with a request under way, until there is no place for one more.
    fn full(&self) -> (Vec<Held>, Vec<Busy>) {
        let mut held = Vec::new();
        for network in 0..MOST {
            held.extend(self.take(&format!("198.51.{network}.1")));
        }
        let busy = held.iter().map(Held::begin).collect();
        (held, busy)
    }
}

/// Whether somebody else needs its place.
fn is_told(held: &Held) -> bool {
    let mut waiting = pin!(held.is_needed());
    waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn a_network_has_its_share_and_what_it_gives_back_is_free() {
    let scene = Scene::new();
    let held = scene.crowd("2001:db8::1", MOST);
    assert_eq!(held.len(), MOST / 4);
    assert!(scene.take("2001:db8::2").is_none(), "it is one network");
    assert!(scene.take("2001:db8:1::1").is_some() && scene.take("192.0.2.1").is_some());
    drop(held);
    assert!(scene.places.table().is_empty(), "what is over is forgotten");
    assert!(scene.take("2001:db8::2").is_some());
}

#[test]
fn a_network_at_its_share_gives_up_its_own_connection_that_was_idle_for_longest() {
    for networks in [
        &["192.0.2.1"][..],
        // Three of one provider, which have half of their shares together.
        &["198.51.100.1", "198.51.100.2", "198.51.100.3"],
    ] {
        let scene = Scene::new();
        let stranger = scene.take("203.0.113.1").unwrap();
        let held: Vec<Held> = networks.iter().flat_map(|from| scene.crowd(from, MOST)).collect();
        // All but three are at work; the second has asked nothing for longest.
        let busy: Vec<Busy> = held[3..].iter().map(Held::begin).collect();
        for (one, seconds) in held.iter().zip([3, 1, 2]) {
            *one.seat.idle_since.lock().unwrap() = scene.after(seconds);
        }
        let last = *networks.last().unwrap();
        let take = |seconds| scene.places.take(last.parse().unwrap(), false, scene.after(seconds));
        let mut taken = Vec::new();
        for idle in [1, 2, 0] {
            taken.push(take(9).expect("one of its own is idle"));
            assert!(is_told(&held[idle]), "{idle}");
        }
        assert!(take(9).is_none(), "all of its connections are at work or new");
        assert!(!is_told(&stranger));
        drop((held, busy, taken, stranger));
        assert!(scene.places.table().is_empty(), "each place is given back once");
    }
}

#[test]
fn four_networks_of_one_provider_do_not_stop_the_others() {
    for networks in [
        ["2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:1:4::1"],
        ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"],
    ] {
        let scene = Scene::new();
        let held: Vec<Held> = networks.iter().flat_map(|from| scene.crowd(from, MOST)).collect();
        assert_eq!(held.len(), MOST * 3 / 8, "they are counted together");
        assert!(["127.0.0.1", "::1", "203.0.113.1"].iter().all(|from| scene.take(from).is_some()));
    }
}

#[test]
fn what_is_kept_is_for_this_machine_declared_proxies_and_networks_that_were_served() {
    let scene = Scene::new();
    let known = scene.take("203.0.113.7").unwrap();
    known.remember_proof(scene.start);
    drop(known);
    let (held, _busy) = scene.full();
    assert_eq!(held.len(), MOST - MOST / 8);
    assert!(!held.iter().any(Held::is_of_known));
    assert!(scene.take("203.0.113.200").is_none(), "another host of that provider");
    let known = scene.crowd("203.0.113.7", MOST);
    assert_eq!(known.len(), MOST / 16);
    assert!(known.iter().all(Held::is_of_known));
    let _busy: Vec<Busy> = known.iter().map(Held::begin).collect();
    let loopback = [scene.take("127.0.0.1"), scene.take("::ffff:127.0.0.1")];
    assert!(loopback.iter().all(Option::is_some));
    let proxy = || scene.places.take("203.0.113.9".parse().unwrap(), true, scene.start);
    let proxies: Vec<Held> = std::iter::from_fn(proxy).take(MOST).collect();
    assert_eq!(proxies.len(), MOST / 16 - loopback.len());
    let later = scene.after(2 * 60 * 60);
    drop(known);
    drop(proxies);
    assert!(scene.places.take("203.0.113.7".parse().unwrap(), false, later).is_none());
}

#[test]
fn what_a_proxy_brings_counts_for_nobody() {
    let scene = Scene::new();
    let proxy = || scene.places.take("192.0.2.9".parse().unwrap(), true, scene.start);
    let proxies: Vec<Held> = std::iter::from_fn(proxy).take(MOST / 2).collect();
    assert_eq!(proxies.len(), MOST / 2, "it has no share");
    assert!(scene.take("192.0.2.1").is_some(), "a neighbour of it is a network of its own");
    drop(proxies);
    assert!(scene.places.table().is_empty());
}

#[test]
fn strangers_take_nothing_from_this_machine() {
    let scene = Scene::new();
    let local = scene.crowd("127.0.0.1", MOST);
    assert_eq!(local.len(), MOST / 4);
    let (held, _busy) = scene.full();
    assert_eq!(local.len() + held.len(), MOST - MOST / 8);
    let late = |from: &str| scene.places.take(from.parse().unwrap(), false, scene.after(1));
    assert!(late("203.0.113.1").is_none());
    let others: Vec<Held> = std::iter::from_fn(|| late("127.0.0.2")).take(MOST / 4).collect();
    assert_eq!(others.len(), (MOST / 4 + MOST / 8) / 2, "two of its addresses share evenly");
}

#[test]
fn the_oldest_idle_connection_of_the_greediest_network_makes_room() {
    let scene = Scene::new();
    let greedy = scene.crowd("192.0.2.1", MOST);
    assert_eq!(greedy.len(), MOST / 4);
    let _busy = greedy[0].begin();
    let mut held = Vec::new();
    for network in 0.. {
        let Some(one) = scene.take(&format!("198.51.{network}.1")) else { break };
        held.push(one);
    }
    assert_eq!(greedy.len() + held.len(), MOST - MOST / 8);
    // None of them is idle for long enough yet. Later those of the greedy are, but for the busy one.
    let late = |from: &str| scene.places.take(from.parse().unwrap(), false, scene.after(1));
    let taken: Vec<Held> =
        (0..40).map_while(|network| late(&format!("203.0.{network}.1"))).collect();
    assert_eq!(taken.len(), MOST / 4 - 1, "until it has no more than a newcomer");
    assert!(late("192.0.2.1").is_none(), "a network that has most makes nobody else leave");
    drop((greedy, held, taken));
    assert!(scene.places.table().is_empty(), "each place is given back once");
}

#[test]
fn who_loses_the_place_is_told_and_the_others_are_not() {
    let scene = Scene::new();
    let greedy = scene.crowd("192.0.2.1", MOST);
    let (held, _busy) = scene.full();
    assert_eq!(greedy.len() + held.len(), MOST - MOST / 8);
    assert!(scene.places.take("203.0.113.1".parse().unwrap(), false, scene.after(1)).is_some());
    assert_eq!(greedy.iter().filter(|one| is_told(one)).count(), 1);
}

#[test]
fn who_finds_no_place_is_logged_once_a_minute() {
    let scene = Scene::new();
    let held = scene.crowd("192.0.2.1", MOST);
    let _busy: Vec<Busy> = held.iter().map(Held::begin).collect();
    let told = || scene.places.0.refused.lock().unwrap().told;
    assert_eq!(told(), Some(scene.start));
    for second in [1, 59] {
        assert!(
            scene.places.take("192.0.2.1".parse().unwrap(), false, scene.after(second)).is_none()
        );
        assert_eq!(told(), Some(scene.start));
    }
    assert!(scene.places.take("192.0.2.1".parse().unwrap(), false, scene.after(60)).is_none());
    assert_eq!(told(), Some(scene.after(60)));
}

#[test]
fn a_request_that_waits_gives_way_and_one_that_is_worked_on_does_not() {
    let scene = Scene::new();
    let held = scene.crowd("192.0.2.1", MOST);
    let _busy: Vec<Busy> = held.iter().map(Held::begin).collect();
    assert!(scene.take("192.0.2.1").is_none(), "all of them are worked on");
    let first = held[1].standing_back().wait();
    let second = held[0].standing_back().wait();
    assert!(scene.take("192.0.2.1").is_none(), "their turn may come in a moment");
    let take = || scene.places.take("192.0.2.1".parse().unwrap(), false, Instant::now() + NEW);
    let _next = take().expect("one of the network's own gives way");
    assert!(is_told(&held[1]) && !is_told(&held[0]), "the one that has waited for longest");
    drop((first, second));
    assert!(take().is_none(), "the other is worked on again");
}
