//! The data keys that secrets are encrypted with: what there is, and how far a change has come.

use super::proxies::ProxyNotice;
use crate::domain::key::{DataKey, KeyBackup, KeyReport, KeyState, RewrapProgress};
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
    let (secret, other): (Vec<DataKey>, Vec<DataKey>) =
        report.keys.into_iter().partition(|key| key.purpose == "secret");
    let is_waiting = secret.iter().any(|key| key.state == KeyState::Pending);
    let heads = ["Version", "State", "Secrets", "Created", "Encrypted with", ACTIONS];
    let columns = Columns::new(heads, secret.into_iter().rev().map(|key| row(key, &form)));
    view! {
        <PageHead title="Encryption keys">
            {(!is_waiting)
                .then(|| {
                    view! {
                        <PostButton
                            action=RotateDataKey::url()
                            word="Rotate data key"
                            class="button button-primary"
                        />
                    }
                })}
        </PageHead>
        <p>
            "Data keys encrypt the secrets. The data keys are encrypted with the key-encryption key "
            <span class="mono">{kek_ids.join(", ")}</span>
            {if report.has_local_key {
                ", which is a file in the data folder."
            } else {
                ", which the operator provides."
            }}
        </p>
        {report.has_local_key.then(|| view! { <Backup backup=report.backup/> })}
        <Progress rewrap=report.rewrap unreadable=report.unreadable waiting=report.waiting/>
        {form.summary()}
        <Section id="data-keys" title="Data keys">
            <Table columns/>
        </Section>
        <Section id="other-keys" title="Keys for other purposes">
            <ul>{other.into_iter().map(|key| view! { <OtherKey shown=key/> }).collect_view()}</ul>
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
fn OtherKey(shown: DataKey) -> impl IntoView {
    let purpose = match shown.purpose.as_str() {
        "audit" => "Chaining audit events and receipts",
        _ => "Finding credentials that share a secret",
    };
    view! {
        <li>
            {format!("{purpose}: version {}, {} ", shown.version, shown.state.word())}
            "since " {shown.since.day().to_text()}
        </li>
    }
}

#[component]
fn Progress(rewrap: Option<RewrapProgress>, unreadable: u64, waiting: u64) -> impl IntoView {
    let sentence = match rewrap {
        None => "All readable secrets use the active data key.".to_owned(),
        Some(RewrapProgress { left, per_second, seconds_left }) => {
            let rest = seconds_left.map_or_else(String::new, |seconds| {
                format!(", {per_second:.0} per second, about {seconds} seconds left")
            });
            format!("{left} secrets still use an older data key{rest}.")
        }
    };
    view! {
        <p role="status">{sentence}</p>
        {(unreadable > 0)
            .then(|| {
                view! {
                    <p class="field-error">
                        {format!(
                            "{unreadable} stored secrets cannot be read. On the page of each credential, save a new secret and destroy the unreadable version.",
                        )}
                    </p>
                }
            })}
        {(waiting > 0)
            .then(|| {
                view! {
                    <p class="field-error">
                        {format!(
                            "{waiting} stored secrets from an older version of Regcred were not encrypted again, because rows were changed outside Regcred. Run ",
                        )} <code>"regcred doctor"</code>
                        " on the server: it names them and says what to do."
                    </p>
                }
            })}
    }
}

fn row(key: DataKey, form: &FormState) -> [Cell; 6] {
    let tone = match key.state {
        KeyState::Active => "good",
        KeyState::Pending => "warn",
        _ => "neutral",
    };
    let next = match key.state {
        KeyState::Archived if key.rows == 0 => Some((RetireDataKey::url(), "Retire")),
        KeyState::Retired => Some((DestroyDataKey::url(), "Destroy")),
        _ => None,
    };
    let version = key.version;
    let is_meant = form.at("version").text == version.to_string();
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
            let values = vec![("version", version.to_string())];
            let label = format!("{word} data key {version}");
            let id = format!("data-key-{version}-password");
            view! { <ConfirmedButton action values label id error/> }
        })),
    ]
}
