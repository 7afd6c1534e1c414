//! Who waits for an issuer, and who does not.

use std::sync::atomic::AtomicUsize;

use tokio::task::JoinHandle;

use super::*;
use crate::issuers::known;

impl Scene {
    fn remembered(&self) -> Arc<Issuer> {
        self.issuers.issuer(&self.publisher.issuer())
    }

    fn is_asking(&self) -> bool {
        self.remembered().turn.try_lock().is_err()
    }

    /// Returns once nobody asks the issuer any more.
    pub(super) async fn until_nobody_asks(&self) {
        drop(self.remembered().turn.lock().await);
    }

    /// Somebody who shows a token by the first key; `waited` counts those who have to wait.
    fn caller(&self, waited: &Arc<AtomicUsize>) -> JoinHandle<()> {
        let (issuers, waited) = (self.issuers.clone(), Arc::clone(waited));
        let (token, issuer) = (self.token_by(&self.first), self.publisher.issuer());
        tokio::spawn(async move {
            let read = Unverified::read(&token).expect("it is a token");
            let waits = move || {
                waited.fetch_add(1, Ordering::SeqCst);
            };
            let _ = issuers.verify(&read, &expecting(&issuer), &waits).await;
        })
    }
}

#[tokio::test]
async fn so_many_wait_for_one_issuer_and_the_next_is_told_at_once() {
    let scene = Scene::start().await;
    scene.publisher.hang();
    let waited = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..=known::WAITING).map(|_| scene.caller(&waited)).collect();
    while waited.load(Ordering::SeqCst) < callers.len() {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.problem().await, Some(IssuerProblem::Busy));
    // Nobody waits for another one's issuer.
    let other = Publisher::start().await;
    other.publish_keys(&[&scene.first]);
    let token = scene.first.token(&claims(&other.issuer()));
    let read = Unverified::read(&token).unwrap();
    let done = scene.issuers.verify(&read, &expecting(&other.issuer()), &|| {}).await;
    assert_eq!(done.err(), None);
    assert!(callers.iter().all(|caller| !caller.is_finished()));
    // Who goes away makes room.
    callers[known::WAITING].abort();
    while scene.remembered().waiting.available_permits() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn all_who_wait_are_bounded_and_one_for_each_issuer_still_asks() {
    let scene = Scene::start().await;
    let all = u32::try_from(WAITING).unwrap();
    let _others = scene.issuers.shared.waiting.try_acquire_many(all).unwrap();
    assert_eq!(scene.problem().await, None, "who asks needs no place to wait");
    let second = Scene { issuers: scene.issuers.clone(), ..Scene::start().await };
    second.publisher.hang();
    let waited = Arc::new(AtomicUsize::new(0));
    let _asks = second.caller(&waited);
    while waited.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(second.problem().await, Some(IssuerProblem::Busy));
}

#[tokio::test]
async fn nobody_waits_while_keys_that_are_good_are_fetched_again() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    scene.publisher.hang();
    scene.wait(480);
    let waited = Arc::new(AtomicUsize::new(0));
    for _ in 0..20 {
        scene.caller(&waited).await.unwrap();
        assert_eq!(scene.problem().await, None);
        assert!(scene.is_asking(), "it was not waited for");
    }
    assert_eq!(waited.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nobody_waits_for_an_issuer_that_failed_not_long_ago_while_its_keys_are_of_the_last_day() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    scene.publisher.fail();
    scene.wait(600);
    assert_eq!(scene.problem().await, None);
    scene.publisher.hang();
    scene.wait(30);
    assert_eq!(scene.problem().await, None);
    assert!(scene.is_asking(), "it was not waited for");
}

#[tokio::test]
async fn a_key_that_was_withdrawn_after_a_failure_is_refused_after_ten_minutes() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    scene.publisher.fail();
    scene.wait(600);
    assert_eq!(scene.problem().await, None);
    scene.publisher.publish_keys(&[&Signer::es256("second")]);
    scene.wait(600);
    let refused = scene.problem().await;
    assert_eq!(refused, Some(IssuerProblem::Token(JwtProblem::UnknownKey)));
}
