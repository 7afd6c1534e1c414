//! What is done by who keeps the audit, and by who keeps the instance.

use super::Counter;
use crate::app::{Browser, PASSWORD};
use crate::shipping::{Receiver, reaching};
use regcred::domain::job::JobKind;
use regcred::store::Unrecorded;

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

/// What an instance admin does.
pub(super) async fn administer(counter: &mut Counter, owner: &Browser) {
    counter.post(owner, "/rpc/keys/backed-up", &[]).await;
    counter.post(owner, "/rpc/keys/rotate", &[]).await;
    while counter.app.vault.tend_keys_once().await.unwrap() {}
    let form = [("version", "1"), ("password", PASSWORD)];
    counter.post(owner, "/rpc/keys/retire", &form).await;
    counter.post(owner, "/rpc/keys/destroy", &form).await;
    let form = [("url", "https://ci.example.com"), ("password", PASSWORD)];
    counter.post(owner, "/rpc/issuers/create", &form).await;
    let issuer = counter.id("SELECT id FROM issuer").await;
    let form = [("id", issuer.as_str()), ("password", PASSWORD)];
    counter.post(owner, "/rpc/issuers/delete", &form).await;
    let write = counter.app.vault.store().write().await.unwrap();
    write.jobs().enqueue(JobKind::Sweep, "", 4_000_000_000_000).await.unwrap();
    write.commit_without_event(Unrecorded::Test).await.unwrap();
    let job = counter.id("SELECT id FROM job WHERE kind = 'sweep'").await;
    counter.post(owner, "/rpc/jobs/run", &[("id", job.as_str())]).await;
}
