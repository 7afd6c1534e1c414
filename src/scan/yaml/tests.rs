//! What is read of a file, and what is refused.

use super::*;

fn one(text: &str) -> Node {
    documents(text).remove(0).root
}

fn documents(text: &str) -> Vec<Document> {
    read(text, Options::default()).unwrap()
}

fn refused(text: &str) -> Problem {
    read(text, Options::default()).unwrap_err()
}

/// The tree on one line.
fn shown(node: &Node) -> String {
    let tag = node.tag().map(|tag| format!("{tag} ")).unwrap_or_default();
    if node.is_map() {
        let entries: Vec<String> =
            node.entries().iter().map(|e| format!("{}: {}", e.key, shown(&e.value))).collect();
        return format!("{tag}{{{}}}", entries.join(", "));
    }
    if node.is_list() {
        let items: Vec<String> = node.items().iter().map(shown).collect();
        return format!("{tag}[{}]", items.join(", "));
    }
    format!("{tag}{}", node.text().unwrap_or("null"))
}

#[test]
fn everything_is_text_and_has_its_line() {
    let root = one("on: push\nyes: 1.20\nday: 2026-01-01\nnone:\nalso: ~\nquoted: 'null'\n");
    assert_eq!(
        shown(&root),
        "{on: push, yes: 1.20, day: 2026-01-01, none: null, also: null, quoted: null}"
    );
    assert_eq!(root.get("on").and_then(Node::text), Some("push"));
    assert_eq!(root.get("quoted").and_then(Node::text), Some("null"));
    assert_eq!(root.get("none").map(Node::is_null), Some(true));
    assert_eq!(root.get("day").map(Node::line), Some(3));
    assert_eq!(root.entry("quoted").map(|entry| entry.line), Some(6));
    assert_eq!(root.at(&["on", "x"]).map(Node::line), None);
}

#[test]
fn a_script_knows_its_lines() {
    let root = one("a:\n  - |\n    one\n    two\n  - >\n    three\n    four\n  - five\n");
    let scripts: Vec<(usize, bool)> = root
        .get("a")
        .unwrap()
        .items()
        .iter()
        .map(|item| item.script().map(|script| (script.line, script.keeps_lines)).unwrap())
        .collect();
    assert_eq!(scripts, [(3, true), (6, false), (8, false)]);
    let blank = one("a: |\n\n\n  three\n");
    assert_eq!(blank.get("a").and_then(Node::script).map(|script| script.line), Some(2));
}

#[test]
fn mappings_are_merged_in() {
    let base = "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\n";
    for (text, merged) in [
        ("c:\n  <<: *a\n  y: 3\n", "{y: 3, x: 1}"),
        ("c:\n  y: 3\n  <<: *a\n", "{y: 3, x: 1}"),
        ("c:\n  <<: [*a, *b]\n", "{x: 1, y: 1, z: 2}"),
        ("c:\n  <<: *a\n  <<: *b\n", "{x: 2, z: 2, y: 1}"),
        ("c:\n  \"<<\": 1\n", "{<<: 1}"),
        ("c:\n  <<: 1\n", "{<<: 1}"),
    ] {
        let root = one(&format!("{base}{text}"));
        assert_eq!(shown(root.get("c").unwrap()), merged, "{text}");
    }
}

#[test]
fn lists_are_merged_in_where_it_is_asked_for() {
    let text = "l: &l [a, b]\nm: &m\n  - {n: 1}\nc:\n  - <<: *l\n  - d\n  - <<: *m\n";
    let merged = read(text, Options { merges_lists: true }).unwrap().remove(0).root;
    assert_eq!(shown(merged.get("c").unwrap()), "[a, b, d, {n: 1}]");
    assert_eq!(shown(one(text).get("c").unwrap()), "[{<<: [a, b]}, d, {n: 1}]");
}

#[test]
fn the_last_of_two_same_keys_counts_and_is_told() {
    let document = documents("a: 1\nb: 2\na: 3\n").remove(0);
    assert_eq!(shown(&document.root), "{a: 3, b: 2}");
    assert_eq!(document.duplicates, [3]);
    assert!(document.root.entry("a").unwrap().is_duplicate);
}

#[test]
fn tags_are_kept() {
    let root = one("a: !reference [.b, script]\nc: !reset null\nd: !!str 1\ne: !unknown {f: g}\n");
    let shown = shown(&root);
    assert_eq!(
        shown,
        "{a: !reference [.b, script], c: !reset null, d: !!str 1, e: !unknown {f: g}}"
    );
}

