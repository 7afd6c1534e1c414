//! A registry credential as people see it. No field here can hold a secret.

mod settings;

pub use settings::CredentialSettings;

use super::compromise::Mark;
use super::expiry::{self, ExpiryState};
use super::key_file::KeyFile;
use super::moment::{Day, Moment};
use super::registry::RegistryHost;
use super::registry_kind::RegistryKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

super::words! {
    pub enum Method {
        /// A user name with a password, access token or the like.
        Password = "password", "Password / Token";
        /// A Google service account key, whole; the user name is fixed.
        GcpServiceAccountKey = "gcp_service_account_key", "GCP service account key";
    }
}

impl Method {
    /// The field of the form in which its secret is entered.
    pub fn secret_field(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::GcpServiceAccountKey => "key_json",
        }
    }
}

super::words! {
    /// What a credential can do, and what a fetch or a grant is for.
    pub enum Access {
        Pull = "pull", "Pull";
        PullAndPush = "pull_push", "Pull and push";
    }
}

impl Access {
    /// Whether it is enough for `intent`.
    pub fn satisfies(self, intent: Self) -> bool {
        self == Self::PullAndPush || intent == Self::Pull
    }
}

/// The user name that Google's registries want with a key file.
pub const KEY_FILE_USERNAME: &str = "_json_key";
/// The user name that clients have for an identity token, which is none: docker's helpers say so with it.
pub const IDENTITY_USERNAME: &str = "<token>";

/// One row of the list: what a list may load, which is everything but the ciphertext.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub id: Uuid,
    pub name: String,
    pub description: String,
    /// Canonical, and fixed at creation.
    pub host: RegistryHost,
    pub is_insecure: bool,
    pub method: Method,
    /// Never holds a colon.
    pub username: String,
    pub access: Access,
    /// Repository prefixes it is for; empty means every repository.
    pub paths: Vec<String>,
    pub expires_on: Option<Day>,
    /// The day by which it should be rotated or reviewed, whichever is first.
    pub renew_on: Option<Day>,
    pub disabled_at: Option<Moment>,
    /// Since when the stored secret is known not to open.
    pub unreadable_at: Option<Moment>,
    /// What looked wrong with the secret when it was saved anyway. It holds nothing of the secret.
    pub secret_doubt: Option<String>,
    /// Whether the stored secret is one that others may know: see [`Credential::compromised`].
    pub is_compromised: bool,
    pub updated_at: Moment,
    pub updated_by: String,
}

impl Summary {
    /// The product at its host, as far as the name tells.
    pub fn kind(&self) -> RegistryKind {
        RegistryKind::recognise(&self.host)
    }

    pub fn state(&self, today: Day) -> ExpiryState {
        expiry::state(today, self.expires_on, self.renew_on)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSecret {
    /// Counts from 1; every change of the secret makes the next.
    pub version: i64,
    pub set_at: Moment,
    pub set_by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    pub summary: Summary,
    /// What the secret is bound to: `https://host:port`.
    pub origin: String,
    pub email: String,
    /// The member who answers for it.
    pub owner: String,
    /// Where it is used: production, staging, development, any, or the project's own word.
    pub environment: String,
    pub labels: Vec<String>,
    pub review_on: Option<Day>,
    pub rotate_every_days: Option<u32>,
    pub is_protected: bool,
    pub secret: StoredSecret,
    /// That somebody marked it as compromised, the last time. It stays when the secret is replaced.
    pub compromised: Option<Mark>,
    /// The origin of the token service that may get the secret, in addition to the registry itself.
    pub token_service: Option<String>,
    /// What may be shown of a service account key.
    pub key_file: Option<KeyFile>,
    /// Counts the saves; a form carries the one it was made from.
    pub revision: i64,
    pub created_at: Moment,
    pub created_by: String,
}

impl Credential {
    /// Whether its secret leaves only by a grant that a second person approved. What the credential
    /// can do is what its registry says, whatever is written here.
    pub fn guards_its_secret(&self) -> bool {
        self.is_protected
    }
}

/// A pipeline that stands behind a credential: it holds a grant, has received it, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependent {
    /// The pipeline, which may have been deleted since.
    pub pipeline_id: Uuid,
    /// Its name, as it was last known.
    pub pipeline: String,
    /// What its grant allows; `None` when it holds none now.
    pub grant: Option<Access>,
    pub deliveries: i64,
    pub last_delivery: Option<Moment>,
    pub last_version: Option<i64>,
    /// How often of these it is known that it was wanted: an image was named, or the pipeline said
    /// how it went.
    pub used: i64,
    pub last_use: Option<Moment>,
}
