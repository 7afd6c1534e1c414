//! A credential whose secret others may know: since when, who was handed it, and what is done about it.
//! What is done is read from the facts, so nobody ticks anything.

#[cfg(test)]
mod tests;

use super::credential::{Credential, Dependent};
use super::matching::named;
use super::moment::Moment;
use super::secret_version::{SecretVersion, VersionState};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// That somebody marked it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub at: Moment,
    pub by: String,
    /// The newest version that was stored then. It and all before it are not delivered again.
    pub version: i64,
}

impl Mark {
    /// Whether a secret with this number was stored before it was marked.
    pub fn is_of(&self, version: i64) -> bool {
        version <= self.version
    }
}

/// A pipeline that was handed a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    pub pipeline_id: Uuid,
    /// Its name, as it was last known.
    pub pipeline: String,
    /// The lowest and the highest version: they differ on days on which it received several.
    pub versions: (i64, i64),
    pub times: i64,
    pub first_at: Moment,
    pub last_at: Moment,
}

impl Received {
    /// For people: `2`, or `1 to 2`.
    pub fn versions_text(&self) -> String {
        let (low, high) = self.versions;
        if low == high { low.to_string() } else { format!("{low} to {high}") }
    }
}

super::words! {
    /// What there is to do.
    pub enum Task {
        Stop = "stop", "Stop deliveries";
        Revoke = "revoke", "Revoke the old secret at the registry";
        Replace = "replace", "Store another secret";
        Others = "others", "Replace the same secret in other credentials";
        Destroy = "destroy", "Destroy the old versions";
        Enable = "enable", "Enable the credential again";
        Fetch = "fetch", "Let pipelines fetch the new secret";
    }
}

super::words! {
    /// How it stands.
    pub enum Standing {
        Done = "done", "Done";
        Open = "open", "Open";
        /// Only people know.
        Unknown = "unknown", "Check it yourself";
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub task: Task,
    pub standing: Standing,
    /// What is known of it, in a sentence.
    pub fact: String,
}

/// What a page says of it, before or after it is marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompromisePage {
    /// By pipeline, and the oldest version first.
    pub received: Vec<Received>,
    /// Which of the pipelines still exist.
    pub existing: Vec<Uuid>,
    /// Other credentials that hold one of the old secrets: id and name. None before it is marked.
    pub same_secret: Vec<(Uuid, String)>,
    /// None before it is marked.
    pub steps: Vec<Step>,
    /// Whether deliveries of the last while are not in it yet.
    pub is_behind: bool,
}

/// The steps, in the order in which they are taken; `is_behind` says whether some deliveries are not counted
/// yet.
pub fn steps(
    credential: &Credential,
    mark: &Mark,
    versions: &[SecretVersion],
    (dependents, is_behind): (&[Dependent], bool),
    same_secret: &[(Uuid, String)],
) -> Vec<Step> {
    let revoke = (
        Standing::Unknown,
        format!(
            "Until the old secret is revoked at {}, anybody who has it can use it. Regcred cannot see whether it was revoked.",
            credential.summary.host.as_str()
        ),
    );
    let mut steps = vec![
        of(Task::Stop, stopped(credential, mark)),
        of(Task::Revoke, revoke),
        of(Task::Replace, replaced(credential, mark)),
    ];
    if !same_secret.is_empty() {
        let names: Vec<&str> = same_secret.iter().map(|(_, name)| name.as_str()).collect();
        let fact = format!("The old secret is also stored in {}.", named(&names));
        steps.push(of(Task::Others, (Standing::Open, fact)));
    } else if old_ones(mark, versions).is_empty() {
        let fact = "The old versions were destroyed, so Regcred cannot compare them any more.";
        steps.push(of(Task::Others, (Standing::Unknown, fact.to_owned())));
    }
    steps.push(of(Task::Destroy, destroyed(mark, versions)));
    let has_old = has_old_one(credential, mark);
    let is_disabled = credential.summary.disabled_at.is_some();
    steps.push(of(Task::Enable, enabled(is_disabled, has_old)));
    let fetch = match fetched(mark, dependents, has_old) {
        (Standing::Done, _) if is_behind => {
            let fact = "Some deliveries are not counted yet. Load the page again in a minute.";
            (Standing::Open, fact.to_owned())
        }
        known => known,
    };
    steps.push(of(Task::Fetch, fetch));
    steps
}

