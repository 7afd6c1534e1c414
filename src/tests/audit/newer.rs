//! What only a newer version can read is not left out of an export that says that it is whole.

use super::Scene;
use regcred::Error;
use regcred::domain::audit::{AuditQuery, ExportFormat};
use regcred::domain::permission::of;
use regcred::vault::Export;

/// What is exported of the project, and why no more.
async fn exported(scene: &Scene) -> (String, Option<Error>) {
    let reader = scene.app.evidence(&scene.app.owner, "acme").await;
    let reader = reader.can::<of::AuditRead>().unwrap();
    let export = Export { format: ExportFormat::JsonLines, query: AuditQuery::default(), after: 0 };
    let mut pieces = scene.app.vault.export_audit(&reader, export).await.unwrap();
    let (mut text, mut why) = (String::new(), None);
    while let Some(piece) = pieces.recv().await {
        match piece {
            Ok(piece) => text += &piece,
            Err(error) => why = Some(error),
        }
    }
    (text, why)
}

#[tokio::test]
async fn an_export_does_not_pass_over_what_it_cannot_read() {
    let scene = Scene::of(1).await;
    let chain = scene.app.database.id(scene.project);
    let delivered = format!("SELECT MAX(seq) FROM receipt WHERE chain = {chain}");
    let delivered = scene.app.scalar_i64(&delivered).await;
    for (table, column, is, seq) in
        [("audit_event", "action", "project.created", 1), ("receipt", "intent", "pull", delivered)]
    {
        let set = |word: &str| {
            format!("UPDATE {table} SET {column} = '{word}' WHERE chain = {chain} AND seq = {seq}")
        };
        scene.app.tamper(&set("later")).await;
        let (text, why) = exported(&scene).await;
        let why = why.unwrap().to_string();
        assert!(why.contains(&format!("Link {seq} cannot be read")), "{table}: {why}");
        assert!(!text.contains("\"kind\":\"end\""), "{table}: {text}");
        scene.app.tamper(&set(is)).await;
        let (text, why) = exported(&scene).await;
        assert!(why.is_none() && text.contains("\"kind\":\"end\""), "{table}: {why:?} {text}");
    }
}
