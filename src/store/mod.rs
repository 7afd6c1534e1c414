//! Rows in, domain values out.
//!
//! Every query about a project's nouns begins at the project: `store.credentials(project)` is the only way to the
//! table. A write is one transaction with its audit event: `store.write()` gives it, and the same handles work inside.

mod as_json;
mod assertions;
mod audit;
mod authentic;
mod backup;
mod chain;
mod checks;
mod connect;
mod credentials;
mod definitions;
mod deliverables;
mod departures;
mod dependents;
mod doctor;
mod entity;
mod findings;
mod first_steps;
mod grants;
mod guard_changes;
mod health;
mod held_up;
mod holders;
mod instance;
mod issuers;
mod jobs;
mod kept;
mod keys;
mod latest;
mod leases;
mod line;
mod locking;
mod newer_keys;
mod notifications;
mod observed;
mod outbox;
mod passing;
mod pending;
mod people;
mod pipelines;
mod prepared;
mod projects;
mod reader;
mod receipts;
mod reviews;
mod rewraps;
mod schema;
mod scoped;
mod seals;
mod secrets;
mod sessions;
mod settling;
mod shape;
mod shared_secrets;
mod shipping;
mod slots;
mod terms;
#[cfg(test)]
mod tests;
mod tokens;
mod told;
mod trust_rules;
mod turns;
mod unrecorded;
mod usage;
mod verified;
mod versions;
mod waiting;
mod writing;

pub use audit::{ChainHead, EventPage, FoundLink, Step, Walk, Way};
pub use authentic::{ChangedRow, Counts, Mend, NamedRow, RowWalk, Shown, Tampered};
pub use backup::{
    Columns, DumpProblem, End, FORMAT as BACKUP_FORMAT, Header, Loading, Refusal, Snapshot,
    VERSION as BACKUP_VERSION,
};
pub use chain::{CheckedLinks, CosignatureRow, EventRow, Growth, Mac, Recorded, Signed, Tree};
pub use checks::{BegunCheck, CheckEnd, DueCheck, Refusals};
pub use connect::Address;
pub use credentials::Alike;
pub use definitions::{Changed, Definitions, NamedIn, SaidIn};
pub use deliverables::{Deliverable, Held};
pub use departures::{StandingGrant, StandingRule};
pub use entity::Sealed;
/// The columns that a write to a credential sets; the others stay as they are.
pub use entity::credential::ActiveModel as CredentialChanges;
/// An event that others may want to know of, found by its chain and its number there. `kind` is the
/// word of an `Action`: one that only a newer program knows stays a row, so that no reader stops at it.
pub use entity::outbox::Model as OutboxRow;
/// A session's row. Times are milliseconds.
pub use entity::session::Model as SessionRow;
/// A slot's row, found by the SHA-256 of the id in the URL. Its content is sealed to its id.
pub use entity::slot::Model as SlotRow;
pub use findings::{DeliveredImage, Findings, FoundCredential, FoundGrant, RefusedRequest};
pub use grants::{ApprovalRow, GrantRow};
pub use guard_changes::GuardChangeRow;
pub use held_up::HeldUp;
pub use jobs::RunEnd;
pub use keys::KeyRow;
pub use notifications::{Beside, Dated};
pub use pending::{PendingGrant, PendingPlace};
pub use people::{NewPerson, PersonRow};
pub use pipelines::Called;
pub use receipts::{
    FetchRow, Heard, NotRecorded, Pair, ProofWalk, Putting, ReceiptPlace, ReceiptRow, Receipts,
    Recorder, Removal, Usage, UsageOf, VersionsReceived, WrongSum,
};
pub use reviews::{Frozen, Reviewed};
pub use rewraps::SealedRow;
pub use schema::{Schema, knows_schema};
pub use sea_orm::ActiveValue::Set;
pub use seals::{KeyReader, RowMacs};
pub use secrets::{Fingerprint, VersionRow};
pub use shape::ColumnKind;
pub use shipping::{DestinationRow, SentTo};
pub use tokens::{StoredToken, TokenRow};
pub use turns::Rank;
pub use unrecorded::Unrecorded;
pub use usage::{PairKnown, UsedCredential, UsedPipeline};
pub use verified::{Holds, Verifies};
pub use versions::SealedVersion;
pub use writing::Write;

use crate::error::Error;
use health::Health;
use locking::{free, locked};
use reader::Reader;
use scoped::Scoped;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqlErr};
use std::ops::Deref;
use uuid::Uuid;
use writing::Tx;

/// The database: one writer and several readers on `SQLite`, a pool and a small one for receipts on
/// `PostgreSQL`.
#[derive(Clone, Debug)]
pub struct Store {
    reader: Reader,
    writer: DatabaseConnection,
    /// On `PostgreSQL`, where receipts are written: nobody else has these connections.
    recorder: Option<DatabaseConnection>,
    turns: turns::Turns,
    line: line::Line,
    /// A connection to the embedded database that is never used: with the last one `SQLite` removes
    /// the log, which is watched.
    anchor: Option<DatabaseConnection>,
    health: Health,
    /// Which of several processes this is, for what it writes to see whether it is kept.
    id: Uuid,
}

