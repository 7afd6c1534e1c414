//! `regcred doctor`.

mod accept;
mod files;
mod permissions;
mod put_back;
mod report;
mod rows;
mod secrets;
mod shipping;

use super::failure::Failure;
use super::output::{count, print};
use super::{Common, Session, operator};
use crate::domain::key::{KeyReport, KeyState};
use crate::opening::StartError;
use crate::opening::config::{CertificateConfig, RetentionConfig, StorageConfig};
use crate::opening::{connect_existing, exposure, find_keys, wait_for_turn};
use crate::server::Expiry;
use crate::store::{Schema, Store};
use crate::vault::{Clocks, Kept, Settings, Vault, clocks, unlock_as_it_is};
use report::{Report, State};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

/// Milliseconds that the newest entry may be ahead of this machine's clock.
const AHEAD: i64 = 5 * 60 * 1_000;
/// Milliseconds between this machine's clock and the database's.
const APART: u64 = 30 * 1_000;

/// Check the database, keys, secrets, audit chains, shipping, clocks, file permissions and TLS certificate
///
/// Every stored secret is decrypted once. Nothing is changed, no secret is printed, and servers can
/// run meanwhile. Only `regcred doctor accept` changes something.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 no problem, 1 a problem, 78 no database.

Examples:
  regcred doctor
  regcred doctor --json > /var/log/acme-regcred-doctor.json || mail -s 'Regcred' dana@example.com")]
pub(super) struct Doctor {
    #[command(flatten)]
    common: Common,

    #[command(flatten)]
    certificate: CertificateConfig,

    #[command(flatten)]
    kept: RetentionConfig,

