//! The guides: everybody reads the same, they say what the product says, and they explain each of its
//! refusals.

use crate::app::App;
use regcred::domain::paths;
use regcred::error::Error;
use regcred::help::{Guide, Part, guide, guides};
use std::fs;
use std::path::{Path, PathBuf};

/// Where sentences of refusals are written as `#[error("…")]`.
const REFUSALS: [&str; 3] =
    ["src/crypto/jwt.rs", "src/registries/problem.rs", "src/outbound/problem.rs"];
/// Where sentences are put together of parts. Beside them, what is doubted of a save is explained: each
/// file of that name in the room of the rules.
const PARTS: [&str; 3] =
    ["src/domain/trust_rule/refusal.rs", "src/issuers/problem.rs", "src/vault/exchange/once.rs"];
/// So many words make a part that tells which sentence it is of.
const WORDS: usize = 4;
/// Where the words of the pages are written.
const PAGES: [&str; 4] = ["src/ui", "src/islands", "src/domain", "src/functions"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn errors() -> &'static Guide {
    guide(&paths::help("errors")).unwrap()
}

#[tokio::test]
async fn strangers_and_members_read_the_same_guides() {
    let app = App::new().await;
    let nobody = app.nobody();
    for guide in guides() {
        let page = nobody.get(&guide.path).await;
        assert_eq!(page.status, 200, "{}", guide.path);
        let text = page.text();
        for heading in &guide.headings {
            let id = format!("id=\"{}\"", heading.id);
            assert_eq!(text.matches(&id).count(), 1, "{}: {id}", guide.path);
        }
        for part in &guide.parts {
            if let Part::Lines(id) = part {
                let has_lines = text.contains(&format!("id=\"lines-{id}\""));
                assert!(has_lines, "{}: no pipeline's page has the lines {id}", guide.path);
            }
        }
        // What the two are not told apart by is no data of an instance.
        let own = app.owner.get(&guide.path).await.text();
        assert_eq!(own.matches("<h2").count(), text.matches("<h2").count(), "{}", guide.path);
        assert!(!own.contains("owner@example.com"), "{}", guide.path);
    }
}

