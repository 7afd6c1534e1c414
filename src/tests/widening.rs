//! Whatever widens who gets a protected secret waits. One person who joined after the approval does
//! each such act alone: nothing that it widened is delivered until another member approves, and who
//! was approved before goes on.

mod scene;

use crate::app::App;
use crate::matrix::{Objects, functions};
use regcred::domain::user::Role;
use scene::{OIDC, Scene};
use std::collections::BTreeSet;

/// What widens who gets a secret, or what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Token,
    /// A rule of a provider that signs identity tokens: its place in the list of them.
    Oidc(usize),
    Woodpecker,
    /// Another public key in the place of one that was approved.
    ReplacedKey,
    Drone,
    RenewedSecret,
    /// A pipeline of one's own with a grant.
    Pipeline,
    Grant,
    /// The grant again without its repositories.
    GrantPaths,
    /// The grant again without its condition on the branch.
    BranchDropped,
    /// The same grant, with other terms.
    GrantChanged,
    /// An approved rule that asks for another repository.
    RuleChanged,
    CredentialPaths,
    Access,
    Unprotect,
    TokenService,
}

impl Act {
    fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Token,
            Self::Woodpecker,
            Self::ReplacedKey,
            Self::Drone,
            Self::RenewedSecret,
            Self::Pipeline,
            Self::Grant,
            Self::GrantPaths,
            Self::BranchDropped,
            Self::GrantChanged,
            Self::RuleChanged,
            Self::CredentialPaths,
            Self::Access,
            Self::Unprotect,
            Self::TokenService,
        ];
        all.extend((0..OIDC.len()).map(Self::Oidc));
        all
    }

    /// The server function that does it.
    fn function(self) -> &'static str {
        match self {
            Self::Token => "/rpc/tokens/create",
            Self::Oidc(_) | Self::Woodpecker | Self::ReplacedKey | Self::Drone => {
                "/rpc/trust-rules/create"
            }
            Self::RenewedSecret => "/rpc/trust-rules/renew-secret",
            Self::Pipeline => "/rpc/pipelines/create",
            Self::Grant | Self::GrantPaths | Self::BranchDropped => "/rpc/grants/create",
            Self::GrantChanged => "/rpc/grants/update",
            Self::RuleChanged => "/rpc/trust-rules/update",
            Self::CredentialPaths | Self::Access | Self::Unprotect => "/rpc/credentials/update",
            Self::TokenService => "/rpc/credentials/token-service",
        }
    }
}

