//! How often an issuer is asked.

use super::*;

#[tokio::test]
async fn keys_are_fetched_once_in_eight_minutes_while_they_are_used() {
    let scene = Scene::start().await;
    for _ in 0..20 {
        assert_eq!(scene.problem().await, None);
    }
    scene.wait(479);
    assert_eq!(scene.problem().await, None);
    assert_eq!(scene.fetches().await, (1, 1));
    scene.wait(1);
    assert_eq!(scene.problem().await, None);
    scene.until_nobody_asks().await;
    assert_eq!(scene.problem().await, None);
    assert_eq!(scene.fetches().await, (2, 2));
    // Nobody used them meanwhile.
    scene.wait(600);
    assert_eq!(scene.problem().await, None);
    assert_eq!(scene.fetches().await, (3, 3));
}

#[tokio::test]
async fn ten_thousand_unknown_keys_cost_one_fetch_a_minute() {
    let scene = Scene::start().await;
    for number in 0..10_000 {
        // Two whole minutes, evenly.
        if number % 84 == 83 {
            scene.wait(1);
        }
        let refused = scene.outcome(&scene.stray_token(number)).await.err();
        assert_eq!(refused, Some(IssuerProblem::Token(JwtProblem::UnknownKey)));
    }
    assert_eq!(scene.clock.load(Ordering::SeqCst), 119);
    // At the start, and after a minute.
    assert_eq!(scene.fetches().await, (2, 2));
    assert_eq!(scene.problem().await, None);
    assert_eq!(scene.fetches().await, (2, 2));
}

#[tokio::test]
async fn many_at_once_wait_for_one_fetch() {
    let scene = Scene::start().await;
    let (token, issuer) = (scene.token_by(&scene.first), scene.publisher.issuer());
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let (issuers, token, issuer) = (scene.issuers.clone(), token.clone(), issuer.clone());
            tokio::spawn(async move {
                let read = Unverified::read(&token).expect("it is a token");
                issuers.verify(&read, &expecting(&issuer), &|| {}).await.is_ok()
            })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.unwrap());
    }
    assert_eq!(scene.fetches().await, (1, 1));
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_stop_the_fetch() {
    let scene = Scene::start().await;
    let (token, issuer) = (scene.token_by(&scene.first), scene.publisher.issuer());
    let issuers = scene.issuers.clone();
    let caller = tokio::spawn(async move {
        let read = Unverified::read(&token).expect("it is a token");
        issuers.verify(&read, &expecting(&issuer), &|| {}).await.is_ok()
    });
    scene.publisher.has_been_asked().await;
    caller.abort();
    let _ = caller.await;
    assert_eq!(scene.problem().await, None);
    assert_eq!(scene.fetches().await, (1, 1));
}

#[tokio::test]
async fn a_new_key_is_found_after_a_minute_at_the_latest() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    let second = Signer::es256("second");
    scene.publisher.publish_keys(&[&scene.first, &second]);
    let token = scene.token_by(&second);
    scene.wait(59);
    let refused = scene.outcome(&token).await.err();
    assert_eq!(refused, Some(IssuerProblem::Token(JwtProblem::UnknownKey)));
    scene.wait(1);
    assert_eq!(scene.outcome(&token).await.err(), None);
    assert_eq!(scene.fetches().await, (2, 2));
}

#[tokio::test]
async fn a_key_that_is_withdrawn_is_refused_after_ten_minutes() {
    let scene = Scene::start().await;
    assert_eq!(scene.problem().await, None);
    scene.publisher.publish_keys(&[&Signer::es256("second")]);
    scene.wait(600);
    let refused = scene.problem().await;
    assert_eq!(refused, Some(IssuerProblem::Token(JwtProblem::UnknownKey)));
}
