//! The data keys that secrets are encrypted with, fingerprints made with, the audit log protected with and
//! its checkpoints signed with: what there is, and how far a change has come.

use super::proxies::ProxyNotice;
use crate::domain::counted::{count, counted};
use crate::domain::key::{DataKey, KeyBackup, KeyPurpose, KeyReport, KeyState, RewrapProgress};
use crate::error::Result;
use crate::functions::answer::FailedForm;
use crate::functions::keys::{
    DestroyDataKey, NoteKeyBackup, RetireDataKey, RotateDataKey, find_keys,
};
use crate::ui::granting::ConfirmedButton;
use crate::ui::kit::{
    ACTIONS, Badge, Cell, Columns, FlashMessages, FormState, Loaded, PageContext, PageHead,
    PostButton, Section, Table, Time,
};
use crate::ui::layout::InstanceFrame;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

#[component]
pub fn KeysPage() -> impl IntoView {
    view! {
        <InstanceFrame>
            <FlashMessages/>
            <ProxyNotice/>
            <Loaded title="Encryption keys" from=load(PageContext::here()) let:found>
                {whole(found)}
            </Loaded>
        </InstanceFrame>
    }
}

type Found = (KeyReport, Option<FailedForm>);

async fn load(page: PageContext) -> Result<Found> {
    Ok((find_keys().await?, page.failed_form().await))
}

fn whole((report, failed): Found) -> impl IntoView {
    let form = FormState::new(failed, ());
    let held = report.keys.iter().filter(|key| key.state != KeyState::Destroyed);
    let mut kek_ids: Vec<String> = held.map(|key| key.kek_id.clone()).collect();
    kek_ids.dedup();
    let secret = Keys::of(&report.keys, KeyPurpose::Secret, &form);
    let fingerprint = Keys::of(&report.keys, KeyPurpose::Fingerprint, &form);
    let rotate_secret = secret.button("Rotate data key", "button button-primary");
    let rotate_fingerprint = fingerprint.button("Rotate data key for fingerprints", "button");
    let (waiting, fingerprints) = (report.said_of_waiting(), report.said_of_fingerprints());
    let audit = Keys::of(&report.keys, KeyPurpose::Audit, &form);
    let rotate_audit = audit.button("Rotate data key for the audit log", "button");
    let rows = report.said_of_rows();
    let checkpoint = Keys::of(&report.keys, KeyPurpose::Checkpoint, &form);
    let rotate_checkpoint = checkpoint.button("Rotate data key for checkpoints", "button");
    let public_keys = report.checkpoint_keys;
    let witnesses = report.witnesses;
    view! {
        <PageHead title="Encryption keys">
            {rotate_secret}
        </PageHead>
        <p>
            "Data keys encrypt the secrets, make their fingerprints, protect the audit log and sign its checkpoints. The data keys are encrypted with the key-encryption key "
            <span class="mono">{kek_ids.join(", ")}</span>
            {if report.has_local_key {
                ", which is a file in the data folder."
            } else {
                ", which the operator provides."
            }}
        </p>
        {report.has_local_key.then(|| view! { <Backup backup=report.backup/> })}
        <Progress rewrap=report.rewrap unreadable=report.unreadable waiting/>
        {form.summary()}
        <Section id="data-keys" title="Data keys for secrets">
            <Table columns=secret.columns class="compact" labelled_by="data-keys"/>
        </Section>
        <Section id="fingerprint-keys" title="Data keys for fingerprints">
            <p>
                "A fingerprint shows which credentials of a project have the same secret. After a rotation, each secret gets a new fingerprint. Until then, some credentials with the same secret are not found."
            </p>
            {fingerprints.map(|sentence| view! { <p role="status">{sentence}</p> })}
            {rotate_fingerprint}
            <Table columns=fingerprint.columns class="compact" labelled_by="fingerprint-keys"/>
        </Section>
        <Section id="audit-keys" title="Data keys for the audit log">
            <p>
                "They protect audit events, receipts, and the rows that decide who receives a secret. After a rotation, these rows are moved to the new key. Then the old key can be retired. It is never destroyed, because audit events and receipts from its time are verified with it."
            </p>
            {rows.map(|sentence| view! { <p role="status">{sentence}</p> })}
            {rotate_audit}
            <Table columns=audit.columns class="compact" labelled_by="audit-keys"/>
        </Section>
        <Section id="checkpoint-keys" title="Data keys for checkpoints">
            <p>
                "A checkpoint lets others check the audit log without its database and its keys. After a rotation, the old key signs beside the new one until it is retired. Give the new public key to everybody who has the old one before you retire it."
            </p>
            {public_keys
                .into_iter()
                .map(|key| {
                    view! {
                        <p>
                            "Public key for the audit log of the instance: "
                            <code class="mono">{key}</code>
                        </p>
                    }
                })
                .collect_view()}
            {witnesses
                .iter()
                .map(|one| {
                    view! {
                        <p>
                            "Last checkpoint of the audit log of the instance: "
                            {one.to_text()}
                        </p>
                    }
                })
                .collect_view()}
            <p>
                <code>"regcred audit key --project SLUG"</code> " prints the public key of a project."
            </p>
            {rotate_checkpoint}
            <Table columns=checkpoint.columns class="compact" labelled_by="checkpoint-keys"/>
        </Section>
        <Section id="kek" title="Changing the key-encryption key">
            <p>
                "The key-encryption key is changed on the server, not on this page. Create a new one with "
                <code>"regcred keys new FILE"</code> ". Set " <code>"REGCRED_KEK_FILE"</code>
                " to its file and " <code>"REGCRED_KEK_PREVIOUS_FILE"</code>
                " to the file of the key in use, and restart the server. If only the files' contents change, send SIGHUP instead. The data keys are encrypted with the new key at once, and the secrets stay as they are. When every server has both keys, remove the previous one from the settings. Keep its file for as long as you keep backups made with it."
            </p>
        </Section>
    }
}

