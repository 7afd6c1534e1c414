//! A credential is checked, and what is told of it is read.

use super::Counter;
use crate::app::Browser;
use crate::checks::reaching;

/// Nobody listens at this registry.
const NOBODY: &str = "127.0.0.1:1";

pub(super) async fn check_and_read(counter: &mut Counter, owner: &Browser) {
    let insecure = [("is_insecure", "true")];
    let id = counter.app.credential_with(owner, "acme", "near", NOBODY, "s", &insecure).await;
    let id = id.to_string();
    let router = regcred::server::router(&reaching(&counter.app.vault), &[]);
    let mut asking = Browser::new(&router);
    asking.cookie.clone_from(&owner.cookie);
    let form = [("project", "acme"), ("id", id.as_str())];
    counter.post(&asking, "/rpc/credentials/check", &form).await;
    counter.post(owner, "/rpc/notifications/read", &[("project", "acme"), ("until", "1")]).await;
}