/// The server functions that widen nothing, each with the reason.
const NOTHING: [(&str, &str); 49] = [
    ("/rpc/registry/recognise", "tells what a registry is"),
    ("/rpc/session/create", "signs in"),
    ("/rpc/session/delete", "signs out"),
    ("/rpc/setup/create", "makes a project without secrets"),
    ("/rpc/credentials/create", "stores a secret that its creator knows"),
    ("/rpc/credentials/questions", "tells what it would ask"),
    ("/rpc/credentials/replace-secret", "the same pipelines receive another secret"),
    (
        "/rpc/credentials/check",
        "shows the secret to its own registry, and gives out what that says of it",
    ),
    ("/rpc/notifications/read", "notes what its reader has read"),
    ("/rpc/credentials/disable", "takes away"),
    ("/rpc/credentials/enable", "gives back what was approved"),
    ("/rpc/credentials/bulk", "disables or enables, as the two above"),
    ("/rpc/credentials/delete", "takes away"),
    ("/rpc/credentials/move-and-delete", "takes away, and moves as repointing does"),
    ("/rpc/credentials/compromise", "takes away"),
    ("/rpc/versions/switch", "the same pipelines receive another version"),
    ("/rpc/versions/destroy", "takes away"),
    ("/rpc/keys/rotate", "encrypts the same secrets"),
    ("/rpc/keys/backed-up", "notes what somebody says"),
    ("/rpc/keys/retire", "takes away"),
    ("/rpc/keys/destroy", "takes away"),
    (
        "/rpc/issuers/create",
        "lets an admin of the instance say whom rules may name: each rule waits",
    ),
    ("/rpc/issuers/delete", "takes away"),
    ("/rpc/jobs/run", "does what is done anyway"),
    ("/rpc/pipelines/update", "changes what a pipeline is called"),
    ("/rpc/pipelines/delete", "takes away"),
    ("/rpc/findings/accept", "nothing is decided by a finding"),
    ("/rpc/findings/withdraw", "nothing is decided by a finding"),
    ("/rpc/definitions/create", "nothing is decided by what a file names"),
    ("/rpc/definitions/delete", "nothing is decided by what a file names"),
    ("/rpc/grants/delete", "takes away"),
    ("/rpc/grants/repoint", "never moves to a protected credential: see repointing"),
    ("/rpc/grants/approve", "is the second person"),
    ("/rpc/guard-changes/approve", "is the second person"),
    ("/rpc/guard-changes/delete", "takes away"),
    ("/rpc/grants/reject", "approves nothing"),
    ("/rpc/guard-changes/reject", "approves nothing"),
    ("/rpc/destinations/create", "sends what was recorded, which holds no secret"),
    ("/rpc/destinations/test", "sends nothing that was recorded"),
    ("/rpc/destinations/switch", "stops or goes on"),
    ("/rpc/destinations/renew", "gives who receives it another secret"),
    ("/rpc/destinations/delete", "takes away"),
    ("/rpc/first-steps/hide", "hides a part of a page"),
    ("/rpc/reviews/create", "records what there is"),
    ("/rpc/reviews/decide", "says that something may stay, or takes it away"),
    ("/rpc/reviews/close", "takes away, or records"),
    ("/rpc/tokens/revoke", "takes away"),
    ("/rpc/trust-rules/delete", "takes away"),
    ("/rpc/trust-rules/try", "hands nothing out"),
];

/// It needs a rule that stopped with who made it: see `departed`.
const CONFIRM: &str = "/rpc/trust-rules/confirm";

#[tokio::test]
async fn every_server_function_widens_something_or_is_known_to_widen_nothing() {
    let app = App::new().await;
    let at = Objects::of(&app, &app.owner, "acme").await;
    let all: BTreeSet<&str> = functions("acme", &at).iter().map(|one| one.path).collect();
    let widening: BTreeSet<&str> = Act::all().into_iter().map(Act::function).collect();
    let nothing: BTreeSet<&str> = NOTHING.iter().map(|(path, _)| *path).collect();
    assert!(widening.is_disjoint(&nothing));
    let widening: BTreeSet<&str> = widening.into_iter().chain([CONFIRM]).collect();
    assert_eq!(widening.union(&nothing).copied().collect::<BTreeSet<_>>(), all);
}

/// Somebody who joined after the approval does the act alone, and then another one approves.
async fn waits_until_another_approves(act: Act, scene: &Scene) {
    let widened = scene.widen(act).await;
    assert!(!scene.is_had(&widened).await, "{act:?}: one person alone has it");
    scene.approve_alone(&widened).await;
    assert!(!scene.is_had(&widened).await, "{act:?}: one person approved it themselves");
    scene.assert_goes_on(act).await;
    assert!(scene.is_found(&widened).await, "{act:?}: nobody is told that it waits");
    scene.approve(&widened).await;
    assert!(!scene.is_found(&widened).await, "{act:?}: approved, and still asked for");
    assert!(scene.is_had(&widened).await, "{act:?}: approved, and not delivered");
    scene.assert_goes_on(act).await;
}

#[tokio::test]
async fn what_a_new_member_widens_waits_until_another_approves() {
    for act in Act::all() {
        let scene = Scene::new(act).await;
        let scene = scene.joined_by_a_new_member(Role::Maintainer).await;
        waits_until_another_approves(act, &scene).await;
    }
}

#[tokio::test]
async fn what_a_member_widens_whose_role_was_raised_waits_until_another_approves() {
    for act in Act::all() {
        let scene = Scene::new(act).await;
        let scene = scene.joined_by_a_raised_member().await;
        waits_until_another_approves(act, &scene).await;
    }
}
