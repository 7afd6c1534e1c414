//! What becomes of the actions of templates.

use super::chart::Chart;
use super::template::{filled, is_one};
use super::with_version;
use crate::variables::without_holes;

/// The text of each branch, holes as `<name>`.
fn branches(text: &str) -> Vec<String> {
    let named = |text: &String| without_holes(text, |name| format!("<{name}>"));
    filled(text, &Chart::default()).iter().map(named).collect()
}

#[test]
fn values_become_holes_and_the_rest_nothing() {
    for (text, out) in [
        ("a: {{ .Values.a }}", "a: <.Values.a>"),
        ("a: {{ .Values.a | quote }}", "a: <.Values.a>"),
        ("a: {{ $.Values.a }}", "a: <.Values.a>"),
        ("a: {{ default \"1\" .Values.a }}", "a: 1"),
        ("a: {{ default .Chart.AppVersion .Values.a }}", "a: <.Values.a>"),
        ("a: {{ .Values.a | trunc 3 }}", "a: <.Values.a>"),
        ("a: {{ required \"say it\" .Values.a }}", "a: <.Values.a>"),
        ("a: {{ printf \"%s:%s\" .Values.a \"1\" }}", "a: <.Values.a>:1"),
        ("a: {{ template \"x.image\" . }}", "a: <include(x.image)>"),
        ("{{ $x := .Values.a }}\n", "\n"),
        ("{{/* a: {{ b }} */}}a: 1", "a: 1"),
        ("{{- /* one\ntwo */ -}}\na: 1", "\n\na: 1"),
        ("  {{- toYaml .Values.a | nindent 2 }}\n", "  \n"),
        ("  {{ .Values.whole }}\n", "  \n"),
        ("{% for x in y %}\na: {{ x }}\n{% endfor %}", "\na: <x>\n"),
        ("a: {{ open", "a: {{ open"),
    ] {
        assert_eq!(branches(text), [out], "{text}");
    }
}

#[test]
fn each_branch_is_read_on_its_own_lines() {
    let text = "{{ if .a }}\nx: 1\n{{ else if .b }}\nx: 2\n{{ else }}\nx: 3\n{{ end }}\n";
    assert_eq!(branches(text), ["\nx: 1\n\n\n\n\n\n", "\n\n\nx: 2\n\n\n\n", "\n\n\n\n\nx: 3\n\n"]);
    // What has no other branch is in each.
    let text = "{{ if .a }}x{{ if .b }}1{{ else }}2{{ end }}{{ end }}";
    assert_eq!(branches(text), ["x1", "x2"]);
}

#[test]
fn variables_of_others_make_no_template() {
    assert!(is_one("a: {{ .Values.a }}") && is_one("{{- if x }}") && is_one("a: {{ name }}"));
    assert!(!is_one("a: \"{{inputs.parameters.x}}\"") && !is_one("a: {b: {c: d}}"));
}

#[test]
fn only_a_whole_version_is_a_tag() {
    for (version, tag) in [
        ("1.2.3", ":1.2.3"),
        ("v1.2.3-rc.1+x", ":v1.2.3-rc.1_x"),
        ("1.2", ""),
        ("^1.2.3", ""),
        ("1.2.x", ""),
        (">=1.2.3 <2.0.0", ""),
        ("", ""),
    ] {
        assert_eq!(with_version("a/b", version), format!("a/b{tag}"), "{version}");
    }
}