    #[command(subcommand)]
    action: Option<accept::Action>,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        if let Some(action) = self.action {
            return action.run(&self.common).await;
        }
        let storage = &self.common.storage;
        let store = connect_existing(storage).await?;
        let mut report = Report::default();
        let schema = store.schema().await.map_err(StartError::from)?;
        let is_current = look_at_schema(&mut report, &schema);
        look_at_file(&mut report, &store).await;
        match unlocked(storage, &store, is_current, self.kept).await {
            Ok((session, local)) => {
                look_inside(&mut report, &session).await;
                files::look_at_key(&mut report, exposure::key_file(storage, local.as_deref()));
            }
            Err(sentence) => {
                report.add("keys", State::Problem, sentence);
                for check in ["secrets", "rows", "ended", "audit", "shipping"] {
                    let text = "Not checked, because the keys are missing.";
                    report.add(check, State::Warning, text);
                }
            }
        }
        if is_current {
            look_at_clocks(&mut report, clocks(&store).await);
        }
        let (state, text) = permissions::look(storage);
        report.add("permissions", state, text);
        if let Some(certificate) = &self.certificate.tls_cert {
            files::look_at_certificate(&mut report, Expiry::of_file(certificate));
        }
        if let Err(error) = store.disconnect().await {
            tracing::warn!(error = %error, "the database was not closed");
        }
        print(self.common.json, &report.document(), &report.text())?;
        Ok(if report.has_problem() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn look_at_schema(report: &mut Report, schema: &Schema) -> bool {
    let last = schema.applied.last().map_or("nothing", String::as_str);
    let (state, text) = if !schema.unknown.is_empty() {
        (
            State::Problem,
            format!(
                "A newer Regcred has used this database ({} is unknown). Use that version.",
                schema.unknown.join(", ")
            ),
        )
    } else if !schema.pending.is_empty() {
        (
            State::Problem,
            format!(
                "The schema is older than this Regcred ({} is missing). Run `regcred migrate`, or start the server.",
                schema.pending.join(", ")
            ),
        )
    } else {
        (State::Ok, format!("The schema is up to date ({last})."))
    };
    report.add("schema", state, text);
    schema.is_current()
}

async fn look_at_file(report: &mut Report, store: &Store) {
    match store.integrity().await {
        Ok(None) => {}
        Ok(Some(complaints)) if complaints.is_empty() => {
            report.add("database", State::Ok, "The database file is intact.");
        }
        Ok(Some(complaints)) => report.add(
            "database",
            State::Problem,
            format!(
                "The database file is damaged. Restore a backup into a new folder. SQLite says: {}",
                complaints.join("; ")
            ),
        ),
        Err(error) => report.add(
            "database",
            State::Problem,
            format!(
                "The database file cannot be read: {error}. Restore a backup into a new folder."
            ),
        ),
    }
}

/// The keys, as a server would take them. What is wrong is a finding, not the end.
async fn unlocked(
    storage: &StorageConfig,
    store: &Store,
    is_current: bool,
    kept: RetentionConfig,
) -> Result<(Session, Option<PathBuf>), String> {
    let say = |problem: StartError| problem.to_string();
    if store.kek_ids().await.map_err(|error| say(error.into()))?.is_empty() {
        return Err(
            "The database has no keyring yet. A server creates it when it first starts.".to_owned()
        );
    }
    let found = find_keys(storage, store).await.map_err(say)?;
    if !is_current {
        return Err("The key is right. Update the schema to check the rest.".to_owned());
    }
    let _turn = wait_for_turn(storage).await.map_err(say)?;
    let keys = unlock_as_it_is(store, found.source).await.map_err(|problem| problem.to_string())?;
    let has_local_key = found.local.is_some();
    let retention = kept.retention;
    let settings = Settings { has_local_key, retention, ..Settings::default() };
    let vault = Vault::new(store.clone(), keys, settings);
    Ok((Session { vault, operator: operator() }, found.local))
}

async fn look_inside(report: &mut Report, session: &Session) {
    let Session { vault, operator } = session;
    match vault.data_keys(&operator.instance_admin()).await {
        Ok(keys) => report.add("keys", State::Ok, said_of_keys(&keys)),
        Err(error) => report.add("keys", State::Problem, error.to_string()),
    }
    match vault.open_every_secret(operator).await {
        Ok(opening) => secrets::look(report, &opening),
        Err(error) => report.add("secrets", State::Problem, error.to_string()),
    }
    match vault.tampered_rows(operator).await {
        Ok(tampered) => rows::look(report, &tampered),
        Err(error) => report.add("rows", State::Problem, error.to_string()),
    }
    match vault.put_back(operator).await {
        Ok(found) => put_back::look(report, &found),
        Err(error) => report.add("ended", State::Problem, error.to_string()),
    }
    match vault.verify_chains(operator, None, Kept::default()).await {
        Ok(chains) => {
            let broken = chains.iter().filter_map(|chain| {
                chain.broken_at.map(|link| format!("{} at link {link}", chain.name))
            });
            let broken: Vec<String> = broken.collect();
            let wrong = chains.iter().filter_map(|chain| {
                chain.wrong_sum.as_ref().map(|row| format!("{} at {row}", chain.name))
            });
            let wrong: Vec<String> = wrong.collect();
            let mut said = Vec::new();
            if !broken.is_empty() {
                let broken = broken.join(", ");
                said.push(format!(
                    "Broken: {broken}. From there on, events cannot be trusted. Compare with a backup."
                ));
            }
            if !wrong.is_empty() {
                let wrong = wrong.join(", ");
                said.push(format!(
                    "Figures, reports or what is kept of removed receipts do not fit their chain: {wrong}. They were changed outside Regcred. Compare with a backup."
                ));
            }
            let (state, text) = if said.is_empty() {
                let links = chains.iter().map(|chain| chain.links).sum::<i64>();
                let chains = count(chains.len() as u64, "chain");
                (State::Ok, format!("{chains} with {links} links in total, all intact."))
            } else {
                (State::Problem, said.join(" "))
            };
            report.add("audit", state, text);
            report.detail("chains", json!(chains));
        }
        Err(error) => report.add("audit", State::Problem, error.to_string()),
    }
    let failing = vault.failing_destinations(operator).await;
    let holding = vault.holding_destinations(operator).await;
    match failing.and_then(|failing| Ok((failing, holding?))) {
        Ok((failing, holding)) => shipping::look(report, &failing, holding.as_deref()),
        Err(error) => report.add("shipping", State::Problem, error.to_string()),
    }
}

fn said_of_keys(keys: &KeyReport) -> String {
    let mut held: Vec<String> = Vec::new();
    let mut ids = BTreeSet::new();
    for key in keys.keys.iter().filter(|key| key.state != KeyState::Destroyed) {
        ids.insert(key.kek_id.as_str());
        if key.purpose == "secret" {
            let (version, state) = (key.version, key.state.word());
            held.push(format!("{version} {state} with {}", count(key.rows, "secret")));
        }
    }
    let (ids, held) = (Vec::from_iter(ids).join(", "), held.join("; "));
    let note = if keys.has_local_key {
        " The key is stored next to the data. Back it up separately."
    } else {
        ""
    };
    format!("The keyring is encrypted with key {ids}. Data keys for secrets: {held}.{note}")
}

fn look_at_clocks(report: &mut Report, found: crate::error::Result<Clocks>) {
    let (state, text) = match found {
        Err(error) => (State::Problem, error.to_string()),
        Ok(Clocks { newest_ahead: Some(ahead), .. }) if ahead > AHEAD => (
            State::Problem,
            format!(
                "The newest entry is dated {} seconds in the future. Set this machine's clock. If it is right, the clock of another server was wrong.",
                ahead / 1_000
            ),
        ),
        Ok(Clocks { database_apart: Some(apart), .. }) if apart.unsigned_abs() > APART => (
            State::Problem,
            format!(
                "The clocks of this machine and of the database differ by {} seconds. Set the one that is wrong.",
                apart.unsigned_abs() / 1_000
            ),
        ),
        Ok(_) => (State::Ok, "The clock is right.".to_owned()),
    };
    report.add("clock", state, text);
}
