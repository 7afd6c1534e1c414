//! A webhook that says when it wants to be called again, and one that refuses what it is sent to test it.

use super::{Answer, Scene, received};
use crate::jobs::Runner;
use regcred::domain::job::{JobKind, JobResult};

#[tokio::test]
async fn who_answers_503_is_called_when_it_says_or_when_somebody_tests_it() {
    for (asked, expected) in [("7200", 7_200_000), ("9999999", 86_400_000)] {
        let scene = Scene::new().await;
        scene.receiver.answer(&[Answer::Later(asked)]);
        scene.destination("json").await;
        let runner = Runner::start(&scene.app);
        runner.until(JobKind::Shipping, JobResult::Failed).await;
        let pause = "SELECT due_at - last_finished_at FROM job WHERE kind = 'shipping'";
        let pause = scene.app.scalar_i64(pause).await;
        // It began to wait before its run was noted as ended.
        assert!((expected - 60_000..=expected).contains(&pause), "{asked}: {pause}");
        assert_eq!(scene.receiver.heard().len(), 1);
        assert_eq!(scene.act("/rpc/destinations/test", &[]).await, 200);
        scene.until_all_is_there().await;
        runner.stop().await;
        let (links, _) = received(&scene.receiver.heard());
        assert_eq!(links, (1..=scene.length().await).collect::<Vec<i64>>());
    }
}

#[tokio::test]
async fn the_page_of_a_destination_says_once_why_a_test_failed() {
    const REASON: &str = "The host did not accept the events. It answered with status 500.";
    let scene = Scene::new().await;
    scene.destination("json").await;
    let id = scene.id().await;
    let form = [("project", "acme"), ("id", id.as_str())];
    let test = async || {
        scene.receiver.answer(&[Answer::Status(500)]);
        let reply = scene.app.owner.post_form("/rpc/destinations/test", &form).await;
        scene.app.owner.follow(reply).await.text()
    };
    let page = test().await;
    assert!(page.contains(&format!("The test of siem failed. {REASON}")), "{page}");
    assert_eq!(page.matches(REASON).count(), 1, "{page}");
    let failing = "UPDATE destination SET failing_since = 1, problem = 'status', status = 500";
    scene.app.raw(failing).await;
    let page = test().await;
    assert!(page.contains("The test of siem failed for the same reason as the events."), "{page}");
    assert_eq!(page.matches(REASON).count(), 1, "{page}");
}
