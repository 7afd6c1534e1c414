//! An instance as an older version of the program leaves it: its secrets are in format 1, under a key
//! that says nothing of them.

use crate::app::{App, SITE};
use crate::database::Database;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regcred::crypto::blob::{Format, Login, Place, format};
use regcred::crypto::kek::Kek;
use regcred::store::{SealedRow, Store};
use regcred::vault::{Keys, unlock};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use uuid::Uuid;

/// Where a wrapped key says something, how much of it its wrapping covers, and where its text begins.
const WORD: usize = 5;
const COVERED: usize = 16;
const TEXT: usize = 28;

impl App {
    /// The same as an older version would have left it, started again.
    pub async fn made_older(self) -> Self {
        let store = Store::connect(&self.address).await.unwrap();
        let keys = unlock(&store, self.key_source()).await.unwrap();
        for row in stored(&self).await {
            let blob = in_format_1(&keys, &row);
            self.put(&row, &blob).await;
        }
        for row in store.keys().list().await.unwrap() {
            if row.purpose == "secret" {
                let kek = self.key_source().current.unwrap();
                let wrapped = unsaid(&kek, &row.wrapped, (row.version, row.key_uuid));
                self.set_wrapped(row.version, &wrapped).await;
            }
        }
        store.disconnect().await.unwrap();
        self.started_again().await
    }

    pub async fn started_again(self) -> Self {
        let kek = self.key_source().current.unwrap();
        self.vault.store().clone().close().await.unwrap();
        let Self { database, owner, .. } = self;
        let mut again = started(database, kek).await;
        again.owner.cookie = owner.cookie;
        again.owner.person = owner.person;
        again
    }

    /// Puts the ciphertext in the place of the row's, under the key that the row was under.
    pub async fn put(&self, row: &SealedRow, blob: &[u8]) {
        let (id, blob) = (self.database.id(row.id), self.database.bytes(blob));
        let version = row.key_version;
        let sql = format!(
            "UPDATE secret_version SET sealed = {blob}, data_key = {version}, unreadable_at = NULL WHERE id = {id}"
        );
        assert_eq!(self.database.raw(&sql).await, 1);
        self.tamper("UPDATE credential SET secret_unreadable_at = NULL").await;
    }

    /// Puts the wrapped bytes in the place of those of that key for secrets.
    pub async fn set_wrapped(&self, version: i32, wrapped: &[u8]) {
        let wrapped = self.database.bytes(wrapped);
        let sql = format!(
            "UPDATE crypto_key SET wrapped = {wrapped} WHERE purpose = 'secret' AND version = {version}"
        );
        assert_eq!(self.database.raw(&sql).await, 1);
    }
}

pub async fn started(database: Database, kek: Kek) -> App {
    App::on(database, SITE, kek).await
}

/// Every stored secret, sealed. What is asked for it is on no list.
pub async fn stored(app: &App) -> Vec<SealedRow> {
    let store = Store::connect(&app.address).await.unwrap();
    let rows = store.rewraps().all_after(Uuid::nil(), 1_000).await.unwrap();
    store.disconnect().await.unwrap();
    rows
}

/// The formats of the stored secrets.
pub async fn formats(app: &App) -> Vec<Format> {
    stored(app).await.iter().map(|row| format(&row.sealed).unwrap()).collect()
}

fn in_format_1(keys: &Keys, row: &SealedRow) -> Vec<u8> {
    let login = Login { credential_id: row.credential_id, username: &row.username };
    let place = Place {
        table: "secret_version",
        column: "sealed",
        row_id: row.id,
        project_id: row.project_id,
        secret_version: u64::try_from(row.version).unwrap(),
        origin: row.origin.as_deref().unwrap(),
        login: Some(login),
    };
    let secret = keys.ring().open(&place, &row.sealed).unwrap();
    keys.ring().seal(&Place { login: None, ..place }, &secret).unwrap()
}

/// The wrapped key without its word, as only who has the key-encryption key can make it.
fn unsaid(kek: &Kek, wrapped: &[u8], (version, uuid): (i32, Uuid)) -> Vec<u8> {
    let kek = URL_SAFE_NO_PAD.decode(kek.to_text().as_bytes()).unwrap();
    let kek = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &kek).unwrap());
    let aad = |covered: &[u8]| {
        let label = b"regcred/keyring/v1";
        let length = u32::try_from(label.len()).unwrap().to_be_bytes();
        Aad::from(
            [&length[..], &label[..], covered, &version.to_be_bytes(), uuid.as_bytes()].concat(),
        )
    };
    let nonce = || Nonce::try_assume_unique_for_key(&wrapped[COVERED..TEXT]).unwrap();
    let mut text = wrapped[TEXT..].to_vec();
    let key = kek.open_in_place(nonce(), aad(&wrapped[..COVERED]), &mut text).unwrap();
    let mut key = key.to_vec();
    let mut without = wrapped[..TEXT].to_vec();
    assert_eq!(without[WORD], 1);
    without[WORD] = 0;
    kek.seal_in_place_append_tag(nonce(), aad(&without[..COVERED]), &mut key).unwrap();
    [without, key].concat()
}
