//! What forms send, and what a test reads out of answers.

use super::browser::Reply;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the create dialog sends when the person is sure; `more` comes after and may repeat a field with
/// another value.
pub fn credential_form<'a>(
    project: &'a str,
    name: &'a str,
    host: &'a str,
    secret: &'a str,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("project", project),
        ("name", name),
        ("registry_url", host),
        ("method", "password"),
        ("username", "acme-bot"),
        ("access", "pull_push"),
        ("password", secret),
        ("anyway", "true"),
    ];
    form.retain(|(field, _)| !more.iter().any(|(other, _)| other == field));
    form.extend_from_slice(more);
    form
}

/// What the create dialog of pipelines sends when no credential is ticked.
pub fn pipeline_form<'a>(
    project: &'a str,
    name: &'a str,
    intent: &'a str,
    password: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("project", project),
        ("form[name]", name),
        ("form[description]", ""),
        ("form[token_days]", "30"),
        ("form[intent]", intent),
        ("password", password),
    ]
}

/// The token that a page shows.
pub fn token_in(page: &str) -> Option<String> {
    let starts = page.match_indices("rgc_").map(|(at, _)| at);
    let mut tokens = starts.filter_map(|at| page.get(at..at + 77));
    tokens.find(|text| regcred::crypto::token::parse_token(text).is_some()).map(str::to_owned)
}

/// The value of the page's input with that name, as a browser posts it.
pub fn value_in(page: &str, name: &str) -> Option<String> {
    let name = format!(" name=\"{name}\"");
    let mut inputs = page.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let (_, value) = inputs.find(|input| input.contains(&name))?.split_once(" value=\"")?;
    value.split('"').next().map(unescaped)
}

/// The address of the page's first link that begins with `start`.
pub fn link_in(page: &str, start: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!(" href=\"{start}"))?;
    rest.split('"').next().map(|rest| format!("{start}{}", unescaped(rest)))
}

/// The names and ids of the credentials that a page of the list shows.
pub fn credentials_in(page: &str) -> Vec<(String, String)> {
    let links = page.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
    let one = |link: &str| {
        let value = |attribute: &str| {
            let (_, rest) = link.split_once(&format!("{attribute}="))?;
            // A value that is one word has no quotes.
            let value = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => rest.split(' ').next(),
            };
            value.map(unescaped)
        };
        let name = value("aria-label")?.strip_prefix("Edit ")?.to_owned();
        let href = value("href")?;
        let (_, rest) = href.split_once("/credentials/")?;
        Some((name, rest.split('/').next()?.to_owned()))
    };
    links.filter_map(one).collect()
}

/// The address of the list's next page.
pub fn next_page_in(page: &str) -> Option<String> {
    let mut links = page.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
    let (_, rest) = links.find(|link| link.contains("rel=\"next\""))?.split_once("href=\"")?;
    rest.split('"').next().map(unescaped)
}

/// The value of an attribute, as a browser reads it.
fn unescaped(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}

/// What a delivered `config.json` holds: `user:secret` by host. It has to be JSON of that shape and
/// nothing else.
pub fn auths(reply: &Reply) -> BTreeMap<String, String> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let file: Value = serde_json::from_slice(&reply.body).unwrap();
    let file = file.as_object().unwrap();
    assert_eq!(file.keys().collect::<Vec<_>>(), ["auths"]);
    let hosts = file["auths"].as_object().unwrap();
    let decoded = hosts.iter().map(|(host, entry)| {
        let entry = entry.as_object().unwrap();
        assert_eq!(entry.keys().collect::<Vec<_>>(), ["auth"]);
        let bytes = STANDARD.decode(entry["auth"].as_str().unwrap()).unwrap();
        (host.clone(), String::from_utf8(bytes).unwrap())
    });
    let mut decoded: BTreeMap<String, String> = decoded.collect();
    // A host has the spelling with its usual port beside its own, for the same.
    let bare = |host: &str| host.strip_suffix(":443").map(str::to_owned);
    let both: Vec<(String, String)> =
        decoded.keys().filter_map(|host| Some((host.clone(), bare(host)?))).collect();
    for (spelling, host) in both {
        assert_eq!(decoded.remove(&spelling).as_ref(), decoded.get(&host), "{spelling}");
    }
    decoded
}

/// A service account key as Google makes them, but with random bytes for its private key.
pub fn key_file() -> Value {
    json!({
        "type": "service_account",
        "project_id": "acme-images",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            private_key().as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap())
                .collect::<Vec<_>>().join("\n")
        ),
        "client_email": "ci@acme-images.iam.gserviceaccount.com",
        "client_id": "100000000000000000000",
    })
}

/// The base64 of something that begins as a key in DER does.
fn private_key() -> String {
    let mut der = vec![0x30, 0x82, 0x04, 0xbc];
    while der.len() < 1216 {
        der.extend_from_slice(Uuid::now_v7().as_bytes());
    }
    STANDARD.encode(der)
}
