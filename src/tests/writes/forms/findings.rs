//! What is done about a finding.

use super::Counter;
use crate::app::Browser;
use crate::findings::plant;
use crate::matrix::tomorrow;

/// It is accepted, and opened again.
pub(super) async fn accept(counter: &mut Counter, owner: &Browser) {
    let id = plant(&counter.app).await.to_string();
    let until = tomorrow();
    let form = [
        ("project", "acme"),
        ("id", id.as_str()),
        ("reason", "Meant so."),
        ("until", until.as_str()),
    ];
    counter.post(owner, "/rpc/findings/accept", &form).await;
    counter.post(owner, "/rpc/findings/withdraw", &form[..2]).await;
}
