//! A trust rule lets in what was judged by it as it is, and nothing that was judged by what it was.

use super::*;
use crate::domain::trust_rule::TrustRule;

#[tokio::test]
async fn what_was_judged_by_a_rule_as_it_was_before_a_change_is_not_let_in() {
    let scene = Scene::new().await;
    let made_by = |name: &str| Maker::nobody(name.to_owned());
    let rule = TrustRule {
        id: GIVER,
        issuer: "https://example.com".to_owned(),
        created_by: made_by("Olga"),
        identity_epoch: 3,
        ..TrustRule::sample(Provider::GitHub, &[])
    };
    let write = scene.store.write().await.unwrap();
    let rules = write.trust_rules(PROJECT);
    rules.insert(PIPELINE, rule.clone(), None).await.unwrap();
    assert!(rules.touch((rule.id, 3), 1).await.unwrap());
    assert!(rules.replace(rule.clone(), (4, made_by("Ann"), 2)).await.unwrap());
    assert!(!rules.touch((rule.id, 3), 3).await.unwrap());
    assert!(rules.touch((rule.id, 4), 3).await.unwrap());
}
