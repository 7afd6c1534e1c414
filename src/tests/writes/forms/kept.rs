//! What is done by who keeps the audit.

use super::Counter;
use crate::app::{Browser, PASSWORD};
use crate::shipping::{Receiver, reaching};

/// What who keeps the audit does, at a server that may call this machine.
pub(super) async fn ship(counter: &mut Counter, owner: &Browser) {
    let receiver = Receiver::start().await;
    let mut keeper = Browser::new(&regcred::server::router(&reaching(&counter.app.vault), &[]));
    (keeper.cookie, keeper.person) = (owner.cookie.clone(), owner.person);
    let url = receiver.url();
    let form = [
        ("project", "acme"),
        ("form[name]", "siem"),
        ("form[transport]", "webhook"),
        ("form[format]", "json"),
        ("form[address]", url.as_str()),
        ("form[from]", "now"),
        ("password", PASSWORD),
    ];
    counter.post(&keeper, "/rpc/destinations/create", &form).await;
    let id = counter.id("SELECT id FROM destination").await;
    let of = [("project", "acme"), ("id", id.as_str())];
    counter.post(&keeper, "/rpc/destinations/test", &of).await;
    let form = [of[0], of[1], ("is_on", "false")];
    counter.post(&keeper, "/rpc/destinations/switch", &form).await;
    let form = [of[0], of[1], ("password", PASSWORD)];
    counter.post(&keeper, "/rpc/destinations/renew", &form).await;
    counter.post(&keeper, "/rpc/destinations/delete", &form).await;
}