/// The keys for one purpose.
struct Keys {
    purpose: KeyPurpose,
    /// Whether one waits to become active.
    is_waiting: bool,
    columns: Columns,
}

impl Keys {
    fn of(all: &[DataKey], purpose: KeyPurpose, form: &FormState) -> Self {
        let word = purpose.word();
        let keys = || all.iter().filter(move |key| key.purpose == word);
        let newest_first = keys().rev().cloned().map(|key| row(key, purpose, form));
        let columns = if !purpose.is_of_secrets() {
            // No secret is under one of these.
            let heads = ["Version", "State", "Created", "Encrypted with", ACTIONS];
            let rows = newest_first
                .map(|[version, state, _, made, kek, act]| [version, state, made, kek, act]);
            Columns::new(heads, rows)
        } else {
            let heads = ["Version", "State", "Secrets", "Created", "Encrypted with", ACTIONS];
            Columns::new(heads, newest_first)
        };
        let is_waiting = keys().any(|key| key.state == KeyState::Pending);
        Self { purpose, is_waiting, columns }
    }

    /// Makes another one, while none waits.
    fn button(&self, word: &'static str, class: &'static str) -> impl IntoView + use<> {
        let values = vec![("purpose", self.purpose.word().to_owned())];
        (!self.is_waiting)
            .then(|| view! { <PostButton action=RotateDataKey::url() values word class/> })
    }
}

/// Who has a copy of the file, if anybody has said so.
#[component]
fn Backup(backup: Option<KeyBackup>) -> impl IntoView {
    match backup {
        Some(KeyBackup { by, at }) => {
            view! { <p>{format!("{by} has a backup of this file. Marked ")} <Time at/> "."</p> }
                .into_any()
        }
        None => view! {
            <div class="toolbar">
                <p>"Nobody has marked this file as backed up. Without it, no secret can be read."</p>
                <PostButton action=NoteKeyBackup::url() word="I have a backup" class="button"/>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Progress(
    rewrap: Option<RewrapProgress>,
    unreadable: u64,
    waiting: Option<String>,
) -> impl IntoView {
    let sentence = match rewrap {
        None => "All readable secrets use the active data key.".to_owned(),
        Some(RewrapProgress { left, per_second, seconds_left }) => {
            let rest = seconds_left.map_or_else(String::new, |seconds| {
                format!(", {per_second:.0} per second, about {} left", count(seconds, "second"))
            });
            let left = counted(left, "secret", ["still uses", "still use"]);
            format!("{left} an older data key{rest}.")
        }
    };
    view! {
        <p role="status">{sentence}</p>
        {(unreadable > 0)
            .then(|| {
                view! {
                    <p class="field-error">
                        {format!(
                            "{} be read. On the page of each credential, save a new secret and destroy the unreadable version.",
                            counted(unreadable, "stored secret", ["cannot"; 2]),
                        )}
                    </p>
                }
            })}
        {waiting
            .map(|sentence| {
                view! {
                    <p class="field-error">
                        {sentence} " Run " <code>"regcred doctor"</code>
                        " on the server: it names each row and says what to do."
                    </p>
                }
            })}
    }
}

fn row(key: DataKey, purpose: KeyPurpose, form: &FormState) -> [Cell; 6] {
    let tone = match key.state {
        KeyState::Active => "good",
        KeyState::Pending => "warn",
        _ => "neutral",
    };
    let next = match key.state {
        KeyState::Archived if key.rows == 0 => Some((RetireDataKey::url(), "Retire")),
        KeyState::Retired if purpose != KeyPurpose::Audit => {
            Some((DestroyDataKey::url(), "Destroy"))
        }
        _ => None,
    };
    let version = key.version;
    let is_version = form.at("version").text == version.to_string();
    let is_meant = is_version && form.at("purpose").text == purpose.word();
    let error = form.error("password").filter(|_| is_meant);
    [
        Cell::of(version),
        Cell::of(view! {
            <Badge label=key.state.label() tone/>
            <div class="muted"><Time at=key.since/></div>
        }),
        Cell::of(key.rows),
        Cell::of(view! { <Time at=key.created_at/> }),
        Cell::styled("mono", key.kek_id),
        Cell::of(next.map(|(action, word)| {
            let values =
                vec![("version", version.to_string()), ("purpose", purpose.word().to_owned())];
            let label = format!("{word} data key {}", purpose.number(version));
            let id = format!("{}-key-{version}-password", purpose.word());
            view! { <ConfirmedButton action values label id error/> }
        })),
    ]
}
