//! What people read or hear of a page, a line for each block of it. What differs from run to run is
//! replaced.

use regcred::domain::moment::Day;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Elements that stand within a line.
const INLINE: [&str; 9] = ["a", "b", "code", "em", "i", "small", "span", "strong", "time"];
/// Attributes that are read, or read out.
const READ: [&str; 4] = ["aria-label", "placeholder", "title", "alt"];

/// The title of the page, and then its text with the labels of its controls in brackets.
pub fn words(html: &str) -> String {
    let title = between(html, "<title>", "</title>");
    let body = html.find("<body").map_or(html, |at| &html[at..]);
    let text = unescaped(&format!("{title}\n{}", text_of(body)));
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        redacted(&words.join(" "))
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The ids that more than one element of the page has.
pub fn ids_twice(html: &str) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let ids = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    ids.filter(|id| !seen.insert(*id)).collect()
}

fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = html.split_once(start).unwrap_or_default();
    rest.split_once(end).map_or("", |(inside, _)| inside)
}

fn text_of(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("<!--") {
            rest = after(rest, "-->");
            continue;
        }
        let tag = tag_at(rest);
        rest = &rest[tag.len()..];
        let name: String = tag
            .chars()
            .skip(1)
            .skip_while(|c| *c == '/')
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if matches!(name.as_str(), "script" | "style") && !tag.starts_with("</") {
            rest = after(rest, &format!("</{name}>"));
        } else if name == "time" && !tag.starts_with("</") {
            // How long ago something was is another word tomorrow.
            text.push_str("[when]");
            rest = after(rest, "</time>");
        } else if !tag.starts_with("<!") && !INLINE.contains(&name.as_str()) {
            text.push('\n');
        }
        // A time has its exact text for a title.
        if name != "time" {
            read_out(tag, &mut text);
        }
    }
    text.push_str(rest);
    text
}

/// The tag that the text begins with. A value in quotes may hold its end.
fn tag_at(html: &str) -> &str {
    let mut is_quoted = false;
    let end = html.find(|c: char| {
        is_quoted ^= c == '"';
        c == '>' && !is_quoted
    });
    &html[..end.map_or(html.len(), |at| at + 1)]
}

fn after<'a>(html: &'a str, end: &str) -> &'a str {
    html.split_once(end).map_or("", |(_, rest)| rest)
}

/// The labels of a tag, each once.
fn read_out(tag: &str, text: &mut String) {
    let mut labels: Vec<&str> = Vec::new();
    for attribute in READ {
        let label = between(tag, &format!(" {attribute}=\""), "\"");
        if !label.is_empty() && !labels.contains(&label) {
            labels.push(label);
            text.push_str(&format!(" [{label}] "));
        }
    }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&#x27;", "'").replace("&#39;", "'");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The line without ids, keys, tokens, days and times.
pub fn redacted(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
    let mut redacted = String::new();
    let line = without_keys(line);
    let mut rest = line.as_str();
    while let Some(start) = rest.find(is_part) {
        redacted.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let word = part.trim_end_matches(':');
        redacted.push_str(instead_of(word));
        redacted.push_str(&part[word.len()..]);
        rest = after;
    }
    redacted + rest
}

/// The MAC of a link of an audit chain.
fn is_link_code(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The root or a signature of a checkpoint.
fn is_base64(word: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    word.len() >= 44 && word.ends_with('=') && word.bytes().all(is_part)
}

/// Without what differs of a public key, which is written `NAME+ID+KEY`.
fn without_keys(line: &str) -> String {
    let is_id = |id: &str| id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = line.split(' ').map(|word| match word.splitn(3, '+').collect::<Vec<_>>()[..] {
        [name, id, _] if is_id(id) => format!("{name}+[public key]"),
        _ if is_base64(word) => "[base64]".to_owned(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn instead_of(word: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_id = word.len() == 22 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    match word {
        _ if word.starts_with("rgc_") => "[token]",
        _ if Uuid::parse_str(word).is_ok() => "[id]",
        // The address of a person of the tests.
        _ if word
            .rsplit('-')
            .next()
            .is_some_and(|end| end.len() == 32 && Uuid::parse_str(end).is_ok()) =>
        {
            "[id]"
        }
        _ if Day::parse(word).is_some() => "[day]",
        _ if word.contains(':') && word.split(':').all(is_number) => "[time]",
        _ if word.rsplit(':').next().is_some_and(is_link_code) => "[link code]",
        _ if word.len() == 16 && word.bytes().all(|b| b.is_ascii_hexdigit()) => "[key id]",
        _ if is_id => "[token id]",
        _ => word,
    }
}

#[test]
fn what_is_read_and_heard_is_kept_and_what_differs_is_not() {
    let html = "<html><head><title>A &amp; B</title></head><body class=\"x\"><!--hk--><script>let a = '<p>';</script>\
        <h1>Pipelines</h1><p>Since <time title=\"2026-11-29 01:42 UTC\">2 h ago</time>, <b>here</b>.</p>\
        <button aria-label=\"Revoke a&gt;b\" title=\"Revoke a&gt;b\">Revoke</button><input placeholder=\"x > y\">\
        <pre>id: 0198c5f0-0000-7000-8000-000000000000\n  key=b976fc652f5fdb1d:</pre>\
        <code>example.com+0a1b2c3d+AZ/+a=</code></body></html>";
    let lines = [
        "A & B",
        "Pipelines",
        "Since [when], here.",
        "[Revoke a>b] Revoke",
        "[x > y]",
        "id: [id]",
        "key=[key id]:",
        "example.com+[public key]",
    ];
    assert_eq!(words(html), lines.join("\n"));
}

#[test]
fn an_id_is_told_when_two_elements_have_it() {
    let html = "<main id=\"main\"><p data-id=\"a\" id=\"a\"><input name=\"x\" id=\"a\"></main>";
    assert_eq!(ids_twice(html), ["a"]);
}