macro_rules! handles {
    ($($method:ident: $handle:ident of $table:ident, $doc:literal;)+) => {
        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub struct $handle<'a, C: ConnectionTrait>(Scoped<'a, C, entity::$table::Entity>);

            impl<'a, C: ConnectionTrait> $handle<'a, C> {
                fn new(db: &'a C, project: Uuid) -> Self {
                    Self(Scoped::new(db, project))
                }
            }

            impl<'a, C: ConnectionTrait> Deref for $handle<'a, C> {
                type Target = Scoped<'a, C, entity::$table::Entity>;

                fn deref(&self) -> &Self::Target {
                    &self.0
                }
            }
        )+
        impl Store {
            $(#[doc = $doc] pub fn $method(&self, project: Uuid) -> $handle<'_, Reader> {
                $handle::new(&self.reader, project)
            })+
        }
        impl Write {
            $(#[doc = $doc] pub fn $method(&self, project: Uuid) -> $handle<'_, Tx> {
                $handle::new(&self.0, project)
            })+
        }
    };
    (instance: $($method:ident: $handle:ident, $doc:literal;)+) => {
        $(
            #[doc = $doc]
            #[derive(Debug)]
            pub struct $handle<'a, C: ConnectionTrait> {
                db: &'a C,
            }
        )+
        impl Store {
            $(#[doc = $doc] pub fn $method(&self) -> $handle<'_, Reader> { $handle { db: &self.reader } })+
        }
        impl Write {
            $(#[doc = $doc] pub fn $method(&self) -> $handle<'_, Tx> { $handle { db: &self.0 } })+
        }
    };
}

handles! {
    credentials: Credentials of credential, "The project's registry credentials.";
    secrets: Secrets of secret_version, "The sealed versions of its credentials' secrets.";
    pipelines: Pipelines of pipeline, "The project's pipelines.";
    grants: Grants of access_grant, "The grants of its pipelines.";
    guard_changes: GuardChanges of guard_change, "What waits to lower a guard of its credentials.";
    trust_rules: TrustRules of trust_rule, "The trust rules of its pipelines.";
    reviews: Reviews of review, "Its access reviews.";
    review_items: ReviewItems of review_item, "What its access reviews are about.";
}

handles! { instance:
    instance: Instance, "Facts about the instance.";
    people: People, "People who sign in.";
    projects: Projects, "Projects and who belongs to them.";
    departures: Departures, "What outlives the right of who made it.";
    sessions: Sessions, "Sessions, by the hash of their id.";
    slots: Slots, "Single-use slots.";
    keys: Keys, "Wrapped keys.";
    leases: Leases, "Marks that show whether the database keeps what is written.";
    issuers: TrustedIssuers, "Issuers whose tokens are accepted.";
    jobs: Jobs, "What the product does by itself.";
    all_checks: AllChecks, "Checks of credentials, of every project.";
    outbox: Outbox, "What others are to be told.";
    destinations: Destinations, "Where the chains are sent, and who fetches them.";
    rewraps: Rewraps, "Secrets under an older key, of every project.";
    tokens: Tokens, "Pipeline tokens: found before the project is known.";
    assertions: Assertions, "Single-use tokens of providers that were used.";
    chain: Chain, "Chained audit events.";
}

/// Receipts are read and added, and never changed: their handle has nothing that could.
impl Store {
    /// What the project's pipelines were handed.
    pub fn receipts(&self, project: Uuid) -> Receipts<'_, Reader> {
        Receipts { db: &self.reader, project }
    }

    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.inner.ping().await
    }

    pub fn is_embedded(&self) -> bool {
        self.reader.get_database_backend() == DbBackend::Sqlite
    }
}

impl Write {
    /// What the project's pipelines were handed.
    pub fn receipts(&self, project: Uuid) -> Receipts<'_, Tx> {
        Receipts { db: &self.0, project }
    }
}

/// Whether the error says that a unique index already has the value.
fn is_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether the database gave the transaction up for another one, so that it can be tried again:
/// `PostgreSQL` serialization failure and deadlock.
pub(crate) fn is_aborted(error: &DbErr) -> bool {
    code(error).is_some_and(|code| ["40001", "40P01"].contains(&code.as_ref()))
}

fn code(error: &DbErr) -> Option<std::borrow::Cow<'_, str>> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => {
            e.as_database_error()?.code()
        }
        _ => None,
    }
}

/// The error of a write: `otherwise` when a unique index already has the value. Who looked before
/// they wrote ends here too, since on `PostgreSQL` two look at once and only the index sees both.
pub fn unless_taken(error: DbErr, otherwise: Error) -> Error {
    if is_taken(&error) { otherwise } else { error.into() }
}

impl From<DbErr> for Error {
    /// The one place where a cause of the database is logged. What is told to people carries none.
    fn from(error: DbErr) -> Self {
        passing::log(&error, "the database refused");
        if passing::passes(&error) { Self::Unavailable } else { Self::Internal }
    }
}
