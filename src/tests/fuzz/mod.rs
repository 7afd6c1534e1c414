//! Every reader of what comes from the network or from a file, with inputs that nobody sends. These are
//! tests inside the crate: most readers are private to their room, whose `fuzz.rs` opens them.

mod driver;
mod queries;
mod seeds;
mod targets;

use driver::{drive, drive_long, forgotten};
use targets::TARGETS;

/// Files with a reader that is none of what comes from outside, or that is reached by way of another.
const OTHERS: &[(&str, &str)] = &[
    ("src/api/body.rs", "serde_json reads it, by way of src/api/build.rs"),
    ("src/api/formats/docker.rs", "it reads in its own tests"),
    ("src/api/formats/kubernetes.rs", "it reads in its own tests"),
    ("src/crypto/password.rs", "a stored hash, which takes as long as it says"),
    ("src/domain/registry/website.rs", "by way of src/domain/registry.rs"),
    ("src/domain/trust_rule/bitbucket.rs", "by way of src/domain/trust_rule/form.rs"),
    ("src/opening/config/witnesses.rs", "by way of src/vault/checkpoints/witness.rs"),
    ("src/opening/kek/config.rs", "by way of src/crypto/kek.rs"),
    ("src/opening/kek/file.rs", "by way of src/crypto/kek.rs"),
    ("src/store/backup/cell.rs", "a row of the database"),
    ("src/store/backup/load.rs", "rows of a backup that was proved to be ours"),
    ("src/store/chain.rs", "it begins chains"),
    ("src/store/chain/head.rs", "it begins chains"),
    ("src/store/deliverables.rs", "rows of the database"),
    ("src/store/departures.rs", "rows of the database"),
    ("src/server/places.rs", "the address of a connection, which the system tells"),
    ("src/store/findings/facts.rs", "rows of the database"),
    ("src/store/schema.rs", "the tables of the database"),
    ("src/store/seals.rs", "the stored keys"),
    ("src/store/terms.rs", "a row of the database"),
    ("src/store/writing.rs", "it begins transactions"),
    ("src/vault/keys/unlocked.rs", "the stored keys"),
    ("src/vault/pipelines/terms.rs", "its parts, by way of src/domain/grant.rs"),
    ("src/ui/matching/question.rs", "texts that src/domain/image.rs reads"),
    ("src/vault/credentials/secret_input.rs", "by way of src/domain/key_file.rs"),
    ("src/server/certificate/validity.rs", "by way of src/server/certificate.rs"),
    ("src/functions/credential_bulk.rs", "by way of src/domain/short_id.rs"),
    ("src/issuers/mod.rs", "it begins requests"),
    ("src/store/rewraps.rs", "rows of the database"),
    ("src/store/checks.rs", "rows of the database"),
    ("src/checkpoints/export/found.rs", "serde_json reads each line, which is bounded"),
    ("src/store/receipts/lately.rs", "rows of the database"),
    ("src/server/exports.rs", "the name of a file, which the product makes"),
    ("src/vault/definitions/written.rs", "files that src/scan reads, which has targets of its own"),
    ("src/issuers/discovery.rs", "serde_json reads it, and src/crypto/jwt/keys.rs"),
];

#[test]
fn no_input_makes_a_reader_panic() {
    drive(TARGETS);
}

#[test]
fn no_long_input_keeps_a_reader_busy() {
    drive_long(TARGETS);
}

#[test]
fn every_reader_of_the_program_is_fed() {
    let rooms = [
        "src/api",
        "src/checkpoints",
        "src/crypto",
        "src/domain",
        "src/functions",
        "src/issuers",
        "src/opening",
        "src/outbound",
        "src/registries",
        "src/server",
        "src/store",
        "src/ui",
        "src/vault",
    ];
    let forgotten = forgotten(&rooms, TARGETS, OTHERS);
    assert!(forgotten.is_empty(), "nobody feeds the readers in {forgotten:?}");
}
