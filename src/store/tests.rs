//! What the rows promise: taken once, approved by another, one entry for each credential.

mod durable;
mod granted;
mod receipts;
mod reports;
mod retention;
mod rules;
mod scoped;
mod shapes;
mod told;

use super::*;
use crate::domain::credential::{Access, Method};
use crate::domain::grant::Terms;
use crate::domain::moment::{Day, Moment};
use crate::domain::proof::Proof;
use crate::domain::trust_rule::Provider;
use crate::domain::user::Maker;
use std::path::PathBuf;

const PROJECT: Uuid = Uuid::from_u128(1);
const PIPELINE: Uuid = Uuid::from_u128(2);
const GIVER: Uuid = Uuid::from_u128(3);
const OTHER: Uuid = Uuid::from_u128(4);

/// An embedded database with one pipeline, removed when this is dropped.
struct Scene {
    store: Store,
    folder: PathBuf,
}

impl Drop for Scene {
    fn drop(&mut self) {
        // A folder that stays is only untidy.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// MACs that tell every difference, without a key.
#[derive(Debug)]
struct PlainMacs;

impl RowMacs for PlainMacs {
    fn seal(&self, message: &[u8]) -> Option<String> {
        Some(format!("{message:?}"))
    }

    fn holds(&self, message: &[u8], mac: &str) -> bool {
        self.seal(message).as_deref() == Some(mac)
    }

    fn are_rows_sealed(&self) -> bool {
        true
    }
}

impl Scene {
    async fn new() -> Self {
        let name = format!("regcred_store_{}", Uuid::now_v7().simple());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let address = Address::File(folder.join("regcred.db"));
        let store = Store::connect(&address).await.unwrap();
        store.migrate(&address).await.unwrap();
        store.set_row_macs(std::sync::Arc::new(PlainMacs));
        let write = store.write().await.unwrap();
        for chain in [PROJECT, OTHER] {
            write.chain().begin(chain).await.unwrap();
        }
        let called = Called {
            name: "ci",
            name_key: "ci".to_owned(),
            description: "",
            search_key: "ci".to_owned(),
        };
        write.pipelines(PROJECT).insert(PIPELINE, called, 0, "Olga").await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        Self { store, folder }
    }

    /// Gives the rows of an older schema their MACs, as the first start after an upgrade does.
    async fn seal_rows(&self) {
        let write = self.store.write().await.unwrap();
        write.seal_rows().await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
    }

    /// A credential with its secret.
    async fn credential(&self, name: &str, host: &str) -> Uuid {
        let id = Uuid::now_v7();
        let text = |text: &str| Set(text.to_owned());
        let row = CredentialChanges {
            id: Set(id),
            project_id: Set(PROJECT),
            name: text(name),
            name_key: text(name),
            natural_key: text(name),
            search_key: text(name),
            description: text(""),
            host: text(host),
            is_insecure: Set(false),
            method: text("password"),
            username: text("acme-bot"),
            access: text("pull_push"),
            email: text(""),
            paths: text("[]"),
            owner: text("Olga"),
            environment: text(""),
            labels: text("[]"),
            expires_on: Set(None),
            review_on: Set(None),
            rotate_every_days: Set(None),
            renew_on: Set(None),
            is_protected: Set(false),
            key_file: Set(None),
            secret_version: Set(1),
            secret_set_at: Set(0),
            secret_set_by: text("Olga"),
            disabled_at: Set(None),
            compromised_at: Set(None),
            compromised_by: Set(None),
            compromised_version: Set(None),
            secret_unreadable_at: Set(None),
            revision: Set(1),
            created_at: Set(0),
            created_by: text("Olga"),
            updated_at: Set(0),
            updated_by: text("Olga"),
            token_service: Set(None),
            mac: sea_orm::ActiveValue::NotSet,
            secret_doubt: Set(None),
        };
        let version = VersionRow {
            id: Uuid::now_v7(),
            credential_id: id,
            version: 1,
            sealed: name.as_bytes().to_vec(),
            key_version: 1,
            method: Method::Password,
            key_file: None,
            fingerprint: None,
            staged_at: None,
            doubt: None,
            token: None,
            expires_on: None,
            created_at: 0,
            created_by: "Olga".to_owned(),
        };
        let write = self.store.write().await.unwrap();
        write.credentials(PROJECT).insert(row).await.unwrap();
        write.secrets(PROJECT).insert(version).await.unwrap();
        write.commit_without_event(Unrecorded::Test).await.unwrap();
        id
    }

    async fn grant(&self, credential_id: Uuid, terms: Terms) -> Result<Uuid, DbErr> {
        let row = GrantRow {
            id: Uuid::now_v7(),
            pipeline_id: PIPELINE,
            credential_id,
            terms,
            granted_by: Some(GIVER),
            created_at: 0,
            created_by: "Olga".to_owned(),
            revision: 0,
        };
        let id = row.id;
        let write = self.store.write().await?;
        write.grants(PROJECT).insert(row).await?;
        write.commit_without_event(Unrecorded::Test).await?;
        Ok(id)
    }
}

#[tokio::test]
async fn a_single_use_token_is_taken_once() {
    let scene = Scene::new().await;
    let write = scene.store.write().await.unwrap();
    assert!(write.assertions().take(&[7; 32], 100).await.unwrap());
    assert!(!write.assertions().take(&[7; 32], 200).await.unwrap());
    assert!(write.assertions().take(&[8; 32], 100).await.unwrap());
    write.assertions().sweep(100).await.unwrap();
    assert!(!write.assertions().take(&[7; 32], 100).await.unwrap());
    write.assertions().sweep(101).await.unwrap();
    assert!(write.assertions().take(&[7; 32], 300).await.unwrap());
}

#[tokio::test]
async fn two_grants_of_a_credential_are_one_delivery_with_the_terms_of_both() {
    let scene = Scene::new().await;
    let quay = scene.credential("quay", "quay.io").await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let pull = Terms { branches: vec!["main".to_owned()], ..Terms::plain(Access::Pull) };
    scene.grant(ghcr, pull.clone()).await.unwrap();
    scene.grant(quay, Terms::plain(Access::Pull)).await.unwrap();
    scene.grant(ghcr, Terms::plain(Access::PullAndPush)).await.unwrap();
    let again = scene.grant(ghcr, Terms::plain(Access::Pull)).await.unwrap_err();
    assert!(is_taken(&again));
    let both = vec![pull, Terms::plain(Access::PullAndPush)];

    let secrets = scene.store.secrets(PROJECT);
    let granted = secrets.granted_to(PIPELINE).await.unwrap();
    let names: Vec<&str> = granted.iter().map(|one| &*one.credential.summary.name).collect();
    assert_eq!(names, ["ghcr", "quay"]);
    assert_eq!(granted[0].grants, both);
    let sealed: Vec<&[u8]> =
        granted.iter().filter_map(|one| one.sealed.as_ref()).map(|(_, blob)| &**blob).collect();
    assert_eq!(sealed, [b"ghcr", b"quay"]);
    let candidates = secrets.candidates(PIPELINE, "ghcr.io").await.unwrap();
    assert_eq!((candidates.len(), &candidates[0].1), (1, &both));
    assert!(secrets.candidates(OTHER, "ghcr.io").await.unwrap()[0].1.is_empty());

    let pipelines = scene.store.pipelines(PROJECT);
    let found = pipelines.find(PIPELINE, Moment(0).day()).await.unwrap().unwrap();
    assert_eq!(found.grants, 2, "credentials are counted");
    let dependents = scene.store.credentials(PROJECT).dependents(ghcr).await.unwrap();
    assert_eq!(dependents.len(), 1);
    assert_eq!(dependents[0].grant, Some(Access::PullAndPush));
}

#[tokio::test]
async fn a_grant_is_approved_by_another_than_who_gave_it() {
    let scene = Scene::new().await;
    let ghcr = scene.credential("ghcr", "ghcr.io").await;
    let terms = Terms { needs_approval: true, ..Terms::plain(Access::PullAndPush) };
    let waiting = scene.grant(ghcr, terms).await.unwrap();
    let plain = scene.grant(ghcr, Terms::plain(Access::Pull)).await.unwrap();
    let until = Day::parse("2026-11-21").unwrap();
    let write = scene.store.write().await.unwrap();
    let grants = write.grants(PROJECT);
    let from = |by: Uuid, approver: &str| {
        let approver = approver.to_owned();
        ApprovalRow { by, approver, at: 5, until, epoch: 0, revision: 0 }
    };
    assert!(!grants.approve(waiting, from(GIVER, "Olga")).await.unwrap());
    assert!(!grants.approve(plain, from(OTHER, "Mia")).await.unwrap());
    assert!(!write.grants(OTHER).approve(waiting, from(OTHER, "Mia")).await.unwrap());
    assert!(grants.approve(waiting, from(OTHER, "Mia")).await.unwrap());
    let again = grants.approve(waiting, from(OTHER, "Mia")).await.unwrap();
    assert!(!again, "since then it is another one than on that page");
    let approval = grants.find(PIPELINE, waiting).await.unwrap().unwrap().terms.approval.unwrap();
    assert_eq!((approval.by.as_str(), approval.at, approval.until), ("Mia", Moment(5), until));
    let own = async |viewer| {
        let grants = grants.of_pipeline(PIPELINE, viewer).await.unwrap();
        grants.into_iter().map(|grant| grant.is_own).collect::<Vec<_>>()
    };
    assert_eq!((own(GIVER).await, own(OTHER).await), (vec![true, true], vec![false, false]));
}

#[tokio::test]
async fn short_lived_tokens_are_shown_for_a_while_and_then_gone() {
    let scene = Scene::new().await;
    let write = scene.store.write().await.unwrap();
    let day = Day::parse("2026-11-21").unwrap();
    let proof = serde_json::to_string(&Proof::of(Provider::GitHub)).unwrap();
    for number in 0..8_i64 {
        let is_short = number > 0;
        let row = TokenRow {
            id: format!("t{number}"),
            name: String::new(),
            pipeline_id: PIPELINE,
            hash: [0; 32],
            created_at: number,
            created_by: Maker::nobody("Olga"),
            expires_on: day,
            short_until: is_short.then_some(number),
            proof: is_short.then(|| proof.clone()),
            identity_epoch: 0,
        };
        write.tokens().insert(PROJECT, row).await.unwrap();
    }
    let ids = async || {
        let tokens = write.tokens().of_pipeline(PROJECT, PIPELINE).await.unwrap();
        tokens.into_iter().map(|token| token.id).collect::<Vec<_>>()
    };
    assert_eq!(ids().await, ["t0", "t7", "t6", "t5", "t4", "t3"]);
    let found = write.pipelines(PROJECT).find(PIPELINE, day).await.unwrap().unwrap();
    assert_eq!(found.live_tokens, 1);
    let hit = write.tokens().find("t7").await.unwrap().unwrap();
    assert_eq!((hit.expires_at, hit.proof.provider), (Some(7), Some(Provider::GitHub)));
    let named = write.tokens().pipeline(PIPELINE).await.unwrap();
    assert_eq!(named, Some((PROJECT, "ci".to_owned())));
    write.tokens().revoke_short_lived(PROJECT, PIPELINE, 6).await.unwrap();
    let revoked = async |id| write.tokens().find(id).await.unwrap().unwrap().is_revoked;
    assert!(revoked("t7").await && !revoked("t6").await && !revoked("t0").await);
    write.tokens().sweep(7).await.unwrap();
    assert_eq!(ids().await, ["t0", "t7"]);
}
