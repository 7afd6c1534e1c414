//! Ten replicas of a new instance that start at once (figure F20).

use crate::app::soak;
use crate::process::client::exchange;
use crate::process::instance::Instance;
use crate::process::server::Server;
use crate::skipped::is_on_postgres;
use regcred::store::Store;
use std::thread;

const REPLICAS: usize = 10;

#[tokio::test]
async fn ten_first_starts_at_once_have_one_schema_and_one_keyring() {
    if !is_on_postgres("replicas share a PostgreSQL") {
        return;
    }
    for round in 0..soak(1, 50) {
        let instance = Instance::new().await;
        let start = |number: usize| {
            let (command, folder) = (instance.command(), instance.database.folder.clone());
            thread::spawn(move || Server::start(command, &folder.join(format!("log-{number}"))))
        };
        let starts: Vec<_> = (0..REPLICAS).map(start).collect();
        // A start that fails is a panic of its thread.
        let servers: Vec<Server> =
            starts.into_iter().map(|thread| thread.join().unwrap()).collect();
        for server in servers {
            let ready = exchange(server.port, "GET", "/readyz", "", b"").unwrap();
            assert_eq!(ready.status, 200, "{round}");
            assert!(server.stop().success(), "{round}");
        }
        let rows = instance.database.scalar_i64("SELECT COUNT(*) FROM crypto_key").await;
        let purposes = "SELECT COUNT(DISTINCT purpose) FROM crypto_key";
        assert!(rows > 0, "{round}: there is no key");
        assert_eq!(rows, instance.database.scalar_i64(purposes).await, "{round}");
        let store = Store::connect(&instance.database.address).await.unwrap();
        assert_eq!(store.kek_ids().await.unwrap().len(), 1, "{round}");
        assert!(store.schema().await.unwrap().is_current(), "{round}");
        store.close().await.unwrap();
    }
}
