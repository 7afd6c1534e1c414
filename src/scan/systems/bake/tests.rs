//! What the corpus does not show.

use crate::scan_text;

fn seen(text: &str) -> Vec<String> {
    scan_text("docker-bake.hcl", text).to_lines()
}

fn tags(expression: &str) -> String {
    let text = format!(
        "variable \"V\" {{ default = \"1\" }}\nvariable \"E\" {{ default = \"\" }}\nvariable \"U\" {{}}\ntarget \"t\" {{ tags = {expression} }}\n"
    );
    let lines: Vec<String> = seen(&text)
        .into_iter()
        .map(|line| line.replace("docker-bake.hcl:4  builds  ", "").replace("  t", ""))
        .collect();
    lines.join(" ")
}

#[test]
fn expressions_give_what_bake_would() {
    for (expression, wanted) in [
        ("[\"acme/a:${V}\"]", "docker.io/acme/a:1"),
        ("[notequal(\"\", E) ? \"acme/a:${E}\" : \"acme/a:x\"]", "docker.io/acme/a:x"),
        ("[E == \"\" ? \"\" : \"acme/a:${E}\", \"acme/b\"]", "docker.io/acme/b"),
        ("[for v in [\"1\", \"2\"] : \"acme/a:${v}\" if v != \"1\"]", "docker.io/acme/a:2"),
        ("concat([\"acme/a\"], [\"acme/b\"])", "docker.io/acme/a docker.io/acme/b"),
        (
            "formatlist(\"acme/a:%s\", compact([\"1\", E, \"2\"]))",
            "docker.io/acme/a:1 docker.io/acme/a:2",
        ),
        ("[format(\"acme/%s:%s\", \"a\", V)]", "docker.io/acme/a:1"),
        ("split(\",\", \"acme/a,acme/b\")", "docker.io/acme/a docker.io/acme/b"),
        (
            "[\"acme/a:$${x}\"]",
            "invalid: A tag has 1 to 128 letters, digits, dots, underscores and hyphens, and does not begin with a dot or a hyphen.",
        ),
        ("[\"acme/a:${U}\"]", "unresolved: docker.io/acme/a, U from the environment"),
        (
            "[\"acme/a:${timestamp()}\"]",
            "unresolved: docker.io/acme/a, timestamp() from the time of the build",
        ),
        ("[U != \"\" ? \"acme/a\" : \"acme/b\"]", "docker.io/acme/b"),
        ("[strlen(E) > 0 ? \"acme/a:${E}\" : \"\", \"acme/b\"]", "docker.io/acme/b"),
        ("[\"acme/a:${E}\"]", "unresolved: docker.io/acme/a, E from the environment"),
        ("[\"${E}acme/a\"]", "docker.io/acme/a"),
        ("[contains([\"1\", \"2\"], V) ? \"acme/a\" : \"acme/b\"]", "docker.io/acme/a"),
        ("[\"acme/${lookup({a = \"x\"}, \"a\", \"y\")}:${length([V, E])}\"]", "docker.io/acme/x:2"),
    ] {
        assert_eq!(tags(expression), wanted, "{expression}");
    }
}

#[test]
fn a_target_pushes_the_names_that_it_takes_from_another() {
    let text = "target \"a\" {\n  tags = [\"acme/a\"]\n}\ntarget \"b\" {\n  inherits = [\"a\"]\n  output = [\"type=registry\"]\n}\n";
    assert_eq!(
        seen(text),
        [
            "docker-bake.hcl:2  builds  docker.io/acme/a  a",
            "docker-bake.hcl:2  pushes  docker.io/acme/a  b",
        ]
    );
}

#[test]
fn what_is_no_hcl_is_said_by_line() {
    assert_eq!(
        seen("# a\ntarget \"x\" {\n  tags = [\"a\"\n"),
        [
            "docker-bake.hcl:4  cannot be read  This is not valid HCL, or a form of it that is not read."
        ]
    );
    for text in [
        "{", "}", "\"", "a = ", "a = <<X", "a \"b", "a = \"${", "a = [", "a = f(", "a = -",
        "a = b[", "/*",
    ] {
        let _ = seen(text);
    }
}

#[test]
fn small_files_do_not_become_large_ones() {
    let mut text = String::from("a0 = [\"x\", \"y\"]\ns0 = \"0123456789\"\n");
    for at in 1..60 {
        let before = at - 1;
        text.push_str(&format!(
            "a{at} = [a{before}, a{before}]\ns{at} = \"${{s{before}}}${{s{before}}}\"\n"
        ));
    }
    text.push_str("target \"t\" { tags = [s59] }\n");
    assert_eq!(seen(&text).len(), 1);
    for deep in ["[", "!", "-", "{a=", "(", "f(", "1+", "a[0]", "\"${"] {
        let _ = seen(&format!("a = {}", deep.repeat(20_000)));
    }
    let _ = seen(&"a {".repeat(20_000));
}
