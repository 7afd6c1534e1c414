//! What is done for the instance, and access reviews.

use super::Counter;
use crate::app::{Browser, PASSWORD};
use regcred::domain::job::JobKind;
use regcred::domain::user::Role;
use regcred::store::Unrecorded;

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

/// A review of what the others left.
pub(super) async fn review(counter: &mut Counter, owner: &Browser) {
    let of = ("project", "acme");
    let form = [of, ("form[name]", "Q4"), ("form[undecided]", "list")];
    counter.post(owner, "/rpc/reviews/create", &form).await;
    let id = counter.id("SELECT id FROM review").await;
    let item = counter.id("SELECT id FROM review_item WHERE kind = 'grant' LIMIT 1").await;
    let reviewer = counter.app.new_member("reviewer", Role::Maintainer).await;
    let form =
        [of, ("id", id.as_str()), ("form[items][]", item.as_str()), ("form[verdict]", "confirm")];
    counter.post(&reviewer, "/rpc/reviews/decide", &form).await;
    let form = [form[0], form[1], form[2], ("form[verdict]", "remove"), ("form[note]", "Unused.")];
    counter.post(&reviewer, "/rpc/reviews/decide that removes", &form).await;
    counter.post(owner, "/rpc/reviews/close", &form[..2]).await;
}
