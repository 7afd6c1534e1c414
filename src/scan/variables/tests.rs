//! What comes out of each form.

use super::*;

/// Holes as `<NAME>`.
fn with(text: &str, syntax: Syntax, pairs: &[(&str, &str)]) -> String {
    let lookup = |name: &str| match pairs.iter().find(|(known, _)| *known == name) {
        Some((_, "unset")) => Lookup::Unset,
        Some((_, value)) => Lookup::Is((*value).to_owned()),
        None => Lookup::Unknown,
    };
    without_holes(&substitute(text, syntax, &lookup), |name| format!("<{name}>"))
}

fn compose(text: &str) -> String {
    with(text, Syntax::COMPOSE, &[("TAG", "1.2"), ("EMPTY", ""), ("UNSET", "unset")])
}

#[test]
fn values_and_defaults_are_put_in_and_the_rest_are_holes() {
    for (text, out) in [
        ("nginx:$TAG", "nginx:1.2"),
        ("nginx:${TAG}-a", "nginx:1.2-a"),
        ("$$TAG", "$TAG"),
        ("$X/a:${Y}", "<X>/a:<Y>"),
        ("${X:-d}", "d"),
        ("${X-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${UNSET}a", "a"),
        ("${X:-${Y:-${TAG}}}", "1.2"),
        ("${X:-a${Y}b}", "a<Y>b"),
        ("${X:?say why}", "<X>"),
        ("${TAG:?say why}", "1.2"),
        ("${TAG:+-a}", "-a"),
        ("${EMPTY:+-a}", ""),
        ("${EMPTY+-a}", "-a"),
        ("${UNSET:+-a}", ""),
        ("${X:+-a}", "<X>"),
        ("${X", "${X"),
        ("5$", "5$"),
        ("$1", "$1"),
        ("${{ inputs.tag }}", "<inputs.tag>"),
    ] {
        assert_eq!(compose(text), out, "{text}");
    }
}

#[test]
fn values_are_cut_and_changed() {
    let pairs = [("V", "v1.2.3"), ("P", "a/b/c"), ("U", "unset")];
    for (text, out) in [
        ("${V#v}", "1.2.3"),
        ("${V%.*}", "v1.2"),
        ("${V%%.*}", "v1"),
        ("${P##*/}", "c"),
        ("${P#*/}", "b/c"),
        ("${P/b/x}", "a/x/c"),
        ("${V//./-}", "v1-2-3"),
        ("${V^^}", "V1.2.3"),
        ("${V:1}", "1.2.3"),
        ("${V:1:3}", "1.2"),
        ("${U#v}", ""),
        ("${X#v}", "<X>"),
        ("${V@Q}", "<V>"),
        ("$V", "$V"),
    ] {
        assert_eq!(with(text, Syntax::ENVSUBST, &pairs), out, "{text}");
    }
}

#[test]
fn a_dockerfile_has_quotes_and_escapes() {
    let pairs = [("V", "1")];
    for (text, out) in [
        ("\"nginx:$V\"", "nginx:1"),
        ("'nginx:$V'", "nginx:$V"),
        ("nginx:\\$V", "nginx:$V"),
        ("nginx:${W:-\"2\"}", "nginx:2"),
    ] {
        assert_eq!(with(text, Syntax::dockerfile('\\'), &pairs), out, "{text}");
    }
    assert_eq!(with("nginx:`$V", Syntax::dockerfile('`'), &pairs), "nginx:$V");
}

#[test]
fn a_script_has_arguments_that_nobody_knows() {
    assert_eq!(with("$1/$@:$V", Syntax::SHELL, &[("V", "1")]), "<1>/<@>:1");
}

#[test]
fn nesting_has_an_end() {
    let text = format!("{}x{}", "${A:-".repeat(1000), "}".repeat(1000));
    assert_eq!(with(&text, Syntax::COMPOSE, &[]), "<>");
}

#[test]
fn templates_are_holes() {
    let text = with_template_holes("a/{{ .Values.image }}:$[[ inputs.tag ]]{{ open");
    assert_eq!(holes(&text), [".Values.image", "inputs.tag"]);
    assert!(text.ends_with("{{ open"));
}

#[test]
fn values_do_not_grow_without_end() {
    let long = "x".repeat(LONGEST + 1);
    let lookup = |name: &str| match name {
        "A" => Lookup::Is("x".repeat(LONGEST)),
        _ => Lookup::Is(long.clone()),
    };
    assert_eq!(substitute("$B", Syntax::SHELL, &lookup), hole("B"));
    let all = substitute(&"$A".repeat(10_000), Syntax::SHELL, &lookup);
    assert!(all.len() < MOST + 10_000 * hole("A").len() && all.ends_with(&hole("A")));
}

#[test]
fn an_expression_is_named_without_the_password_of_an_address() {
    let hole = hole("format('https://bot:zebra@ghcr.io/a')");
    assert_eq!(holes(&hole), ["format(https@ghcr.ioa)"]);
}

#[test]
fn what_opens_again_and_again_and_never_closes_stays_as_it_is() {
    for open in ["${A:-", "${{ a ", "${A${{", "${"] {
        let text = open.repeat(200_000);
        assert!(compose(&text) == text, "{open}");
    }
    assert_eq!(compose("${X ${TAG} ${Y:-${TAG}}"), "${X 1.2 1.2");
    assert_eq!(compose("${{ a }} ${{ b"), "<a> ${{ b");
}
