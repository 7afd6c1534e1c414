//! The data keys that secrets are sealed under: what there is, and how a change comes on.

use super::proxies::ProxyNotice;
use crate::domain::key::{DataKey, KeyReport, KeyState, RewrapProgress};
use crate::functions::keys::find_keys;
use crate::ui::components::{ACTIONS, Badge, PostButton, Section, SubmitButton, Table, Time};
use crate::ui::credentials::said::Said;
use crate::ui::layout::InstanceFrame;
use crate::ui::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// `/admin/keys`
#[component]
pub fn KeysPage() -> impl IntoView {
    let report = OnceResource::new_blocking(find_keys());
    let said = use_query_map().with_untracked(|query| query.get("said"));
    view! {
        <Title text="Encryption keys"/>
        <InstanceFrame>
            <Said said/>
            <ProxyNotice/>
            <Suspense>
                {move || {
                    Suspend::new(async move {
                        match report.await {
                            Ok(report) => view! { <Report report/> }.into_any(),
                            Err(error) => view! { <Problem error/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </InstanceFrame>
    }
}

#[component]
fn Report(report: KeyReport) -> impl IntoView {
    let mut kek_ids: Vec<String> = report
        .keys
        .iter()
        .filter(|key| key.state != KeyState::Destroyed)
        .map(|key| key.kek_id.clone())
        .collect();
    kek_ids.dedup();
    let (secret, other): (Vec<DataKey>, Vec<DataKey>) =
        report.keys.into_iter().partition(|key| key.purpose == "secret");
    let is_waiting = secret.iter().any(|key| key.state == KeyState::Pending);
    view! {
        <div class="page-head">
            <h1>"Encryption keys"</h1>
            {(!is_waiting)
                .then(|| {
                    view! {
                        <form method="post" action="/rpc/keys/rotate">
                            <SubmitButton label="Rotate data key"/>
                        </form>
                    }
                })}
        </div>
        <p>
            "Every secret is sealed under a data key. The data keys are wrapped under the key-encryption key "
            <span class="mono">{kek_ids.join(", ")}</span>
            {if report.has_local_key { ", a file in the data folder." } else { ", which the operator gave." }}
        </p>
        <Progress rewrap=report.rewrap unreadable=report.unreadable/>
        <DataKeys keys=secret/>
        <Section id="other-keys" title="Keys for other purposes">
            <ul>
                {other
                    .into_iter()
                    .map(|key| {
                        let purpose = match key.purpose.as_str() {
                            "audit" => "Chaining audit events and receipts",
                            _ => "Telling which credentials hold the same secret",
                        };
                        view! {
                            <li>
                                {format!("{purpose}: version {}, {}, since ", key.version, key.state.word())}
                                <Time at=key.since/>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </Section>
        <Section id="kek" title="Changing the key-encryption key">
            <p>
                "A page cannot change the operator's key. Make a new one with "
                <code>"regcred keys new FILE"</code> ", give it as " <code>"REGCRED_KEK_FILE"</code>
                " and the one in use as " <code>"REGCRED_KEK_PREVIOUS_FILE"</code>
                ", and restart the server; when the same two files are only filled anew, a SIGHUP is enough. The data keys are wrapped again at once, and no secret is touched. Once every server has both, leave the previous one out, and keep its file for as long as you keep backups that were made under it."
            </p>
        </Section>
    }
}

#[component]
fn Progress(rewrap: Option<RewrapProgress>, unreadable: u64) -> impl IntoView {
    let sentence = match rewrap {
        None => "Every secret that opens is under the active data key.".to_owned(),
        Some(RewrapProgress { left, per_second, seconds_left }) => {
            let rest = seconds_left.map_or_else(String::new, |seconds| {
                format!(", {per_second:.0} a second, about {seconds} seconds left")
            });
            format!("{left} secrets are still under an older data key{rest}.")
        }
    };
    view! {
        <p role="status">{sentence}</p>
        {(unreadable > 0)
            .then(|| {
                view! {
                    <p class="field-error">
                        {format!(
                            "{unreadable} stored secrets do not open. Save a new secret for each, and destroy the version that does not open on the credential's page.",
                        )}
                    </p>
                }
            })}
    }
}

#[component]
fn DataKeys(keys: Vec<DataKey>) -> impl IntoView {
    view! {
        <Section id="data-keys" title="Data keys">
            <Table columns=vec![
                "Version",
                "State",
                "Secrets under it",
                "Made",
                "Wrapped under",
                ACTIONS,
            ]>
                {keys.into_iter().rev().map(|key| view! { <KeyRow key_shown=key/> }).collect_view()}
            </Table>
        </Section>
    }
}

#[component]
fn KeyRow(key_shown: DataKey) -> impl IntoView {
    let key = key_shown;
    let tone = match key.state {
        KeyState::Active => "good",
        KeyState::Pending => "warn",
        _ => "neutral",
    };
    let next = match key.state {
        KeyState::Archived if key.rows == 0 => Some(("/rpc/keys/retire", "Retire")),
        KeyState::Retired => Some(("/rpc/keys/destroy", "Destroy")),
        _ => None,
    };
    let version = key.version;
    view! {
        <tr>
            <td data-label="Version">{version}</td>
            <td data-label="State">
                <Badge label=key.state.label() tone/>
                <div class="muted">"since " <Time at=key.since/></div>
            </td>
            <td data-label="Secrets under it">{key.rows}</td>
            <td data-label="Made">
                <Time at=key.created_at/>
            </td>
            <td data-label="Wrapped under" class="mono">{key.kek_id}</td>
            <td data-label="Actions" class="row-actions">
                {next
                    .map(|(action, word)| {
                        let values = vec![("version", version.to_string())];
                        let label = format!("{word} data key {version}");
                        view! { <PostButton action values label word/> }
                    })}
            </td>
        </tr>
    }
}