#[test]
fn a_file_has_several_documents_each_with_its_anchors() {
    let all = documents("\u{feff}a: &x 1\r\nb: *x\r\n---\r\nc: 2\r\n");
    let shown: Vec<String> = all.iter().map(|document| shown(&document.root)).collect();
    assert_eq!(shown, ["{a: 1, b: 1}", "{c: 2}"]);
    assert!(all[0].root.get("b").unwrap().is_alias());
    assert_eq!(all[1].root.get("c").unwrap().line(), 4);
    assert!(documents("").is_empty());
}

#[test]
fn what_a_small_file_would_become_is_limited() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let aliases = vec![format!("*a{before}"); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(refused(&laughs).sentence, limits::TOO_MANY);
    let mut deep = String::from("a0: &a0 [x]\n");
    for level in 1..200 {
        deep.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert_eq!(refused(&deep).sentence, limits::TOO_DEEP);
    assert_eq!(
        refused(&format!("{}{}", "[".repeat(150), "]".repeat(150))).sentence,
        limits::TOO_DEEP
    );
    assert_eq!(refused(&"- x\n".repeat(200_001)).sentence, limits::TOO_MANY);
    assert_eq!(refused(&" ".repeat(LARGEST + 1)).sentence, limits::TOO_LARGE);
}

#[test]
fn what_is_no_yaml_is_refused_with_its_line_and_not_repeated() {
    for (text, line, sentence) in [
        ("a:\n  b: 1\n\tc: hunter2\n", 3, limits::TAB),
        ("a: 1\nb: c\0d\n", 2, limits::CONTROL),
        ("a: *nobody\n", 1, limits::ANCHOR),
        ("a: &x [*x]\n", 1, limits::INSIDE_ITSELF),
        ("a: {{ .Values.a }}/b\n", 1, limits::TEMPLATE),
    ] {
        assert_eq!(refused(text), Problem { line, sentence }, "{text}");
    }
    assert_eq!(refused("a: [b\n").sentence, limits::NO_YAML);
}

#[test]
fn a_template_is_read_with_holes() {
    let text = "{{- if .Values.on }}\nimage: {{ .Values.image | quote }}:{{ .Values.tag }}\n{{- end }}\nb: 1 # {% x %}\n";
    assert!(seems_a_template(text));
    let root = read_template(text, Options::default()).unwrap().remove(0).root;
    let image = root.get("image").unwrap();
    assert_eq!(image.line(), 2);
    assert_eq!(crate::variables::holes(image.text().unwrap()), [".Values.image", ".Values.tag"]);
}

#[test]
fn brackets_and_quotes_may_go_on_at_the_margin() {
    let text =
        "a:\n  b: [\n    1,\n  2\n  ]\n  c: {\nd: 'x\n\ny ''z'\n}\n  e: \"p \\\nq\\\"\nr\"\nf: 1\n";
    let root = read(text, Options::default()).unwrap().remove(0).root;
    let items: Vec<_> = root.at(&["a", "b"]).unwrap().items().iter().map(Node::text).collect();
    assert_eq!(items, [Some("1"), Some("2")]);
    assert_eq!(root.at(&["a", "c", "d"]).unwrap().text(), Some("x\ny 'z"));
    assert_eq!(root.at(&["a", "e"]).unwrap().text(), Some("p q\" r"));
    assert_eq!(root.get("f").map(Node::line), Some(14));
}

#[test]
fn lines_of_flow_style_need_no_indentation() {
    for (text, tree) in [
        ("a: [\n  x,\n  y\n]\nb: z\n", "{a: [x, y], b: z}"),
        ("- n: a\n  args: [\n    'b',\n  ]\n- n: c\n", "[{n: a, args: [b]}, {n: c}]"),
        ("a:\n  b: {\n  c: d # ]\n  }\n  e: f\n", "{a: {b: {c: d}, e: f}}"),
        ("a: [-]\nb: |\n  [-]\n", "{a: [-], b: [-]\n}"),
        ("a: [\n\t'b',\n\t'c'\n]\n", "{a: [b, c]}"),
        ("a: \"b\nc\"\nd: [\ne ]\n", "{a: b c, d: [e]}"),
        ("a: |\n  [\n  \"\nb: [\nc\n]\n", "{a: [\n\"\n, b: [c]}"),
        (
            "- k: |\n    [\n  m: it's [\n- {\nk: [ 'it''s', don't ]\n}\n",
            "[{k: [\n, m: it's [}, {k: [it's, don't]}]",
        ),
    ] {
        assert_eq!(shown(&one(text)), tree, "{text}");
    }
    let root = one("a: [\n  x\n]\nb:\n  c: d\n");
    assert_eq!(root.at(&["b", "c"]).map(Node::line), Some(5));
    assert_eq!(refused("a: [\n---\nb: c\n").sentence, limits::NO_YAML);
}