fn of(task: Task, (standing, fact): (Standing, String)) -> Step {
    Step { task, standing, fact }
}

fn has_old_one(credential: &Credential, mark: &Mark) -> bool {
    mark.is_of(credential.secret.version)
}

fn stopped(credential: &Credential, mark: &Mark) -> (Standing, String) {
    if has_old_one(credential, mark) && credential.summary.disabled_at.is_none() {
        let fact = "It is enabled with the old secret, so pipelines receive that. Disable it.";
        return (Standing::Open, fact.to_owned());
    }
    let (by, at) = (&mark.by, mark.at.to_text());
    let fact = format!("{by} marked the credential on {at}. Marking it stopped its deliveries.");
    (Standing::Done, fact)
}

fn replaced(credential: &Credential, mark: &Mark) -> (Standing, String) {
    let secret = &credential.secret;
    if has_old_one(credential, mark) {
        let fact = "The stored secret is still the old one, so the credential cannot be enabled.";
        return (Standing::Open, fact.to_owned());
    }
    let (by, at) = (&secret.set_by, secret.set_at.to_text());
    (Standing::Done, format!("{by} stored version {} on {at}.", secret.version))
}

/// The numbers of the old versions that are stored still, the oldest first.
fn old_ones(mark: &Mark, versions: &[SecretVersion]) -> Vec<String> {
    let is_left =
        |one: &&SecretVersion| mark.is_of(one.version) && one.state != VersionState::Destroyed;
    versions.iter().rev().filter(is_left).map(|one| one.version.to_string()).collect()
}

fn destroyed(mark: &Mark, versions: &[SecretVersion]) -> (Standing, String) {
    let left = old_ones(mark, versions);
    if left.is_empty() {
        return (Standing::Done, "No old version is stored any more.".to_owned());
    }
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let numbers = named(&left);
    let fact = match left.len() {
        1 => format!("Version {numbers} is still stored here."),
        _ => format!("Versions {numbers} are still stored here."),
    };
    (Standing::Open, fact)
}

fn enabled(is_disabled: bool, has_old: bool) -> (Standing, String) {
    let (standing, fact) = match (is_disabled, has_old) {
        (true, true) => (
            Standing::Open,
            "It is disabled, so pipelines receive nothing. It can be enabled when another secret is stored.",
        ),
        (true, false) => (Standing::Open, "It is disabled, so pipelines receive nothing."),
        (false, true) => (Standing::Open, "It is enabled, but with the old secret."),
        (false, false) => (Standing::Done, "It is enabled."),
    };
    (standing, fact.to_owned())
}

/// Of those that may have it, and had the old one; `has_old` says whether the stored secret is that still.
fn fetched(mark: &Mark, dependents: &[Dependent], has_old: bool) -> (Standing, String) {
    let had = dependents.iter().filter(|one| one.grant.is_some() && one.last_version.is_some());
    let (new, old): (Vec<&Dependent>, Vec<&Dependent>) =
        had.partition(|one| one.last_version.is_some_and(|version| !mark.is_of(version)));
    let all = new.len() + old.len();
    if old.is_empty() && has_old {
        return (Standing::Open, "There is no new secret yet.".to_owned());
    }
    if all == 0 {
        let fact = "No pipeline that has a grant received the old secret.";
        return (Standing::Done, fact.to_owned());
    }
    if old.is_empty() {
        let fact = "Every pipeline that has a grant and received the old secret has a newer one.";
        return (Standing::Done, fact.to_owned());
    }
    let waiting: Vec<&str> = old.iter().map(|one| one.pipeline.as_str()).collect();
    let fact = format!("{} of {all} received it. These did not: {}.", new.len(), named(&waiting));
    (Standing::Open, fact)
}
