//! What the corpus does not show.

use super::expression::evaluate;
use super::scope::Scope;
use super::value::Value;
use crate::scan_text;

fn value(expression: &str) -> String {
    let lookup = |parts: &[String]| match parts.join(".").as_str() {
        "matrix.os" => Value::Text("linux".to_owned()),
        "inputs.empty" => Value::Null,
        name => Value::unknown(name),
    };
    let value = evaluate(expression, &lookup, &|_| None).to_text();
    crate::variables::without_holes(&value, |name| format!("<{name}>"))
}

fn seen(text: &str) -> Vec<String> {
    scan_text(".github/workflows/a.yml", text).to_lines()
}

#[test]
fn an_expression_gives_what_github_would() {
    for (expression, wanted) in [
        ("'it''s'", "it's"),
        ("matrix.os", "linux"),
        ("matrix['os']", "linux"),
        ("matrix.os == 'Linux'", "true"),
        ("matrix.os != 'linux' && 'a' || 'b'", "b"),
        ("(matrix.os == 'linux' || github.x) && 'a'", "a"),
        ("inputs.empty || 'node:20'", "node:20"),
        ("format('{0}/{1}:{{x}}', matrix.os, github.sha)", "linux/<github.sha>:{x}"),
        ("startsWith(matrix.os, 'LIN')", "true"),
        ("!contains(matrix.os, 'win')", "true"),
        ("true", "true"),
        ("null", ""),
    ] {
        assert_eq!(value(expression), wanted, "{expression}");
    }
}

#[test]
fn what_is_not_known_is_named_and_a_plain_one_has_its_default() {
    for (expression, wanted) in [
        ("github.sha", "<github.sha>"),
        ("vars.REGISTRY || 'ghcr.io'", "ghcr.io"),
        ("github.head_ref || github.ref_name", "<github.head_ref>"),
        ("github.event_name == 'push' && 'a' || 'b'", "<github.event_name>"),
        ("fromJSON(needs.a.outputs.b).tags[0]", "<needs.a.outputs.b>"),
        ("hashFiles('a')", "<hashFiles()>"),
        ("", "<>"),
    ] {
        assert_eq!(value(expression), wanted, "{expression}");
    }
}

#[test]
fn an_expression_that_is_none_ends() {
    for expression in ["(", ")", "a.", "a[", "'", "&&", "a ? b", "\u{e000}", "f(", "f(,)", "!"] {
        let _ = value(expression);
    }
    let _ = value(&"(".repeat(10_000));
    let _ = value(&"!".repeat(10_000));
    let _ = value(&"f(".repeat(10_000));
    // What no value begins with is not asked for again and again.
    for expression in ["f(a ? b)", "f(a\"b", "f(])", "f(.", "format(a, ?)", "f(,,)"] {
        let _ = value(expression);
    }
}

#[test]
fn text_in_braces_is_a_value_and_numbers_are_numbers() {
    let text = "on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix:\n        python: [3.10, '3.10', 3]\n    container: python:${{ matrix.python }}\n";
    assert_eq!(
        seen(text),
        [
            ".github/workflows/a.yml:8  pulls  docker.io/library/python:3  a",
            ".github/workflows/a.yml:8  pulls  docker.io/library/python:3.1  a",
            ".github/workflows/a.yml:8  pulls  docker.io/library/python:3.10  a",
        ]
    );
}

#[test]
fn a_matrix_that_is_too_large_is_not_expanded() {
    let numbers: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    let list = numbers.join(", ");
    let text = format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix:\n        a: [{list}]\n        b: [{list}]\n    container: acme/x:${{{{ matrix.a }}}}\n"
    );
    let lines = seen(&text);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("unresolved: docker.io/acme/x, matrix.a"), "{lines:?}");
}

#[test]
fn a_value_that_depends_on_itself_ends() {
    let text = "on: push\njobs:\n  a:\n    runs-on: x\n    outputs:\n      x: ${{ needs.a.outputs.x }}\n    container: ${{ needs.a.outputs.x }}\n";
    assert_eq!(seen(text).len(), 1);
}

#[test]
fn the_scope_without_anything_knows_nothing() {
    let scope = Scope::default();
    assert!(matches!(scope.evaluate("inputs.a"), Value::Unknown { .. }));
    let called = Scope { is_called: true, ..Scope::default() };
    assert_eq!(called.put_in("a${{ inputs.a }}b"), "ab");
}

#[test]
fn a_script_of_windows_has_its_own_variables() {
    let text = "on: push\njobs:\n  a:\n    runs-on: x\n    env: {TAG: '2'}\n    steps:\n      - shell: cmd\n        run: |\n          docker push acme/x:%TAG%\n          docker push acme/y:%BUILD%\n      - shell: pwsh\n        run: docker push \"acme/z:${env:TAG}\"\n      - shell: pwsh\n        run: docker push acme/z:1-$env:TAG\n";
    let lines = seen(text);
    assert_eq!(lines[0], ".github/workflows/a.yml:9  pushes  docker.io/acme/x:2  a");
    assert!(lines[1].contains("unresolved: docker.io/acme/y, BUILD"), "{lines:?}");
    assert_eq!(lines[2], ".github/workflows/a.yml:12  pushes  docker.io/acme/z:2  a");
    assert_eq!(lines[3], ".github/workflows/a.yml:14  pushes  docker.io/acme/z:1-2  a");
}
