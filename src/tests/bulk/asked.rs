//! What the question about several asks of the database.

use crate::app::App;
use regcred::domain::permission::of;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Of each more: the row itself, the deliveries, grants and names of its pipelines, the files that name
/// its registry, and which of the pipelines still exist.
const EACH: usize = 6;

#[tokio::test]
async fn who_depends_on_each_that_is_selected_is_read_once() {
    let app = App::new().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let (name, host) = (format!("c{number}"), format!("r{number}.example.com"));
        ids.push(app.credential(&app.owner, "acme", &name, &host, "s").await);
    }
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &ids, "pull").await;
    app.docker_config(&token, "", &[]).await;
    let member = app.evidence(&app.owner, "acme").await;
    let reader = member.can::<of::RegistryRead>().unwrap();
    app.vault.store().count_receipts(member.project().id).await.unwrap();
    let asked = async |ids: &[Uuid]| {
        let ids: BTreeSet<Uuid> = ids.iter().copied().collect();
        let mut times = Vec::new();
        // The product counts receipts a moment after their delivery, beside whatever is asked then.
        for _ in 0..4 {
            let asking = app.vault.selected_users(&reader, &ids);
            let (selected, asked) = app.watch.asked_by(asking).await;
            let selected = selected.unwrap();
            assert_eq!((selected.enabled, selected.in_use.len()), (ids.len() as u64, ids.len()));
            times.push(asked.len());
        }
        times.into_iter().min().unwrap_or_default()
    };
    let (one, all) = (asked(&ids[..1]).await, asked(&ids).await);
    assert!(all > one && all <= one + 4 * EACH, "{one}, then {all}");
}
