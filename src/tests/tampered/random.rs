//! Random edits of each column that decides: nothing that was not granted is delivered, and the doctor
//! names the row. Few of each, or 1,000 with `REGCRED_SOAK=1`.

use super::Scene;
use crate::app::{App, PASSWORD, soak};
use crate::trust::drone_rule;
use regcred::domain::guard_change::LoweredGuards;
use regcred::store::{ColumnKind, GuardChangeRow, Store, Unrecorded};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A value that the column does not have, as the database writes it.
fn another(app: &App, column: &str, kind: ColumnKind) -> String {
    let random = Uuid::now_v7();
    let number = random.as_u128() as u32;
    match kind {
        ColumnKind::Uuid => app.database.id(random),
        ColumnKind::Text => format!("'{random}'"),
        ColumnKind::Bytes => app.database.bytes(random.as_bytes()),
        ColumnKind::Boolean => format!("NOT {column}"),
        ColumnKind::Integer | ColumnKind::Bigint => {
            format!("COALESCE({column}, 0) + 1 + {}", number % 1_000_000)
        }
    }
}

/// Has a change wait that lowers a guard of the protected credential.
async fn propose(scene: &Scene) {
    let project = scene.app.evidence(&scene.app.owner, "acme").await.project().id;
    let change = GuardChangeRow {
        id: Uuid::now_v7(),
        credential_id: scene.protected,
        lowered: LoweredGuards::default(),
        proposed_by: Uuid::now_v7(),
        proposer: "Bea".to_owned(),
        proposed_at: 1,
        revision: 1,
        rejection: None,
    };
    let write = scene.app.vault.store().write().await.unwrap();
    write.guard_changes(project).replace(change).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
}

#[tokio::test]
async fn no_random_edit_of_what_decides_gets_anybody_anything() {
    let scene = Scene::new().await;
    let app = &scene.app;
    drone_rule(app, scene.other, "7").await;
    app.trust_issuer("https://gitlab.example.com").await;
    propose(&scene).await;
    app.review(&app.owner, "acme", "Q4").await;
    let destination = [
        ("project", "acme"),
        ("form[name]", "siem"),
        ("form[transport]", "pull"),
        ("form[format]", "json"),
        ("form[from]", "now"),
        ("password", PASSWORD),
    ];
    app.owner.post_form("/rpc/destinations/create", &destination).await;
    let columns = Store::deciding_columns().unwrap();
    assert!(columns.len() > 80, "{}", columns.len());
    for round in 0..soak(1, 1_000) {
        for (table, column, kind) in &columns {
            // Its own test: a fetch writes the end of a chain anew.
            if *table == "chain_head" {
                continue;
            }
            let rows = app.scalar_i64(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert!(rows > 0, "{table} has no row to change");
            let value = another(app, column, *kind);
            let one = format!("(SELECT one.mac FROM {table} AS one ORDER BY random() LIMIT 1)");
            let sql = format!("UPDATE {table} SET {column} = {value} WHERE mac = {one}");
            scene
                .during(table, &sql, async || {
                    let got = scene.everything_of(&scene.token).await;
                    assert!(got.is_subset(&BTreeSet::from([2])), "{round} {sql}: {got:?}");
                })
                .await;
        }
    }
}
