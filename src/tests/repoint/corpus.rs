//! However another host is written, in the form or in the database, it hears nothing (figure F3).

use super::scene::{HOST, Scene};
use crate::app::credential_form;
use axum::http::StatusCode;
use std::collections::BTreeSet;

/// Ways to name this machine, where the attacker waits.
const HOSTS: [&str; 16] = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
    "registry.example.com.localhost",
    "user@127.0.0.1",
    "registry.example.com@127.0.0.1",
    "127.0.0.1%00",
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
];
/// How often a secret is asked for in another place, by the form and then by the database.
const CASES: usize = 256;

/// Each of them, as an address may be pasted.
fn addresses(port: &str) -> Vec<String> {
    let of = |host: &str| {
        [
            format!("{host}:{port}"),
            format!("http://{host}:{port}"),
            format!("https://{host}:{port}/v2/"),
            format!("{host}:{port}/{HOST}"),
        ]
    };
    HOSTS.into_iter().flat_map(of).collect()
}

#[tokio::test]
async fn however_another_host_is_written_it_hears_nothing_of_a_secret() {
    let scene = Scene::new().await;
    let attacker = scene.attackers_host();
    let addresses = addresses(attacker.rsplit_once(':').unwrap().1);
    let id = scene.victim.to_string();
    let more = [("id", &*id), ("revision", "1")];
    let mut cases = 0;
    for address in &addresses {
        for insecure in ["false", "true"] {
            let form = credential_form("acme", "victim", address, "", &more);
            let form = [form, vec![("is_insecure", insecure)]].concat();
            let owner = &scene.app.owner;
            let reply =
                owner.post_multipart_json_accept("/rpc/credentials/update", &form, None).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{address} {insecure}");
            scene.assert_nobody_called(address);
            cases += 1;
        }
    }
    scene.assert_unharmed("after all of the forms").await;
    for address in &addresses {
        for insecure in ["(1 = 0)", "(1 = 1)"] {
            let change = format!(
                "host = '{address}', is_insecure = {insecure}, secret_unreadable_at = NULL"
            );
            scene.tamper(&format!("UPDATE credential SET {change} WHERE id = V")).await;
            let (status, delivered, _) = scene.fetch().await;
            assert_eq!((status, delivered), (StatusCode::OK, BTreeSet::from([1])), "{change}");
            scene.assert_nobody_called(&change);
            cases += 1;
        }
    }
    assert_eq!(cases, CASES);
    let back = format!("host = '{HOST}', is_insecure = (1 = 0), secret_unreadable_at = NULL");
    scene.tamper(&format!("UPDATE credential SET {back} WHERE id = V")).await;
    assert_eq!(scene.fetch().await.1, BTreeSet::from([0, 1]), "it was taken back");
}
