//! A trust rule lets in what was judged by it as it is, and nothing that was judged by what it was.

use super::*;
use crate::domain::trust_rule::TrustRule;

/// A rule of the third epoch, which nothing has used.
fn rule() -> TrustRule {
    TrustRule {
        id: GIVER,
        issuer: "https://example.com".to_owned(),
        created_by: Maker::nobody("Olga".to_owned()),
        identity_epoch: 3,
        ..TrustRule::sample(Provider::GitHub, &[])
    }
}

#[tokio::test]
async fn what_was_judged_by_a_rule_as_it_was_before_a_change_is_not_let_in() {
    let scene = Scene::new().await;
    let rule = rule();
    let write = scene.store.write().await.unwrap();
    let rules = write.trust_rules(PROJECT);
    rules.insert(PIPELINE, rule.clone(), None).await.unwrap();
    assert!(rules.touch((rule.id, 3), 1).await.unwrap());
    assert!(rules.replace(rule.clone(), (4, Maker::nobody("Ann".to_owned()), 2)).await.unwrap());
    assert!(!rules.touch((rule.id, 3), 3).await.unwrap());
    assert!(rules.touch((rule.id, 4), 3).await.unwrap());
}

#[tokio::test]
async fn an_earlier_use_of_a_rule_on_another_server_does_not_take_the_place_of_a_later_one() {
    let scene = Scene::new().await;
    let write = scene.store.write().await.unwrap();
    let rules = write.trust_rules(PROJECT);
    rules.insert(PIPELINE, rule(), None).await.unwrap();
    for (at, last) in [(5, 5), (3, 5), (7, 7)] {
        assert!(rules.touch((GIVER, 3), at).await.unwrap(), "{at}: it lets in all the same");
        let stored = rules.find(PIPELINE, GIVER).await.unwrap().expect("the rule");
        assert_eq!(stored.last_used_at, Some(Moment(last)), "{at}");
    }
}

#[tokio::test]
async fn an_earlier_refusal_of_a_token_does_not_take_the_place_of_a_later_one() {
    let scene = Scene::new().await;
    let write = scene.store.write().await.unwrap();
    let tokens = write.tokens();
    let row = TokenRow {
        id: "ci-token".to_owned(),
        name: String::new(),
        pipeline_id: PIPELINE,
        hash: [0; 32],
        created_at: 0,
        created_by: Maker::nobody("Olga".to_owned()),
        expires_on: Day::parse("2026-11-21").unwrap(),
        short_until: None,
        proof: None,
        identity_epoch: 1,
    };
    tokens.insert(PROJECT, row).await.unwrap();
    for (at, network) in [(5, "192.0.2.0/24"), (3, "198.51.100.0/24")] {
        let of = (PROJECT, PIPELINE, "ci-token");
        tokens.mark_refused(of, at, network.to_owned()).await.unwrap();
        tokens.touch(of, at).await.unwrap();
    }
    let stored = tokens.of_pipeline(PROJECT, PIPELINE).await.unwrap().pop().expect("the token");
    assert_eq!(stored.refused, Some((Moment(5), "192.0.2.0/24".to_owned())));
    assert_eq!(stored.last_used_at, Some(Moment(5)));
}
