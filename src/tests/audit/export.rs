//! The export: who may, what is in it, what is recorded of it, and how much of it is in memory.

use super::Scene;
use crate::app::{App, Browser, Reply};
use crate::commands::machine::Machine;
use regcred::Error;
use regcred::domain::audit::{Action, AuditQuery, Detail, ExportFormat, Happened};
use regcred::domain::permission::of;
use regcred::domain::user::Role;
use regcred::vault::Export;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const EXPORT: &str = "/rpc/audit/export";
/// How long something may take that happens in another task.
const DEADLINE: Duration = Duration::from_secs(30);

async fn export(browser: &Browser, fields: &[(&str, &str)]) -> Reply {
    let form: Vec<(&str, &str)> =
        [("project", "acme")].into_iter().chain(fields.iter().copied()).collect();
    browser.post_form(EXPORT, &form).await
}

fn lines(reply: &Reply) -> Vec<Value> {
    reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The numbers of the links of these lines, each once, in their order.
fn links(lines: &[Value]) -> Vec<i64> {
    let mut links: Vec<i64> = lines.iter().filter_map(|line| line["link"].as_i64()).collect();
    links.dedup();
    links
}

#[tokio::test]
async fn an_export_has_everything_and_says_where_it_ends_and_is_recorded() {
    let scene = Scene::of(4).await;
    let owner = &scene.app.owner;
    let before = scene.rows(&AuditQuery::default()).await;
    let reply = export(owner, &[("format", "jsonl")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let disposition = reply.header("content-disposition");
    assert_eq!(disposition, "attachment; filename=\"regcred-audit-acme.jsonl\"");
    assert_eq!(reply.header("cache-control"), "no-store");
    let all = lines(&reply);
    let (end, rest) = all.split_last().unwrap();
    let mut expected: Vec<i64> = before.iter().map(|row| row.seq).collect();
    expected.reverse();
    assert_eq!(links(rest), expected);
    assert_eq!((&end["kind"], end["cursor"].as_i64()), (&"end".into(), expected.last().copied()));
    assert_eq!(end["lines"].as_u64(), Some(rest.len() as u64));
    // What was recorded of it comes behind its end.
    let after = end["cursor"].to_string();
    let fields = [("format", "jsonl"), ("after", after.as_str()), ("noun", "audit")];
    let newer = lines(&export(owner, &fields).await);
    let actions: Vec<&str> = newer.iter().filter_map(|line| line["action"].as_str()).collect();
    assert_eq!(actions, ["audit.exported", "audit.export_ended"]);
    let detail = &newer[1]["detail"]["export_end"];
    assert_eq!(detail["lines"].as_u64(), Some(rest.len() as u64));
    assert_eq!(detail["is_whole"], true);
    let page = owner.get("/p/acme/audit?noun=audit").await.text();
    assert!(page.contains("noun=audit"), "its filters are recorded: {page}");
}

#[tokio::test]
async fn a_filtered_export_is_what_the_page_lists() {
    let scene = Scene::of(6).await;
    let build = scene.build.to_string();
    for fields in [
        &[("noun", "credential")][..],
        &[("outcome", "refused")],
        &[("pipeline", build.as_str())],
        &[("from", "2020-01-01")],
        &[("from", "2020-01-01"), ("to", "2020-01-02")],
    ] {
        let read =
            |key: &str| fields.iter().find(|(name, _)| *name == key).map(|(_, v)| (*v).to_owned());
        let listed = scene.rows(&AuditQuery::read(read).unwrap()).await;
        let mut listed: Vec<i64> = listed.iter().map(|row| row.seq).collect();
        listed.sort_unstable();
        let reply = export(&scene.app.owner, &[fields, &[("format", "jsonl")]].concat()).await;
        assert_eq!(links(&lines(&reply)), listed, "{fields:?}");
    }
}

#[tokio::test]
async fn an_export_of_one_credential_has_no_receipt_of_another() {
    let app = App::new().await;
    let mut ids = Vec::new();
    for (name, host) in [("one", "ghcr.io"), ("two", "quay.io")] {
        ids.push(app.credential(&app.owner, "acme", name, host, "hunter2").await);
    }
    let (_, token) = app.pipeline(&app.owner, "acme", "build", &ids, "pull").await;
    // Both are delivered in one fetch.
    app.docker_config(&token, "", &[]).await;
    let id = ids[0].to_string();
    for more in [&[][..], &[("outcome", "delivered")]] {
        let fields = [&[("format", "jsonl"), ("credential", id.as_str())], more].concat();
        let lines = lines(&export(&app.owner, &fields).await);
        let is_receipt = |line: &&Value| line["kind"] == "delivery";
        let of: Vec<&str> = lines
            .iter()
            .filter(is_receipt)
            .filter_map(|line| line["credential"].as_str())
            .collect();
        assert_eq!(of, ["one"], "{more:?}");
    }
}

#[tokio::test]
async fn the_name_of_an_export_says_of_which_days_it_is_and_its_last_line_how_it_was_filtered() {
    let app = App::new().await;
    let none: &[(&str, &str)] = &[];
    for (days, name) in [
        (none, ""),
        (&[("from", "2026-11-01"), ("to", "2026-11-30")][..], "-from-2026-11-01-to-2026-11-30"),
        (&[("noun", "member"), ("from", "2026-11-01")][..], "-from-2026-11-01"),
        (&[("noun", "member"), ("to", "2026-11-30")][..], "-to-2026-11-30"),
    ] {
        let filters: Vec<String> =
            days.iter().map(|(key, value)| format!("{key}={value}")).collect();
        for format in ["csv", "jsonl"] {
            let reply = export(&app.owner, &[days, &[("format", format)]].concat()).await;
            let expected = format!("attachment; filename=\"regcred-audit-acme{name}.{format}\"");
            assert_eq!(reply.header("content-disposition"), expected.as_str());
            let text = reply.text();
            let last = text.lines().last().unwrap();
            assert!(last.contains("end") && last.contains(&filters.join("&")), "{last}");
        }
    }
}

#[tokio::test]
async fn no_cell_of_a_csv_is_a_formula() {
    let scene = Scene::of(1).await;
    let owner = &scene.app.owner;
    scene.app.credential(owner, "acme", "=HYPERLINK(1)", "ghcr.io", "hunter2").await;
    let csv = export(owner, &[("format", "csv")]).await.text();
    assert!(csv.starts_with("link,at,kind,action,by,"), "{csv}");
    assert!(csv.contains(",'=HYPERLINK(1),") && csv.contains(",'=1+1,"), "{csv}");
    for record in csv.split("\r\n") {
        let cells = record.split(',').map(|cell| cell.trim_start_matches('"'));
        assert!(cells.into_iter().all(|cell| !cell.starts_with(['=', '+', '@'])), "{record}");
    }
    assert!(!csv.contains("hunter2"));
}

#[tokio::test]
async fn only_who_may_audit_exports() {
    let app = App::new().await;
    let beta = app.project("beta").await;
    for (role, status) in
        [(Role::Viewer, 403), (Role::Auditor, 200), (Role::Maintainer, 403), (Role::Owner, 200)]
    {
        let member = app.member(role, "acme").await;
        assert_eq!(export(&member, &[]).await.status, status, "{role:?}");
        let instance = member.post_form(EXPORT, &[("format", "csv")]).await;
        assert_eq!(instance.status, 403, "{role:?}");
    }
    assert_eq!(export(&beta, &[]).await.status, 404);
    assert_eq!(export(&app.owner, &[("noun", "mac")]).await.status, 400);
    assert_eq!(export(&app.owner, &[("format", "xml")]).await.status, 400);
    assert_eq!(app.owner.post_form(EXPORT, &[("format", "jsonl")]).await.status, 200);
    let nobody = app.nobody();
    assert_eq!(nobody.post_json_accept(EXPORT, &[("project", "acme")]).await.status, 401);
    let led = export(&nobody, &[]).await;
    assert!(led.location().starts_with("/sign-in?next="), "{} {}", led.status, led.text());
    // Neither by a link, nor for another site.
    assert_eq!(app.owner.get(EXPORT).await.status, 405);
    let marks = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example.com")];
    assert_eq!(crate::requests::marked(&app.owner, EXPORT, &marks).await, 403);
}

/// Deliveries that a long chain has, and more.
const MORE: usize = 10_000;

/// A project with a long chain, and an export of it that has just begun.
async fn long_export() -> (Scene, Receiver<Result<String, Error>>) {
    let scene = Scene::of(1).await;
    let (app, chain) = (&scene.app, scene.app.database.id(scene.project));
    let newest = format!("(SELECT MAX(seq) FROM receipt WHERE chain = {chain})");
    let numbers = format!(
        "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {MORE}) SELECT i FROM c) n"
    );
    let of_fetch =
        "id, at, pipeline_id, pipeline, door, token_id, claims, proof, address, form, mac";
    let of_receipt = "number, credential_id, credential, version, intent, image, outcome, reason";
    let last = app.scalar_i64(&format!("SELECT MAX(seq) FROM receipt WHERE chain = {chain}")).await;
    for (table, columns) in [("receipt", of_receipt), ("pipeline_fetch", of_fetch)] {
        app.raw(&format!(
            "INSERT INTO {table} (chain, seq, {columns}) SELECT chain, seq + n.i, {columns} FROM {table} CROSS JOIN {numbers} WHERE chain = {chain} AND seq = {last}"
        ))
        .await;
    }
    app.raw(&format!("UPDATE chain_head SET seq = {newest} WHERE chain = {chain}")).await;
    let reader = app.evidence(&app.owner, "acme").await.can::<of::AuditRead>().unwrap();
    let export = Export { format: ExportFormat::JsonLines, query: AuditQuery::default(), after: 0 };
    let pieces = app.vault.export_audit(&reader, export).await.unwrap();
    (scene, pieces)
}

/// What the chain says of the ends of exports.
async fn ends(scene: &Scene) -> Vec<Detail> {
    let query = AuditQuery { action: Some(Action::AuditExportEnded), ..AuditQuery::default() };
    let rows = scene.rows(&query).await.into_iter();
    rows.map(|row| match row.what {
        Happened::Change(change) => change.detail,
        other => panic!("{other:?}"),
    })
    .collect()
}

#[tokio::test]
async fn a_long_export_is_in_memory_a_piece_at_a_time() {
    let (_scene, mut pieces) = long_export().await;
    let (mut whole, mut largest, mut lines) = (0, 0, 0);
    while let Some(piece) = pieces.recv().await {
        let piece = piece.unwrap();
        assert!(pieces.len() <= 2, "{} pieces wait", pieces.len());
        whole += piece.len();
        largest = largest.max(piece.len());
        lines += piece.lines().count();
    }
    assert!(lines > MORE && whole > 1_000_000, "{lines} lines, {whole} bytes");
    assert!(largest < 128 * 1024, "{largest} bytes in one piece");
}

#[tokio::test]
async fn an_export_ends_with_the_right_of_who_asked_for_it() {
    let (scene, mut pieces) = long_export().await;
    assert!(pieces.recv().await.unwrap().is_ok());
    scene.app.raw("UPDATE membership SET role = 'viewer'").await;
    let (mut lines, mut last) = (0, None);
    while let Some(piece) = pieces.recv().await {
        lines += piece.as_ref().map_or(0, |text| text.lines().count());
        last = Some(piece);
    }
    // For a moment the row is not ours, and then nobody is a member.
    assert!(matches!(last, Some(Err(Error::Forbidden | Error::NotFound))), "{last:?}");
    assert!(lines < MORE, "{lines} lines");
}

#[tokio::test]
async fn an_export_that_nobody_reads_any_more_ends_and_says_how_far_it_came() {
    let (scene, mut pieces) = long_export().await;
    assert!(pieces.recv().await.unwrap().is_ok());
    pieces.close();
    while pieces.recv().await.is_some() {}
    let ended = async {
        loop {
            match ends(&scene).await {
                ends if ends.is_empty() => tokio::task::yield_now().await,
                ends => break ends,
            }
        }
    };
    let ends = timeout(DEADLINE, ended).await.expect("its end is recorded");
    let [Detail::ExportEnd { lines, is_whole: false, .. }] = ends[..] else { panic!("{ends:?}") };
    assert!(lines < MORE as u64, "{lines} lines");
}

#[tokio::test]
async fn the_operator_exports_a_chain_to_standard_output() {
    let machine = Machine::set_up().await;
    let csv = machine.run(&["audit", "export", "--project", "acme"]).done();
    assert!(csv.starts_with("link,at,kind,") && csv.contains("project.created"), "{csv}");
    let json = machine.run(&["audit", "export", "--format", "jsonl"]).done();
    let last = json.lines().last().unwrap();
    assert_eq!(serde_json::from_str::<Value>(last).unwrap()["kind"], "end", "{json}");
    let events = machine.run(&["audit", "list", "--project", "acme"]).done();
    assert!(events.contains("audit.exported") && events.contains("operator"), "{events}");
    machine.run(&["audit", "verify"]).done();
    machine.run(&["audit", "export", "--format", "xml"]).refused(2);
    for filters in ["noun=mac", "nuon=instance", "instance", "?noun=mac"] {
        machine.run(&["audit", "export", "--filters", filters]).refused(1);
    }
    machine.run(&["audit", "export", "--filters", "?noun=instance"]).done();
}