#[tokio::test]
async fn a_guide_that_does_not_exist_is_not_found() {
    let app = App::new().await;
    for path in ["/help/nothing", "/help/registries/nothing", "/help/clients/x", "/help/ci/x"] {
        assert_eq!(app.nobody().get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_guides_can_be_searched_without_signing_in() {
    let app = App::new().await;
    let nobody = app.nobody();
    let page = nobody.get("/help?q=fine-grained+ghcr.io").await.text();
    assert!(page.contains("/help/registries/ghcr#make"), "{page}");
    let page = nobody.get("/help?q=zebra-crossing").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Nothing was found."));
    let page = nobody.get("/help?q=%3Cscript%3Ealert(1)%3C/script%3E").await.text();
    assert!(!page.contains("<script>alert(1)"), "{page}");
}

#[tokio::test]
async fn a_problem_leads_to_its_paragraph() {
    let app = App::new().await;
    let page = app.owner.get("/p/acme/credentials/nothing").await.text();
    assert!(page.contains(r#"href="/help/errors#not-found""#), "{page}");
}

#[test]
fn each_error_of_a_page_has_a_paragraph() {
    let text = String::new;
    for error in [
        Error::Invalid(Vec::new()),
        Error::Questioned(Vec::new()),
        Error::Stale { by: None, changes: Vec::new(), revision: 1 },
        Error::Unauthenticated,
        Error::Forbidden,
        Error::Denied(text()),
        Error::NotFound,
        Error::Gone(text()),
        Error::BadRequest(text()),
        Error::Conflict(text()),
        Error::TooManyAttempts { minutes: 1 },
        Error::TooManyRequests { of: text(), retry_after: 1 },
        Error::Upstream { message: text(), retry_after: 1 },
        Error::Unavailable,
        Error::Internal,
    ] {
        let path = paths::help_error(error.code());
        let (_, id) = path.split_once('#').unwrap();
        assert!(errors().headings.iter().any(|heading| heading.id == id), "{path}");
    }
}

/// The sentences of the file, each up to its first value, and up to the end of its first sentence.
fn refusals(file: &str) -> Vec<String> {
    let code = fs::read_to_string(root().join(file)).unwrap();
    let starts = code.match_indices("#[error(").map(|(at, start)| &code[at + start.len()..]);
    let quoted = starts.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    let whole = quoted.filter_map(|rest| rest.split('"').next());
    let first = whole.map(|text| text.split('{').next().unwrap_or_default());
    let first = first.map(|text| text.split(". ").next().unwrap_or_default());
    first.map(|text| text.split([',', ':']).next().unwrap_or_default().trim().to_owned()).collect()
}

#[test]
fn each_refusal_has_a_paragraph() {
    let text = errors().text();
    let mut missing = Vec::new();
    for file in REFUSALS {
        let sentences = refusals(file);
        assert!(sentences.len() > 5, "{file} has no refusals any more");
        missing.extend(sentences.into_iter().filter(|sentence| !text.contains(sentence.as_str())));
    }
    assert!(missing.is_empty(), "src/help/errors.md says nothing of: {missing:#?}");
}

/// The texts of the file between its values, without its comments and its tests.
fn parts(file: &Path) -> Vec<String> {
    let code = fs::read_to_string(file).unwrap();
    let code = code.split("mod tests {").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().filter(|line| !line.trim().starts_with("//")).collect();
    let code = lines.join("\n");
    let quoted = code.split('"').skip(1).step_by(2);
    let texts = quoted.flat_map(|text| text.split('{')).map(|text| {
        // What stands before the end of a value is its name.
        text.split_once('}').map_or(text, |(_, after)| after)
    });
    let parts = texts.flat_map(|text| text.split([',', ':', ';', '(', '.']));
    parts
        .map(|part| part.trim().to_lowercase())
        .filter(|part| part.split_whitespace().count() >= WORDS)
        .collect()
}

#[test]
fn each_sentence_about_tokens_and_doubtful_saves_has_a_paragraph() {
    let text = errors().text().to_lowercase();
    let mut files = Vec::new();
    sources(&root().join("src/domain"), &mut files);
    files.retain(|path| path.file_name().is_some_and(|name| name == "doubt.rs"));
    files.extend(PARTS.map(|file| root().join(file)));
    let mut missing = Vec::new();
    for file in files {
        let parts = parts(&file);
        let unknown = parts.into_iter().filter(|part| !text.contains(part.as_str()));
        missing.extend(unknown.map(|part| format!("{}: {part}", file.display())));
    }
    assert!(missing.is_empty(), "src/help/errors.md says nothing of: {missing:#?}");
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// What a guide says in bold: the words of a page of ours, unless it ends a list's first words with
/// a full stop or a colon.
fn labels(guide: &Guide) -> Vec<String> {
    let html = guide.parts.iter().filter_map(|part| match part {
        Part::Html(html) => Some(html.as_str()),
        Part::Code(_) | Part::Lines(_) => None,
    });
    let bold = html.flat_map(|html| html.split("<strong>").skip(1));
    let words = bold.filter_map(|rest| rest.split_once("</strong>"));
    words
        .filter(|(text, rest)| !text.ends_with(['.', ':']) && !rest.starts_with(':'))
        .map(|(text, _)| text.replace("&amp;", "&"))
        .collect()
}

#[test]
fn what_a_guide_says_in_bold_stands_on_a_page() {
    let mut files = Vec::new();
    for folder in PAGES {
        sources(&root().join(folder), &mut files);
    }
    let code: String = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let mut missing = Vec::new();
    for guide in guides() {
        for label in labels(guide) {
            if !code.contains(&label) {
                missing.push(format!("{}: {label}", guide.path));
            }
        }
    }
    assert!(missing.is_empty(), "no page says: {missing:#?}");
}
