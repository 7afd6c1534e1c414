//! What is wrong with the form of a review is told at all of its fields at once.

use super::Scene;
use uuid::Uuid;

#[tokio::test]
async fn a_review_is_refused_with_all_that_is_wrong_with_it() {
    let scene = Scene::new().await;
    let (nobody, reviewer) = (Uuid::max().to_string(), scene.reviewer.person.unwrap().to_string());
    let form = [
        ("project", "acme"),
        ("form[name]", ""),
        ("form[due_on]", "2020-01-31"),
        ("form[undecided]", ""),
        ("form[reviewers][grant]", nobody.as_str()),
        ("form[reviewers][token]", "not an id"),
        ("form[reviewers][member]", reviewer.as_str()),
        ("form[reviewers][trust_rule]", reviewer.as_str()),
    ];
    let reply = scene.app.owner.post_json_accept("/rpc/reviews/create", &form).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    let text = reply.text();
    for field in
        ["name", "due_on", "undecided", "reviewers.grant", "reviewers.token", "reviewers.member"]
    {
        assert!(text.contains(&format!("\"{field}\"")), "{field}: {text}");
    }
    assert!(!text.contains("reviewers.trust_rule"), "{text}");
    assert_eq!(scene.app.scalar_i64("SELECT COUNT(*) FROM review").await, 0);
}
