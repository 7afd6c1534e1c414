//! A webhook that says when it wants to be called again.

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
