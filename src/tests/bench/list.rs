//! The list page against a bare handler that runs the same queries and answers JSON.

use super::load::{Target, compare, get, serve};
use super::seed::Seed;
use super::table::{Table, verdict};
use axum::extract::State;
use axum::routing::get as on_get;
use axum::{Json, Router};
use regcred::Error;
use regcred::domain::listing::{ListQuery, Listing};
use regcred::vault::Vault;
use uuid::Uuid;

const PATH: &str = "/p/bench/credentials";
/// What is asked for: at least this part of the floor.
const TARGET: f64 = 0.5;

/// Measures and prints.
pub async fn run() {
    let seed = Seed::new().await;
    let address = seed.serve().await;
    let cookie = seed.cookie(address).await;
    let page = Target::new(address, vec![get(PATH, &cookie)]);
    let state = (seed.vault.clone(), seed.member.person().id);
    let bare = Router::new().route(PATH, on_get(floor)).with_state(state);
    let floor = Target::new(serve(bare).await, vec![get(PATH, &cookie)]);

    let title =
        "List page, 50 of 10,000 credentials, against the same queries as JSON (requests/s)";
    let columns = ["clients", "floor", "page", "ratio", "target", ""];
    let mut table = Table::new(title, &columns);
    for clients in [1, 16, 64] {
        let (floor, page) = compare(&floor, &page, clients).await;
        let ratio = page / floor;
        table.row(&[
            &clients.to_string(),
            &format!("{floor:.0}"),
            &format!("{page:.0}"),
            &format!("{ratio:.2}"),
            &format!(">= {TARGET:.2}"),
            verdict(ratio >= TARGET),
        ]);
    }
    table.print();
}

/// Each query of the page once: the session, who it is, their project, and the rows.
async fn floor(State((vault, person)): State<(Vault, Uuid)>) -> Result<Json<Listing>, String> {
    let told = |error: Error| error.to_string();
    // The session's own id is the server's secret: that of nobody is looked up instead.
    let session = vault.store().sessions().find(&[0; 32], 0).await;
    session.map_err(|error| told(error.into()))?;
    let person = vault.person(person).await.map_err(told)?;
    let member = vault.member(&person, "bench").await.map_err(told)?;
    let reader = member.reader().map_err(told)?;
    let listing = vault.list_credentials(&reader, &ListQuery::default()).await.map_err(told)?;
    Ok(Json(listing))
}
