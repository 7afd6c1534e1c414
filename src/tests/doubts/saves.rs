//! The list of all server functions that save something: none is added without saying what it asks itself.

use crate::app::App;
use crate::matrix::{Objects, functions};
use std::collections::BTreeSet;

/// Every server function that saves something by which a pipeline receives a credential, and what
/// each asks itself.
const SAVES: [(&str, &str); 7] = [
    (
        "/rpc/grants/create",
        "can a run meet the conditions, are the repositories the credential's, has it expired, is it disabled, can its secret be read, did it look wrong, does it tie",
    ),
    ("/rpc/grants/update", "the same as a new grant, and can the credential do as much"),
    ("/rpc/grants/repoint", "the same as a new grant, of each pipeline"),
    ("/rpc/credentials/move-and-delete", "the same as a new grant, of each pipeline"),
    (
        "/rpc/trust-rules/create",
        "does the provider sign such values, does the issuer answer, do its runs receive anything",
    ),
    ("/rpc/trust-rules/update", "the same as a new rule"),
    ("/rpc/trust-rules/confirm", "the same as a new rule, but that its issuer was asked before"),
];

/// The others that save something of pipelines and credentials, and where doubts of it are said.
const OTHERS: [(&str, &str); 12] = [
    (
        "/rpc/pipelines/create",
        "its page shows the token, and whether it meets the conditions of a grant; doubts stand at its grants",
    ),
    ("/rpc/grants/approve", "approves what stands on the page with its doubts"),
    ("/rpc/tokens/create", "whether it meets the conditions of a grant is said beside it"),
    ("/rpc/trust-rules/renew-secret", "the secret works once it is set at the server"),
    ("/rpc/credentials/create", "nothing is granted of it yet"),
    (
        "/rpc/credentials/replace-secret",
        "doubtful secrets are asked about before the save; a lost expiry date is said after it",
    ),
    ("/rpc/pipelines/update", "a name and a description can always work"),
    (
        "/rpc/credentials/update",
        "what it would stop is asked about before the save; doubts stand at the grants of each pipeline",
    ),
    ("/rpc/guard-changes/approve", "doubts stand at the grants of each pipeline"),
    (
        "/rpc/credentials/enable",
        "a day that has passed, a secret that looks wrong or cannot be read, and others that serve the same, are said after it",
    ),
    ("/rpc/credentials/bulk", "how many of those that are enabled the same is true of"),
    (
        "/rpc/versions/switch",
        "a lost expiry date is said after it, and the same as of one that is enabled",
    ),
];

/// What saves something by which no pipeline receives anything, and what each asks itself.
const BESIDES: [(&str, &str); 11] = [
    (
        "/rpc/definitions/create",
        "is each of them a pipeline file; passwords in them are counted after it",
    ),
    ("/rpc/findings/accept", "is there a reason, and a last day that is near enough"),
    (
        "/rpc/reviews/create",
        "is the last day to come; a checkpoint that was not signed is said after it",
    ),
    (
        "/rpc/reviews/decide",
        "is there a reason to remove, is it one's own, was it decided or changed meanwhile",
    ),
    (
        "/rpc/reviews/close",
        "what was not removed, and a checkpoint that was not signed, are said after it",
    ),
    (
        "/rpc/destinations/create",
        "may the address be called; whether it answers stands at its row, and is tried on its page",
    ),
    (
        "/rpc/destinations/renew",
        "what is new is shown once; a webhook is signed with the secret before for a day as well",
    ),
    ("/rpc/destinations/switch", "what it has not received stands at its row"),
    (
        "/rpc/issuers/create",
        "is it an https address; whether it answers is asked by each rule that names it",
    ),
    ("/rpc/keys/rotate", "how many secrets still use an older key stands on the page"),
    ("/rpc/setup/create", "is the password one that others would guess"),
];

/// What takes away, tries, notes or turns something off and on saves nothing that could fail to work.
const NO_SAVES: [&str; 29] = [
    "/rpc/grants/delete",
    "/rpc/grants/reject",
    "/rpc/guard-changes/reject",
    "/rpc/credentials/questions",
    "/rpc/pipelines/delete",
    "/rpc/tokens/revoke",
    "/rpc/trust-rules/delete",
    "/rpc/trust-rules/try",
    "/rpc/credentials/delete",
    "/rpc/credentials/compromise",
    "/rpc/credentials/disable",
    "/rpc/credentials/check",
    "/rpc/notifications/read",
    "/rpc/credentials/token-service",
    "/rpc/guard-changes/delete",
    "/rpc/versions/destroy",
    "/rpc/definitions/delete",
    "/rpc/findings/withdraw",
    "/rpc/destinations/test",
    "/rpc/destinations/delete",
    "/rpc/issuers/delete",
    "/rpc/jobs/run",
    "/rpc/keys/backed-up",
    "/rpc/keys/retire",
    "/rpc/keys/destroy",
    "/rpc/first-steps/hide",
    "/rpc/registry/recognise",
    "/rpc/session/create",
    "/rpc/session/delete",
];

#[tokio::test]
async fn every_save_asks_itself_or_it_is_said_where_it_is_asked() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let all: BTreeSet<&str> = functions("acme", &at).iter().map(|function| function.path).collect();
    let said = SAVES.iter().chain(&OTHERS).chain(&BESIDES).map(|(path, what)| {
        assert!(!what.is_empty(), "{path}");
        *path
    });
    let said: BTreeSet<&str> = said.chain(NO_SAVES).collect();
    assert_eq!(all, said);
}
